import { ModelError } from '../../../shared/errors.ts';
import { mostDistinct, type TrainingData } from '../data/data.ts';
import { drawSplits, ranksUpTo, spread, subsetsToTry } from '../data/levels.ts';
import { Touched } from '../grow/touched.ts';
import type { Mt64 } from '../numbers/mt19937.ts';
import { uniformInt } from '../numbers/std-random.ts';
import { midpoint, type SplitSearch } from '../search/search.ts';
import type { Criterion, NodeView, Split, TrainSettings } from '../settings.ts';
import { maskOf } from './regression.ts';

/**
 * ranger's TreeClassification and TreeProbability (src/TreeClassification.cpp, src/TreeProbability.cpp): the split with the
 * greatest sum of squared class counts over sizes (Gini), or the greatest Hellinger distance. They differ in the leaves.
 */
export class ClassCriterion implements Criterion {
  readonly #data: TrainingData;
  readonly #settings: TrainSettings;
  readonly #random: Mt64;
  readonly #touched: Touched;
  readonly #counts: Uint32Array;
  readonly #perClass: Uint32Array;
  readonly #total: Float64Array;
  readonly #left: Float64Array;
  readonly #classes: number;
  readonly #inNode: Uint32Array;
  readonly #ranks: Uint32Array;
  readonly #rights: Uint32Array;
  readonly #search: SplitSearch | undefined;

  /** `search` is the faster way to an ordered column's split, where there is one. */
  constructor(data: TrainingData, settings: TrainSettings, random: Mt64, inbag: number, search: SplitSearch | undefined) {
    // Its sums are exact, and so in any order the same, where weights are whole numbers.
    const isExact = data.classWeights.every(
      (weight) => Number.isInteger(weight) && weight * inbag * inbag * data.classWeights.length < 2 ** 52,
    );
    this.#search = isExact && settings.splitrule === 'gini' ? search : undefined;
    const distinct = this.#search || settings.splitrule === 'extratrees' ? 0 : mostDistinct(data);
    this.#data = data;
    this.#settings = settings;
    this.#random = random;
    this.#classes = data.classValues.length;
    this.#touched = new Touched(distinct);
    this.#counts = new Uint32Array(distinct);
    this.#perClass = new Uint32Array(distinct * this.#classes);
    this.#total = new Float64Array(this.#classes);
    this.#left = new Float64Array(this.#classes);
    this.#ranks = new Uint32Array(settings.splitrule === 'extratrees' ? inbag : 0);
    this.#rights = new Uint32Array(this.#classes);
    this.#inNode = search?.ids ?? new Uint32Array(inbag);
  }

  isPure({ samples, start, end }: NodeView): boolean {
    const { classIds } = this.#data;
    const first = classIds[samples[start]!];
    for (let at = start + 1; at < end; at += 1) if (classIds[samples[at]!] !== first) return false;
    return true;
  }

  /** The class with the most weight; of those that tie one drawn from a copy of the generator, as C++ passes it by value. */
  leafValue({ samples, start, end }: NodeView, pure: boolean): number {
    const { classIds, classValues, classWeights, kind } = this.#data;
    if (kind === 'probability') return 0;
    if (pure) return classValues[classIds[samples[start] as number]!] as number;
    const weights = new Float64Array(this.#classes);
    for (let at = start; at < end; at += 1) {
      const id = classIds[samples[at] as number]!;
      weights[id] = weights[id]! + classWeights[id]!;
    }
    const most = weights.reduce((one, other) => Math.max(one, other), 0);
    if (most === 0) throw new ModelError('class.weights', 'a leaf in which every class weighs 0', 'weights above 0');
    const best = Array.from(weights.keys()).filter((id) => weights[id] === most);
    return classValues[best[drawTie(this.#random, best.length)] as number]!;
  }

  /** A probability leaf's share of each class, in the order of classValues. */
  leafShares({ samples, start, end }: NodeView): Float64Array {
    const shares = new Float64Array(this.#classes);
    for (let at = start; at < end; at += 1) {
      const id = this.#data.classIds[samples[at] as number]!;
      shares[id] = shares[id]! + 1;
    }
    return shares.map((count) => count / (end - start));
  }

  search(node: NodeView, columns: Uint32Array, best: Split): void {
    const { samples, start, end } = node;
    const total = this.#total.fill(0);
    for (let at = start; at < end; at += 1) {
      const id = this.#data.classIds[samples[at] as number]!;
      this.#inNode[at - start] = id;
      total[id] = total[id]! + 1;
    }
    const extra = this.#settings.splitrule === 'extratrees';
    for (const column of columns) {
      if (this.#data.ordered[column] === 1) {
        if (extra) this.#drawn(node, column, best);
        else if (this.#search) this.#search.gini(node, column, total, this.#data.classWeights, best);
        else this.#ordered(node, column, best);
      } else {
        const subsets = subsetsToTry(this.#data, this.#settings, this.#random, node, column);
        for (const subset of subsets) this.#partition(node, column, subset, best);
      }
    }
  }

  impurity({ start, end }: NodeView, best: Split): number {
    if (this.#settings.splitrule === 'hellinger') return best.decrease;
    let sum = 0;
    for (let id = 0; id < this.#classes; id += 1) {
      const count = this.#total[id]!;
      sum += this.#data.classWeights[id]! * count * count;
    }
    return best.decrease - sum / (end - start);
  }

  #ordered({ samples, start, end }: NodeView, column: number, best: Split): void {
    const { ranks, rows, values, offsets } = this.#data;
    const [counts, perClass, touched, inNode] = [this.#counts, this.#perClass, this.#touched, this.#inNode];
    const classes = this.#classes;
    const base = column * rows;
    for (let at = start; at < end; at += 1) {
      const rank = ranks[base + samples[at]!]!;
      const count = counts[rank]!;
      if (count === 0) touched.add(rank);
      counts[rank] = count + 1;
      const place = rank * classes + inNode[at - start]!;
      perClass[place] = perClass[place]! + 1;
    }
    const found = touched.drain();
    const list = touched.list;
    const left = this.#left.fill(0);
    let sizeLeft = 0;
    let bestAt = -1;
    for (let at = 0; at < found; at += 1) {
      const rank = list[at]!;
      sizeLeft += counts[rank]!;
      counts[rank] = 0;
      for (let id = 0, place = rank * classes; id < classes; id += 1, place += 1) {
        left[id] = left[id]! + perClass[place]!;
        perClass[place] = 0;
      }
      if (at + 1 === found) break;
      const decrease = this.#decrease(left, sizeLeft, end - start);
      if (decrease > best.decrease) {
        best.decrease = decrease;
        bestAt = at;
      }
    }
    if (bestAt === -1) return;
    const first = offsets[column]!;
    best.column = column;
    best.value = midpoint(values[first + list[bestAt]!]!, values[first + list[bestAt + 1]!]!);
  }

  /** The decrease of a split by the class counts on its left. */
  #decrease(left: Float64Array, sizeLeft: number, size: number): number {
    const total = this.#total;
    if (this.#settings.splitrule === 'hellinger') {
      const truePositive = (total[1]! - left[1]!) / total[1]!;
      const falsePositive = (total[0]! - left[0]!) / total[0]!;
      const right = Math.sqrt(truePositive) - Math.sqrt(falsePositive);
      const other = Math.sqrt(1 - truePositive) - Math.sqrt(1 - falsePositive);
      return Math.sqrt(right * right + other * other);
    }
    const weights = this.#data.classWeights;
    let sumLeft = 0;
    let sumRight = 0;
    for (let id = 0; id < this.#classes; id += 1) {
      const weight = weights[id]!;
      const inLeft = left[id]!;
      const inRight = total[id]! - inLeft;
      sumLeft += weight * inLeft * inLeft;
      sumRight += weight * inRight * inRight;
    }
    return sumRight / (size - sizeLeft) + sumLeft / sizeLeft;
  }

  #drawn(node: NodeView, column: number, best: Split): void {
    const size = node.end - node.start;
    const [ranks, inNode] = [this.#ranks, this.#inNode];
    const [low, high] = spread(this.#data, node, column, ranks);
    if (low === high) return;
    const rights = this.#rights;
    for (const split of drawSplits(this.#random, low, high, this.#settings.numRandomSplits)) {
      const last = ranksUpTo(this.#data, column, split) - 1;
      let right = 0;
      for (let at = 0; at < size; at += 1) {
        // 1 where the row goes right: a branch would be foretold wrongly for half of the rows.
        const goesRight = (last - ranks[at]!) >>> 31;
        right += goesRight;
        const id = inNode[at]!;
        rights[id] = rights[id]! + goesRight;
      }
      if (right !== 0 && right !== size) this.#offer(best, column, split, rights, right, size);
      rights.fill(0);
    }
  }

  #partition({ samples, start, end }: NodeView, column: number, subset: Uint8Array, best: Split): void {
    const { ranks, rows, values, offsets } = this.#data;
    const [base, first] = [column * rows, offsets[column]!];
    const rights = new Uint32Array(this.#classes);
    let right = 0;
    for (let at = start; at < end; at += 1) {
      const level = values[first + ranks[base + samples[at]!]!] as number;
      if (subset[level - 1] === 0) continue;
      right += 1;
      const id = this.#inNode[at - start]!;
      rights[id] = rights[id]! + 1;
    }
    this.#offer(best, column, maskOf(subset), rights, right, end - start);
  }

  /** Takes a split whose class counts on the right are known, where it is better. */
  #offer(best: Split, column: number, value: number, rights: Uint32Array, right: number, size: number): void {
    const left = this.#left;
    for (let id = 0; id < this.#classes; id += 1) left[id] = this.#total[id]! - rights[id]!;
    const decrease = this.#decrease(left, size - right, size);
    if (decrease > best.decrease) {
      best.decrease = decrease;
      best.column = column;
      best.value = value;
    }
  }
}

/** One of `count` places, by what the generator would draw next; it does not move. */
export function drawTie(random: Mt64, count: number): number {
  if (count === 1) return 0;
  const state = random.save();
  const drawn = uniformInt(random, count);
  random.restore(state);
  return drawn;
}
