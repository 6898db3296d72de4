import type { CheckRows } from '../shared/artifact.ts';
import type { Forest } from '../shared/bodies/forest/forest.ts';
import type { Schema } from '../shared/features.ts';
import { type Body, predictRows } from '../shared/predict.ts';
import { parseDate, parseDatetime } from '../shared/schema/dates.ts';
import { withRange } from './artifact/guess-types.ts';
import { collectSplits, levelsOfSet } from './artifact/splits.ts';

/** How many check rows an artifact carries. */
export const CHECK_ROWS = 16;

/**
 * Rows drawn from the splits themselves, so that each feature's value falls on a threshold, just beside it or on a level,
 * with the plain predictor's answers; where there are no splits, from the range seen in training. Now and then a value is
 * missing, where the model takes that. The draw depends on the model alone: the same model gives the same rows.
 */
export function drawCheckRows(schema: Schema, body: Body): CheckRows {
  const width = schema.features.length;
  const rows = new Float64Array(CHECK_ROWS * width);
  const random = generator(body.forest?.left.length ?? body.rpart?.left.length ?? width);
  const splits = collectSplits(schema, body).map((own, column) => (own.length > 0 ? own : valuesSeen(schema, body, column)));
  // A number that a formula takes for a level has no answer beside it.
  const nudges = body.linear || body.rpart?.inputs ? [0] : [0, -0.5, 0.5];
  for (let row = 0; row < CHECK_ROWS; row += 1) {
    schema.features.forEach((feature, column) => {
      const own = splits[column] as number[];
      const pick = own[Math.floor(random() * own.length)] ?? 0;
      const nudge = nudges[Math.floor(random() * nudges.length)] as number;
      const level = feature.type === 'factor' ? 1 + Math.floor(random() * feature.levels.length) : 0;
      // The neighbour of a 64-bit integer is the next double.
      const beside = feature.type === 'integer64' ? Math.abs(pick + 2 * nudge * Number.MIN_VALUE) : pick + nudge;
      const numeric = feature.type === 'logical' ? Math.floor(random() * 2) : beside;
      const isMissing = schema.takesMissing && random() < 0.1 && feature.type !== 'integer64';
      rows[row * width + column] = isMissing ? Number.NaN : feature.type === 'factor' ? level : numeric;
    });
  }
  return { rows, outputs: predictRows({ schema, ...body }, rows) };
}

/** The least and the greatest split value of each feature that is split by thresholds. */
export function splitRanges(schema: Schema, body: Body): Schema {
  const splits = collectSplits(schema, body);
  const features = schema.features.map((feature, column) => {
    const own = splits[column] as number[];
    if (feature.type === 'factor' || feature.type === 'logical' || own.length === 0 || body.forest?.partitioned[column] === 1)
      return feature;
    const range: [number, number] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of own) {
      if (value < range[0]) range[0] = value;
      if (value > range[1]) range[1] = value;
    }
    return withRange(feature, range);
  });
  return { ...schema, features };
}

/** For each feature the least number of levels that a forest's splits need, were it a factor. */
export function greatestLevels(schema: Schema, forest: Forest): number[] {
  return collectSplits(schema, { forest }).map((own, column) => {
    const isSet = forest.partitioned[column] === 1;
    // A split between two levels is above the lower one; a set of levels has a bit for each up to its greatest.
    return own.reduce((most, split) => Math.max(most, isSet ? levelsOfSet(split) : Math.floor(split) + 1), 1);
  });
}

/** Some values of a number that a formula takes: where it starts, and from the range seen in training, else from 1 to 2. */
function valuesSeen({ features }: Schema, { forest }: Body, column: number): number[] {
  const feature = features[column];
  if (forest || !feature || feature.type === 'factor' || feature.type === 'logical' || feature.type === 'integer64') return [];
  const { range, default: first } = feature;
  const read = (value: number | string) => {
    if (typeof value === 'number') return value;
    return Number(feature.type === 'date' ? parseDate(value) : parseDatetime(value));
  };
  const [least, most] = range ? [read(range[0]), read(range[1])] : [1, 2];
  return first === undefined ? [0, 0.25, 0.5, 0.75, 1].map((part) => least + part * (most - least)) : [read(first), least, most];
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
