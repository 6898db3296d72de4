import { ModelError } from '../../../shared/errors.ts';
import type { TrainKind } from './data.ts';
import type { Column } from './read-csv.ts';

/**
 * A factor with its levels in the order of their mean target, as respect.unordered.factors = "order" puts them (R/ranger.R);
 * other columns as they are. Two classes count as 1 and 2. With more classes R orders by the sign that LAPACK gives to a
 * principal component, and for survival by Kaplan-Meier quantiles: both are refused.
 */
export function orderLevels(column: Column, response: Column, kind: TrainKind, label: string): Column {
  const { type, values, levels } = column;
  if (type !== 'factor' || !levels || levels.length < 2) return column;
  const isTooMany = response.type === 'factor' && (response.levels?.length ?? 0) > 2;
  if (kind === 'survival' || isTooMany) {
    const found = kind === 'survival' ? 'a survival forest' : `${response.levels?.length} classes`;
    throw new ModelError(
      `${label}, respect.unordered.factors=order`,
      found,
      'a number or two classes as target; partition or ignore take more',
    );
  }
  const means = levels.map((_, level) => mean(response.values.filter((_value, row) => values[row] === level + 1)));
  // order() keeps levels that tie in their order, and puts those without rows (NaN) last.
  const rank = (level: number) => (Number.isNaN(means[level]) ? Number.POSITIVE_INFINITY : means[level]!);
  const order = levels.map((_, level) => level).sort((one, other) => (rank(one) === rank(other) ? one - other : rank(one) - rank(other)));
  const codes = new Float64Array(levels.length + 1);
  order.forEach((level, at) => {
    codes[level + 1] = at + 1;
  });
  return { ...column, levels: order.map((level) => levels[level] as string), values: values.map((code) => codes[code]!) };
}

/** R's mean(): a sum in extended precision, and a second pass over what is left; here two doubles hold the sum. */
function mean(values: Float64Array): number {
  const n = values.length;
  const first = total(values, 0) / n;
  return first + total(values, first) / n;
}

function total(values: Float64Array, less: number): number {
  let sum = 0;
  let rest = 0;
  for (const value of values) {
    const term = value - less;
    const next = sum + term;
    rest += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
    sum = next;
  }
  return sum + rest;
}
