import { describe, expect, test } from '@jest/globals';
import { fused, fusedExactly, plain } from '../../../shared/math/multiply-add.ts';
import { wholes } from '../../math/arguments.ts';
import { fractionOf, roundedFraction } from './fractions.ts';

/** a * b + c by whole numbers of any size, rounded once. */
function exactly(a: number, b: number, c: number): number {
  const [x, y, z] = [fractionOf(a), fractionOf(b), fractionOf(c)];
  const power = Math.min(x.power + y.power, z.power);
  const product = (x.whole * y.whole) << BigInt(x.power + y.power - power);
  const sum = product + (z.whole << BigInt(z.power - power));
  return roundedFraction(sum, power);
}

const random = wholes(18);
const unit = () => (random() + random() * 2 ** -32) * 2 ** -32 + 2 ** -40;
const sign = () => (random() & 1 ? 1 : -1);
/** A double with few or many bits, near 1. */
const number = () => sign() * (1 + Math.round(unit() * 2 ** (random() % 53)) * 2 ** -(random() % 53));

describe('a * b + c', () => {
  test('is rounded once, whatever the sizes of the parts are', () => {
    const wrong: unknown[] = [];
    for (let round = 0; round < 4_000; round += 1) {
      const [a, b] = [number() * 2 ** ((random() % 80) - 40), number() * 2 ** ((random() % 80) - 40)];
      const c = number() * a * b * 2 ** ((random() % 120) - 60);
      const expected = exactly(a, b, c);
      if (fused(a, b, c) !== expected || fusedExactly(a, b, c) !== expected) wrong.push({ a, b, c, expected });
    }
    expect(wrong).toEqual([]);
  });

  test('is right where the product and c cancel', () => {
    const wrong: unknown[] = [];
    for (let round = 0; round < 2_000; round += 1) {
      const [a, b] = [number(), number()];
      const c = -(a * b) * (1 + ((random() % 9) - 4) * 2 ** -52);
      if (fused(a, b, c) !== exactly(a, b, c)) wrong.push({ a, b, c });
    }
    expect(wrong).toEqual([]);
  });

  test('is right next to the middle between two doubles', () => {
    const wrong: unknown[] = [];
    let differing = 0;
    for (let round = 0; round < 4_000; round += 1) {
      // a * b is rounded to half a unit of c, and has lost a bit that decides: up, down, or nothing.
      const c = sign() * (1 + (random() % 1024) * 2 ** -52);
      const up = 1 + (random() % 50);
      const a = sign() * 2 ** -53 * (1 + up * 2 ** -52);
      const b = 1 - (2 * up - (random() % 3)) * 2 ** -53;
      const is = fused(a, b, c);
      if (is !== exactly(a, b, c)) wrong.push({ a, b, c });
      if (plain(a, b, c) !== is) differing += 1;
    }
    expect(wrong).toEqual([]);
    expect(differing).toBeGreaterThan(300);
  });

  test('is rounded twice without fused multiplication', () => {
    const a = 1 + 2 ** -30;
    expect(plain(a, a, -1 - 2 ** -29)).toBe(0);
    expect(fused(a, a, -1 - 2 ** -29)).toBe(2 ** -60);
  });

  test('passes on what is no number', () => {
    expect(fused(Number.NaN, 1, 1)).toBe(Number.NaN);
    expect(fused(1, Number.POSITIVE_INFINITY, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(fused(1, 0, 0)).toBe(0);
  });
});
