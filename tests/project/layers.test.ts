import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What the page's browser code may import. */
const PAGE_LIBRARIES = ['read-excel-file/universal'];

/** What reads and writes Parquet, which only a file of batches imports. */
const BATCH_LIBRARIES = [
  'hyparquet',
  ...['column', 'convert', 'datapage', 'delta', 'encoding', 'plain', 'schema', 'types'].map((one) => `hyparquet/src/${one}.js`),
  'hyparquet-writer',
];

/** Which rooms a room may import from, beside itself. */
const ARROWS: Record<string, string[]> = {
  functions: ['shared'],
  container: ['shared', 'model'],
  model: ['shared'],
  shared: [],
};

/**
 * Which sub-rooms a sub-room may import from, beside itself. `ROOM/.` are the files of a room that lie in no sub-room; the three doors
 * of shared stand by their names. The order is from the bottom to the top: a line names only lines above it.
 */
const ROOMS: Record<string, string[]> = {
  'shared/errors.ts': [],
  'shared/settings': [],
  'shared/math': [],
  'shared/wasm': [],
  'shared/schema': ['shared/errors.ts'],
  'shared/access': ['shared/errors.ts', 'shared/schema'],
  'shared/expressions': ['shared/errors.ts', 'shared/schema', 'shared/math'],
  'shared/steps': ['shared/errors.ts', 'shared/schema', 'shared/math', 'shared/expressions'],
  'shared/sections': ['shared/errors.ts', 'shared/schema'],
  'shared/explain': ['shared/errors.ts', 'shared/schema', 'shared/sections', 'shared/math', 'shared/wasm'],
  'shared/intervals': ['shared/errors.ts', 'shared/schema', 'shared/sections', 'shared/math'],
  'shared/bodies': [
    'shared/errors.ts',
    'shared/schema',
    'shared/math',
    'shared/wasm',
    'shared/expressions',
    'shared/steps',
    'shared/explain',
    'shared/intervals',
  ],
  'shared/wire': ['shared/errors.ts', 'shared/schema'],
  'shared/predict.ts': [
    'shared/errors.ts',
    'shared/schema',
    'shared/sections',
    'shared/steps',
    'shared/explain',
    'shared/intervals',
    'shared/bodies',
    'shared/wire',
  ],
  'shared/artifact.ts': [
    'shared/errors.ts',
    'shared/schema',
    'shared/sections',
    'shared/steps',
    'shared/explain',
    'shared/intervals',
    'shared/bodies',
    'shared/predict.ts',
  ],
  'shared/batch': ['shared/errors.ts', 'shared/schema', 'shared/wire', 'shared/predict.ts', 'shared/artifact.ts'],
  'shared/proof': ['shared/errors.ts', 'shared/schema', 'shared/sections', 'shared/wire', 'shared/predict.ts', 'shared/artifact.ts'],
  'shared/page': ['shared/schema', 'shared/wire'],
  'shared/api': ['shared/errors.ts', 'shared/schema', 'shared/access', 'shared/bodies', 'shared/wire', 'shared/page'],
  'functions/endpoint': ['shared'],
  'functions/access': ['functions/endpoint', 'shared'],
  'functions/batch': ['shared'],
  'functions/.': ['functions/endpoint', 'functions/access', 'functions/batch', 'shared'],
  'model/rds': ['shared'],
  'model/formula': ['model/rds', 'shared'],
  'model/steps': ['model/rds', 'model/formula', 'shared'],
  'model/readers': ['model/rds', 'model/formula', 'model/steps', 'shared'],
  'model/artifact': ['model/rds', 'model/readers', 'shared'],
  'model/bundle': ['model/artifact', 'shared'],
  'model/batch': ['shared'],
  'model/train': ['model/rds', 'model/readers', 'model/artifact', 'model/batch', 'shared'],
  'model/explain': ['model/artifact', 'model/train', 'shared'],
  'model/commands': ['model/rds', 'model/artifact', 'model/train', 'model/explain', 'model/batch', 'shared'],
  'model/examples': ['model/commands'],
  'model/.': ['model/commands'],
  'container/server': ['model/artifact', 'shared'],
  'container/local': ['container/server', 'model/artifact', 'model/bundle', 'model/commands', 'shared'],
  'container/train': ['model/artifact', 'model/commands', 'model/train', 'shared'],
  'container/deploy': ['container/train', 'model/artifact', 'model/commands', 'model/train', 'shared'],
  'container/check': ['model/artifact', 'model/commands', 'shared'],
  'container/.': ['container/server', 'container/local', 'container/train', 'container/deploy', 'model', 'shared'],
  'container/package': ['container/.', 'container/local', 'model', 'shared'],
};

/** The room of a file, as ROOMS names it. */
function roomOf(file: string): string {
  if (file in ROOMS) return file;
  const [room, sub, ...rest] = file.split('/');
  return rest.length === 0 ? `${room}/.` : `${room}/${sub}`;
}

/** The entry files, which alone read the environment. */
const ENTRIES =
  /^(?:functions\/(?:predict|fallback|batch)\.ts|(?:[a-z]+\/)+(?:[a-z]+-)?main\.ts|container\/(?:start|deploy|remove|image|keys|train-job)\.ts|(?:model\/bundle|container\/deploy)\/plugin\.js|model\/examples\/clients\/ask\.mjs)$/;

/** Every source file of the four rooms, by its path from the root, and its text. */
const SOURCES = new Map(
  Object.keys(ARROWS).flatMap((room) =>
    readdirSync(path.join(ROOT, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(?:ts|js|mjs|cjs)$/.test(file) && !/(?:^|\/)(?:node_modules|package\/dist|\.[^/]+)\//.test(file))
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

  test('a sub-room imports only what its line names, and no line names one below it', () => {
    const order = Object.keys(ROOMS);
    const isUp = (room: string, to: string) => order.includes(to) && order.indexOf(to) > order.indexOf(room);
    expect(
      Object.entries(ROOMS).flatMap(([room, allowed]) => allowed.filter((to) => isUp(room, to)).map((to) => `${room} -> ${to}`)),
    ).toEqual([]);
    expect([...new Set([...SOURCES.keys()].map(roomOf))].filter((room) => !(room in ROOMS))).toEqual([]);
    const wrong = [...SOURCES.keys()].flatMap((file) => {
      const room = roomOf(file);
      const allowed = ROOMS[room] ?? [];
      const isAllowed = (to: string) => roomOf(to) === room || allowed.some((one) => one === roomOf(to) || one === to.split('/')[0]);
      return ours(file)
        .filter((to) => !isAllowed(to))
        .map((to) => `${file} -> ${to}`);
    });
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

  test('shared is pure: of modules it imports its own, zod, the page and the batches their libraries, and artifact.ts node:crypto', () => {
    const wrong = [...SOURCES]
      .filter(([file]) => file.startsWith('shared/'))
      .flatMap(([file, source]) => {
        const libraries = file.startsWith('shared/page/')
          ? PAGE_LIBRARIES
          : file.startsWith('shared/batch/parquet-')
            ? BATCH_LIBRARIES
            : [];
        const foreign = importsOf(source).filter((name) => !name.startsWith('.') && name !== 'zod' && !libraries.includes(name));
        return foreign.filter((name) => `${file} ${name}` !== 'shared/artifact.ts node:crypto').map((name) => `${file} -> ${name}`);
      });
    expect(wrong).toEqual([]);
  });

  test("the page uses of shared only what needs nothing of Node's", () => {
    const allowed = [
      'shared/schema/answer-columns.ts',
      'shared/schema/card.ts',
      'shared/schema/explain-ask.ts',
      'shared/schema/explanation.ts',
      'shared/schema/features.ts',
      'shared/schema/parameters.ts',
      'shared/schema/spread/interval.ts',
      'shared/errors.ts',
      'shared/schema/decimal.ts',
      'shared/wire/csv.ts',
    ];
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
  // These hand the whole environment, or the command line, on to what they run, and read nothing of it.
  const handing = ['container/deploy/command.ts', 'container/node-version.cjs'];
  expect(readers.filter((file) => !ENTRIES.test(file) && !handing.includes(file))).toEqual([]);
});

test('there are no barrels and no drawers for odds and ends', () => {
  expect([...SOURCES].filter(([, source]) => /^\s*export\s*\*/m.test(source)).map(([file]) => file)).toEqual([]);
  expect([...SOURCES.keys()].filter((file) => /(?:^|\/)(?:utils?|helpers?|common|index)(?:\/|\.)/.test(file))).toEqual([]);
});

describe('tests that start a process are named *.integration.test.ts, so that test:unit leaves them out', () => {
  /** What starts a process: Node's modules for it, or a library that does. */
  const STARTS = /^(?:node:)?(?:child_process|cluster)$|^(?:playwright-core|serverless)/;
  const TESTS = readdirSync(path.join(ROOT, 'tests'), { recursive: true, encoding: 'utf8' })
    .map((file) => `tests/${file.split(path.sep).join('/')}`)
    .filter((file) => file.endsWith('.test.ts') && !file.startsWith('tests/browser/'));

  const known = new Map<string, string[]>();
  /** What a file imports, read once. */
  function namesIn(file: string): string[] {
    const names = known.get(file) ?? importsOf(readFileSync(path.join(ROOT, file), 'utf8'));
    known.set(file, names);
    return names;
  }

  /** The way by imports from a file to one that can start a process; undefined where there is none. */
  function wayToProcess(file: string, seen = new Set<string>()): string[] | undefined {
    if (seen.has(file) || !/\.(?:ts|js|mjs|cjs)$/.test(file) || !existsSync(path.join(ROOT, file))) return undefined;
    seen.add(file);
    const names = namesIn(file);
    const starter = names.find((name) => STARTS.test(name));
    if (starter !== undefined) return [file, starter];
    for (const name of names.filter((name) => name.startsWith('.'))) {
      const way = wayToProcess(path.posix.join(path.posix.dirname(file), name), seen);
      if (way !== undefined) return [file, ...way];
    }
    return undefined;
  }

  test('no other suite imports what can start one, however far away', () => {
    const unit = TESTS.filter((file) => !file.endsWith('.integration.test.ts'));
    expect(unit.length).toBeGreaterThan(20);
    expect(unit.flatMap((file) => wayToProcess(file)?.join(' -> ') ?? [])).toEqual([]);
  });

  test('and each of them does', () => {
    const integration = TESTS.filter((file) => file.endsWith('.integration.test.ts'));
    expect(integration.length).toBeGreaterThan(5);
    expect(integration.filter((file) => wayToProcess(file) === undefined)).toEqual([]);
  });
});
