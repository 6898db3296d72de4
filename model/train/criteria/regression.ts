import { mostDistinct, type TrainingData } from '../data/data.ts';
import { drawSplits, ranksUpTo, spread, subsetsToTry } from '../data/levels.ts';
import { Touched } from '../grow/touched.ts';
import type { Mt64 } from '../numbers/mt19937.ts';
import { midpoint, type SplitSearch } from '../search/search.ts';
import type { Criterion, NodeView, Split, TrainSettings } from '../settings.ts';
import { Maxstat, ranksOf } from './maxstat.ts';

/**
 * ranger's TreeRegression (src/TreeRegression.cpp): the split with the greatest sum of squared sums over sizes. The order
 * of every sum is ranger's: rows as they stand in the node, first within a value, then over the values.
 */
export class RegressionCriterion implements Criterion {
  readonly #data: TrainingData;
  readonly #settings: TrainSettings;
  readonly #random: Mt64;
  readonly #touched: Touched;
  readonly #sums: Float64Array;
  readonly #counts: Uint32Array;
  readonly #responses: Float64Array;
  readonly #ranks: Uint32Array;
  readonly #search: SplitSearch | undefined;
  readonly #maxstat: Maxstat | undefined;
  #sum = 0;

  /** `search` is the faster way to an ordered column's split, where there is one. */
  constructor(data: TrainingData, settings: TrainSettings, random: Mt64, inbag: number, search: SplitSearch | undefined) {
    const distinct = settings.splitrule === 'variance' && !search ? mostDistinct(data) : 0;
    this.#data = data;
    this.#settings = settings;
    this.#random = random;
    this.#touched = new Touched(distinct);
    this.#sums = new Float64Array(distinct);
    this.#counts = new Uint32Array(distinct);
    this.#responses = search?.numbers ?? new Float64Array(inbag);
    this.#ranks = new Uint32Array(settings.splitrule === 'extratrees' ? inbag : 0);
    this.#search = search;
    this.#maxstat = settings.splitrule === 'maxstat' ? new Maxstat(data, settings, inbag, search) : undefined;
  }

  isPure({ samples, start, end }: NodeView): boolean {
    const { y } = this.#data;
    const first = y[samples[start]!];
    for (let at = start + 1; at < end; at += 1) if (y[samples[at]!] !== first) return false;
    return true;
  }

  leafValue({ samples, start, end }: NodeView, pure: boolean): number {
    const { y } = this.#data;
    if (pure) return y[samples[start] as number]!;
    let sum = 0;
    for (let at = start; at < end; at += 1) sum += y[samples[at] as number]!;
    return sum / (end - start);
  }

  search(node: NodeView, columns: Uint32Array, best: Split): void {
    const { y } = this.#data;
    const { samples, start, end } = node;
    let sum = 0;
    for (let at = start; at < end; at += 1) {
      const response = y[samples[at] as number]!;
      this.#responses[at - start] = response;
      sum += response;
    }
    this.#sum = sum;
    if (this.#maxstat) {
      this.#maxstat.search(node, ranksOf(this.#responses.subarray(0, end - start)), columns, best);
      return;
    }
    const extra = this.#settings.splitrule === 'extratrees';
    for (const column of columns) {
      if (this.#data.ordered[column] === 1) {
        if (extra) this.#drawn(node, column, best);
        else if (this.#search) this.#search.variance(node, column, sum, best);
        else this.#ordered(node, column, best);
      } else {
        const subsets = subsetsToTry(this.#data, this.#settings, this.#random, node, column);
        for (const subset of subsets) this.#partition(node, column, subset, best);
      }
    }
  }

  impurity({ start, end }: NodeView, best: Split): number {
    if (this.#settings.splitrule === 'maxstat') return best.decrease;
    return best.decrease - (this.#sum * this.#sum) / (end - start);
  }

  /** All values of the node as splits: sums and counts by rank, then a walk over the ranks that were touched. */
  #ordered({ samples, start, end }: NodeView, column: number, best: Split): void {
    const { ranks, rows, values, offsets } = this.#data;
    const [sums, counts, touched, responses] = [this.#sums, this.#counts, this.#touched, this.#responses];
    const base = column * rows;
    for (let at = start; at < end; at += 1) {
      const rank = ranks[base + samples[at]!]!;
      const count = counts[rank]!;
      if (count === 0) touched.add(rank);
      counts[rank] = count + 1;
      sums[rank] = sums[rank]! + responses[at - start]!;
    }
    const size = end - start;
    const total = this.#sum;
    const found = touched.drain();
    const list = touched.list;
    const first = offsets[column]!;
    let left = 0;
    let sumLeft = 0;
    let bestAt = -1;
    let decreaseBest = best.decrease;
    for (let at = 0; at < found; at += 1) {
      const rank = list[at]!;
      left += counts[rank]!;
      sumLeft += sums[rank]!;
      counts[rank] = 0;
      sums[rank] = 0;
      if (at + 1 === found) break;
      const sumRight = total - sumLeft;
      const decrease = (sumLeft * sumLeft) / left + (sumRight * sumRight) / (size - left);
      if (decrease > decreaseBest) {
        decreaseBest = decrease;
        bestAt = at;
      }
    }
    if (bestAt === -1) return;
    best.decrease = decreaseBest;
    best.column = column;
    best.value = midpoint(values[first + list[bestAt]!]!, values[first + list[bestAt + 1]!]!);
  }

  /** Extremely randomized trees: splits drawn between the least and the greatest value. */
  #drawn(node: NodeView, column: number, best: Split): void {
    const size = node.end - node.start;
    const [ranks, responses] = [this.#ranks, this.#responses];
    const [low, high] = spread(this.#data, node, column, ranks);
    if (low === high) return;
    for (const split of drawSplits(this.#random, low, high, this.#settings.numRandomSplits)) {
      const last = ranksUpTo(this.#data, column, split) - 1;
      let right = 0;
      let sum = 0;
      for (let at = 0; at < size; at += 1) {
        // 1 where the row goes right: a branch would be foretold wrongly for half of the rows.
        const goesRight = (last - ranks[at]!) >>> 31;
        right += goesRight;
        sum += goesRight * responses[at]!;
      }
      if (right === 0 || right === size) continue;
      this.#offer(best, column, split, sum, right, size);
    }
  }

  /** A set of levels that goes right. */
  #partition({ samples, start, end }: NodeView, column: number, subset: Uint8Array, best: Split): void {
    const { ranks, rows, values, offsets } = this.#data;
    const [base, first] = [column * rows, offsets[column]!];
    let right = 0;
    let sumRight = 0;
    for (let at = start; at < end; at += 1) {
      const level = values[first + ranks[base + samples[at]!]!] as number;
      if (subset[level - 1] === 0) continue;
      right += 1;
      sumRight += this.#responses[at - start]!;
    }
    this.#offer(best, column, maskOf(subset), sumRight, right, end - start);
  }

  #offer(best: Split, column: number, value: number, sumRight: number, right: number, size: number): void {
    const sumLeft = this.#sum - sumRight;
    const decrease = (sumLeft * sumLeft) / (size - right) + (sumRight * sumRight) / right;
    if (decrease > best.decrease) {
      best.decrease = decrease;
      best.column = column;
      best.value = value;
    }
  }
}

/** A set of levels as ranger writes it: bit k - 1 is 1 where level k goes right. */
export function maskOf(subset: Uint8Array): number {
  let mask = 0;
  for (let bit = 0; bit < subset.length; bit += 1) if (subset[bit] === 1) mask += 2 ** bit;
  return mask;
}
