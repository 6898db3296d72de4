import { describe, expect, test } from '@jest/globals';
import { importModel } from '../../../../model/artifact/import.ts';
import type { RValue } from '../../../../model/rds/values.ts';
import { COXPH_READER } from '../../../../model/readers/survival/reader.ts';
import { decodeArtifact } from '../../../../shared/artifact.ts';
import { answerQuery, checkPredictor } from '../../../../shared/predict.ts';
import { writeAnswer } from '../../../../shared/wire/answers.ts';
import { readValue } from '../../../../shared/wire/wire.ts';
import { golden } from '../../../support/golden.ts';
import { number, x } from '../../../support/lm-objects.ts';
import { attributed, call, integers, NULL, named, numbers, symbol, terms, texts } from '../../../support/r-objects.ts';

function predict(value: RValue, rows: object[], parameters: object = {}) {
  const model = COXPH_READER.read(value, 'm.RDS');
  checkPredictor(model, 'm.RDS');
  return answerQuery(model, readValue(model.schema, { instances: rows, parameters }));
}

/** A coxph of x with the coefficient 0 and the mean 1: four rows that end at 1, 2, 2 and 3, the last one without an event. */
function coxph(members: Record<string, RValue> = {}, coefficient = 0): RValue {
  const all = {
    coefficients: attributed(numbers(coefficient), { names: texts('x') }),
    means: numbers(1),
    'linear.predictors': numbers(0, 0, 0, 0),
    method: texts('efron'),
    terms: terms([number(x, 'x')]),
    y: attributed(numbers(1, 2, 2, 3, 1, 1, 1, 0), { dim: integers(4, 2), type: texts('right') }),
    ...members,
  };
  return named(all, 'coxph');
}

const special = (name: string, kind = 'factor') => terms([number(x, 'x'), number(call(name, [symbol('g')]), `${name}(g)`, kind)]);
/** pspline(x) of three intervals from 0 to 3, and degree 1. */
const pspline = (changes: Record<string, RValue> = {}, columns = 4) => {
  const parts = { nterm: numbers(3), intercept: numbers(1), 'Boundary.knots': call('c', [numbers(0), numbers(3)]), degree: numbers(1) };
  return terms([number(call('pspline', [x], { ...parts, ...changes }), 'pspline(x)', `nmatrix.${columns}`)]);
};
const four = { coefficients: numbers(1, 10, 100, 1000), means: numbers(0, 0, 0, 0) };

/** The same within strata, with x from 10 to 40. */
function stratified(strata: RValue, levels: string[], places: number[], coefficient: number, members: Record<string, RValue> = {}): RValue {
  const parts = {
    terms: terms([number(x, 'x'), number(strata, 'by', 'factor')]),
    xlevels: named({ by: texts(...levels) }),
    strata: attributed(integers(...places), { levels: texts(...levels), class: texts('factor') }),
    x: attributed(numbers(10, 20, 30, 40), { dim: integers(4, 1) }),
  };
  return coxph({ ...parts, ...members }, coefficient);
}

describe('a coxph', () => {
  test('is centred at the means; a column without a coefficient counts 0', () => {
    expect(predict(coxph({}, 2), [{ x: 3 }]).predictions).toEqual([4]);
    expect(predict(coxph({}, 2), [{ x: 1 }], { type: 'risk' }).predictions).toEqual([1]);
    expect(predict(coxph({}, Number.NaN), [{ x: 3 }]).predictions).toEqual([0]);
  });

  test('strata of several variables take apart what R calls them, filled with spaces', () => {
    const strata = call('strata', [symbol('sex'), symbol('late')]);
    const levels = ['sex=f, late=FALSE', 'sex=f, late=TRUE ', 'sex=m, late=TRUE '];
    const value = stratified(strata, levels, [1, 2, 2, 3], 2);
    // The mean of x within a stratum: 10, 25 and 40.
    const lp = (sex: string, late: boolean) => predict(value, [{ x: 50, sex, late }]).predictions;
    expect([lp('f', false), lp('f', true), lp('m', true)]).toEqual([[80], [50], [20]]);
    expect(() => lp('m', false)).toThrow(
      expect.objectContaining({ problems: [{ path: '/0', message: 'its stratum was not in training' }] }),
    );
  });

  test('strata of a factor have its labels alone, of numbers or not; weights weigh the means', () => {
    const value = stratified(call('strata', [symbol('g')]), ['1', '2'], [1, 1, 2, 2], 1, { weights: numbers(3, 1, 1, 1) });
    expect(predict(value, [{ x: 50, g: '1' }]).predictions).toEqual([50 - 12.5]);
    expect(COXPH_READER.read(value, 'm.RDS').schema.features[1]).toMatchObject({ type: 'factor', levels: ['1', '2'] });
  });

  test('reference says what a linear predictor is 0 at; an artifact takes it without having it in its schema', () => {
    const model = decodeArtifact(importModel(golden('coxph').file));
    expect(model.schema.takes).toBeUndefined();
    const { rows } = golden('coxph');
    const ask = (parameters: object) =>
      answerQuery(model, readValue(model.schema, { instances: rows, parameters })).predictions as number[];
    expect(ask({ reference: 'sample' })).toEqual(ask({ reference: 'strata' }));
    const [centred, zero] = [ask({}), ask({ reference: 'zero' })];
    zero.forEach((one, row) => {
      expect(one - centred[row]!).toBeCloseTo(zero[0]! - centred[0]!, 10);
    });
    expect(() => ask({ type: 'survival', reference: 'zero' })).toThrow(
      expect.objectContaining({
        problems: [expect.objectContaining({ message: 'found reference with type "survival", expected it with "lp" or "risk" only' })],
      }),
    );
    expect(() => ask({ reference: 'mean' })).toThrow();
  });

  test('the means of all strata are not in an artifact, and with an offset there is one reference', () => {
    const model = decodeArtifact(importModel(golden('coxph-strata').file));
    const query = readValue(model.schema, { instances: golden('coxph-strata').rows, parameters: { reference: 'sample' } });
    expect(() => answerQuery(model, query)).toThrow(
      expect.objectContaining({
        problems: expect.arrayContaining([expect.objectContaining({ message: expect.stringContaining('expected "strata" or "zero"') })]),
      }),
    );
    expect(decodeArtifact(importModel(golden('coxph-offset').file)).schema.later).toEqual([]);
  });

  test('pspline() is a basis of splines, and a line beyond its boundary knots; combine adds up columns', () => {
    const lp = (at: number) => predict(coxph({ terms: pspline(), ...four }), [{ x: at }]).predictions[0];
    // Of degree 1 R's splines has no slope above the last knot.
    expect([0, 0.5, 1, 3, 4, -1].map(lp)).toEqual([1, 5.5, 10, 1000, 1000, -8]);
    const value = coxph({
      terms: pspline(
        {
          combine: call(
            'c',
            [1, 1, 2, 2].map((one) => numbers(one)),
          ),
        },
        2,
      ),
      coefficients: numbers(1, 10),
      means: numbers(0, 0),
    });
    expect([0, 1, 1.5, 3].map((at) => predict(value, [{ x: at }]).predictions[0])).toEqual([1, 1, 5.5, 10]);
  });

  test.each<[string, Record<string, RValue>, string]>([
    [
      'combine that falls',
      {
        combine: call(
          'c',
          [2, 1, 3, 3].map((one) => numbers(one)),
        ),
      },
      'found combine of another form',
    ],
    ['too many terms', { nterm: numbers(501) }, 'found another basis'],
    ['boundary knots in the wrong order', { 'Boundary.knots': call('c', [numbers(3), numbers(0)]) }, 'found another basis'],
  ])('pspline() with %s is refused', (_, changes, expected) => {
    expect(() => predict(coxph({ terms: pspline(changes), ...four }), [{ x: 1 }])).toThrow(expected);
  });

  test('ridge() is the columns of its variables, and a sparse frailty is left out, without curves, as R has none', () => {
    const ridge = terms([number(call('ridge', [x, symbol('z')], { theta: numbers(1) }), 'ridge(x, z)', 'nmatrix.2')]);
    expect(predict(coxph({ terms: ridge, coefficients: numbers(1, 10), means: numbers(0, 0) }), [{ x: 3, z: 4 }]).predictions).toEqual([
      43,
    ]);
    const frail = coxph({ terms: special('frailty'), pterms: attributed(integers(0, 2), { names: texts('x', 'frailty(g)') }) }, 2);
    expect(predict(frail, [{ x: 3 }]).predictions).toEqual([4]);
    expect(COXPH_READER.read(frail, 'm.RDS').schema).toMatchObject({ types: ['lp', 'risk'], features: [{ name: 'x' }] });
  });

  test.each<[string, RValue[], string[], string]>([
    ['labels with the separator in them', [symbol('a'), symbol('b')], ['x, y, z', 'u, v'], 'labels that can be taken apart into a and b'],
    ['a name within a label', [symbol('a'), symbol('b')], ['a=1, b=2, b=3', 'a=1, b=2'], 'labels that can be taken apart'],
    ['labels that differ in spaces alone', [symbol('a'), symbol('b')], ['a=1, b=x', 'a=1, b=x '], 'labels that can be taken apart'],
  ])('strata with %s are refused', (_, args, levels, expected) => {
    expect(() => predict(stratified(call('strata', args), levels, [1, 2, 1, 2], 1), [{ x: 1 }])).toThrow(expected);
  });

  test('strata with missing values as one, or with numbers under no name, are refused', () => {
    const read = (tag: string) => {
      const strata = call('strata', [symbol('g')], { [tag]: { type: 'logical', values: Int32Array.of(1) } });
      return COXPH_READER.read(stratified(strata, ['1', '2'], [1, 2, 1, 2], 1), 'm.RDS');
    };
    expect(() => read('na.group')).toThrow('strata of missing values');
    expect(() => read('shortlabel')).toThrow('which may be numbers or texts');
  });

  test("curves have Efron's or Breslow's hazard at ties, and the times of events beside them", () => {
    const efron = predict(coxph(), [{ x: 1 }], { type: 'survival' });
    expect(efron.times).toEqual([1, 2]);
    expect(efron.predictions).toEqual([[Math.exp(-1 / 4), expect.closeTo(Math.exp(-1 / 4 - 1 / 3 - 1 / 2), 14)]]);
    const breslow = predict(coxph({ method: texts('breslow') }), [{ x: 1 }], { type: 'survival' });
    expect(breslow.predictions).toEqual([[Math.exp(-1 / 4), expect.closeTo(Math.exp(-1 / 4 - 2 / 3), 14)]]);
  });

  test('without y, or with an offset, it has no curves', () => {
    expect(COXPH_READER.read(coxph({ y: NULL }), 'm.RDS').schema.types).toEqual(['lp', 'risk']);
    expect(decodeArtifact(importModel(golden('coxph-offset').file)).schema.types).toEqual(['lp', 'risk']);
  });

  test('of more than 20,000 times of events it has no curves, and its other answers', () => {
    const count = 20_001;
    const cells = numbers(...Array.from({ length: count }, (_, row) => row + 1), ...new Array<number>(count).fill(1));
    const y = attributed(cells, { dim: integers(count, 2), type: texts('right') });
    const model = coxph({ y, 'linear.predictors': numbers(...new Array<number>(count).fill(0)) }, 2);
    expect(COXPH_READER.read(model, 'm.RDS').schema.types).toEqual(['lp', 'risk']);
    expect(predict(model, [{ x: 4 }]).predictions).toEqual([6]);
    expect(() => predict(model, [{ x: 4 }], { type: 'survival' })).toThrow();
  });

  test('curves stand under their times in a header of CSV', () => {
    const model = decodeArtifact(importModel(golden('coxph-strata').file));
    const query = readValue(model.schema, { instances: golden('coxph-strata').rows.slice(0, 1), parameters: { type: ['lp', 'survival'] } });
    const answer = { ...answerQuery(model, query), model: { name: 'm', sha256: '0' } };
    const [head, row] = writeAnswer(model.schema, answer, 'csvHeader').split('\n') as [string, string];
    expect(head.split(',').slice(0, 2)).toEqual(['lp', `survival.${model.schema.times?.[0]}`]);
    expect(row.split(',')).toHaveLength(1 + model.schema.times!.length);
  });

  test.each<[string, RValue, string]>([
    ['a smoothing term without its knots', coxph({ terms: special('pspline', 'numeric') }), 'found pspline() without its knots'],
    ['a natural spline of its own', coxph({ terms: special('nsk') }), 'm.RDS, nsk(g): found a term of nsk(), expected ns() or bs()'],
    ['a frailty', coxph({ terms: special('frailty') }), 'found a frailty with coefficients, expected frailty() with sparse = TRUE'],
    ['strata without levels', coxph({ terms: special('strata') }), 'found strata without levels'],
    ['a mean too many', coxph({ means: numbers(1, 2) }), "m.RDS's means: found 2, expected 1"],
    ['a coefficient too many', coxph({ coefficients: numbers(1, 2) }), "m.RDS's coefficients: found 2, expected 1"],
    [
      'a response of intervals',
      coxph({ y: attributed(numbers(1, 1), { dim: integers(1, 2), type: texts('interval') }) }),
      'found interval of 2 columns',
    ],
    ['a predictor too few', coxph({ 'linear.predictors': numbers(0) }), "m.RDS's linear.predictors: found 1, expected 4, one a row"],
    [
      'no events',
      coxph({ y: attributed(numbers(1, 2, 2, 3, 0, 0, 0, 0), { dim: integers(4, 2), type: texts('right') }) }),
      'times of events: found 0',
    ],
  ])('with %s: refused', (_, value, expected) => {
    expect(() => predict(value, [{ x: 1 }])).toThrow(expected);
  });
});
