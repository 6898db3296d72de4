import { describe, expect, test } from '@jest/globals';
import { TAILS, TWO_TO_128THS } from '../../../shared/math/tables/exp-table.ts';
import { TWO_TO_32NDS } from '../../../shared/math/tables/exp2f-table.ts';
import { fractionOf, roundedFraction } from './fractions.ts';

/** Bits behind the point in which the tables are computed again. */
const BITS = 240;
const ONE = 1n << BigInt(BITS);

/** The square root of a whole number, rounded down (Newton). */
function root(square: bigint): bigint {
  let guess = 1n << BigInt((square.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + square / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** 2^(at / 128) for at from 0 to 127, as multiples of 2^-BITS. */
function powers(): bigint[] {
  let step = 2n * ONE;
  for (let halved = 0; halved < 7; halved += 1) step = root(step * ONE);
  const out = [ONE];
  while (out.length < 128) out.push((out.at(-1)! * step) >> BigInt(BITS));
  return out;
}

const POWERS = powers();

/** A double as a multiple of 2^-BITS. */
function scaled(x: number): bigint {
  const { whole, power } = fractionOf(x);
  return whole << BigInt(BITS + power);
}

describe('tables', () => {
  test('have the powers of two, rounded', () => {
    expect(TWO_TO_128THS).toEqual(POWERS.map((power) => roundedFraction(power, -BITS)));
    expect(TWO_TO_32NDS).toEqual(POWERS.filter((_, at) => at % 4 === 0).map((power) => roundedFraction(power, -BITS)));
  });

  test('have what the roundings of the powers of two lost', () => {
    expect(TAILS).toEqual(TWO_TO_128THS.map((power, at) => roundedFraction(((POWERS[at]! - scaled(power)) * ONE) / scaled(power), -BITS)));
  });
});
