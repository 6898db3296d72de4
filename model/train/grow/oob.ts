import { drawTie } from '../criteria/classes.ts';
import type { TrainingData } from '../data/data.ts';
import { Mt64 } from '../numbers/mt19937.ts';
import { HashOrder } from '../numbers/std-order.ts';
import { concordance } from '../report/concordance.ts';
import type { TrainSettings } from '../settings.ts';
import { leafPlaces } from './grow.ts';
import type { GrownTree } from './tree.ts';

/**
 * What the trees say of the rows they were not grown with. `error` is ranger's prediction.error: the mean squared error, the
 * share of rows that are wrong, the mean squared (1 - share of the true class), or 1 - C. `predictions` are `width` doubles a
 * row: a mean, a class's value, a share for each class in the order of classValues, a cumulative hazard for each time; NaN
 * where a row was in every bag.
 */
export type OobResult = { error: number; predictions: Float64Array; width: number };

/** Sums over the trees in their order, as computePredictionErrorInternal of src/Forest*.cpp does. */
export function oobResult(data: TrainingData, settings: TrainSettings, trees: GrownTree[]): OobResult {
  if (data.kind === 'classification') return classified(data, settings, trees);
  const width = data.kind === 'regression' ? 1 : data.kind === 'probability' ? data.classValues.length : data.times.length;
  const predictions = new Float64Array(data.rows * width);
  const counts = new Uint32Array(data.rows);
  for (const tree of trees) {
    const source = data.kind === 'regression' ? tree.splitValues : tree.extras;
    const places = data.kind === 'regression' ? undefined : leafPlaces(tree);
    for (let at = 0; at < tree.oob.length; at += 1) {
      const row = tree.oob[at]!;
      const leaf = tree.oobLeaves[at]!;
      const from = (places ? places[leaf]! : leaf) * width;
      for (let k = 0; k < width; k += 1) {
        predictions[row * width + k] = predictions[row * width + k]! + source[from + k]!;
      }
      counts[row] = counts[row]! + 1;
    }
  }
  // Where a row was never out of the bag this makes 0 / 0.
  for (let at = 0; at < predictions.length; at += 1) predictions[at] = predictions[at]! / counts[Math.floor(at / width)]!;
  return { error: errorOf(data, predictions, width, counts), predictions, width };
}

function errorOf(data: TrainingData, predictions: Float64Array, width: number, counts: Uint32Array): number {
  if (data.kind === 'survival') {
    const rows = Uint32Array.from(Array.from(counts.keys()).filter((row) => counts[row]! > 0));
    const sums = Float64Array.from(rows, (row) => predictions.subarray(row * width, (row + 1) * width).reduce((sum, one) => sum + one, 0));
    return 1 - concordance(data, sums, rows);
  }
  let sum = 0;
  let counted = 0;
  for (let row = 0; row < data.rows; row += 1) {
    if (counts[row] === 0) continue;
    counted += 1;
    const difference = data.kind === 'regression' ? predictions[row]! - data.y[row]! : 1 - predictions[row * width + data.classIds[row]!]!;
    sum += difference * difference;
  }
  return sum / counted;
}

/** Majority votes. Of classes that tie ranger takes one by its forest's generator, which never moves, in its hash table's order. */
function classified(data: TrainingData, settings: TrainSettings, trees: GrownTree[]): OobResult {
  const votes = Array.from({ length: data.rows }, () => new Map<number, number>());
  for (const { oob, oobLeaves, splitValues } of trees) {
    oob.forEach((row, at) => {
      const counts = votes[row] as Map<number, number>;
      const value = splitValues[oobLeaves[at] as number]!;
      counts.set(value, (counts.get(value) ?? 0) + 1);
    });
  }
  const random = new Mt64();
  random.seed(settings.seed);
  const order = new HashOrder();
  const predictions = Float64Array.from(votes, (counts) => {
    if (counts.size === 0) return Number.NaN;
    const most = Math.max(...counts.values());
    const tied = [...counts.keys()].filter((value) => counts.get(value) === most);
    if (tied.length === 1) return tied[0]!;
    return order.walk([...counts.keys()]).filter((value) => counts.get(value) === most)[drawTie(random, tied.length)] as number;
  });
  const known = predictions.filter((value) => !Number.isNaN(value));
  const wrong = predictions.reduce((sum, value, row) => sum + (Number.isNaN(value) || value === data.y[row] ? 0 : 1), 0);
  return { error: wrong / known.length, predictions, width: 1 };
}
