import { longSum } from '../boosting/long-sum.ts';

/** 1 less a pair's chance by Platt's sigmoid (kernlab, .SigmoidPredict). */
export function pairChance(decision: number, a: number, b: number, exp: (x: number) => number): number {
  const x = decision * a + b;
  return 1 - (x >= 0 ? exp(-x) / (1 + exp(-x)) : 1 / (1 + exp(x)));
}

/**
 * The chances of `count` classes of those of pairs (kernlab, R/couplers.R, minpair): the solution of a system of equations. The pairs
 * fill the matrices by columns, as R does, whatever classes they are of.
 */
export function coupled(pairs: Float64Array, count: number): Float64Array {
  const chance = new Float64Array(count * count);
  const size = count + 1;
  const cells = new Float64Array(size * size);
  let upper = 0;
  let lower = 0;
  for (let column = 0; column < count; column += 1)
    for (let row = 0; row < count; row += 1) {
      if (row === column) continue;
      const pair = row < column ? pairs[upper++]! : pairs[lower++]!;
      chance[column * count + row] = row < column ? pair : 1 - pair;
      cells[column * size + row] = -pair * (1 - pair);
    }
  for (let at = 0; at < count; at += 1) {
    cells[at * size + at] = longSum(chance.subarray(at * count, (at + 1) * count).map((one) => one * one));
    cells[at * size + count] = 1;
    cells[count * size + at] = 1;
  }
  const right = new Float64Array(size);
  right[count] = 1;
  solve(cells, right);
  const shares = right.subarray(0, count);
  const whole = longSum(shares);
  return shares.map((share) => share / whole);
}

/** Solves a system of equations in place, by rows exchanged for the greatest pivot (as LAPACK's dgesv, whose order of sums is another). */
function solve(cells: Float64Array, right: Float64Array): void {
  const size = right.length;
  const swap = (list: Float64Array, one: number, other: number) => {
    const kept = list[one]!;
    list[one] = list[other]!;
    list[other] = kept;
  };
  for (let at = 0; at < size; at += 1) {
    let pivot = at;
    for (let row = at + 1; row < size; row += 1) if (Math.abs(cells[at * size + row]!) > Math.abs(cells[at * size + pivot]!)) pivot = row;
    if (pivot !== at) {
      for (let column = 0; column < size; column += 1) swap(cells, column * size + at, column * size + pivot);
      swap(right, at, pivot);
    }
    const inverse = 1 / cells[at * size + at]!;
    for (let row = at + 1; row < size; row += 1) {
      const factor = cells[at * size + row]! * inverse;
      cells[at * size + row] = factor;
      for (let column = at + 1; column < size; column += 1) cells[column * size + row]! -= factor * cells[column * size + at]!;
      right[row]! -= factor * right[at]!;
    }
  }
  for (let at = size - 1; at >= 0; at -= 1) {
    right[at]! /= cells[at * size + at]!;
    for (let row = 0; row < at; row += 1) right[row]! -= right[at]! * cells[at * size + row]!;
  }
}
