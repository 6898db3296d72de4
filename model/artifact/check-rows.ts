import type { CheckRows } from '../../shared/artifact.ts';
import { generator } from '../../shared/math/generator.ts';
import { type Predictor, predictRows } from '../../shared/predict.ts';
import { parseDate, parseDatetime } from '../../shared/schema/dates.ts';
import { featureSplits } from './splits.ts';

/** How many check rows an artifact carries. */
export const CHECK_ROWS = 16;

/**
 * Rows drawn from the splits themselves, so that each feature's value falls on a threshold, just beside it or on a level,
 * with the plain predictor's answers; where there are no splits, from the range seen in training. Now and then a value is
 * missing, where the model takes that. The draw depends on the model alone: the same model gives the same rows.
 */
export function drawCheckRows(model: Predictor): CheckRows {
  const { schema, steps, body } = model;
  const width = schema.features.length;
  const rows = new Float64Array(CHECK_ROWS * width);
  const random = generator(body.kind.seed?.(body.data) ?? width);
  const values = featureSplits(model).map((splits, column) => (splits.values.length > 0 ? splits.values : valuesSeen(model, column)));
  // A number that an expression takes for a level has no answer beside it.
  const nudges = steps || !body.kind.splits ? [0] : [0, -0.5, 0.5];
  // Each start computes these rows before it answers.
  const isSlowWithout = steps?.some(({ kind }) => kind.about !== undefined);
  for (let row = 0; row < CHECK_ROWS; row += 1) {
    schema.features.forEach((feature, column) => {
      const given = values[column] as number[];
      const pick = given[Math.floor(random() * given.length)] ?? 0;
      const nudge = nudges[Math.floor(random() * nudges.length)]!;
      const level = feature.type === 'factor' ? 1 + Math.floor(random() * feature.levels.length) : 0;
      // The neighbour of a 64-bit integer is the next double.
      const beside = feature.type === 'integer64' ? Math.abs(pick + 2 * nudge * Number.MIN_VALUE) : pick + nudge;
      const numeric = feature.type === 'logical' ? Math.floor(random() * 2) : beside;
      const isMissing = schema.takesMissing && random() < 0.1 && feature.type !== 'integer64' && (row === 0 || !isSlowWithout);
      rows[row * width + column] = isMissing ? Number.NaN : feature.type === 'factor' ? level : numeric;
    });
  }
  return { rows, outputs: predictRows(model, rows) };
}

/** Some values of a number that is not split: where it starts, and from the range seen in training, else from 1 to 2. */
function valuesSeen({ schema, body }: Predictor, column: number): number[] {
  const feature = schema.features[column];
  // What a forest does not split by, it does not look at.
  if (body.kind.lacksLevels || !feature || feature.type === 'factor' || feature.type === 'logical' || feature.type === 'integer64')
    return [];
  const { range, default: first } = feature;
  const read = (value: number | string) => {
    if (typeof value === 'number') return value;
    return Number(feature.type === 'date' ? parseDate(value) : parseDatetime(value));
  };
  const [least, most] = range ? [read(range[0]), read(range[1])] : [1, 2];
  return first === undefined ? [0, 0.25, 0.5, 0.75, 1].map((part) => least + part * (most - least)) : [read(first), least, most];
}
