import { MOST } from '../../../shared/bodies/naive-bayes/density.ts';
import { type NaiveBayes, startsOf, THRESHOLD } from '../../../shared/bodies/naive-bayes/naive-bayes.ts';
import { startOf } from '../../../shared/bodies/naive-bayes/sum.ts';
import { logOdds } from '../../../shared/explain/log-odds.ts';
import { normalDistribution } from '../../../shared/expressions/normal.ts';
import type { Schema } from '../../../shared/schema/features.ts';

/** Most work of the means, about a second: a level of each table for each two classes, and ten for a number. */
const MOST_WORK = 2 ** 25;
const NUMBER_WORK = 10;
const HALF_LOG_TWO_PI = 0.9189385332046728;

/** A feature's table, and two classes: whose chances are looked at, and of which the values are. */
type Expected = { cell: (column: number, one: number) => number; width: number; k: number; of: number };

/**
 * The means of the summands of a classifier's log-odds, as the model itself has them: those that its tables expect of values, of each class as
 * often as it came in the training data. (They are the training data's own means where these are as the tables say.) Undefined for one class, and for
 * too many.
 */
export function naiveBayesMeans(schema: Schema, model: NaiveBayes): Float64Array | undefined {
  const { apriori, tables, widths } = model;
  const classes = apriori.length;
  const each = schema.features.reduce((sum, { type }, input) => sum + (type === 'number' ? NUMBER_WORK : widths[input]!), 0);
  if (classes < 2 || classes * classes * each > MOST_WORK) return undefined;
  const all = apriori.reduce((sum, one) => sum + one, 0);
  const starts = startsOf(model);
  const parts = schema.features.map(({ type }, input) => {
    const cell = (column: number, one: number) => tables[starts[input]! + column * classes + one]!;
    const expected = type === 'number' ? expectedOfNumber : expectedOfLevels;
    const means = apriori.map((_, k) =>
      apriori.reduce((sum, count, of) => sum + (count / all) * expected({ cell, width: widths[input]!, k, of }), 0),
    );
    return logOdds(means, classes);
  });
  return Float64Array.from([startOf(schema, model), ...parts].flatMap((part) => [...part]));
}

/** What the logarithm of a number's density in one class is in the mean, where the number is of another. Too far off it is THRESHOLD's. */
function expectedOfNumber({ cell, k, of }: Expected): number {
  const deviation = (one: number) => (cell(1, one) <= 0 ? THRESHOLD : cell(1, one));
  const [mean, spread] = [(cell(0, of) - cell(0, k)) / deviation(k), deviation(of) / deviation(k)];
  const [low, high] = [(-MOST - mean) / spread, (MOST - mean) / spread];
  const [below, upTo] = [normalDistribution(low, Math.exp), normalDistribution(high, Math.exp)];
  const [first, last] = [densityAt(low), densityAt(high)];
  const near = upTo - below;
  const square =
    (mean * mean + spread * spread) * near + 2 * mean * spread * (first - last) + spread * spread * (low * first - high * last);
  return near * (-Math.log(deviation(k)) - HALF_LOG_TWO_PI) - square / 2 + (1 - near) * Math.log(THRESHOLD);
}

function densityAt(z: number): number {
  return Math.exp((-z * z) / 2 - HALF_LOG_TWO_PI);
}

/**
 * What the logarithm of a level's chance in one class is in the mean, where the level is of another. The chances of a class are taken as shares:
 * with Laplace smoothing, e1071's add up to more than 1 for a column of texts.
 */
function expectedOfLevels({ cell, width, k, of }: Expected): number {
  let [sum, all] = [0, 0];
  for (let level = 0; level < width; level += 1) {
    const own = cell(level, k);
    sum += cell(level, of) * Math.log(own <= 0 ? THRESHOLD : own);
    all += cell(level, of);
  }
  return sum / all;
}
