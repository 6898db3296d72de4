import type { TrainingData } from '../data/data.ts';
import { ranksUpTo } from '../data/levels.ts';
import type { Mt64 } from '../numbers/mt19937.ts';
import { cumulativeShares, discrete, drawWithoutReplacement, shuffle, uniformInt } from '../numbers/std-random.ts';
import type { Criterion, Split, TrainSettings } from '../settings.ts';

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

/** How many rows a tree draws: C++ cuts a product to an integer, and rounds it for each class. */
export function inbagSize({ sampleFraction }: TrainSettings, rows: number): number {
  if (sampleFraction.length === 1) return Math.floor(rows * sampleFraction[0]!);
  return sampleFraction.reduce((sum, share) => sum + roundHalfAway(rows * share), 0);
}

/** C's round(), for numbers that are not negative. */
function roundHalfAway(value: number): number {
  const floor = Math.floor(value);
  return value - floor >= 0.5 ? floor + 1 : floor;
}

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
  readonly #decreases: Float64Array;
  readonly #candidates: Uint32Array;
  readonly #shares: Float64Array;
  #nodes = 0;

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
    this.#decreases = new Float64Array(settings.importance === 'impurity' ? nodes : 0);
    this.#candidates = new Uint32Array(Math.max(data.columns, settings.mtry));
    this.#shares = data.caseWeights.length > 0 ? cumulativeShares(data.caseWeights) : new Float64Array(0);
  }

  /** Grows the tree at a place, counted from 0. */
  grow(tree: number): GrownTree {
    const settings = this.#settings;
    // (i + 1) * seed, cut to 32 bits.
    this.random.seed(Math.imul(tree + 1, settings.seed) >>> 0);
    const { oob, counts } = this.#bootstrap();
    this.#nodes = 1;
    this.#clear(0);
    this.#starts[0] = 0;
    this.#ends[0] = inbagSize(settings, this.data.rows);
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

  /** Moves the rows that go right to the node's end, the last of them first, and makes its children. */
  #part(node: number, { column, value }: Split): void {
    const { rows, ranks, values, offsets, ordered } = this.data;
    const samples = this.#samples;
    const base = column * rows;
    const first = offsets[column]!;
    const upTo = ordered[column] === 1 ? ranksUpTo(this.data, column, value) : 0;
    const goesLeft = (rank: number) => Math.floor(value / 2 ** (values[first + rank]! - 1)) % 2 === 0;
    let at = this.#starts[node]!;
    let right = this.#ends[node]!;
    while (at < right) {
      const sample = samples[at]!;
      const rank = ranks[base + sample]!;
      if (ordered[column] === 1 ? rank < upTo : goesLeft(rank)) at += 1;
      else {
        right -= 1;
        samples[at] = samples[right]!;
        samples[right] = sample;
      }
    }
    const child = this.#nodes;
    this.#nodes += 2;
    this.#clear(child);
    this.#clear(child + 1);
    this.#left[node] = child;
    this.#right[node] = child + 1;
    this.#starts[child] = this.#starts[node]!;
    this.#ends[child] = right;
    this.#starts[child + 1] = right;
    this.#ends[child + 1] = this.#ends[node]!;
  }

  /** Draws the rows of a tree into `samples`; gives those out of the bag, and how often each was drawn where that was counted. */
  #bootstrap(): { oob: Uint32Array; counts: Uint32Array } {
    const { replace, sampleFraction } = this.#settings;
    const { rows } = this.data;
    const inbag = inbagSize(this.#settings, rows);
    const isWeighted = this.#shares.length > 0;
    if (!replace && !isWeighted) return sampleFraction.length > 1 ? this.#withoutReplacementByClass() : this.#withoutReplacement(inbag);
    const counts = new Uint32Array(rows);
    const take = (at: number, row: number) => {
      this.#samples[at] = row;
      counts[row] = counts[row]! + 1;
    };
    if (isWeighted) {
      for (let at = 0; at < inbag; at += 1) {
        let row = discrete(this.random, this.#shares);
        while (!replace && counts[row] !== 0) row = discrete(this.random, this.#shares);
        take(at, row);
      }
    } else if (sampleFraction.length > 1) {
      let at = 0;
      this.#rowsByClass().forEach((ofClass, id) => {
        const last = at + roundHalfAway(rows * sampleFraction[id]!);
        for (; at < last; at += 1) take(at, ofClass[uniformInt(this.random, ofClass.length)]!);
      });
    } else {
      for (let at = 0; at < inbag; at += 1) take(at, uniformInt(this.random, rows));
    }
    return { oob: placesOf(counts, 0), counts };
  }

  /** The generator was passed by value in C++, and so it stands as before once the rows are shuffled. */
  #withoutReplacement(inbag: number): { oob: Uint32Array; counts: Uint32Array } {
    const state = this.random.save();
    const all = Uint32Array.from({ length: this.data.rows }, (_, row) => row);
    shuffle(this.random, all, 0, all.length);
    this.random.restore(state);
    this.#samples.set(all.subarray(0, inbag));
    const oob = all.slice(inbag);
    return { oob, counts: countsOutside(this.data.rows, oob) };
  }

  #withoutReplacementByClass(): { oob: Uint32Array; counts: Uint32Array } {
    const { rows } = this.data;
    const state = this.random.save();
    const oob: number[] = [];
    let at = 0;
    this.#rowsByClass().forEach((ofClass, id) => {
      const all = Uint32Array.from(ofClass);
      shuffle(this.random, all, 0, all.length);
      this.random.restore(state);
      const inbag = roundHalfAway(rows * this.#settings.sampleFraction[id]!);
      this.#samples.set(all.subarray(0, inbag), at);
      at += inbag;
      for (const row of all.subarray(inbag)) oob.push(row);
    });
    return { oob: Uint32Array.from(oob), counts: countsOutside(rows, oob) };
  }

  /** The rows of each class, in the order of classValues. */
  #rowsByClass(): number[][] {
    const lists = Array.from(this.data.classValues, (): number[] => []);
    this.data.classIds.forEach((id, row) => {
      (lists[id] as number[]).push(row);
    });
    return lists;
  }
}

/** The places of a value, ascending. */
function placesOf(counts: Uint32Array, value: number): Uint32Array {
  const places = new Uint32Array(counts.length);
  let found = 0;
  for (let row = 0; row < counts.length; row += 1) {
    if (counts[row] !== value) continue;
    places[found] = row;
    found += 1;
  }
  return places.slice(0, found);
}

/** 1 a row, 0 for those out of the bag. */
function countsOutside(rows: number, oob: ArrayLike<number>): Uint32Array {
  const counts = new Uint32Array(rows).fill(1);
  for (let at = 0; at < oob.length; at += 1) counts[oob[at]!] = 0;
  return counts;
}
