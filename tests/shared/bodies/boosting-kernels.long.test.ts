import { describe, expect, test } from '@jest/globals';
import { asForest } from '../../../shared/bodies/boosting/as-forest.ts';
import { BOOSTING } from '../../../shared/bodies/boosting/body.ts';
import { type Boosting, FLAGS } from '../../../shared/bodies/boosting/boosting.ts';
import { makeKernel, prepareKernel } from '../../../shared/bodies/boosting/kernels.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { defaultParameters } from '../../../shared/schema/parameters.ts';

const FEATURES = 5;

/** Numbers of a seed, from 0 up to 1. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Form = {
  trees: number;
  depth: number;
  groups: number;
  precision: Boosting['precision'];
  compare: Boosting['compare'];
  weights?: boolean;
};

/** Random trees, left children first, as files have them; thresholds that rows meet, the infinities and 0 among them. */
function grow(seed: number, { trees, depth, groups, precision, compare, weights = false }: Form): Boosting {
  const random = randomOf(seed);
  const round = precision === 'float' ? Math.fround : (value: number) => value;
  const cut = () =>
    [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, round(0.1)][Math.floor(random() * 40)] ??
    round(Math.floor(random() * 40) / 10 - 2);
  const [roots, left, right, feature, threshold, flags, leaves]: number[][] = [[0], [], [], [], [], [], []];
  const split = (down: number): number => {
    const node = left!.length;
    for (const array of [left, right, feature, threshold, flags]) array!.push(0);
    if (down === 0 || random() < 0.1) {
      right![node] = leaves!.length;
      leaves!.push(round(random() * 2 - 1));
      return node;
    }
    feature![node] = Math.floor(random() * FEATURES);
    threshold![node] = cut();
    flags![node] = random() < 0.5 ? FLAGS.missingLeft : 0;
    left![node] = split(down - 1);
    right![node] = split(down - 1);
    return node;
  };
  for (let tree = 0; tree < trees; tree += 1) {
    split(depth);
    roots!.push(left!.length);
  }
  return {
    ...{ precision, compare, width: 1, objective: { transform: 'identity' } },
    roots: Uint32Array.from(roots!),
    left: Uint32Array.from(left!),
    right: Uint32Array.from(right!),
    feature: Uint32Array.from(feature!),
    threshold: Float64Array.from(threshold!),
    flags: Uint8Array.from(flags!),
    leaves: Float64Array.from(leaves!),
    base: Float64Array.from({ length: groups }, () => round(random())),
    ...(groups > 1 ? { group: Uint16Array.from({ length: trees }, (_, tree) => tree % groups) } : {}),
    ...(weights ? { weights: Float64Array.from({ length: trees }, () => round(random())) } : {}),
  };
}

function schemaOf(trees: number, groups: number): Schema {
  return {
    kind: 'regression',
    features: Array.from({ length: FEATURES }, (_, at) => ({ name: `x${at}`, type: 'number' as const })),
    takesMissing: true,
    ...(groups > 1 ? { margins: groups } : {}),
    rounds: { all: trees / groups, used: trees / groups, trees: groups },
    types: ['response', 'margin'],
    takes: ['nTrees', 'iterationRange'],
  };
}

/** Rows on the very thresholds, beside them and far off; with missing values where they are asked for. */
function rowsOf(seed: number, count: number, missing: number): Float64Array {
  const random = randomOf(seed);
  const far = [0.1, Math.fround(0.1), -0, 1e300, -1e300, 1e-45, 5e-324];
  return Float64Array.from({ length: count * FEATURES }, () => {
    if (random() < missing) return Number.NaN;
    return random() < 0.1 ? far[Math.floor(random() * far.length)]! : Math.floor(random() * 400) / 100 - 2;
  });
}

const FORMS: [string, Form, 'masks' | 'chain' | 'walk'][] = [
  ['32-bit numbers below thresholds', { trees: 60, depth: 5, groups: 1, precision: 'float', compare: 'less' }, 'masks'],
  ['64-bit numbers at most thresholds', { trees: 60, depth: 5, groups: 1, precision: 'double', compare: 'atMost' }, 'masks'],
  ['64-bit numbers below thresholds', { trees: 60, depth: 5, groups: 1, precision: 'double', compare: 'less' }, 'masks'],
  ['three groups with weights', { trees: 60, depth: 4, groups: 3, precision: 'float', compare: 'less', weights: true }, 'masks'],
  ['large trees in 32 bits', { trees: 30, depth: 9, groups: 1, precision: 'float', compare: 'less' }, 'chain'],
  ['large trees of two groups in 32 bits', { trees: 30, depth: 9, groups: 2, precision: 'float', compare: 'less' }, 'walk'],
  ['large trees in 64 bits', { trees: 30, depth: 9, groups: 1, precision: 'double', compare: 'atMost' }, 'chain'],
];

describe('a kernel of boosted trees', () => {
  test.each(FORMS)('gives the bits of the plain predictor: %s', (_, form, name) => {
    for (const seed of [1, 2, 3]) {
      const schema = schemaOf(form.trees, form.groups);
      const boosting = grow(seed, form);
      BOOSTING.check(schema, boosting, 'model');
      const parameters = defaultParameters(schema);
      for (const [count, missing] of [
        [1, 0],
        [7, 0.1],
        [500, 0],
        [500, 0.02],
        [500, 0.5],
      ] as const) {
        const rows = rowsOf(seed + 10, count, missing);
        // The plain predictor answers before there is a kernel.
        const plain = BOOSTING.predict(schema, { ...boosting }, rows, parameters);
        const fresh = { ...boosting };
        expect(prepareKernel(schema, fresh)?.name).toBe(name);
        expect(new BigUint64Array(BOOSTING.predict(schema, fresh, rows, parameters).buffer)).toEqual(new BigUint64Array(plain.buffer));
      }
    }
  });

  test('is left out where a split is by categories, where zeros are missing, and for leaves that are linear', () => {
    const form = FORMS[0]![1];
    const schema = schemaOf(form.trees, 1);
    const plain = grow(1, form);
    const flagged = (flag: number) => ({ ...plain, flags: plain.flags.map(() => flag) });
    expect(makeKernel(schema, plain)?.name).toBe('masks');
    expect(asForest(flagged(FLAGS.categories), FEATURES)).toBeUndefined();
    expect(asForest(flagged(FLAGS.zeroIsMissing), FEATURES)).toBeUndefined();
    expect(asForest({ ...plain, linearStarts: new Uint32Array(1) }, FEATURES)).toBeUndefined();
  });

  test('computes the rounds of the default answer alone; other rounds are computed plainly', () => {
    const form = FORMS[0]![1];
    const boosting = grow(4, form);
    const schema = { ...schemaOf(form.trees, 1), rounds: { all: form.trees, used: 20, trees: 1 } };
    const rows = rowsOf(1, 100, 0);
    const parameters = defaultParameters(schema);
    const [few, all] = [parameters, { ...parameters, nTrees: form.trees }].map((one) =>
      BOOSTING.predict(schema, { ...boosting }, rows, one),
    );
    prepareKernel(schema, boosting);
    expect(BOOSTING.predict(schema, boosting, rows, parameters)).toEqual(few);
    expect(BOOSTING.predict(schema, boosting, rows, { ...parameters, nTrees: form.trees })).toEqual(all);
    expect(few).not.toEqual(all);
  });
});
