import { expect, test } from '@jest/globals';
import { makeKernel } from '../../../shared/bodies/forest/kernels/kernels.ts';
import type { Kind } from '../../../shared/schema/features.ts';
import { dice, differing, drawRows, grow, plain, type Shape } from './random-forest.ts';

test.each<[string, Kind, number, number]>([
  ['where a node needs more than 32 bits', 'regression', 1, 60_000],
  ['where trees vote', 'classification', 1, 6],
  ['where a leaf is several numbers', 'probability', 3, 6],
])('tree by tree %s', (_, kind, width, wide) => {
  const { schema, forest } = grow({
    ...{ seed: 6, kind, features: wide, sets: false, trees: 12, splits: 300, width, missing: false },
  });
  const kernel = makeKernel(schema, forest);
  expect(kernel.name).toBe('walk');
  const rows = drawRows(forest, 19, dice(5));
  const expected = plain(schema, forest, rows);
  const [features, outputs] = [schema.features.length, expected.length / 19];
  for (const few of [1, 7, 8, 19])
    expect(differing(kernel.predict(rows.subarray(0, few * features)), expected.subarray(0, few * outputs))).toEqual([]);
});

test.each<[string, Partial<Shape>]>([
  ['several blocks of trees', { trees: 300, splits: 400 }],
  ['trees of thousands of leaves', { trees: 5, splits: 7_000, features: 6 }],
  ['fewer trees than a row walks in step', { trees: 2, splits: 90 }],
  ['trees that do not come out even', { trees: 13, splits: 90 }],
])('in chains, with each number of rows: %s', (_, more) => {
  const { schema, forest } = grow({
    ...{ seed: 12, kind: 'regression', features: 5, sets: false, trees: 9, splits: 90, width: 1, missing: false },
    ...more,
  });
  const kernel = makeKernel(schema, forest);
  expect(kernel.name).toBe('chain');
  const count = 60;
  const rows = drawRows(forest, count, dice(5));
  const expected = plain(schema, forest, rows);
  const [width, outputs] = [schema.features.length, expected.length / count];
  for (const few of [1, 2, 3, 4, 7, 8, 9, 11, 12, 16, 17, 40, 60])
    expect(differing(kernel.predict(rows.subarray(0, few * width)), expected.subarray(0, few * outputs))).toEqual([]);
});

test.each<[string, Partial<Shape>, number]>([
  ['trees of one leaf and of two among them', { trees: 300, splits: 70 }, 700],
  ['trees whose rows are more than their nodes', { trees: 3, splits: 100 }, 9_000],
  ['more rows than are listed at once', { trees: 5, splits: 90 }, 17_001],
  ['more rows than are ranked at once', { features: 200, trees: 20, splits: 70 }, 4_501],
  ['ranks of more than 16 bits', { features: 2, trees: 1_400, splits: 250, thresholds: 1e6 }, 600],
  ['features that no tree asks for', { features: 30, trees: 2, splits: 70, thresholds: 3 }, 600],
])('many rows are parted node by node: %s', (_, more, count) => {
  const { schema, forest } = grow({
    ...{ seed: 12, kind: 'regression', features: 5, sets: false, trees: 9, splits: 90, width: 1, missing: false },
    ...more,
  });
  const kernel = makeKernel(schema, forest);
  expect(kernel.name).toBe('chain');
  const rows = drawRows(forest, count, dice(5));
  const expected = plain(schema, forest, rows);
  expect(differing(kernel.predict(rows), expected)).toEqual([]);
  // Rows that come alone, and some, have the same numbers.
  const width = schema.features.length;
  for (const few of [1, 100]) expect(differing(kernel.predict(rows.subarray(0, few * width)), expected.subarray(0, few))).toEqual([]);
});

test('in chains too where more rows come than have their keys at once', () => {
  const { schema, forest } = grow({
    ...{ seed: 13, kind: 'regression', features: 4_500, sets: false, trees: 20, splits: 70, width: 1, missing: false },
  });
  const kernel = makeKernel(schema, forest);
  expect(kernel.name).toBe('chain');
  const rows = drawRows(forest, 600, dice(5));
  expect(differing(kernel.predict(rows), plain(schema, forest, rows))).toEqual([]);
});
