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
