import { ModelError } from '../../../shared/errors.ts';
import { doubleOf, longOf, minus, over, plus } from '../../../shared/math/long-double.ts';
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
  const groups = groupsOf(values, response.values, levels.length);
  const means = groups.map(nearMean);
  // order() keeps levels that tie in their order, and puts those without rows (NaN) last.
  const rank = (level: number) => (Number.isNaN(means[level]) ? Number.POSITIVE_INFINITY : means[level]!);
  const inOrder = () =>
    levels.map((_, level) => level).sort((one, other) => (rank(one) === rank(other) ? one - other : rank(one) - rank(other)));
  for (const level of closeOnes(inOrder(), means, response.values)) means[level] = mean(groups[level]!);
  const order = inOrder();
  const codes = new Float64Array(levels.length + 1);
  order.forEach((level, at) => {
    codes[level + 1] = at + 1;
  });
  return { ...column, levels: order.map((level) => levels[level] as string), values: values.map((code) => codes[code]!) };
}

/** The targets of each level's rows, in the rows' order; `codes` are the places of their levels, from 1. */
function groupsOf(codes: Float64Array, targets: Float64Array, levels: number): Float64Array[] {
  const counts = new Uint32Array(levels + 1);
  for (const code of codes) counts[code] = counts[code]! + 1;
  const groups = Array.from({ length: levels }, (_, level) => new Float64Array(counts[level + 1]!));
  counts.fill(0);
  codes.forEach((code, row) => {
    groups[code - 1]![counts[code]!] = targets[row]!;
    counts[code] = counts[code]! + 1;
  });
  return groups;
}

/** Means that lie closer than this share of the greatest target may be in another order than R's. */
const CLOSE = 1e-12;

/** The levels whose mean lies beside another one's, of levels in the order of their means. */
function closeOnes(order: number[], means: number[], targets: Float64Array): Set<number> {
  const room = CLOSE * targets.reduce((most, target) => Math.max(most, Math.abs(target)), 0);
  const close = new Set<number>();
  order.forEach((level, at) => {
    const before = order[at - 1];
    if (before !== undefined && means[level]! - means[before]! <= room) close.add(level).add(before);
  });
  return close;
}

/** R's mean() to the bit (summary.c): a sum of long doubles, and a second pass over what is left of it. */
function mean(values: Float64Array): number {
  const all = Array.from(values, longOf);
  const count = longOf(values.length);
  const first = over(
    all.reduce((sum, value) => plus(sum, value), ZERO),
    count,
  );
  const left = all.reduce((sum, value) => plus(sum, minus(value, first)), ZERO);
  return doubleOf(plus(first, over(left, count)));
}

const ZERO = longOf(0);

/** The same but for its last bits, a thousand times as fast: two doubles hold the sum. NaN of no values. */
function nearMean(values: Float64Array): number {
  const n = values.length;
  const first = total(values, 0) / n;
  const near = first + total(values, first) / n;
  // Values may have a mean although a double does not hold their sum.
  return n === 0 || Number.isFinite(near) ? near : mean(values);
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
