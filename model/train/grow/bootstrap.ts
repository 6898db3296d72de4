import type { TrainingData } from '../data/data.ts';
import type { Mt64 } from '../numbers/mt19937.ts';
import { cumulativeShares, discrete, shuffle, uniformInt } from '../numbers/std-random.ts';
import type { TrainSettings } from '../settings.ts';

/** The rows out of the bag, and how often each row was drawn. */
type Drawn = { oob: Uint32Array; counts: Uint32Array };

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

/** Draws the rows that trees are grown with, as src/Tree.cpp does. */
export class Bootstrap {
  readonly #data: TrainingData;
  readonly #settings: TrainSettings;
  readonly #random: Mt64;
  readonly #shares: Float64Array;

  constructor(data: TrainingData, settings: TrainSettings, random: Mt64) {
    this.#data = data;
    this.#settings = settings;
    this.#random = random;
    this.#shares = data.caseWeights.length > 0 ? cumulativeShares(data.caseWeights) : new Float64Array(0);
  }

  /** Draws the rows of a tree into `samples`. */
  draw(samples: Uint32Array): Drawn {
    const { replace, sampleFraction } = this.#settings;
    const { rows } = this.#data;
    const inbag = samples.length;
    const isWeighted = this.#shares.length > 0;
    if (!replace && !isWeighted)
      return sampleFraction.length > 1 ? this.#withoutReplacementByClass(samples) : this.#withoutReplacement(samples);
    const counts = new Uint32Array(rows);
    const take = (at: number, row: number) => {
      samples[at] = row;
      counts[row] = counts[row]! + 1;
    };
    if (isWeighted) {
      for (let at = 0; at < inbag; at += 1) {
        let row = discrete(this.#random, this.#shares);
        while (!replace && counts[row] !== 0) row = discrete(this.#random, this.#shares);
        take(at, row);
      }
    } else if (sampleFraction.length > 1) {
      let at = 0;
      this.#rowsByClass().forEach((ofClass, id) => {
        const last = at + roundHalfAway(rows * sampleFraction[id]!);
        for (; at < last; at += 1) take(at, ofClass[uniformInt(this.#random, ofClass.length)]!);
      });
    } else {
      for (let at = 0; at < inbag; at += 1) take(at, uniformInt(this.#random, rows));
    }
    return { oob: placesOf(counts, 0), counts };
  }

  /** The generator was passed by value in C++, and so it stands as before once the rows are shuffled. */
  #withoutReplacement(samples: Uint32Array): Drawn {
    const state = this.#random.save();
    const all = Uint32Array.from({ length: this.#data.rows }, (_, row) => row);
    shuffle(this.#random, all, 0, all.length);
    this.#random.restore(state);
    samples.set(all.subarray(0, samples.length));
    const oob = all.slice(samples.length);
    return { oob, counts: countsOutside(this.#data.rows, oob) };
  }

  #withoutReplacementByClass(samples: Uint32Array): Drawn {
    const { rows } = this.#data;
    const state = this.#random.save();
    const oob: number[] = [];
    let at = 0;
    this.#rowsByClass().forEach((ofClass, id) => {
      const all = Uint32Array.from(ofClass);
      shuffle(this.#random, all, 0, all.length);
      this.#random.restore(state);
      const inbag = roundHalfAway(rows * this.#settings.sampleFraction[id]!);
      samples.set(all.subarray(0, inbag), at);
      at += inbag;
      for (const row of all.subarray(inbag)) oob.push(row);
    });
    return { oob: Uint32Array.from(oob), counts: countsOutside(rows, oob) };
  }

  /** The rows of each class, in the order of classValues. */
  #rowsByClass(): number[][] {
    const lists = Array.from(this.#data.classValues, (): number[] => []);
    this.#data.classIds.forEach((id, row) => {
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
