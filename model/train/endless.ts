import { ModelError } from '../../shared/errors.ts';
import type { TrainingData } from './data/data.ts';
import { inbagSize } from './grow/bootstrap.ts';
import type { TrainSettings } from './settings.ts';

/*
 * Data with which ranger 0.14.1 itself does not end, or takes an infinity for a split. What shows only while a tree grows is in grow/tree.ts.
 */

/** A row that is drawn less often than this, of all draws, is not waited for: a tree would take minutes. */
const LEAST_SHARE = 1e-9;

/** Every split between two values of a column is a finite number, and rows of the weights can be drawn. Throws a ModelError with the column's name. */
export function expectEnd(label: string, names: readonly string[], data: TrainingData, settings: TrainSettings): void {
  for (const [column, name] of names.entries()) expectFinite(`${label}, column "${name}"`, data, column, settings);
  const { caseWeights, rows } = data;
  if (caseWeights.length === 0 || settings.replace) return;
  // What is left for the last draw weighs least where the heaviest rows came before it.
  const left = caseWeights.toSorted().subarray(0, rows - inbagSize(settings, rows) + 1);
  const share = sum(left) / sum(caseWeights);
  if (share >= LEAST_SHARE) return;
  throw new ModelError(
    'case.weights',
    `weights by which the last row of a tree is drawn once in ${share === 0 ? 'endless' : Math.round(1 / share)} draws`,
    'weights that differ less, a smaller sample.fraction, or replace=TRUE',
  );
}

/** ranger's split is half of a sum, or drawn from a difference: both are infinite where two values are near the largest double. */
function expectFinite(where: string, { values, offsets }: TrainingData, column: number, { splitrule }: TrainSettings): void {
  const [first, end] = [offsets[column]!, offsets[column + 1]!];
  if (end - first < 2) return;
  const [least, most] = [values[first]!, values[end - 1]!];
  const isBounded =
    splitrule === 'extratrees'
      ? Number.isFinite(most - least)
      : Number.isFinite(least + values[first + 1]!) && Number.isFinite(most + values[end - 2]!);
  if (!isBounded)
    throw new ModelError(where, `numbers from ${least} to ${most}`, 'numbers up to 8e307, so that a split between two is a number');
}

function sum(numbers: Float64Array): number {
  return numbers.reduce((total, number) => total + number, 0);
}
