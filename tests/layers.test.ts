import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Which rooms a room may import from, beside itself. */
const ARROWS: Record<string, string[]> = {
  functions: ['shared'],
  container: ['shared', 'model'],
  model: ['shared'],
  shared: [],
};

/** The entry files, which alone read the environment. */
const ENTRIES =
  /^(?:functions\/(?:predict|fallback)\.ts|(?:[a-z]+\/)+(?:[a-z]+-)?main\.ts|container\/(?:start|deploy|remove|image)\.ts|model\/plugin\.js)$/;

const TOP_LEVEL = [
  ...['functions', 'shared', 'model', 'container', 'tests', '.ci', '.github', 'serverless.yml', 'package.json', 'package-lock.json'],
  ...['tsconfig.json', 'biome.json', 'jest.config.js', 'README.md', 'ARCHITECTURE.md', 'LICENSE', 'CHANGELOG.md'],
  ...['.editorconfig', '.gitignore', '.gitattributes', '.npmrc', '.dockerignore'],
];

/** Every source file of the four rooms, by its path from the root, and its text. */
const SOURCES = new Map(
  Object.keys(ARROWS).flatMap((room) =>
    readdirSync(path.join(ROOT, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(?:ts|js|mjs|cjs)$/.test(file) && !/(?:^|\/)(?:node_modules|\.[^/]+)\//.test(file))
      .map((file): [string, string] => {
        const name = `${room}/${file.split(path.sep).join('/')}`;
        return [name, readFileSync(path.join(ROOT, name), 'utf8')];
      }),
  ),
);

/** What a source imports: by import and export from, by import alone, by import() and its types, and by require(). */
function importsOf(source: string): string[] {
  const patterns = [
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /\b(?:import|require)\s*\(\s*['"`]([^'"`]+)['"`]/g,
  ];
  return patterns.flatMap((pattern) => Array.from(source.matchAll(pattern), (found) => found[1] as string));
}

/** The files of ours that a file imports, by their paths from the root. */
function ours(file: string): string[] {
  const relative = importsOf(SOURCES.get(file) as string).filter((name) => name.startsWith('.'));
  return relative.map((name) => path.posix.join(path.posix.dirname(file), name));
}

test('imports are found in every form', () => {
  const source = [
    "import { a } from './a.ts';",
    "import type { b } from './b.ts';",
    "import {\n  c,\n  d,\n} from './c.ts';",
    "import './d.ts';",
    "export { e } from './e.ts';",
    "const f = await import('./f.ts');",
    "type G = import('./g.ts').G;",
    "const h = require('./h.js');",
    'import * as i from "./i.ts";',
  ].join('\n');
  expect(importsOf(source).map((name) => name[2])).toEqual(['a', 'b', 'c', 'e', 'i', 'd', 'f', 'g', 'h']);
  expect(SOURCES.size).toBeGreaterThan(20);
});

test('every import is a file that is there', () => {
  const missing = [...SOURCES.keys()].flatMap((file) =>
    ours(file)
      .filter((to) => !existsSync(path.join(ROOT, to)))
      .map((to) => `${file} -> ${to}`),
  );
  expect(missing).toEqual([]);
});

describe('the arrows point one way', () => {
  test.each(Object.entries(ARROWS))('%s imports itself and %j', (room, allowed) => {
    const files = [...SOURCES.keys()].filter((file) => file.startsWith(`${room}/`));
    const wrong = files.flatMap((file) =>
      ours(file)
        .filter((to) => ![room, ...allowed].includes(to.split('/')[0] as string))
        .map((to) => `${file} -> ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  test('there is no cycle, not even of types', () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const walk = (file: string, way: string[]) => {
      if (way.includes(file)) cycles.push([...way.slice(way.indexOf(file)), file].join(' -> '));
      if (done.has(file) || way.includes(file)) return;
      for (const to of SOURCES.has(file) ? ours(file) : []) walk(to, [...way, file]);
      done.add(file);
    };
    for (const file of SOURCES.keys()) walk(file, []);
    expect(cycles).toEqual([]);
  });

  test('shared is pure: of modules it imports its own, zod, the page uplot, and artifact.ts node:crypto', () => {
    const wrong = [...SOURCES]
      .filter(([file]) => file.startsWith('shared/'))
      .flatMap(([file, source]) => {
        const foreign = importsOf(source).filter(
          (name) => !name.startsWith('.') && name !== 'zod' && !(name === 'uplot' && file.startsWith('shared/page/')),
        );
        return foreign.filter((name) => `${file} ${name}` !== 'shared/artifact.ts node:crypto').map((name) => `${file} -> ${name}`);
      });
    expect(wrong).toEqual([]);
  });

  test("the page uses of shared only what needs nothing of Node's", () => {
    const allowed = ['shared/features.ts', 'shared/errors.ts', 'shared/csv.ts'];
    const wrong = [...SOURCES.keys()]
      .filter((file) => file.startsWith('shared/page/'))
      .flatMap((file) =>
        ours(file)
          .filter((to) => !to.startsWith('shared/page/') && !allowed.includes(to))
          .map((to) => `${file} -> ${to}`),
      );
    expect(wrong).toEqual([]);
  });
});

test('only entry files read the environment or the command line', () => {
  const reads = /\bprocess\s*(?:\.|\?\.|\[\s*['"])\s*(?:env|argv)\b|\}\s*=\s*process\b|['"]node:process['"]/;
  const readers = [...SOURCES].filter(([, source]) => reads.test(source)).map(([file]) => file);
  // command.ts hands the whole environment on to the commands it runs, and reads nothing of it.
  expect(readers.filter((file) => !ENTRIES.test(file) && file !== 'container/command.ts')).toEqual([]);
});

test('no file is longer than 500 lines', () => {
  expect([...SOURCES].filter(([, source]) => source.split('\n').length > 501).map(([file]) => file)).toEqual([]);
});

test('there are no barrels and no drawers for odds and ends', () => {
  expect([...SOURCES].filter(([, source]) => /^\s*export\s*\*/m.test(source)).map(([file]) => file)).toEqual([]);
  expect([...SOURCES.keys()].filter((file) => /(?:^|\/)(?:utils?|helpers?|common|index)(?:\/|\.)/.test(file))).toEqual([]);
});

// A downloaded archive has no git to ask.
const withGit = existsSync(path.join(ROOT, '.git')) ? test : test.skip;
withGit('at the top level there is what belongs there, and no more', () => {
  const tracked = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
  const top = new Set(tracked.map((file) => file.split('/')[0] as string));
  expect([...top].filter((entry) => !TOP_LEVEL.includes(entry))).toEqual([]);
});
