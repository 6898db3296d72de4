import type { CheckRows } from '../shared/artifact.ts';
import type { Schema } from '../shared/features.ts';
import type { Forest } from '../shared/forest.ts';
import { predictRows } from '../shared/predict.ts';

/** How many check rows an artifact carries. */
export const CHECK_ROWS = 16;

/**
 * Rows drawn from the splits themselves, so that each feature's value falls on a threshold, just beside it or on a level,
 * with the plain predictor's answers. The draw depends on the forest alone: the same model gives the same rows.
 */
export function drawCheckRows(schema: Schema, forest: Forest): CheckRows {
  const width = schema.features.length;
  const rows = new Float64Array(CHECK_ROWS * width);
  const random = generator(forest.left.length);
  const splits = collectSplits(forest, width);
  for (let row = 0; row < CHECK_ROWS; row += 1) {
    schema.features.forEach((feature, column) => {
      const own = splits[column] as number[];
      const pick = own[Math.floor(random() * own.length)] ?? 0;
      const nudge = [0, -0.5, 0.5][Math.floor(random() * 3)] as number;
      const level = feature.type === 'factor' ? 1 + Math.floor(random() * feature.levels.length) : 0;
      const numeric = feature.type === 'logical' ? Math.floor(random() * 2) : pick + nudge;
      rows[row * width + column] = feature.type === 'factor' ? level : numeric;
    });
  }
  return { rows, outputs: predictRows({ schema, forest }, rows) };
}

/** The least and the greatest split value of each feature that is split by thresholds. */
export function splitRanges(schema: Schema, forest: Forest): Schema {
  const splits = collectSplits(forest, schema.features.length);
  const features = schema.features.map((feature, column) => {
    const own = splits[column] as number[];
    if (feature.type !== 'number' || own.length === 0 || forest.partitioned[column] === 1) return feature;
    const range: [number, number] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of own) {
      if (value < range[0]) range[0] = value;
      if (value > range[1]) range[1] = value;
    }
    return { ...feature, range };
  });
  return { ...schema, features };
}

/** For each feature the least number of levels that its splits need, were it a factor. */
export function greatestLevels(forest: Forest, width: number): number[] {
  return collectSplits(forest, width).map((own, column) => {
    const isSet = forest.partitioned[column] === 1;
    // A split between two levels is above the lower one; a set of levels has a bit for each up to its greatest.
    return own.reduce((most, split) => Math.max(most, isSet ? Math.floor(Math.log2(Math.max(split, 1))) + 1 : Math.floor(split) + 1), 1);
  });
}

/** Every finite split value of each feature, in the order of the nodes. */
function collectSplits(forest: Forest, width: number): number[][] {
  const splits = Array.from({ length: width }, (): number[] => []);
  forest.left.forEach((left, node) => {
    const value = forest.threshold[node] as number;
    if (left !== 0 && Number.isFinite(value)) (splits[forest.feature[node] as number] as number[]).push(value);
  });
  return splits;
}

/** A small generator of numbers from 0 to 1 (mulberry32), the same for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
