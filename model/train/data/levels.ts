import { ModelError } from '../../../shared/errors.ts';
import type { Mt64 } from '../numbers/mt19937.ts';
import { lowerBound, uniformInt, uniformReal } from '../numbers/std-random.ts';
import type { NodeView, TrainSettings } from '../settings.ts';
import type { TrainingData } from './data.ts';

/** Most levels in a node whose partitions are all tried: 2^(n-1) of them. ranger tries more, and never ends. */
const MAX_TRIED = 24;

/** The ranks of an unordered column that are in a node, and those that are not, ascending; and its number of levels. */
type NodeLevels = { inside: number[]; outside: number[]; levels: number };

/**
 * The sets of levels that are tried as splits of an unordered column: for extratrees so many that are drawn, else every way to part the
 * levels in two. One flag a level, 1 where it goes right; the array may be the same each time.
 */
export function* subsetsToTry(
  data: TrainingData,
  { splitrule, numRandomSplits }: TrainSettings,
  random: Mt64,
  node: NodeView,
  column: number,
): Generator<Uint8Array> {
  if (splitrule !== 'extratrees') {
    yield* partitions(data, node, column);
    return;
  }
  const levels = levelsInNode(data, node, column);
  for (let at = 0; at < numRandomSplits; at += 1) yield drawSubset(random, levels);
}

/** The levels of a column in a node, by the place of their value among the column's (ranger's getIndex). */
function levelsInNode(data: TrainingData, { samples, start, end }: NodeView, column: number): NodeLevels {
  const { ranks, rows, offsets, values } = data;
  const count = offsets[column + 1]! - offsets[column]!;
  const seen = new Uint8Array(count);
  for (let at = start; at < end; at += 1) seen[ranks[column * rows + samples[at]!]!] = 1;
  const inside: number[] = [];
  const outside: number[] = [];
  seen.forEach((flag, rank) => {
    (flag === 1 ? inside : outside).push(rank);
  });
  return { inside, outside, levels: values[offsets[column + 1]! - 1]! };
}

/**
 * Every way to part the levels in a node in two, in ranger's order: one flag a level, 1 where it goes right. The array is
 * the same each time.
 */
function* partitions(data: TrainingData, node: NodeView, column: number): Generator<Uint8Array> {
  const { inside, levels } = levelsInNode(data, node, column);
  if (inside.length < 2) return;
  if (inside.length > MAX_TRIED) {
    throw new ModelError(
      `column ${column + 1} of the features`,
      `${inside.length} levels in one node`,
      `at most ${MAX_TRIED} with respect.unordered.factors=partition; order takes more`,
    );
  }
  const first = data.offsets[column]!;
  const codes = inside.map((rank) => data.values[first + rank]!);
  const subset = new Uint8Array(levels);
  for (let local = 1; local < 2 ** (inside.length - 1); local += 1) {
    codes.forEach((code, bit) => {
      subset[code - 1] = (local >>> bit) & 1;
    });
    yield subset;
  }
}

/**
 * A random set of levels (extratrees): each partition of the levels in the node is as likely as another, and those
 * outside go either way. Its bits are places among the values that the data has, as ranger's are.
 */
function drawSubset(random: Mt64, { inside, outside, levels }: NodeLevels): Uint8Array {
  const subset = new Uint8Array(levels);
  const take = (ranks: number[], drawn: number) => {
    ranks.forEach((rank, bit) => {
      subset[rank] = Math.floor(drawn / 2 ** bit) % 2;
    });
  };
  // Neither the empty set nor all of them: 1 to 2^n - 2. Outside both may be: 0 to 2^n - 1.
  if (inside.length > 1) take(inside, 1 + uniformInt(random, 2 ** inside.length - 2));
  if (outside.length > 1) take(outside, uniformInt(random, 2 ** outside.length));
  return subset;
}

/** The least and the greatest value of a column in a node. Its rows' ranks are written into `out`, from 0 on. */
export function spread(data: TrainingData, { samples, start, end }: NodeView, column: number, out: Uint32Array): [number, number] {
  const { ranks, rows, offsets, values } = data;
  const base = column * rows;
  let low = Number.MAX_SAFE_INTEGER;
  let high = -1;
  for (let at = start; at < end; at += 1) {
    const rank = ranks[base + samples[at]!]!;
    out[at - start] = rank;
    if (rank < low) low = rank;
    if (rank > high) high = rank;
  }
  const first = offsets[column]!;
  return [values[first + low]!, values[first + high]!];
}

/** Splits drawn between two values, ascending. */
export function drawSplits(random: Mt64, low: number, high: number, count: number): Float64Array {
  const splits = new Float64Array(count);
  for (let at = 0; at < count; at += 1) splits[at] = uniformReal(random, low, high);
  return splits.sort();
}

/** How many of a column's distinct values are at most a split. */
export function ranksUpTo(data: TrainingData, column: number, split: number): number {
  const { values, offsets } = data;
  const start = offsets[column]!;
  const end = offsets[column + 1]!;
  let at = lowerBound(values, start, end, split);
  if (at < end && values[at]! === split) at += 1;
  return at - start;
}
