import { describe, expect, test } from '@jest/globals';
import type { RValue } from '../../../../model/rds/values.ts';
import { SURVREG_READER } from '../../../../model/readers/survival/reader.ts';
import { normalQuantile } from '../../../../shared/math/normal-quantile.ts';
import { answerQuery, checkPredictor } from '../../../../shared/predict.ts';
import { readValue } from '../../../../shared/wire/wire.ts';
import { number, x } from '../../../support/lm-objects.ts';
import { call, named, numbers, symbol, terms, texts } from '../../../support/r-objects.ts';

/** A survreg of an intercept and x: 1 + 2 x, with the scale 2. */
function survreg(members: Record<string, RValue> = {}): RValue {
  const all = { coefficients: numbers(1, 2), scale: numbers(2), dist: texts('logistic'), terms: terms([number(x, 'x')]), ...members };
  return named(all, 'survreg');
}

function predict(value: RValue, parameters: object = {}) {
  const model = SURVREG_READER.read(value, 'm.RDS');
  checkPredictor(model, 'm.RDS');
  return answerQuery(model, readValue(model.schema, { instances: [{ x: 3 }], parameters }));
}

describe('a survreg', () => {
  test('answers the time, the linear predictor and quantiles of the time', () => {
    expect(predict(survreg()).predictions).toEqual([7]);
    expect(predict(survreg({ dist: texts('loglogistic') })).predictions).toEqual([Math.exp(7)]);
    expect(predict(survreg({ dist: texts('loglogistic') }), { type: 'lp' }).predictions).toEqual([7]);
    const told = predict(survreg(), { type: 'quantiles', quantiles: [0.25, 0.5] });
    expect([told.quantiles, told.predictions]).toEqual([[0.25, 0.5], [[7 + 2 * Math.log(1 / 3), 7]]]);
  });

  test("of Student's t, or with strata, it has no quantiles", () => {
    const strata = terms([number(x, 'x'), number(call('strata', [symbol('g')]), 'strata(g)', 'factor')]);
    for (const members of [{ dist: texts('t') }, { terms: strata, scale: numbers(1, 2) }])
      expect(() => predict(survreg(members), { type: 'quantiles' })).toThrow();
    expect(predict(survreg({ terms: strata, scale: numbers(1, 2) })).predictions).toEqual([7]);
  });

  test('a quantile at 0 or 1 is infinite, which has no answer', () => {
    expect(() => predict(survreg(), { type: 'quantiles', quantiles: [1] })).toThrow('the model has no finite answer for row 1');
    expect([0, 1].map((p) => normalQuantile(p, Math.log))).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  test('the normal quantile is symmetric, and R gave these', () => {
    for (const [p, expected] of [
      [0.5, 0],
      [0.975, 1.959963984540054],
      [1e-5, -4.264890793922825],
      [1e-300, -37.0471],
    ] as const)
      expect(normalQuantile(p, Math.log)).toBeCloseTo(expected, p < 1e-9 ? 4 : 14);
    expect(normalQuantile(0.1, Math.log)).toBe(-normalQuantile(0.9, Math.log));
  });

  test.each<[string, RValue, string]>([
    ['a distribution of your own', survreg({ dist: named({}) }), 'found a distribution of your own, expected one of extreme'],
    ['an unknown distribution', survreg({ dist: texts('gompertz') }), 'found gompertz, expected one of extreme'],
    ['a coefficient too few', survreg({ coefficients: numbers(1) }), "m.RDS's coefficients: found 1, expected 2"],
    ['a coefficient that is NA', survreg({ coefficients: numbers(1, Number.NaN) }), 'a coefficient that is not finite'],
    [
      'a smoothing term without its knots',
      survreg({ terms: terms([number(call('pspline', [x]), 'pspline(x)')]) }),
      'pspline() without its knots',
    ],
    ['tt()', survreg({ terms: terms([number(call('tt', [x]), 'tt(x)')]) }), 'a term of tt()'],
    ['a scale below 0', survreg({ scale: numbers(-1) }), 'with the scale -1'],
  ])('with %s: refused', (_, value, expected) => {
    expect(() => predict(value)).toThrow(expected);
  });
});
