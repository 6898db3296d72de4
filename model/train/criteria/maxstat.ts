import { exp } from '../../../shared/math/exp.ts';
import { log } from '../../../shared/math/log.ts';
import type { TrainingData } from '../data/data.ts';
import { erf } from '../numbers/c-math.ts';
import { stdOrder } from '../numbers/std-order.ts';
import type { SplitSearch } from '../search/search.ts';
import type { NodeView, Split, TrainSettings } from '../settings.ts';

/*
 * Maximally selected rank statistics, as ranger computes them (src/utility.cpp): the statistic of each column's best split,
 * its p-value by Lausen and Schumacher (1992) and by Lausen, Sauerbrei and Schumacher (1994), and the best of all columns'
 * p-values, adjusted by Benjamini and Hochberg.
 */

/** Ranks from 1; equal values share the mean of theirs. */
export function ranksOf(values: Float64Array): Float64Array {
  const order = stdOrder(values);
  const ranks = new Float64Array(values.length);
  for (let at = 0; at < order.length; ) {
    let same = 1;
    while (at + same < order.length && values[order[at]!] === values[order[at + same]!]) same += 1;
    for (let other = 0; other < same; other += 1) ranks[order[at + other]!] = (2 * at + same - 1) / 2 + 1;
    at += same;
  }
  return ranks;
}

/** Finds the best split of nodes, one after another in the same memory, of up to `inbag` rows. */
export class Maxstat {
  readonly #data: TrainingData;
  readonly #settings: TrainSettings;
  readonly #search: SplitSearch | undefined;
  /** A node's rows in the order of a column's values: their places, values and scores; how many are at most each value. */
  readonly #order: Uint32Array;
  readonly #x: Float64Array;
  readonly #scores: Float64Array;
  readonly #counts: Uint32Array;

  /** `search` sorts the rows, where scores are such (ranks) that any order of equal rows gives the same sums. */
  constructor(data: TrainingData, settings: TrainSettings, inbag: number, search?: SplitSearch) {
    this.#data = data;
    this.#settings = settings;
    this.#search = search;
    this.#order = new Uint32Array(inbag);
    this.#x = new Float64Array(inbag);
    this.#scores = new Float64Array(inbag);
    this.#counts = new Uint32Array(inbag);
  }

  /** Puts the split with the least p-value into `best`, where that is at most alpha; its decrease is its statistic. */
  search(node: NodeView, scores: Float64Array, columns: Uint32Array, best: Split): void {
    const { alpha, minprop } = this.#settings;
    const found: { column: number; value: number; statistic: number; p: number }[] = [];
    const size = node.end - node.start;
    for (const column of columns) {
      this.#sort(node, scores, column);
      const { statistic, value } = maxstat(scores, this.#scores, this.#x, size, minprop);
      if (statistic === -1) continue;
      const p = pValue(this.#data, statistic, minprop, this.#counts, cutpoints(this.#x, size, this.#counts), size);
      found.push({ column, value, statistic, p });
    }
    const adjusted = adjust(found.map(({ p }) => p));
    let least = Number.MAX_VALUE;
    let chosen = -1;
    found.forEach(({ p }, at) => {
      if (p < least) {
        least = p;
        chosen = at;
      }
    });
    const split = found[chosen];
    if (!split || !(adjusted[chosen]! <= alpha)) return;
    best.column = split.column;
    best.value = split.value;
    best.decrease = split.statistic;
  }

  /** Puts a node's rows, their values and scores into the order of a column's values. */
  #sort(node: NodeView, scores: Float64Array, column: number): void {
    const { ranks, values, offsets, rows } = this.#data;
    const { samples, start, end } = node;
    const [base, first, size] = [column * rows, offsets[column]!, end - start];
    const [order, x] = [this.#order, this.#x];
    if (this.#search) {
      // Ranks that ascend: their values lie side by side.
      this.#search.order(node, column, order, this.#counts);
      for (let at = 0; at < size; at += 1) x[at] = values[first + this.#counts[at]!]!;
    } else {
      const xOf = (place: number) => values[first + ranks[base + samples[start + place]!]!] as number;
      order.set(stdOrder(Float64Array.from({ length: size }, (_, place) => xOf(place))));
      for (let at = 0; at < size; at += 1) x[at] = xOf(order[at]!);
    }
    for (let at = 0; at < size; at += 1) this.#scores[at] = scores[order[at]!]!;
  }
}

/**
 * The greatest statistic over a column's splits, and its split; -1 where there is none. `scores` are those of n rows as they stand in the node,
 * `sorted` and `x` their scores and values in the order of these.
 */
function maxstat(
  scores: Float64Array,
  sorted: Float64Array,
  x: Float64Array,
  n: number,
  minprop: number,
): { statistic: number; value: number } {
  const maxprop = 1 - minprop;
  let all = 0;
  for (let at = 0; at < n; at += 1) all += sorted[at]!;
  const mean = all / n;
  let spread = 0;
  for (let at = 0; at < n; at += 1) spread += (scores[at]! - mean) * (scores[at]! - mean);
  const least = n * minprop > 1 ? Math.trunc(n * minprop - 1) : 0;
  const most = Math.trunc(n * maxprop - 1);
  const best = { statistic: -1, value: -1 };
  const greatest = x[n - 1]!;
  let sum = 0;
  for (let at = 0; at <= most; at += 1) {
    sum += sorted[at]!;
    if (at < least) continue;
    const value = x[at]!;
    if (at < n - 1 && value === x[at + 1]!) continue;
    if (value === greatest) break;
    const left = at + 1;
    const expected = (left / n) * all;
    const variance = ((left * (n - left)) / (n * (n - 1))) * spread;
    const statistic = Math.abs((sum - expected) / Math.sqrt(variance));
    if (statistic > best.statistic) {
      best.statistic = statistic;
      best.value = at < n - 1 ? (value + x[at + 1]!) / 2 : value;
    }
  }
  return best;
}

/**
 * Writes how many of n rows are at most each distinct value, ascending, and gives the number of values. ranger counts equal rows once more for
 * each (and so do we).
 */
function cutpoints(x: Float64Array, n: number, counts: Uint32Array): number {
  let values = 0;
  for (let at = 0; at < n; at += 1) {
    if (at === 0) counts[0] = 1;
    else if (x[at] === x[at - 1]) counts[values] = counts[values]! + 1;
    else {
      counts[values + 1] = counts[values]! + 1;
      values += 1;
    }
  }
  return values + 1;
}

/** The p-value of a statistic; `counts` are those of `values` distinct values in n rows. */
function pValue(data: TrainingData, statistic: number, minprop: number, counts: Uint32Array, values: number, n: number): number {
  // TreeSurvival drops the last count and takes a single split's p-value as it is; TreeRegression does neither.
  const used = data.kind === 'survival' ? values - 1 : values;
  if (data.kind === 'survival' && used === 1) return 2 * normal(-statistic);
  return Math.min(lau92(statistic, minprop), lau94(statistic, counts, used, n));
}

function lau92(b: number, minprop: number): number {
  if (b < 1) return 1;
  const maxprop = 1 - minprop;
  const share = log((maxprop * (1 - minprop)) / ((1 - maxprop) * minprop));
  const density = exp(-0.5 * b * b) / Math.sqrt(2 * Math.PI);
  const p = (4 * density) / b + density * (b - 1 / b) * share;
  return p > 0 ? p : 0;
}

function lau94(b: number, counts: Uint32Array, values: number, n: number): number {
  let sum = 0;
  const density = (1 / Math.PI) * exp((-b * b) / 2);
  const power = (b * b) / 4 - 1;
  for (let at = 0; at + 1 < values; at += 1) {
    const [one, other] = [counts[at]!, counts[at + 1]!];
    const t = Math.sqrt(1 - (one * (n - other)) / ((n - one) * other));
    sum += density * (t - (power * (t * t * t)) / 6);
  }
  return 2 * (1 - normal(b)) + sum;
}

/** The normal distribution function. */
function normal(x: number): number {
  return 0.5 * (1 + erf(x / Math.sqrt(2)));
}

/** Benjamini and Hochberg's adjustment. */
function adjust(values: number[]): number[] {
  const order = stdOrder(Float64Array.from(values, (value) => -value));
  const adjusted = new Array<number>(values.length).fill(0);
  order.forEach((place, at) => {
    const value = values[place]!;
    const before = adjusted[order[at - 1] ?? 0]!;
    adjusted[place] = at === 0 ? value : Math.min(before, (values.length / (values.length - at)) * value);
  });
  return adjusted;
}
