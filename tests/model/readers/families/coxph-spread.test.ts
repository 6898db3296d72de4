import { describe, expect, test } from '@jest/globals';
import { openApi } from '../../../../shared/api/openapi/openapi.ts';
import { decodeArtifact, encodeArtifact } from '../../../../shared/artifact.ts';
import { INTERVAL_COX } from '../../../../shared/bodies/cox/spread.ts';
import type { IntervalPart } from '../../../../shared/intervals/section.ts';
import { bodySchema } from '../../../../shared/predict.ts';
import { answerTypes } from '../../../../shared/schema/parameters.ts';
import { writeAnswer } from '../../../../shared/wire/answers.ts';
import { answerOf, modelOf, problemOf } from '../../../support/asking.ts';
import { golden } from '../../../support/golden.ts';

function ask(name: string, parameters: object, rows: object[] = golden(name).rows.slice(0, 2)) {
  return answerOf(modelOf(name), rows, parameters);
}
describe('a coxph has terms, expected events and standard errors', () => {
  test('by a section beside its schema, which artifacts of earlier versions have without them', () => {
    const { spread: _, ...model } = modelOf('coxph');
    expect(model.schema.types).toEqual(['lp', 'risk', 'survival']);
    expect(answerTypes(model.schema)).toEqual(['lp', 'risk', 'survival', 'terms', 'expected', 'se']);
    expect(answerTypes(decodeArtifact(encodeArtifact(model)).schema)).toEqual(['lp', 'risk', 'survival']);
  });

  test('terms are an object a row, and add up to the linear predictor', () => {
    const { predictions, lp } = ask('coxph-spread', { type: ['terms', 'lp'] });
    const [first] = predictions as Record<string, number>[];
    expect(Object.keys(first!)).toEqual(['ns(age, 3)', 'sexes', 'wt.loss', 'ns(age, 3):sexes']);
    expect(Object.values(first!).reduce((sum, one) => sum + one, 0)).toBeCloseTo(lp![0] as number, 12);
  });

  test('at times between events, before the first and after the last one', () => {
    const name = 'coxph-spread';
    const [first, second] = modelOf(name).schema.times as [number, number];
    const told = ask(name, { type: ['survival', 'expected'], times: [first - 1, first, (first + second) / 2, second, 1e9] });
    expect(told.times).toEqual([first - 1, first, (first + second) / 2, second, 1e9]);
    const [survival, expected] = [told.survival![0], told.expected![0]] as [number[], number[]];
    expect([survival[0], expected[0], survival[1], expected[1]]).toEqual([1, 0, survival[2], expected[2]]);
    survival.forEach((share, at) => {
      expect(-Math.log(share)).toBeCloseTo(expected[at]!, 12);
    });
    expect((ask(name, { type: 'expected' }).predictions[0] as number[]).at(-1)).toBe(expected[4]);
  });

  test('a table of CSV names its columns by the times that were asked for', () => {
    const model = modelOf('coxph-spread');
    const answer = { ...ask('coxph-spread', { type: 'expected', times: [30, 365.25] }), model: { name: 'm', sha256: '0' } };
    expect(writeAnswer(model.schema, answer, 'csvHeader').split('\n')[0]).toBe('predictions.30,predictions.365.25');
  });

  test('the description of the API has all of it', () => {
    const text = JSON.stringify(openApi(modelOf('coxph-spread')));
    for (const part of ['"terms"', '"expected"', '"se"', '"times"', '"seOf"']) expect(text).toContain(part);
  });

  test('of a stratum that was not in training there is none', () => {
    const [row] = golden('coxph-spread-strata').rows;
    for (const parameters of [{ type: 'terms' }, { type: 'expected', times: [100] }, { type: 'se' }])
      expect(ask('coxph-spread-strata', parameters, [row!]).predictions).toHaveLength(1);
    const pair = { age: 50, sexes: 'm', 'ph.ecog': 99 };
    for (const type of ['terms', 'expected'])
      expect(problemOf(() => ask('coxph-strata-pair', { type }, [pair]))).toContain('its stratum was not in training');
  });

  test.each<[string, string, object, string]>([
    ['times of linear predictors', 'coxph-spread', { times: [1] }, 'found times, expected them with type "survival" or "expected" only'],
    ['no times', 'coxph-spread', { type: 'expected', times: [] }, 'expected 1 to 1000 finite numbers'],
    ['times that are texts', 'coxph-spread', { type: 'expected', times: ['1'] }, 'expected 1 to 1000 finite numbers'],
    ['errors of terms', 'coxph-spread', { type: 'se', seOf: 'terms' }, 'found the text "terms", expected "lp" or "risk"'],
    ['seOf without errors', 'coxph-spread', { type: 'lp', seOf: 'lp' }, 'found seOf, expected it with type "se" only'],
    ['expected events of an offset', 'coxph-spread-offset', { type: 'expected' }, 'expected one of "lp", "risk", "terms"'],
    ['errors with an offset', 'coxph-spread-offset', { type: 'se' }, 'expected one of "lp", "risk", "terms"'],
    ['terms of a frailty', 'coxph-frailty', { type: 'terms' }, 'expected one of "lp", "risk"'],
  ])('%s are refused', (_, name, parameters, expected) => {
    expect(problemOf(() => ask(name, parameters))).toContain(expected);
  });

  const means: [string, Float64Array] = ['means', new Float64Array(11)];
  test.each<[string, Partial<IntervalPart>, string]>([
    ['no means', { arrays: [] }, "m's means: found none, expected 11, one a column"],
    ['covariances of fewer columns', { arrays: [means, ['variance', new Float64Array(4)]] }, 'found 4 numbers, expected 121 finite ones'],
    [
      'a term that has no name',
      { arrays: [means, ['assign', new Float64Array(11).fill(2)]], names: ['x'] },
      'columns of other terms than 1',
    ],
    ['hazards of other times', { arrays: [means, ['hazards', Float64Array.of(1)]] }, "m's hazards: found 1 numbers"],
    ['means that are no numbers', { arrays: [['means', new Float64Array(11).fill(Number.NaN)]] }, 'expected 11 finite ones'],
  ])('a section with %s is refused', (_, part, expected) => {
    const model = modelOf('coxph-pspline');
    const whole = { schema: model.schema, ofBody: bodySchema(model), body: model.body, isMade: false };
    expect(() => INTERVAL_COX.open(whole, { by: 'cox', scalars: {}, arrays: [], ...part }, 'm')).toThrow(expected);
  });

  test('a section of another model is refused', () => {
    const model = modelOf('survreg-weibull');
    const whole = { schema: model.schema, ofBody: bodySchema(model), body: model.body, isMade: false };
    expect(() => INTERVAL_COX.open(whole, { by: 'cox', scalars: {}, arrays: [] }, 'm')).toThrow('expected those of a coxph');
  });
});
