import { expect, test } from '@jest/globals';
import { expOfNegatives } from '../../../../shared/bodies/forest/survival-exp.ts';
import { exp } from '../../../../shared/math/exp.ts';
import { dice } from '../random-forest.ts';

/** Hazards as a forest gives them, greater ones, and the ends of what has an exp() of its own. */
function drawHazards(count: number): Float64Array {
  const roll = dice(7);
  const upTo = (most: number) => (most * roll(2 ** 30)) / 2 ** 30;
  const ends = [0, -0, 2 ** -54, 2 ** -55, 510.999, 511, 745.2, 1e300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
  const ways = [() => upTo(2), () => upTo(2), () => upTo(600), () => upTo(-800), () => ends[roll(ends.length)]!];
  return Float64Array.from({ length: count }, () => ways[roll(ways.length)]!());
}

test('many doubles at once have the bits of exp(), whatever they are', () => {
  // So many that they are computed at once; an odd number, so that the last pair is half a pair.
  for (const count of [200_001, 1, 2, 101, 2_047, 2_049]) {
    const hazards = drawHazards(count);
    const out = hazards.slice();
    expOfNegatives(out);
    const differing = out.reduce((sum, one, at) => sum + (Object.is(one, exp(-hazards[at]!)) ? 0 : 1), 0);
    expect(differing).toBe(0);
  }
});
