import { describe, expect, test } from '@jest/globals';
import { explainByRows, isDrawn, partsOf, rowsToCompute } from '../../../shared/explain/rows-game.ts';
import type { RowsGame } from '../../../shared/explain/rows-part.ts';
import { generator as seeded } from '../../../shared/math/generator.ts';
import { byAllOrders } from '../../support/explain/random-trees.ts';

/** Random rows, side by side; now and then a value that other rows have too. */
function rowsOf(count: number, features: number, seed: number): Float64Array {
  const random = seeded(seed);
  return Float64Array.from({ length: count * features }, () => (random() < 0.2 ? 1 : random() * 4 - 2));
}

type Of = (row: ArrayLike<number>) => number;

/** A game of a function of a row; output 1 is its negative. */
function gameOf(features: number, background: Float64Array, of: Of, summands?: number[][]): RowsGame {
  const numbers = (rows: Float64Array, output: number) =>
    Float64Array.from({ length: rows.length / features }, (_, row) => {
      const value = of(rows.subarray(row * features, (row + 1) * features));
      return output === 1 ? -value : value;
    });
  const all = Array.from({ length: features }, (_, feature) => feature);
  const parts = partsOf((summands ?? [all]).map((summand) => new Set(summand)));
  return { features, background, parts, numbers };
}

/** The worth of a coalition by the definition: the mean over the background of rows that have the own values of the coalition's features. */
function worthOf({ features, background }: RowsGame, own: ArrayLike<number>, of: Of) {
  const count = background.length / features;
  return (coalition: number) => {
    let sum = 0;
    for (let other = 0; other < count; other += 1) {
      sum += of(Array.from({ length: features }, (_, at) => ((coalition >> at) & 1 ? own[at]! : background[other * features + at]!)));
    }
    return sum / count;
  };
}

const tangled: Of = (x) => Math.exp(x[0]! * x[1]!) + Math.sin(x[2]! + x[3]! * x[4]!) + (x[1]! > 0 ? x[4]! : 0);
const pairwise: Of = (x) => 3 + x[0]! ** 2 + x[0]! * x[1]! + x[1]! * x[2]! - 2 * x[2]! * x[3]! + Math.sqrt(5 + x[3]! + x[4]!);
const summed: Of = (x) => 3 + x[0]! ** 2 + x[1]! * x[2]! * 5 + Math.abs(x[3]!);
const threefold: Of = (x) => x[0]! * x[1]! * x[2]! + x[2]! * x[3]! + x[4]!;

describe('contributions against background rows are the Shapley values', () => {
  test.each<[string, Of, number[][] | undefined]>([
    ['of a model of which nothing more is known', tangled, undefined],
    ['of a sum of parts', summed, [[], [0], [1, 2], [3], [0]]],
    ['of a sum whose parts share features, by one order and its reverse', pairwise, [[0], [0, 1], [1, 2], [2, 3], [3, 4]]],
    ['of a sum of larger parts that share features', threefold, [[0, 1, 2], [2, 3], [4]]],
  ])('%s', (_, of, summands) => {
    const game = gameOf(5, rowsOf(7, 5, 1), of, summands);
    const rows = rowsOf(6, 5, 2);
    const outputs = [0, 1, 0, 0, 1, 0];
    const { baselines, contributions, standardErrors } = explainByRows(game, rows, outputs);
    outputs.forEach((output, row) => {
      const own = rows.subarray(row * 5, (row + 1) * 5);
      const worth = worthOf(game, own, (x) => (output === 1 ? -of(x) : of(x)));
      expect(baselines[row]).toBeCloseTo(worth(0), 12);
      byAllOrders(5, worth).forEach((value, feature) => {
        expect(contributions[row * 5 + feature]).toBeCloseTo(value, 12);
      });
    });
    expect(standardErrors.every((error) => error === 0)).toBe(true);
  });

  test('with missing values, which stand for themselves', () => {
    const of: Of = (x) => (Number.isNaN(x[0]!) ? -1 : x[0]! * x[1]!);
    const background = Float64Array.of(Number.NaN, 1, 2, 3);
    const { baselines, contributions } = explainByRows(gameOf(2, background, of), Float64Array.of(Number.NaN, 5), [0]);
    expect(baselines[0]).toBe((-1 + 6) / 2);
    byAllOrders(2, worthOf(gameOf(2, background, of), [Number.NaN, 5], of)).forEach((value, feature) => {
      expect(contributions[feature]).toBeCloseTo(value, 14);
    });
  });
});

describe('of more than twelve features that all play together', () => {
  const features = 14;
  const of: Of = (x) => x[0]! * x[1]! * x[2]! + Math.exp(x[3]! / 2) * x[4]! + x[5]! * x[6]! * x[7]! * x[8]! + x[9]! - 2 * x[10]!;
  const background = rowsOf(20, features, 3);
  const game = gameOf(features, background, of);
  const rows = rowsOf(3, features, 4);
  const { baselines, contributions, standardErrors } = explainByRows(game, rows, [0, 0, 0]);

  test('orders are drawn: the contributions lie about as far from the exact ones as their standard errors say', () => {
    expect(game.parts.map(isDrawn)).toEqual([true]);
    const known = gameOf(features, background, of, [[0, 1, 2], [3, 4], [5, 6, 7, 8], [9], [10]]);
    const exact = explainByRows(known, rows, [0, 0, 0]);
    const misses = contributions.map((value, at) => Math.abs(value - exact.contributions[at]!) / Math.max(1e-9, standardErrors[at]!));
    expect(Math.max(...misses)).toBeLessThan(4.5);
    expect(misses.filter((miss) => miss < 2).length).toBeGreaterThan(misses.length * 0.85);
    expect(Math.max(...standardErrors)).toBeGreaterThan(0);
  });

  test('a feature that plays alone, or not at all, has no error', () => {
    for (const feature of [9, 10, 11, 12, 13]) expect(standardErrors[feature]).toBeLessThan(1e-12);
    for (const feature of [11, 12, 13]) expect(contributions[feature]).toBe(0);
  });

  test('they add up to the number all the same', () => {
    for (let row = 0; row < 3; row += 1) {
      const own = rows.subarray(row * features, (row + 1) * features);
      const sum = contributions.subarray(row * features, (row + 1) * features).reduce((all, one) => all + one, baselines[row]!);
      expect(sum).toBeCloseTo(of(own), 11);
    }
  });

  test('a row has the same contributions wherever it stands', () => {
    const alone = explainByRows(game, rows.slice(features, 2 * features), [0]);
    expect(alone.contributions).toEqual(contributions.slice(features, 2 * features));
  });
});

test('summands that share a feature are one part', () => {
  const parts = partsOf([[0], [], [3, 4], [1, 2], [2, 3], [5], [5]].map((summand) => new Set(summand)));
  expect(parts).toEqual([
    { features: [0], together: 1 },
    { features: [1, 2, 3, 4], together: 2 },
    { features: [5], together: 1 },
  ]);
});

test('the estimate of rows to compute counts coalitions, or drawn orders', () => {
  const part = (length: number, together = length) => ({ features: Array.from({ length }, (_, at) => at), together });
  expect(rowsToCompute([part(1), part(1)], 100)).toBe(3);
  expect(rowsToCompute([part(12)], 100)).toBe(1 + 100 * 4096);
  expect(rowsToCompute([part(13)], 100)).toBe(1 + 100 * 8 * 14);
  expect(rowsToCompute([part(30, 2)], 100)).toBe(1 + 100 * 2 * 31);
});
