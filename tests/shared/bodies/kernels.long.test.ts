import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { importModel } from '../../../model/artifact/import.ts';
import { decodeArtifact, type Model } from '../../../shared/artifact.ts';
import type { Forest } from '../../../shared/bodies/forest/forest.ts';
import { type KernelName, kernelFor, makeKernel, prepareForest } from '../../../shared/bodies/forest/kernels/kernels.ts';
import { predictForest } from '../../../shared/bodies/forest/predict.ts';
import { predictRows } from '../../../shared/predict.ts';
import type { Kind } from '../../../shared/schema/features.ts';
import { defaultParameters } from '../../../shared/schema/parameters.ts';
import { forestBody, forestOf } from '../../support/bodies.ts';
import { goldens } from '../../support/golden.ts';
import { dice, differing, drawRows, featuresOf, grow, plain, type Shape } from './random-forest.ts';

describe('every golden forest gives by its kernel the bits of the plain predictor', () => {
  const forests = goldens().flatMap(({ name, file }): [string, Model][] => {
    const model = decodeArtifact(importModel(file), name);
    return forestOf(model) ? [[name, model]] : [];
  });
  test.each(forests)('%s', (_, model) => {
    const { schema } = model;
    const forest = forestOf(model) as Forest;
    const kernel = makeKernel(schema, forest);
    const rows = drawRows(forest, 700, dice(7));
    expect(differing(kernel.predict(rows), plain(schema, forest, rows))).toEqual([]);
    const one = rows.subarray(0, schema.features.length);
    expect(differing(kernel.predict(one), plain(schema, forest, one))).toEqual([]);
  });

  test('and among them is each kernel', () => {
    const names = new Map<string, KernelName>(
      forests.map(([name, model]) => [name, makeKernel(model.schema, forestOf(model) as Forest).name]),
    );
    expect(names.get('heart-age')).toBe('steps');
    expect(names.get('heart-probability')).toBe('masks');
    expect(names.get('iris')).toBe('masks');
    expect(names.get('warpbreaks-partition')).toBe('masks');
    expect(names.get('survival-c')).toBe('masks');
    expect([...names].filter(([, name]) => name === 'plain')).toEqual([]);
  });
});

const shape = (splits: fc.Arbitrary<number>, more: Partial<Record<keyof Shape, fc.Arbitrary<unknown>>> = {}): fc.Arbitrary<Shape> =>
  fc.record({
    seed: fc.nat(),
    kind: fc.constantFrom<Kind>('regression', 'classification', 'probability', 'survival'),
    features: fc.integer({ min: 2, max: 9 }),
    sets: fc.constant(false),
    trees: fc.integer({ min: 1, max: 9 }),
    splits,
    width: fc.integer({ min: 1, max: 4 }),
    missing: fc.boolean(),
    ...more,
  }) as fc.Arbitrary<Shape>;

describe('a random forest gives by its kernel the bits of the plain predictor', () => {
  test.each<[string, KernelName[], fc.Arbitrary<Shape>]>([
    ['of one feature', ['steps'], shape(fc.integer({ min: 0, max: 90 }), { features: fc.constant(1) })],
    ['of at most 64 leaves', ['masks'], shape(fc.integer({ min: 0, max: 63 }))],
    ['of 64 leaves exactly', ['masks'], shape(fc.constant(63))],
    ['with sets of levels', ['masks'], shape(fc.integer({ min: 0, max: 63 }), { sets: fc.constant(true) })],
    ['of one-node trees', ['masks'], shape(fc.constant(0))],
    ['of 65 leaves', ['chain', 'walk'], shape(fc.constant(64))],
    ['of many leaves', ['chain', 'walk'], shape(fc.integer({ min: 200, max: 700 }))],
    [
      'of many leaves and trees, a number each',
      ['chain'],
      shape(fc.integer({ min: 70, max: 400 }), { kind: fc.constant('regression'), trees: fc.integer({ min: 10, max: 200 }) }),
    ],
    [
      'of 30 to 33 features: from 31 on a node has one bit less for its place',
      ['chain'],
      shape(fc.constant(99), { kind: fc.constant('regression'), features: fc.integer({ min: 30, max: 33 }) }),
    ],
    [
      'of many leaves, some with sets',
      ['chain', 'plain', 'walk'],
      shape(fc.constant(99), { sets: fc.constant(true), features: fc.constant(2) }),
    ],
  ])('%s', (_, names, shapes) => {
    const seen = new Set<KernelName>();
    fc.assert(
      fc.property(shapes, (drawn) => {
        const { schema, forest } = grow(drawn);
        const kernel = makeKernel(schema, forest);
        seen.add(kernel.name);
        const rows = drawRows(forest, 1 + (drawn.seed % 40), dice(drawn.seed + 1));
        expect(differing(kernel.predict(rows), plain(schema, forest, rows))).toEqual([]);
      }),
      { numRuns: 60 },
    );
    // Which kernel it was is known: plain is never compared with plain alone.
    expect([...seen].sort()).toEqual([...names].sort());
  });
});

test.each([
  ['more rows than a call takes', { features: 4 }, 9_000],
  ['more values than a call takes', { features: 40 }, 1_700],
  ['thousands of trees, whose tables still fit', { features: 9, trees: 2_600, splits: 30, width: 1 }, 40],
])('by masks too where there are %s', (_, more, count) => {
  const { schema, forest } = grow({
    ...{ seed: 11, kind: 'probability', sets: false, trees: 19, splits: 60, width: 3, missing: false, ...more },
  });
  const kernel = makeKernel(schema, forest);
  expect(kernel.name).toBe('masks');
  const rows = drawRows(forest, count, dice(5));
  const expected = plain(schema, forest, rows);
  expect(differing(kernel.predict(rows), expected)).toEqual([]);
  const [width, outputs] = [schema.features.length, expected.length / count];
  for (const few of [1, 2, 15, 16, 17]) {
    expect(differing(kernel.predict(rows.subarray(0, few * width)), expected.subarray(0, few * outputs))).toEqual([]);
  }
});

test.each<[string, Kind, number]>([
  ['a vote a leaf', 'classification', 1],
  ['three numbers a leaf', 'probability', 3],
])('trees that do not stay in a cache: %s', (_, kind, width) => {
  // 18 trees of up to 180,001 nodes: of the 24 that a row walks in step the last six are filled up.
  const { schema, forest } = grow({ seed: 6, kind, features: 7, sets: false, trees: 18, splits: 90_000, width, missing: false });
  const kernel = makeKernel(schema, forest);
  expect(kernel.name).toBe('walk');
  expect(kernel.table?.buffer.byteLength).toBeGreaterThan(2 ** 24);
  const rows = drawRows(forest, 70, dice(8));
  const expected = plain(schema, forest, rows);
  const [features, outputs] = [schema.features.length, expected.length / 70];
  for (const few of [1, 7, 23, 24, 25, 70]) {
    expect(differing(kernel.predict(rows.subarray(0, few * features)), expected.subarray(0, few * outputs))).toEqual([]);
  }
});

test.each<[string, Partial<Shape>, KernelName]>([
  ['two slices that share a double', { width: 9, trees: 3 }, 'masks'],
  ['one whole slice', { width: 26, trees: 12 }, 'masks'],
  ['two slices, nearly one', { width: 27, trees: 13 }, 'masks'],
  ['a hundred times, as a survival forest has', { width: 101, trees: 40 }, 'masks'],
  ['a hundred times, splits by sets of levels', { width: 101, trees: 40, sets: true }, 'masks'],
  ['two slices that share a double, of large trees', { width: 9, trees: 3, splits: 90 }, 'walk'],
  ['a hundred times, of large trees', { width: 101, trees: 40, splits: 90 }, 'walk'],
])('leaves of many doubles: %s', (_, more, name) => {
  const { schema, forest } = grow({
    ...{ seed: more.width ?? 0, kind: 'survival', features: 5, sets: false, trees: 1, splits: 40, width: 1, missing: false, ...more },
  });
  const kernel = makeKernel(schema, forest);
  expect(kernel.name).toBe(name);
  // More rows than a block has.
  const rows = drawRows(forest, 1_100, dice(forest.width));
  const expected = plain(schema, forest, rows);
  expect(differing(kernel.predict(rows), expected)).toEqual([]);
  const features = schema.features.length;
  for (const few of [1, 2, 7, 8, 9, 15, 16, 17, 511, 513]) {
    expect(differing(kernel.predict(rows.subarray(0, few * features)), expected.subarray(0, few * forest.width))).toEqual([]);
  }
});

test('not by masks where a row would meet more groups of features than nodes, and that is found before anything is made', () => {
  const wide: Shape = { seed: 5, kind: 'regression', features: 20_000, sets: false, trees: 300, splits: 8, width: 1, missing: false };
  const { schema, forest } = grow(wide);
  const kernel = makeKernel(schema, forest);
  expect(kernel.name).toBe('chain');
  const rows = drawRows(forest, 20, dice(5));
  expect(differing(kernel.predict(rows), plain(schema, forest, rows))).toEqual([]);
  // Few of many features are asked for: those alone count.
  const [few, many] = [grow({ ...wide, features: 9, trees: 30, splits: 40 }), new Uint8Array(20_000)];
  const stretched = {
    ...few.forest,
    partitioned: many,
    packed: { ...few.forest.packed!, cutStarts: new Uint32Array(20_001).fill(few.forest.packed!.cuts.length) },
  };
  stretched.packed.cutStarts.set(few.forest.packed!.cutStarts);
  const features = featuresOf(many);
  expect(makeKernel({ ...few.schema, features }, stretched).name).toBe('masks');
});

test('a feature whose one threshold is NaN still sends every row right', () => {
  const { schema, forest } = grow({
    ...{ seed: 1435855677, kind: 'regression', features: 6, sets: false, trees: 4, splits: 2, width: 1, missing: false },
  });
  const kernel = makeKernel(schema, forest);
  expect(kernel.name).toBe('masks');
  expect(forest.threshold.some(Number.isNaN)).toBe(true);
  const rows = drawRows(forest, 40, dice(1));
  expect(differing(kernel.predict(rows), plain(schema, forest, rows))).toEqual([]);
});

describe('which way a forest answers', () => {
  const drawn: Shape = { seed: 3, kind: 'regression', features: 4, sets: false, trees: 7, splits: 63, width: 1, missing: false };

  test('without WebAssembly by the plain predictor, a forest of one feature by its steps', () => {
    const { schema, forest } = grow(drawn);
    expect(makeKernel(schema, forest).name).toBe('masks');
    const rows = drawRows(forest, 50, dice(2));
    const without = makeKernel(schema, forest, { hasWasm: false });
    expect(without.name).toBe('plain');
    expect(differing(without.predict(rows), plain(schema, forest, rows))).toEqual([]);
    const one = grow({ ...drawn, features: 1 });
    expect(makeKernel(one.schema, one.forest, { hasWasm: false }).name).toBe('steps');
  });

  test('masks are made once as many rows were asked for as they cost', () => {
    const { schema, forest } = grow(drawn);
    expect(kernelFor(schema, forest, 1)).toBeUndefined();
    expect(kernelFor(schema, forest, 10_000)?.name).toBe('masks');
    expect(kernelFor(schema, forest, 1)?.name).toBe('masks');
  });

  test('a forest that was prepared answers the first row by its kernel', () => {
    const { schema, forest } = grow(drawn);
    const prepared = prepareForest(schema, forest);
    expect(kernelFor(schema, forest, 1)).toBe(prepared);
  });

  test('a walk is shared: the table one thread made serves another', () => {
    const walked = { ...drawn, splits: 300, seed: 4 };
    const [one, other] = [grow(walked), grow(walked)];
    const { table } = makeKernel(one.schema, one.forest);
    expect(table?.buffer).toBeInstanceOf(SharedArrayBuffer);
    const rows = drawRows(other.forest, 50, dice(1));
    const kernel = makeKernel(other.schema, other.forest, { table });
    expect(kernel.name).toBe('chain');
    expect(differing(kernel.predict(rows), plain(other.schema, other.forest, rows))).toEqual([]);
    expect(kernel.table).toBe(table);
  });

  test('each kernel tells the bytes it comes to hold: its tables, and the nodes unpacked at 18 bytes each', () => {
    const [one, walked] = [grow(drawn), grow({ ...drawn, splits: 300 })];
    const nodes = ({ roots }: Forest) => (roots.at(-1) as number) * 18;
    const page = 65_536;
    const plainOnes = makeKernel(one.schema, one.forest, { hasWasm: false });
    expect(plainOnes.bytes).toBe(nodes(one.forest));
    const masks = makeKernel(one.schema, one.forest);
    expect(masks.bytes - nodes(one.forest)).toBeGreaterThanOrEqual(page);
    expect((masks.bytes - nodes(one.forest)) % page).toBe(0);
    const walk = makeKernel(walked.schema, walked.forest);
    expect((walk.bytes - nodes(walked.forest)) % page).toBe(0);
    const { schema, forest } = grow({ ...drawn, features: 1 });
    expect(makeKernel(schema, forest).bytes).toBe(nodes(forest) + 9 * ((forest.packed?.cuts.length ?? 0) + 1));
  });

  test('what is not the default answer comes from the plain predictor', () => {
    const { schema, forest } = grow(drawn);
    const rows = drawRows(forest, 1_200, dice(1));
    expect(predictRows({ schema, body: forestBody(forest) }, rows, { ...defaultParameters(schema), numTrees: 3 })).toEqual(
      predictForest(schema, forest, rows, { ...defaultParameters(schema), numTrees: 3 }),
    );
    expect(differing(predictRows({ schema, body: forestBody(forest) }, rows), plain(schema, forest, rows))).toEqual([]);
  });
});
