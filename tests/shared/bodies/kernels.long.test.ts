import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { importModel } from '../../../model/artifact/import.ts';
import { decodeArtifact, encodeArtifact, type Model } from '../../../shared/artifact.ts';
import type { Forest } from '../../../shared/bodies/forest/forest.ts';
import { type KernelName, kernelFor, makeKernel, prepareForest } from '../../../shared/bodies/forest/kernels/kernels.ts';
import { predictForest } from '../../../shared/bodies/forest/predict.ts';
import { predictRows } from '../../../shared/predict.ts';
import type { Feature, Kind, Schema } from '../../../shared/schema/features.ts';
import { defaultParameters } from '../../../shared/schema/parameters.ts';
import { forestBody, forestOf } from '../../support/bodies.ts';
import { goldens } from '../../support/golden.ts';

const ODD = [Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308, -1e308, 5e-324, 0.5, 60];

/** A generator of whole numbers below `most`, the same for the same seed. */
function dice(seed: number): (most: number) => number {
  let state = seed >>> 0;
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

const LEVELS = Array.from({ length: 53 }, (_, at) => `l${at + 1}`);

/** A feature for each flag: a factor where it is split by sets of levels. */
function featuresOf(partitioned: Uint8Array): Feature[] {
  return Array.from(partitioned, (flag, at): Feature => {
    return flag === 1 ? { name: `x${at}`, type: 'factor', levels: LEVELS } : { name: `x${at}`, type: 'number' };
  });
}

/** Rows whose values are thresholds, their neighbours, levels and odd numbers. */
function drawRows({ packed, partitioned }: Forest, count: number, roll: (most: number) => number): Float64Array {
  const { cuts, cutStarts } = packed as NonNullable<Forest['packed']>;
  const value = (feature: number) => {
    const [start, end] = [cutStarts[feature]!, cutStarts[feature + 1]!];
    if (roll(12) === 0) return ODD[roll(ODD.length)]!;
    if (partitioned[feature] === 1 || start === end) return 1 + roll(54);
    const cut = cuts[start + roll(end - start)]!;
    return [cut, cut + Math.abs(cut) * Number.EPSILON, cut - Math.abs(cut) * Number.EPSILON, cut + roll(9) - 4][roll(4)] as number;
  };
  return Float64Array.from({ length: count * partitioned.length }, (_, at) => value(at % partitioned.length));
}

/** The places where two answers differ in any bit; NaN is NaN. */
function differing(one: Float64Array, other: Float64Array): number[] {
  expect(one).toHaveLength(other.length);
  return [...one.keys()].filter((at) => !Object.is(one[at], other[at]));
}

function plain(schema: Schema, forest: Forest, rows: Float64Array): Float64Array {
  return predictForest(schema, forest, rows, defaultParameters(schema));
}

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
    expect(names.get('survival-c')).toBe('walk');
    expect([...names].filter(([, name]) => name === 'plain')).toEqual([]);
  });
});

type Shape = { seed: number; kind: Kind; features: number; sets: boolean; trees: number; splits: number; width: number; missing: boolean };

/** A random forest of a shape, as an artifact gives it: its trees grow at random leaves, level by level. */
function grow({ seed, kind, features, sets, trees, splits, width, missing }: Shape): { schema: Schema; forest: Forest } {
  const roll = dice(seed);
  const partitioned = Uint8Array.from({ length: features }, () => (sets ? roll(2) : 0));
  const nodes: { left: number; feature: number; threshold: number }[] = [];
  const roots = [0];
  for (let tree = 0; tree < trees; tree += 1) {
    const root = nodes.length;
    // The first tree has all splits, so that it settles the kernel.
    let [next, left] = [root + 1, tree === 0 ? splits : roll(splits + 1)];
    for (let node = root; node < next; node += 1) {
      // The last open node must split while splits are left.
      const isInner = left > 0 && (node + 1 === next || roll(3) > 0);
      const feature = roll(features);
      const threshold = partitioned[feature] === 1 ? roll(2 ** 20) * 2 ** roll(33) : roll(40) === 0 ? ODD[roll(9)]! : roll(400) / 8;
      nodes.push({ left: isInner ? next : 0, feature, threshold });
      if (isInner) [next, left] = [next + 2, left - 1];
    }
    roots.push(nodes.length);
  }
  const classes = ['a', 'b', 'c'].slice(0, Math.max(2, width));
  let leaf = 0;
  const right = Uint32Array.from(nodes, ({ left }) => (left === 0 ? leaf++ : left + 1));
  const own = kind === 'classification' ? 1 : kind === 'probability' ? classes.length : kind === 'survival' ? width : 1;
  const leaves = Float64Array.from({ length: leaf * own }, () => (kind === 'classification' ? roll(classes.length) : roll(1e6) / 7));
  const forest: Forest = {
    ...{ roots: Uint32Array.from(roots), leaves, width: own, partitioned, right },
    left: Uint32Array.from(nodes, ({ left }) => left),
    feature: Uint16Array.from(nodes, ({ feature }) => feature),
    threshold: Float64Array.from(nodes, ({ threshold }) => threshold),
    ...(missing ? { missing: Uint32Array.from(nodes, ({ left }) => (left === 0 ? 0 : left + roll(2))) } : {}),
    ...(kind === 'classification' ? { codes: Float64Array.from(classes, (_, at) => at + 1) } : {}),
  };
  const schema: Schema = {
    kind,
    features: featuresOf(partitioned),
    takesMissing: missing,
    ...(kind === 'classification' || kind === 'probability' ? { classes } : {}),
    ...(kind === 'survival' ? { times: Array.from({ length: width }, (_, at) => at) } : {}),
  };
  const card = { name: 'random', madeBy: 'dice', source: { file: 'x', sha256: '0'.repeat(64) } };
  const model = decodeArtifact(
    encodeArtifact({ schema, body: forestBody(forest), card, checks: { rows: new Float64Array(), outputs: new Float64Array() } }),
  );
  return { schema, forest: forestOf(model) as Forest };
}

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
    ['of 65 leaves', ['walk'], shape(fc.constant(64))],
    ['of many leaves', ['walk'], shape(fc.integer({ min: 200, max: 700 }))],
    ['of many leaves, some with sets', ['plain', 'walk'], shape(fc.constant(99), { sets: fc.constant(true), features: fc.constant(2) })],
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
    // Which kernel it was is known: plain is never held against plain alone.
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

test('not by masks where a row would meet more groups of features than nodes, and that is found before anything is made', () => {
  const wide: Shape = { seed: 5, kind: 'regression', features: 20_000, sets: false, trees: 300, splits: 8, width: 1, missing: false };
  const { schema, forest } = grow(wide);
  const kernel = makeKernel(schema, forest);
  expect(kernel.name).toBe('walk');
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
    expect(kernel.name).toBe('walk');
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
