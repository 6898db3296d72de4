import { describe, expect, test } from '@jest/globals';
import { INTERVAL_SURVREG } from '../../../../shared/bodies/survreg/spread.ts';
import type { IntervalPart } from '../../../../shared/intervals/section.ts';
import { bodySchema } from '../../../../shared/predict.ts';
import { answerTypes } from '../../../../shared/schema/parameters.ts';
import { answerOf, modelOf, problemOf } from '../../../support/asking.ts';
import { golden } from '../../../support/golden.ts';

const ask = (name: string, parameters: object) => answerOf(modelOf(name), golden(name).rows.slice(0, 2), parameters);

describe('a survreg has standard errors and further quantiles', () => {
  test('by a section beside its schema, which stays as it was', () => {
    const { schema } = modelOf('survreg-t');
    expect(schema.types).toEqual(['response', 'lp']);
    expect(answerTypes(schema)).toEqual(['response', 'lp', 'quantiles', 'uquantiles', 'se']);
  });

  test('the median of a t is its location, and quantiles are symmetric around it', () => {
    const { predictions, quantiles } = ask('survreg-spread-t', { type: 'quantiles', quantiles: [0.5, 0.1, 0.9] });
    const [median, low, high] = predictions[0] as [number, number, number];
    expect(quantiles).toEqual([0.5, 0.1, 0.9]);
    expect(median).toBe(ask('survreg-spread-t', {}).predictions[0]);
    expect(low - median).toBeCloseTo(median - high, 9);
  });

  test('uquantiles are the logarithms of quantiles of times', () => {
    const [times, logs] = ['quantiles', 'uquantiles'].map((type) => ask('survreg-spread', { type, quantiles: [0.2, 0.7] }).predictions[1]);
    (logs as number[]).forEach((log, at) => {
      expect(Math.exp(log)).toBeCloseTo((times as number[])[at]!, 9);
    });
  });

  test.each<[string, string, object, string]>([
    ['quantiles within strata', 'survreg-spread-strata', { type: 'quantiles' }, 'expected one of "response", "lp", "se"'],
    ['errors of quantiles', 'survreg-spread', { type: 'se', seOf: 'quantiles' }, 'expected "response" or "lp"'],
    ['quantiles of times', 'survreg-spread', { quantiles: [0.1] }, 'found quantiles, expected them with type "quantiles" only'],
    ['the quantile of 1 of a t', 'survreg-spread-t', { type: 'quantiles', quantiles: [1] }, 'expected a finite number'],
  ])('%s are refused', (_, name, parameters, expected) => {
    expect(problemOf(() => ask(name, parameters))).toContain(expected);
  });

  test('describe says why quantiles within strata are not served', () => {
    const { schema, body } = modelOf('survreg-spread-strata');
    expect(body.kind.notServed?.(schema, body.data).join()).toContain('quantiles within strata, whose variable is no feature');
  });

  test.each<[string, string, Partial<IntervalPart>, string]>([
    [
      'covariances of fewer columns',
      'survreg-t',
      { arrays: [['variance', new Float64Array(1)]] },
      'found 1 covariances, expected 4 finite',
    ],
    ['a scale alone', 'survreg-t', { scalars: { scale: 2 } }, 'found the scale 2 and undefined degrees of freedom'],
    ['a scale of 0', 'survreg-t', { scalars: { scale: 0, df: 4 } }, 'expected numbers above 0, of a model without quantiles'],
    ['a t of a model with quantiles', 'survreg-weibull', { scalars: { scale: 1, df: 4 } }, 'of a model without quantiles'],
    ['errors of another model', 'coxph', {}, 'expected those of a survreg'],
  ])('a section with %s is refused', (_, name, part, expected) => {
    const model = modelOf(name);
    const whole = { schema: model.schema, ofBody: bodySchema(model), body: model.body, isMade: false };
    expect(() => INTERVAL_SURVREG.open(whole, { by: 'survreg', scalars: {}, arrays: [], ...part }, 'm')).toThrow(expected);
  });
});
