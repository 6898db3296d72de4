import { describe, expect, test } from '@jest/globals';
import { ClassCriterion } from '../../../model/train/criteria/classes.ts';
import { RegressionCriterion } from '../../../model/train/criteria/regression.ts';
import { indexData, type TrainingData } from '../../../model/train/data/data.ts';
import { Mt64 } from '../../../model/train/numbers/mt19937.ts';
import { SplitSearch } from '../../../model/train/search/search.ts';
import type { Criterion, Split, TrainSettings } from '../../../model/train/settings.ts';

const SETTINGS: TrainSettings = {
  ...{ seed: 1, numTrees: 1, mtry: 4, minNodeSize: 1, maxDepth: 0, replace: true, sampleFraction: [1], splitrule: 'variance' },
  ...{ numRandomSplits: 1, alpha: 0.5, minprop: 0.1, importance: 'none', keepInbag: false, oobError: true },
};

/** Numbers from 0 up to 1, the same each run. */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Four columns: as many values as rows, a tenth of them, three, and one. */
function columnsOf(rows: number, draw: () => number) {
  const kinds = [() => draw() - 0.5, () => Math.floor((draw() * rows) / 10), () => Math.floor(draw() * 3), () => 7];
  return kinds.map((make, at) => ({ name: `x${at}`, values: Float64Array.from({ length: rows }, make), ordered: true }));
}

/** The best split of each column alone, and of all, in a node of the first rows that were drawn. */
function bestSplits(data: TrainingData, criterion: Criterion, samples: Uint32Array, size: number): Split[] {
  const view = { samples, start: samples.length - size, end: samples.length };
  return [[0], [1], [2], [3], [0, 1, 2, 3]].map((columns) => {
    const best: Split = { column: -1, value: 0, decrease: -1 };
    criterion.search(view, Uint32Array.from(columns), best);
    expect(data.columns).toBe(4);
    return best;
  });
}

/** Both ways over nodes of all sizes; rows are drawn with replacement. */
function compare(data: TrainingData, make: (search: SplitSearch | undefined) => Criterion, sizes: number[]): void {
  const search = SplitSearch.open(data, data.rows) as SplitSearch;
  const draw = draws(data.rows);
  search.samples.forEach((_, at) => {
    search.samples[at] = Math.floor(draw() * data.rows);
  });
  const [fast, plain] = [make(search), make(undefined)];
  for (const size of sizes) {
    const wanted = bestSplits(data, plain, search.samples.slice(), size);
    expect(wanted[0]?.column).toBe(0);
    expect(bestSplits(data, fast, search.samples, size)).toEqual(wanted);
  }
}

const ALL_SIZES = [2, 3, 4, 5, 7, 8, 9, 47, 48, 49, 50, 63, 64, 65, 100, 255, 257, 1000];

describe('the search by sorted rows finds the very split, bit for bit, that tables of ranks do', () => {
  test.each([
    ['2 bytes a rank, sorted by one or two digits', 2000, [...ALL_SIZES, 1999, 2000]],
    ['4 bytes a rank, sorted by up to three digits', 70_000, [...ALL_SIZES, 1024, 2048, 70_000]],
  ])('numbers: %s', (_, rows, sizes) => {
    const draw = draws(rows + 1);
    const data = indexData(columnsOf(rows, draw), { kind: 'regression', y: Float64Array.from({ length: rows }, () => draw() * 3 - 1) });
    expect(data.ranks.BYTES_PER_ELEMENT).toBe(rows === 2000 ? 2 : 4);
    compare(data, (search) => new RegressionCriterion(data, SETTINGS, new Mt64(), rows, search), sizes);
  });

  test.each([
    ['2 classes', 2, 2000, [1, 1]],
    ['7 classes', 7, 2000, [1, 1, 1, 1, 1, 1, 1]],
    ['weights that are whole numbers', 3, 2000, [1, 5, 0]],
    ['weights that are not, which go the plain way', 3, 2000, [1, 0.3, 2.7]],
    ['4 bytes a rank', 3, 70_000, [1, 2, 1]],
  ])('classes: %s', (_, classes, rows, weights) => {
    const draw = draws(rows + 1);
    const y = Float64Array.from({ length: rows }, () => 1 + Math.floor(draw() * classes));
    const data = indexData(columnsOf(rows, draw), { kind: 'classification', y });
    data.classWeights.set(weights);
    const settings = { ...SETTINGS, splitrule: 'gini' as const };
    compare(data, (search) => new ClassCriterion(data, settings, new Mt64(), rows, search), ALL_SIZES);
  });
});
