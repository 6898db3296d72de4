import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { PROJECT } from '../support/project.ts';

const ROOMS = ['functions', 'container', 'model', 'shared', 'tests', '.github'];
const DOCUMENTS = [
  ...['README.md', 'README.pt.md', 'ARCHITECTURE.md', 'CHANGELOG.md'],
  ...ROOMS.flatMap((room) =>
    readdirSync(path.join(PROJECT, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
      .map((name) => `${room}/${name}`),
  ),
];

const read = (file: string) => readFileSync(path.join(PROJECT, file), 'utf8');
/** The name by which GitHub links to each heading of a document. */
const anchors = (file: string) =>
  Array.from(read(file).matchAll(/^#+ (.*)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
const blocks = (file: string) => Array.from(read(file).matchAll(/^```[\s\S]*?^```$/gm), ([block]) => block);

test.each(['README.md', 'README.pt.md'])('%s has at most 150 lines', (file) => {
  expect(read(file).trimEnd().split('\n').length).toBeLessThanOrEqual(150);
});

test('the Portuguese README has the sections and the commands of the English one, and each links to the other', () => {
  expect(anchors('README.pt.md')).toHaveLength(anchors('README.md').length);
  expect(blocks('README.pt.md')).toEqual(blocks('README.md'));
  expect(read('README.md').split('\n')[0]).toContain('(README.pt.md)');
  expect(read('README.pt.md').split('\n')[0]).toContain('(README.md)');
});

test('every link of a document to a file or a heading leads there', () => {
  const wrong: string[] = [];
  let links = 0;
  for (const document of DOCUMENTS) {
    for (const [, target = ''] of read(document).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(?:https?|mailto):/.test(target)) continue;
      links++;
      const [file = '', anchor] = target.split('#');
      const found = file === '' ? document : path.posix.join(path.posix.dirname(document), file);
      const isThere = existsSync(path.join(PROJECT, found));
      if (!isThere || (anchor !== undefined && !anchors(found).includes(anchor))) wrong.push(`${document}: ${target}`);
    }
  }
  expect(links).toBeGreaterThan(20);
  expect(wrong).toEqual([]);
});

/** The lines of each Mermaid diagram of a document. */
const diagrams = (file: string) =>
  blocks(file)
    .filter((block) => block.startsWith('```mermaid\n'))
    .map((block) => block.split('\n').slice(1, -1));

test('every Mermaid diagram is of the forms that were rendered, and joins nodes that it names', () => {
  // A parser is larger than this project. So the diagrams keep to a part of Mermaid, and ARCHITECTURE's were rendered with version 11.
  const node = String.raw`\w+(?:\[[^[\]{}|"();]+\]|\{[^[\]{}|"();]+\})?`;
  const step = new RegExp(String.raw`^ {2}${node}(?: (?:-- [^-[\]{}]+ )?--> ${node})+$`);
  const all = DOCUMENTS.flatMap((file) => diagrams(file).map((lines) => ({ file, lines })));
  expect(all).toHaveLength(4);
  for (const {
    file,
    lines: [kind = '', ...lines],
  } of all) {
    const names = new Set(lines.flatMap((line) => /^ {2}participant (\w+) as [^;#]+$/.exec(line)?.slice(1, 2) ?? []));
    const isMessage = (line: string) => {
      const [, from = '', to = ''] = /^ {2}(\w+)->>(\w+): [^;#]+$/.exec(line) ?? [];
      return names.has(from) && names.has(to);
    };
    const isRight =
      kind === 'sequenceDiagram'
        ? (line: string) => line.startsWith('  participant ') || isMessage(line)
        : (line: string) => step.test(line);
    expect([file, kind]).toEqual([file, expect.stringMatching(/^(?:flowchart (?:TD|LR)|sequenceDiagram)$/)]);
    expect(lines.filter((line) => !isRight(line))).toEqual([]);
  }
});
