import { expect, test } from '@jest/globals';
import { NumberPool } from '../../../../model/readers/gam/pool.ts';

test('numbers that are the same are kept once, whatever holds them', () => {
  const pool = new NumberPool();
  const first = pool.add([1, 0, 3], 'a smooth');
  expect(pool.add(Int32Array.of(1, 0, 3), 'a smooth')).toBe(first);
  expect(pool.add(Float64Array.of(1, -0, 3), 'a smooth')).toBe(first);
  expect(pool.add([1, 2, 3], 'a smooth')).toEqual([3, 3]);
  expect(pool.numbers).toEqual(Float64Array.of(1, 0, 3, 1, 2, 3));
});

test('many matrices that differ in one number alone are told apart in one look at each', () => {
  const pool = new NumberPool();
  const [count, length] = [400, 5_000];
  const start = process.cpuUsage();
  for (let at = 0; at < count; at += 1) {
    const matrix = new Float64Array(length);
    matrix[length - 2] = at;
    expect(pool.add(matrix, 'a smooth')).toEqual([at * length, length]);
  }
  const { user } = process.cpuUsage(start);
  // 0.1 s; comparing each with all before took 3 s.
  expect(user / 1_000).toBeLessThan(1_500);
});

test('columns of levels are counted for all smooths together', () => {
  const pool = new NumberPool();
  pool.takeColumns(2 ** 19, 'a smooth');
  expect(() => pool.takeColumns(1, 'another')).toThrow('another: found too many columns of levels, expected at most 524288 of all smooths');
});
