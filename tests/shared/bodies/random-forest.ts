import { expect } from '@jest/globals';
import { decodeArtifact, encodeArtifact } from '../../../shared/artifact.ts';
import type { Forest } from '../../../shared/bodies/forest/forest.ts';
import { predictForest } from '../../../shared/bodies/forest/predict.ts';
import type { Feature, Kind, Schema } from '../../../shared/schema/features.ts';
import { defaultParameters } from '../../../shared/schema/parameters.ts';
import { forestBody, forestOf } from '../../support/bodies.ts';

const ODD = [Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308, -1e308, 5e-324, 0.5, 60];

/** A generator of whole numbers below `most`, the same for the same seed. */
export function dice(seed: number): (most: number) => number {
  let state = seed >>> 0;
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

const LEVELS = Array.from({ length: 53 }, (_, at) => `l${at + 1}`);

/** A feature for each flag: a factor where it is split by sets of levels. */
export function featuresOf(partitioned: Uint8Array): Feature[] {
  return Array.from(partitioned, (flag, at): Feature => {
    return flag === 1 ? { name: `x${at}`, type: 'factor', levels: LEVELS } : { name: `x${at}`, type: 'number' };
  });
}

/** Rows whose values are thresholds, their neighbours, levels and odd numbers. */
export function drawRows({ packed, partitioned }: Forest, count: number, roll: (most: number) => number): Float64Array {
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
export function differing(one: Float64Array, other: Float64Array): number[] {
  expect(one).toHaveLength(other.length);
  return [...one.keys()].filter((at) => !Object.is(one[at], other[at]));
}

/** What the plain predictor answers. */
export function plain(schema: Schema, forest: Forest, rows: Float64Array): Float64Array {
  return predictForest(schema, forest, rows, defaultParameters(schema));
}

/** What a random forest is made by: its splits are those of its first tree, the most there are; `width` is the numbers of a leaf. */
export type Shape = {
  seed: number;
  kind: Kind;
  features: number;
  sets: boolean;
  trees: number;
  splits: number;
  width: number;
  missing: boolean;
  /** How many thresholds there are to draw from; 400 where this is not given. */
  thresholds?: number;
};

/** A random forest of a shape, as an artifact gives it: its trees grow at random leaves, level by level. */
export function grow({ seed, kind, features, sets, trees, splits, width, missing, thresholds = 400 }: Shape): {
  schema: Schema;
  forest: Forest;
} {
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
      const threshold = partitioned[feature] === 1 ? roll(2 ** 20) * 2 ** roll(33) : roll(40) === 0 ? ODD[roll(9)]! : roll(thresholds) / 8;
      nodes.push({ left: isInner ? next : 0, feature, threshold });
      if (isInner) [next, left] = [next + 2, left - 1];
    }
    roots.push(nodes.length);
  }
  const classes = ['a', 'b', 'c'].slice(0, Math.max(2, width));
  let leaf = 0;
  const right = Uint32Array.from(nodes, ({ left }) => (left === 0 ? leaf++ : left + 1));
  const outputs = kind === 'classification' ? 1 : kind === 'probability' ? classes.length : kind === 'survival' ? width : 1;
  const leaves = Float64Array.from({ length: leaf * outputs }, () => (kind === 'classification' ? roll(classes.length) : roll(1e6) / 7));
  const forest: Forest = {
    ...{ roots: Uint32Array.from(roots), leaves, width: outputs, partitioned, right },
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
