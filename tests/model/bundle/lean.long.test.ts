import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { loadModel } from '../../../model/artifact/import.ts';
import { cutList, explainerNames, leanLists, type NeededKinds } from '../../../model/bundle/lean.ts';
import { BODIES } from '../../../shared/bodies/bodies.ts';
import { golden } from '../../support/golden.ts';
import { PROJECT } from '../../support/project.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-lean-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The functions' fallback as one file, with the bodies and steps that are needed. */
async function bundle(needed: NeededKinds | undefined): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(PROJECT, 'functions/fallback.ts')],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
    plugins: [leanLists(() => needed)],
  });
  return outputFiles[0]!.text;
}

test('a package has the bodies and steps that its artifact names, and no others', async () => {
  const all = await bundle(undefined);
  const forest = await bundle({
    bodies: ['forest', 'unordered-forest'],
    steps: [],
    kinds: ['regression'],
    explainers: [],
    intervals: [],
    kernels: [],
  });
  const tree = await bundle({
    bodies: ['rpart'],
    steps: ['expressions'],
    kinds: ['regression'],
    explainers: [],
    intervals: [],
    kernels: [],
  });
  // Words of each kind that minifying leaves.
  const words = {
    forest: 'doubles a leaf',
    rpart: 'surrogates among them',
    linear: '"coefficient"',
    boosting: 'groups of trees',
    expressions: "'s formula",
  };
  const has = (text: string) => Object.entries(words).flatMap(([kind, word]) => (text.includes(word) ? [kind] : []));
  expect(has(all)).toEqual(['forest', 'rpart', 'linear', 'boosting', 'expressions']);
  expect(has(forest)).toEqual(['forest']);
  expect(has(tree)).toEqual(['rpart', 'expressions']);
  expect(forest.length).toBeLessThan(all.length);
  // The C library's exp comes with survival alone, by a number of its table.
  const walked = { bodies: ['forest', 'unordered-forest'], steps: [], explainers: [], intervals: [], kernels: ['walk'] };
  const survival = await bundle({ ...walked, kinds: ['survival'] });
  expect([survival.includes('1.0054299011128027'), forest.includes('1.0054299011128027')]).toEqual([true, false]);
  // A model has one kernel: the others are left out.
  const regression = await bundle({ ...walked, kinds: ['regression'] });
  expect(regression.length - forest.length).toBeGreaterThan(4_000);
  expect(all.length - regression.length).toBeGreaterThan(4_000);
  // What adds leaves of many times comes with survival too.
  expect([survival.includes('noLeaf:'), regression.includes('noLeaf:')]).toEqual([true, false]);
});

test('a package has what explains its answers where the artifact has a section for that', async () => {
  const linear = { bodies: ['linear'], steps: [], kinds: ['regression'], intervals: [], kernels: [] };
  const without = await bundle({ ...linear, explainers: [] });
  const { file } = golden('heart-glm');
  const model = loadModel(file);
  expect(explainerNames(model)).toEqual(['rows', 'linear']);
  expect(explainerNames(loadModel(golden('kyphosis-rpart').file))).toEqual(['rpart']);
  const explained = await bundle({ ...linear, explainers: explainerNames(model) });
  const words = 'stand beside those of a background row';
  expect([without.includes(words), explained.includes(words)]).toEqual([false, true]);
  expect(explained.length - without.length).toBeLessThan(16_000);
});

test('ten more kinds of body make no package larger that does not name them', async () => {
  const names = Array.from({ length: 10 }, (_, at) => `DUMMY_${at}`);
  const rooms = path.join(folder, 'shared/bodies');
  mkdirSync(rooms, { recursive: true });
  writeFileSync(path.join(rooms, 'kind.ts'), 'export type Kind = { types: string[] };');
  for (const name of ['REAL', ...names]) {
    const source = `import type { Kind } from './kind.ts';\nexport const ${name}: Kind = { types: ['${name}', '${'x'.repeat(2_000)}'] };\n`;
    writeFileSync(path.join(rooms, `${name}.ts`), source);
  }
  const list = (entries: string[]) => {
    const imports = entries.map((name) => `import { ${name} } from './${name}.ts';\n`).join('');
    return `${imports}import type { Kind } from './kind.ts';\n\nexport const BODIES: readonly Kind[] = [\n${entries.map((name) => `  ${name}, // why\n`).join('')}];\n`;
  };
  const sizeOf = async (source: string) => {
    writeFileSync(path.join(rooms, 'bodies.ts'), source);
    const { outputFiles } = await build({ entryPoints: [path.join(rooms, 'bodies.ts')], bundle: true, write: false, minify: true });
    return outputFiles[0]!.contents.length;
  };
  const all = ['REAL', ...names];
  const one = await sizeOf(list(['REAL']));
  expect(
    await sizeOf(
      cutList(
        list(all),
        all.map((name) => name === 'REAL'),
        'bodies/bodies.ts',
      ),
    ),
  ).toBe(one);
  expect(await sizeOf(list(all))).toBeGreaterThan(one + 10 * 2_000);
});

test('a list that is written in another form is refused, and not packaged whole without a word', () => {
  const source = readFileSync(path.join(PROJECT, 'shared/bodies/bodies.ts'), 'utf8');
  const all = BODIES.map(() => true);
  expect(() => cutList(source.replace('  FOREST,', '  ...[FOREST],'), all, 'bodies/bodies.ts')).toThrow(
    `shared/bodies/bodies.ts: found ${all.length - 1} entries that stand alone on a line, expected ${all.length}`,
  );
});
