import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { countLeaves } from '../../../shared/bodies/tree-ways.ts';
import { treesOf } from '../../../shared/bodies/trees-of.ts';
import { distinctRows } from '../../../shared/math/distinct-rows.ts';
import { bodySchema } from '../../../shared/predict.ts';
import { golden } from '../../support/golden.ts';

describe('the rows in each leaf', () => {
  test('are as many where rows are the same as where each is counted alone', () => {
    const model = loadModel(golden('heart-age').file);
    const { count } = treesOf(model.body)!;
    const ages = [29, 54, 54, 77, 54, 29, 41.5, -0, 0];
    const together = count!(bodySchema(model), model.body.data, Float64Array.from(ages));
    const alone = ages.map((age) => count!(bodySchema(model), model.body.data, Float64Array.of(age)));
    expect([...together]).toEqual(Array.from(together, (_, leaf) => alone.reduce((sum, counts) => sum + counts[leaf]!, 0)));
    expect(together.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(ages.length);
  });

  test('take one walk a tree for rows that are the same, of up to four inputs', () => {
    let steps = 0;
    const trees = { roots: Uint32Array.of(0, 3), isLeaf: Uint8Array.of(0, 1, 1) };
    const next = (rows: Float64Array, row: number) => {
      steps += 1;
      return rows[row]! <= 1 ? 1 : 2;
    };
    expect([...countLeaves({ trees, next }, Float64Array.of(1, 5, 2, 5, 1, 5, 1, 6), 2)]).toEqual([0, 3, 1]);
    expect(steps).toBe(3);
  });
});

test('rows differ by a bit: a zero from its negative, a missing number from none', () => {
  const rows = Float64Array.of(0, 1, -0, 1, 0, 1, Number.NaN, 1, Number.NaN, 1);
  expect(distinctRows(rows, 2)).toEqual({ firsts: [0, 1, 3], places: [0, 1, 0, 2, 2] });
  expect(distinctRows(Float64Array.of(3, 3, 4), 1)).toEqual({ firsts: [0, 2], places: [0, 0, 1] });
});
