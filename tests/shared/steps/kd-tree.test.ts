import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { kdTree, nearestIn } from '../../../shared/steps/kd-tree.ts';
import { NEAREST, type NearestStep } from '../../../shared/steps/nearest.ts';

/** What RANN 2.6.1's nn2(points, asked, k) gave: points column by column, places from 1. Many points are as far as others. */
type Found = { points: number[][]; asked: number[][]; nearest: number[][] };
const FOUND: Found[] = JSON.parse(readFileSync(path.join(import.meta.dirname, 'nearest.json'), 'utf8'));

test('points that are as far as others come in the order of R', () => {
  for (const { points, asked, nearest } of FOUND) {
    const tree = kdTree(points.map((values) => Float64Array.from(values)));
    const ours = asked.map((point, at) => nearestIn(tree, point, nearest[at]!.length).map((place) => place + 1));
    expect(ours).toEqual(nearest);
  }
});

test('a deep tree is built and searched without recursion', () => {
  // Each point is half as far from 0 as the one before it: every cut leaves one point aside.
  const values = Float64Array.from({ length: 500 }, (_, at) => 2 ** -at);
  expect(nearestIn(kdTree([values]), [0], 3)).toEqual([499, 498, 497]);
  const same = new Float64Array(100_000).fill(7);
  expect(nearestIn(kdTree([same, same]), [7, 7], 2)).toHaveLength(2);
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
