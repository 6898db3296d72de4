import { describe, expect, test } from '@jest/globals';
import { shapleyValues } from '../../../shared/explain/exact.ts';
import { rowsShap } from '../../../shared/explain/rows-shap.ts';
import { hasTables } from '../../../shared/explain/trees.ts';
import { generator as seeded } from '../../../shared/math/generator.ts';
import { gameOf, type RandomNode, randomTree, worthOf } from '../../support/explain/random-trees.ts';

/** Rows of numbers from 0 to 1, some of them missing. */
function rowsOf(random: () => number, rows: number, inputs: number): Float64Array {
  return Float64Array.from({ length: rows * inputs }, () => (random() < 0.15 ? Number.NaN : random()));
}

/** The mean answer over background rows, with the row's values for the inputs of a coalition: the definition. */
function worthBeside(roots: RandomNode[], own: Float64Array, background: Float64Array, coalition: number): number {
  const inputs = own.length;
  const all = 2 ** inputs - 1;
  let sum = 0;
  for (let at = 0; at < background.length; at += inputs) {
    const mixed = own.map((value, input) => ((coalition >> input) & 1 ? value : background[at + input]!));
    sum += roots.reduce((tree, root) => tree + worthOf(root, mixed, all), 0);
  }
  return sum / (background.length / inputs);
}

describe('contributions beside background rows', () => {
  test.each([
    ['one input', 1, 6, 1],
    ['few inputs that split again and again', 2, 7, 5],
    ['as many inputs as splits', 4, 4, 3],
    ['more inputs than splits', 9, 5, 7],
    ['deep trees of many inputs, and many rows', 8, 8, 20],
  ])('are the Shapley values by all coalitions: %s', (_, inputs, depth, given) => {
    let worst = 0;
    for (let seed = 1; seed <= 6; seed += 1) {
      const random = seeded(2_000 * inputs + seed);
      const roots = Array.from({ length: 3 }, () => randomTree(random, inputs, depth));
      const [rows, background] = [rowsOf(random, 5, inputs), rowsOf(random, given, inputs)];
      const found = rowsShap(gameOf(roots), { rows, inputs, outputs: new Uint32Array(5), from: 0, to: 3 }, { background });
      for (let row = 0; row < 5; row += 1) {
        const own = rows.subarray(row * inputs, (row + 1) * inputs);
        shapleyValues(inputs, (coalition) => worthBeside(roots, own, background, coalition)).forEach((value, input) => {
          worst = Math.max(worst, Math.abs(value - found.contributions[row * inputs + input]!));
        });
        worst = Math.max(worst, Math.abs(found.baselines[row]! - worthBeside(roots, own, background, 0)));
      }
    }
    expect(worst).toBeLessThan(1e-12);
  });

  test.each([
    ['few rows', 5],
    ['as many as there may be', 100],
  ])('of all background rows at once are those of one pair after another, scaled or not: %s', (_, given) => {
    const random = seeded(21);
    const roots = Array.from({ length: 5 }, () => randomTree(random, 7, 7));
    const [rows, background] = [rowsOf(random, 6, 7), rowsOf(random, given, 7)];
    const explaining = { rows, inputs: 7, outputs: new Uint32Array(6), from: 1, to: 5 };
    for (const answerOf of [undefined, (sum: number) => 1 / (1 + Math.exp(-sum))]) {
      const one = rowsShap(gameOf(roots), explaining, { background, answerOf });
      const other = rowsShap(gameOf(roots), explaining, { background, answerOf }, true);
      expect(one.baselines).toEqual(other.baselines);
      one.contributions.forEach((value, at) => {
        expect(value).toBeCloseTo(other.contributions[at]!, 13);
      });
    }
  });

  test.each([
    ['', false],
    [', by pairs', true],
  ])('have the same bits whether a row comes alone or among many others%s', (_, isByPairs) => {
    const random = seeded(5);
    const game = gameOf(Array.from({ length: 4 }, () => randomTree(random, 5, 6)));
    const [rows, background] = [rowsOf(random, 150, 5), rowsOf(random, 9, 5)];
    const all = rowsShap(game, { rows, inputs: 5, outputs: new Uint32Array(150), from: 0, to: 4 }, { background }, isByPairs);
    for (const row of [0, 63, 64, 149]) {
      const own = rows.subarray(5 * row, 5 * row + 5);
      const one = rowsShap(game, { rows: own, inputs: 5, outputs: new Uint32Array(1), from: 0, to: 4 }, { background }, isByPairs);
      expect(one.contributions).toEqual(all.contributions.slice(5 * row, 5 * row + 5));
    }
  });

  test('have the baseline of the trees that are asked for, however many others were asked for before', () => {
    const random = seeded(31);
    const roots = Array.from({ length: 12 }, () => randomTree(random, 4, 4));
    const [rows, background] = [rowsOf(random, 1, 4), rowsOf(random, 6, 4)];
    const game = gameOf(roots);
    let compared = 0;
    for (const _round of [1, 2]) {
      for (let from = 0; from < 12; from += 1) {
        for (let to = from + 1; to <= 12; to += 1) {
          const explaining = { rows, inputs: 4, outputs: new Uint32Array(1), from, to };
          const { baselines } = rowsShap(game, explaining, { background });
          expect(baselines).toEqual(rowsShap(gameOf(roots), explaining, { background }, true).baselines);
          compared += 1;
        }
      }
    }
    // More than are kept.
    expect(compared).toBe(156);
  });

  test('of an answer are scaled pair by pair, and add up to it', () => {
    const random = seeded(9);
    const roots = Array.from({ length: 4 }, () => randomTree(random, 4, 5));
    const game = gameOf(roots);
    const [rows, background] = [rowsOf(random, 6, 4), rowsOf(random, 8, 4)];
    const explaining = { rows, inputs: 4, outputs: new Uint32Array(6), from: 0, to: 4 };
    const answerOf = (sum: number) => 1 / (1 + Math.exp(-sum));
    const found = rowsShap(game, explaining, { background, answerOf });
    const sums = (some: Float64Array) => roots.reduce((sum, root) => sum + worthOf(root, some, 15), 0);
    for (let row = 0; row < 6; row += 1) {
      const own = rows.subarray(4 * row, 4 * row + 4);
      const expected = [0, 0, 0, 0];
      for (let z = 0; z < 8; z += 1) {
        const other = background.subarray(4 * z, 4 * z + 4);
        const pair = rowsShap(game, { ...explaining, rows: own, outputs: new Uint32Array(1) }, { background: other }).contributions;
        const [one, two] = [sums(own), sums(other)];
        if (one === two) continue;
        pair.forEach((value, input) => {
          expected[input]! += (value * (answerOf(one) - answerOf(two))) / (one - two) / 8;
        });
      }
      expected.forEach((value, input) => {
        expect(found.contributions[4 * row + input]).toBeCloseTo(value, 12);
      });
      const sum = found.contributions.subarray(4 * row, 4 * row + 4).reduce((all, one) => all + one, found.baselines[row]!);
      expect(sum).toBeCloseTo(answerOf(sums(own)), 12);
    }
  });
});

describe('tables of where background rows go', () => {
  /** Trees of so many nodes with so many inputs on a way. */
  const treesOf = (count: number, nodes: number, inputs: number) => ({
    roots: Uint32Array.from({ length: count + 1 }, (_, tree) => tree * nodes),
    inputs: new Uint32Array(count).fill(inputs),
    isLeaf: new Uint8Array(count * nodes),
  });

  test.each([
    ['a usual forest', 500, 2_000, 12, 100, true],
    ['trees that are as deep as they may be, with an input at each split', 16, 1_999, 999, 100, true],
    ['so many of these that their ways take more than 64 MB', 17, 1_999, 999, 100, false],
    ['too many nodes', 600, 2_000, 1, 100, false],
    ['too many background rows', 1, 3, 1, 129, false],
  ])('are made, or not: %s', (_, count, nodes, inputs, background, isMade) => {
    expect(hasTables(treesOf(count, nodes, inputs), background)).toBe(isMade);
  });
});
