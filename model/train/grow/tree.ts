import { ModelError } from '../../../shared/errors.ts';
import type { TrainingData } from '../data/data.ts';
import { ranksUpTo } from '../data/levels.ts';
import type { Mt64 } from '../numbers/mt19937.ts';
import { drawWithoutReplacement } from '../numbers/std-random.ts';
import type { Criterion, Split, TrainSettings } from '../settings.ts';
import { Bootstrap } from './bootstrap.ts';

/** A grown tree, under ranger's names; `extras` are its leaves' shares, side by side in the order of the leaves' ids. */
export type GrownTree = {
  left: Uint32Array;
  right: Uint32Array;
  splitVarIds: Uint16Array;
  splitValues: Float64Array;
  extras: Float64Array;
  /** What each node's split adds to the impurity importance; empty where it is not asked for. */
  decreases: Float64Array;
  /** Rows out of the bag, ascending by draw as ranger keeps them, and the leaves they fall into. */
  oob: Uint32Array;
  oobLeaves: Uint32Array;
  /** How often each row was drawn; empty where it is not kept. */
  inbagCounts: Uint32Array;
  /** The loss of accuracy of each column's permutation; empty where it is not asked for. */
  permutation: Float64Array;
};

/** Splits of a tree that part no rows, before it is asked whether most do. */
const MOST_IDLE = 1_000;

/** Grows trees one after another in the same memory, as src/Tree.cpp does: nodes in the order they are made. */
export class TreeGrower {
  readonly data: TrainingData;
  readonly random: Mt64;
  readonly #settings: TrainSettings;
  readonly #criterion: Criterion;
  readonly #samples: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  readonly #left: Uint32Array;
  readonly #right: Uint32Array;
  readonly #splitVarIds: Uint16Array;
  readonly #splitValues: Float64Array;
  readonly #splitRanks: Uint32Array;
  readonly #decreases: Float64Array;
  readonly #candidates: Uint32Array;
  readonly #bootstrap: Bootstrap;
  #nodes = 0;
  #idle = 0;

  /** `samples`: as many rows as a tree draws. */
  constructor(data: TrainingData, settings: TrainSettings, random: Mt64, criterion: Criterion, samples: Uint32Array) {
    // A tree has at most one leaf a row and one node less above them; a partition may leave a side empty.
    const nodes = 2 * samples.length + 2;
    this.data = data;
    this.random = random;
    this.#settings = settings;
    this.#criterion = criterion;
    this.#samples = samples;
    this.#starts = new Uint32Array(nodes);
    this.#ends = new Uint32Array(nodes);
    this.#left = new Uint32Array(nodes);
    this.#right = new Uint32Array(nodes);
    this.#splitVarIds = new Uint16Array(nodes);
    this.#splitValues = new Float64Array(nodes);
    this.#splitRanks = new Uint32Array(nodes);
    this.#decreases = new Float64Array(settings.importance === 'impurity' ? nodes : 0);
    this.#candidates = new Uint32Array(Math.max(data.columns, settings.mtry));
    this.#bootstrap = new Bootstrap(data, settings, random);
  }

  /** Grows the tree at a place, counted from 0. */
  grow(tree: number): GrownTree {
    const settings = this.#settings;
    // (i + 1) * seed, cut to 32 bits.
    this.random.seed(Math.imul(tree + 1, settings.seed) >>> 0);
    const { oob, counts } = this.#bootstrap.draw(this.#samples);
    this.#nodes = 1;
    this.#idle = 0;
    this.#clear(0);
    this.#starts[0] = 0;
    this.#ends[0] = this.#samples.length;
    const extras: Float64Array[] = [];
    const best: Split = { column: 0, value: 0, decrease: -1 };
    let depth = 0;
    let lastLeft = 0;
    for (let node = 0; node < this.#nodes; node += 1) {
      const isDeepest = node >= lastLeft;
      const stops = isDeepest && settings.maxDepth > 0 && depth >= settings.maxDepth;
      if (this.#splitNode(node, stops, best, extras) && isDeepest) {
        lastLeft = this.#nodes - 2;
        depth += 1;
      }
    }
    return this.#result(oob, counts, extras);
  }

  /** The leaf of the tree that was grown last that a row falls into, with another row's value in the column `permuted`. */
  leafOf(row: number, permuted = -1, other = row): number {
    const { rows, ranks, values, offsets, ordered } = this.data;
    const [left, splitVarIds, splitRanks] = [this.#left, this.#splitVarIds, this.#splitRanks];
    let node = 0;
    // The right child follows the left one.
    for (let child = left[0]!; child !== 0; child = left[node]!) {
      const column = splitVarIds[node]!;
      const rank = ranks[column * rows + (column === permuted ? other : row)]!;
      const goesRight =
        ordered[column] === 1 ? rank >= splitRanks[node]! : isInSet(this.#splitValues[node]!, values[offsets[column]! + rank]!);
      node = goesRight ? child + 1 : child;
    }
    return node;
  }

  #result(oob: Uint32Array, counts: Uint32Array, extras: Float64Array[]): GrownTree {
    const nodes = this.#nodes;
    const shares = new Float64Array(extras.length * (extras[0]?.length ?? 0));
    extras.forEach((leafShares, at) => {
      shares.set(leafShares, at * leafShares.length);
    });
    return {
      left: this.#left.slice(0, nodes),
      right: this.#right.slice(0, nodes),
      splitVarIds: this.#splitVarIds.slice(0, nodes),
      splitValues: this.#splitValues.slice(0, nodes),
      extras: shares,
      decreases: this.#decreases.slice(0, nodes),
      oob,
      oobLeaves: new Uint32Array(0),
      inbagCounts: this.#settings.keepInbag ? counts : new Uint32Array(0),
      permutation: new Float64Array(0),
    };
  }

  #clear(node: number): void {
    this.#left[node] = 0;
    this.#right[node] = 0;
    this.#splitVarIds[node] = 0;
    this.#splitValues[node] = 0;
    if (this.#decreases.length > 0) this.#decreases[node] = 0;
  }

  /** Splits a node or makes it a leaf. Gives whether it was split. */
  #splitNode(node: number, stops: boolean, best: Split, extras: Float64Array[]): boolean {
    const { mtry, minNodeSize } = this.#settings;
    const criterion = this.#criterion;
    // Drawn for leaves too.
    drawWithoutReplacement(this.random, this.data.columns, mtry, this.#candidates);
    const view = { samples: this.#samples, start: this.#starts[node]!, end: this.#ends[node]! };
    const isSmall = stops || view.end - view.start <= minNodeSize;
    // A mean of equal numbers may be another double than they are: ranger asks for the size first.
    const isPure = !isSmall && criterion.isPure(view);
    best.decrease = -1;
    if (!isSmall && !isPure) criterion.search(view, this.#candidates.subarray(0, mtry), best);
    if (best.decrease < 0) {
      this.#splitValues[node] = criterion.leafValue(view, isPure);
      if (criterion.leafShares) extras.push(criterion.leafShares(view));
      return false;
    }
    if (this.#decreases.length > 0) this.#decreases[node] = criterion.impurity(view, best);
    this.#splitVarIds[node] = best.column;
    this.#splitValues[node] = best.value;
    this.#part(node, best);
    return true;
  }

  /**
   * Where two values are neighbours among the doubles, the middle that maxstat takes can be the larger one: all rows go left, and are split so again,
   * in ranger without end.
   */
  #expectProgress(): void {
    const isEndless = this.#idle > MOST_IDLE + this.#nodes / 4;
    if (!isEndless && this.#nodes + 2 <= this.#left.length) return;
    throw new ModelError(
      'a tree',
      `splits that part no rows (${this.#idle} of ${(this.#nodes - 1) / 2})`,
      "columns whose values differ by more than a double's last digit: ranger does not end with these",
    );
  }

  /** Moves the rows that go right to the node's end, the last of them first, and makes its children. */
  #part(node: number, { column, value }: Split): void {
    const { data } = this;
    const [start, end] = [this.#starts[node]!, this.#ends[node]!];
    const base = column * data.rows;
    if (data.ordered[column] === 1) this.#splitRanks[node] = ranksUpTo(data, column, value);
    const right =
      data.ordered[column] === 1
        ? partBelow(this.#samples, start, end, data.ranks, base, this.#splitRanks[node]!)
        : partBy(this.#samples, start, end, (row) => !isInSet(value, data.values[data.offsets[column]! + data.ranks[base + row]!]!));
    if (right === start || right === end) this.#idle += 1;
    this.#expectProgress();
    const child = this.#nodes;
    this.#nodes += 2;
    this.#clear(child);
    this.#clear(child + 1);
    this.#left[node] = child;
    this.#right[node] = child + 1;
    this.#starts[child] = start;
    this.#ends[child] = right;
    this.#starts[child + 1] = right;
    this.#ends[child + 1] = end;
  }
}

/** Parts rows: those whose rank is below `limit` stay at the front, the others go to the end. Gives where these start. */
function partBelow(
  samples: Uint32Array,
  start: number,
  end: number,
  ranks: Uint16Array | Uint32Array,
  base: number,
  limit: number,
): number {
  let at = start;
  let right = end;
  while (at < right) {
    const sample = samples[at]!;
    if (ranks[base + sample]! < limit) at += 1;
    else {
      right -= 1;
      samples[at] = samples[right]!;
      samples[right] = sample;
    }
  }
  return right;
}

/** The same by a question to each row. */
function partBy(samples: Uint32Array, start: number, end: number, goesLeft: (row: number) => boolean): number {
  let at = start;
  let right = end;
  while (at < right) {
    const sample = samples[at]!;
    if (goesLeft(sample)) at += 1;
    else {
      right -= 1;
      samples[at] = samples[right]!;
      samples[right] = sample;
    }
  }
  return right;
}

/** Whether a set of levels, as ranger writes it, has the level. */
function isInSet(set: number, level: number): boolean {
  return Math.floor(set / 2 ** (level - 1)) % 2 !== 0;
}
