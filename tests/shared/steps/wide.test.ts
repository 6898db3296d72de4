import { expect, test } from '@jest/globals';
import { SPLINES, type SplineBasis, type SplinesStep } from '../../../shared/steps/splines.ts';

/** Whoever asks for all columns of a wide step may not take the square of their number. */
const WIDE = 2_000;
const places = Array.from({ length: WIDE }, (_, at) => at);

test('the columns that bases are made of are listed once for all that is asked', () => {
  let looks = 0;
  const outside = { pivot: 0, rows: [] };
  const bases = places.map((from): SplineBasis => {
    const rest = { order: 1, knots: [], boundary: [0, 1] as [number, number], first: 0, left: outside, right: outside, reflections: [] };
    return {
      ...rest,
      from,
      get names() {
        looks += 1;
        return [`b${from}`];
      },
    };
  });
  const step: SplinesStep = { step: 'splines', of: 'ns', keep: [WIDE], bases };
  expect(SPLINES.uses!(step, 0, WIDE + 1)).toEqual([WIDE]);
  for (const place of places) expect(SPLINES.uses!(step, place + 1, WIDE + 1)).toEqual([place]);
  expect(looks).toBe(WIDE);
});
