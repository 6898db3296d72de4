import { expect, test } from '@jest/globals';
import { SPATIAL_SIGN } from '../../../shared/steps/distances.ts';
import { INTERPOLATION } from '../../../shared/steps/interpolation.ts';
import { stepOf } from '../../../shared/steps/kind.ts';
import { NEAREST } from '../../../shared/steps/nearest.ts';
import { usesOf } from '../../../shared/steps/pipeline.ts';
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

test('the columns that a step changes are looked up, and not looked through', () => {
  let looks = 0;
  const counted = <T extends object>(list: T) =>
    new Proxy(list, {
      get: (of, key) => {
        looks += 1;
        return Reflect.get(of, key);
      },
    });
  const made = places.filter((place) => place % 2 === 1);
  const asked = [
    stepOf(NEAREST, { step: 'nearest', of: 'knnImpute', neighbors: 1, columns: counted(made), values: [] }),
    stepOf(SPATIAL_SIGN, { step: 'spatial-sign', of: 'spatialsign', columns: counted(made), skips: false }),
    stepOf(INTERPOLATION, {
      ...{ step: 'interpolation', of: 'percentile' },
      columns: counted(made.map((column) => ({ column, x: [0], y: [0], divisor: 1 }))),
    }),
  ];
  for (const { kind, data } of asked) {
    const through = places.map((place) => {
      kind.uses?.(data, place, WIDE);
      return kind.source(data, place);
    });
    expect(through).toEqual(places.map((place) => (place % 2 === 1 ? undefined : place)));
  }
  expect(looks).toBeLessThan(asked.length * 10 * WIDE);
});

test('columns that are computed of the same ones have one list of them, however many steps there are', () => {
  const features = places.map((at) => ({ name: `x${at}`, type: 'number' as const }));
  const sign = stepOf(SPATIAL_SIGN, { step: 'spatial-sign', of: 'spatialsign', columns: places, skips: false });
  const uses = usesOf({ kind: 'columns', takesMissing: false, features }, [sign, sign]);
  expect(new Set(uses).size).toBe(1);
  expect(uses[0]).toEqual(new Set(places));
});
