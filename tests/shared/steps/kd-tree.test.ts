import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { kdTree, mostLooks, nearestIn } from '../../../shared/steps/kd-tree.ts';
import { NEAREST, type NearestStep } from '../../../shared/steps/nearest.ts';

/** What RANN 2.6.1's nn2(points, asked, k) gave: points column by column, places from 1. Many points are as far as others. */
type Found = { points: number[][]; asked: number[][]; nearest: number[][] };
const FOUND: Found[] = JSON.parse(readFileSync(path.join(import.meta.dirname, 'nearest.json'), 'utf8'));

test('points that are as far as others come in the order of R', () => {
  for (const { points, asked, nearest } of FOUND) {
    const tree = kdTree(points.map((values) => Float64Array.from(values)))!;
    const ours = asked.map((point, at) => nearestIn(tree, point, nearest[at]!.length).map((place) => place + 1));
    expect(ours).toEqual(nearest);
  }
});

test('a deep tree is built and searched without recursion', () => {
  // Each point is half as far from 0 as the one before it: every cut leaves one point aside.
  const values = Float64Array.from({ length: 500 }, (_, at) => 2 ** -at);
  expect(nearestIn(kdTree([values])!, [0], 3)).toEqual([499, 498, 497]);
  const same = new Float64Array(100_000).fill(7);
  expect(nearestIn(kdTree([same, same])!, [7, 7], 2)).toHaveLength(2);
});

/** Points of which each cut of a tree leaves one aside: in each column a geometric row, and 0 where another column has its value. */
function geometric(columns: number, rows: number): Float64Array[] {
  return Array.from({ length: columns }, (_, column) =>
    Float64Array.from({ length: rows }, (_, row) => (row % columns === column ? 2 ** (400 - Math.floor(row / columns)) : 0)),
  );
}

test('a tree whose points take the square of their count is not built', () => {
  const small = geometric(40, 2000);
  // Each of the columns and the two sides of a cut are looked through for the points that are left.
  const looks = (rows: number) => (42 * rows ** 2) / 2;
  expect(kdTree(small, looks(2000) * 1.1)).toBeDefined();
  expect(kdTree(small, looks(2000) * 0.4)).toBeUndefined();
  expect(kdTree(geometric(40, 8000))).toBeUndefined();
  // Rows that are alike, and such with long tails, are far from the limit.
  const alike = new Float64Array(10_000).fill(7);
  expect(kdTree(new Array(100).fill(alike), mostLooks(1_000_000) / 10)).toBeDefined();
  const tails = Array.from({ length: 4 }, (_, column) =>
    Float64Array.from({ length: 10_000 }, (_, row) => ((row * 7919 + column) % 10_007) ** -5),
  );
  expect(kdTree(tails, mostLooks(40_000) / 2)).toBeDefined();
});

test('a row whose nearest rows would take such a tree has no answer, and the rows beside it have theirs', () => {
  const values = geometric(40, 8000).map((list) => Array.from(list));
  const step: NearestStep = { step: 'nearest', of: 'knnImpute', neighbors: 2, columns: [...values.keys()], values };
  const features = [...values.keys()].map((at) => ({ name: `x${at}`, type: 'number' as const }));
  const compute = NEAREST.compile(step, { kind: 'regression', takesMissing: true, features });
  const row = new Array(40).fill(0);
  // Most of the training rows are as far from it as others.
  const rows = Float64Array.from([...row.with(0, Number.NaN), ...row, ...row.with(0, Number.NaN)]);
  const unknown = new Uint8Array(3);
  const made = compute(rows, 3, unknown);
  expect([...unknown]).toEqual([1, 0, 1]);
  expect(made.subarray(40, 80)).toEqual(Float64Array.from(row));
});

test('training rows each of which is nearer than all before it are found in their order', () => {
  const values = Array.from({ length: 2000 }, (_, at) => 2000 - at);
  const step: NearestStep = { step: 'nearest', of: 'knnImpute', neighbors: 1000, columns: [0, 1], values: [values, values] };
  const features = ['a', 'b'].map((name) => ({ name, type: 'number' as const }));
  const compute = NEAREST.compile(step, { kind: 'regression', takesMissing: true, features });
  expect(compute(Float64Array.of(0, Number.NaN), 1, new Uint8Array(1))[1]).toBe(500.5);
});

test('training rows at the same distance are chosen as by R', () => {
  const [one] = FOUND.filter(({ points, nearest }) => points.length === 2 && nearest[0]!.length >= 3 && points[0]!.length >= 10);
  const { points, asked, nearest } = one!;
  // A third column tells which rows were taken: their mean is that of their places.
  const places = points[0]!.map((_, at) => at + 1);
  const step: NearestStep = {
    step: 'nearest',
    of: 'knnImpute',
    neighbors: nearest[0]!.length,
    columns: [0, 1, 2],
    values: [...points, places],
  };
  const features = ['a', 'b', 'place'].map((name) => ({ name, type: 'number' as const }));
  const compute = NEAREST.compile(step, { kind: 'regression', takesMissing: true, features });
  const rows = Float64Array.from(asked.flatMap((point) => [...point, Number.NaN]));
  const made = compute(rows, asked.length, new Uint8Array(asked.length));
  const means = nearest.map((row) => row.reduce((sum, place) => sum + place, 0) / row.length);
  expect(asked.map((_, at) => made[at * 3 + 2]!)).toEqual(means);
});
