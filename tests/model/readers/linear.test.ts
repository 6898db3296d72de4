import { describe, expect, test } from '@jest/globals';
import { encodeModel, readModel } from '../../../model/artifact/import.ts';
import { polynomialContrasts } from '../../../model/formula/contr-poly.ts';
import type { RValue } from '../../../model/rds/values.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import { LINEAR } from '../../../shared/bodies/linear/body.ts';
import { ModelError, RequestError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import { checkPredictor } from '../../../shared/predict.ts';
import { FACTOR, linearOf, lm, number, predict, read, x } from '../../support/lm-objects.ts';
import { call, integers, list, matrix, NULL, named, numbers, symbol, texts } from '../../support/r-objects.ts';

test('columns are summed in the order of the pivots, and those beyond the rank are left out', () => {
  const variables = [number(x, 'x'), number(symbol('z'), 'z')];
  const members = { rank: integers(2), qr: named({ pivot: integers(1, 3, 2) }) };
  const value = lm({ variables, coefficients: [1, Number.NaN, 3], members });
  expect(predict(value, [{ x: 100, z: 2 }])).toEqual([7]);
  expect(linearOf(read(value)).columns).toHaveLength(2);
  // 1 + 1e16 - 1e16 depends on the order.
  const large = (pivot: RValue) => lm({ variables, coefficients: [1, 1e16, -1e16], members: { qr: named({ pivot }) } });
  expect(predict(large(integers(1, 2, 3)), [{ x: 1, z: 1 }])).toEqual([0]);
  expect(predict(large(integers(2, 3, 1)), [{ x: 1, z: 1 }])).toEqual([1]);
});

describe('a factor', () => {
  const rows = [{ v: 'a' }, { v: 'b' }, { v: 'c' }];
  const factor = (contrasts: RValue) =>
    lm({
      variables: [number(symbol('v'), 'v', 'factor')],
      coefficients: [0, 1, 10],
      members: { ...FACTOR, contrasts: named({ v: contrasts }) },
    });
  test.each<[string, RValue, number[]]>([
    ['contr.treatment', texts('contr.treatment'), [0, 1, 10]],
    ['contr.SAS', texts('contr.SAS'), [1, 10, 0]],
    ['contr.sum', texts('contr.sum'), [1, 10, -11]],
    ['contr.helmert', texts('contr.helmert'), [-11, -9, 20]],
    [
      'a matrix',
      matrix(
        [
          [1, 2, 3],
          [0.5, 0, -1],
        ],
        ['a', 'b', 'c'],
      ),
      [6, 2, -7],
    ],
  ])('is coded by %s', (_, contrasts, expected) => {
    expect(predict(factor(contrasts), rows)).toEqual(expected);
  });

  test('is coded by contr.poly in the bits of R 4.2.2', () => {
    // sprintf("%.17g", contr.poly(4))
    expect(polynomialContrasts(4)).toEqual([
      [-0.67082039324993692, -0.22360679774997896, 0.22360679774997896, 0.67082039324993692],
      [0.5, -0.5, -0.5, 0.5],
      [-0.22360679774997891, 0.67082039324993681, -0.67082039324993692, 0.22360679774997899],
    ]);
    // The last column of contr.poly(20), whose powers are rounded by the C library, and of the largest that R makes.
    const [wide, widest] = [polynomialContrasts(20)[18]!, polynomialContrasts(93)[91]!];
    expect([wide[0], wide[1], wide[9]]).toEqual([-5.3190538393291422e-6, 0.00010106202294962178, 0.49136355565577006]);
    expect([widest[0], widest[1], widest[47]]).toEqual([-1.0998893790610223e-6, 3.2154227745288778e-5, -0.013053896512451729]);
  });

  test('is refused with contr.poly of many levels where the C library does without fused multiplication', () => {
    const labels = Array.from({ length: 18 }, (_, at) => `l${at}`);
    const value = lm({
      variables: [number(symbol('v'), 'v', 'factor')],
      coefficients: labels.map(() => 1),
      members: { xlevels: named({ v: texts(...labels) }), contrasts: named({ v: texts('contr.poly') }) },
    });
    const encode = (libm?: 'plain') => {
      const origin = { file: 'm.RDS', bytes: new Uint8Array(), sidecarFile: 'm.RDS' };
      return decodeArtifact(encodeModel(readModel(value, 'm'), {}, { ...origin, libm }));
    };
    expect(encode().schema.libm).toBeUndefined();
    expect(() => encode('plain')).toThrow('m.RDS: found contr.poly of more than 17 levels and --libm plain');
  });

  test('has a column for each level where there is no intercept', () => {
    const value = lm({
      variables: [number(symbol('v'), 'v', 'factor')],
      coefficients: [1, 2, 3],
      terms: { intercept: integers(0) },
      members: FACTOR,
    });
    expect(predict(value, rows)).toEqual([1, 2, 3]);
  });

  test('and a number make products, of which the first variable turns fastest', () => {
    const variables = [number(symbol('v'), 'v', 'factor'), number(x, 'x')];
    const factors = matrix(
      [
        [0, 1, 0],
        [0, 2, 1],
      ],
      ['y', 'v', 'x'],
    );
    const value = lm({ variables, coefficients: [0, 1, 2, 10, 20, 30], terms: { factors }, members: FACTOR });
    expect(
      predict(value, [
        { v: 'b', x: 3 },
        { v: 'c', x: 3 },
      ]),
    ).toEqual([61, 92]);
  });

  test('of a label that is not known is refused, and a missing value too', () => {
    expect(() => predict(factor(texts('contr.sum')), [{ v: 'd' }])).toThrow(RequestError);
    expect(() => predict(lm(), [{ x: null }])).toThrow(RequestError);
  });
});

test('a logical is coded as a factor of FALSE and TRUE, be it a feature or a comparison', () => {
  const logical = (value: RValue) =>
    lm({ variables: [number(value, 'v', 'logical')], members: { contrasts: named({ v: texts('contr.treatment') }) } });
  expect(predict(logical(symbol('v')), [{ v: true }, { v: false }])).toEqual([3, 1]);
  expect(predict(logical(call('I', [call('>', [x, numbers(2)])])), [{ x: 2 }, { x: 2.5 }])).toEqual([1, 3]);
});

test('an offset is added, in the formula or in the call', () => {
  const variables = [number(x, 'x'), number(call('offset', [call('log', [symbol('n')])]), 'offset(log(n))')];
  const factors = matrix([[0, 1, 0]], ['y', 'x', 'offset(log(n))']);
  const value = lm({
    variables,
    terms: { factors, offset: integers(3) },
    members: { call: call('lm', [], { offset: call('/', [symbol('w'), numbers(4)]) }) },
  });
  expect(read(value).schema.features.map(({ name }) => name)).toEqual(['x', 'n', 'w']);
  expect(predict(value, [{ x: 1, n: 1, w: 2 }])).toEqual([3.5]);
});

describe('a glm', () => {
  const glm = (link: string, members: Record<string, RValue> = {}) =>
    lm(
      {
        coefficients: [0, 1],
        members: { family: named({ family: texts('f'), link: texts(link), linkinv: { type: 'opaque', what: 'a function' } }), ...members },
      },
      'glm',
      'lm',
    );
  // What R 4.2.2 gives for make.link(...)$linkinv(0.5).
  test.each<[string, number]>([
    ['identity', 0.5],
    ['logit', 0.62245933120185459],
    ['probit', 0.69146246127401312],
    ['cauchit', 0.64758361765043326],
    ['cloglog', 0.80770435445203503],
    ['log', 1.6487212707001282],
    ['sqrt', 0.25],
    ['inverse', 2],
    ['1/mu^2', 1.4142135623730949],
  ])('of the link %s gives the response, and with type "link" the predictor', (link, expected) => {
    expect(Math.abs((predict(glm(link), [{ x: 0.5 }])[0] as number) / expected - 1)).toBeLessThan(1e-14);
    expect(predict(glm(link), [{ x: 0.5 }], { type: 'link' })).toEqual([0.5]);
  });

  test('is cut far from 0 as R cuts it', () => {
    const far = (link: string) => predict(glm(link), [{ x: -1000 }, { x: 1000 }]);
    expect(far('logit')).toEqual([2 ** -52 / (1 + 2 ** -52), 2 ** 52 / (1 + 2 ** 52)]);
    expect(far('cloglog')).toEqual([2 ** -52, 1 - 2 ** -52]);
    expect(predict(glm('log'), [{ x: -1000 }])).toEqual([2 ** -52]);
    expect(() => predict(glm('inverse'), [{ x: 0 }])).toThrow(/no finite answer/);
  });

  test('of power(lambda) has its lambda from the call, checked against the fitted values', () => {
    const family = { call: call('glm', [], { family: call('quasi', [], { link: call('power', [call('/', [numbers(1), numbers(3)])]) }) }) };
    const fitted = { 'linear.predictors': numbers(2), 'fitted.values': numbers(2 ** 3) };
    expect(predict(glm('mu^0.333', { ...family, ...fitted }), [{ x: 2 }])).toEqual([8]);
    expect(() => read(glm('mu^0.333', fitted))).toThrow('three digits only');
    expect(predict(glm('mu^0.25', { 'linear.predictors': numbers(2), 'fitted.values': numbers(16) }), [{ x: 2 }])).toEqual([16]);
  });

  test('of the logarithm has the name that tweedie(link.power = 0) of statmod gives it, too', () => {
    expect(predict(glm('mu^0'), [{ x: 1.5 }])).toEqual(predict(glm('log'), [{ x: 1.5 }]));
    expect(() => read(glm('mu^0', { 'linear.predictors': numbers(0), 'fitted.values': numbers(2) }))).toThrow('not those of the link log');
  });

  test('of power(lambda) has each digit of a number that stands in the call', () => {
    const family = { call: call('glm', [], { family: call('quasi', [], { link: call('power', [numbers(1 / 3)]) }) }) };
    // 0.333333333333333, as the call is printed, has no answer below 0.
    expect(predict(glm('mu^0.333', family), [{ x: -2 }, { x: 2 }])).toEqual([2 ** -52, 8]);
  });

  test('of a link of the user own is refused, under whatever name', () => {
    expect(() => read(glm('mine'))).toThrow('link: found mine, expected one of identity, logit');
    expect(() => read(glm('logit', { 'linear.predictors': numbers(0), 'fitted.values': numbers(0.3) }))).toThrow(
      'not those of the link logit',
    );
    expect(() => read(glm('toString'))).toThrow(ModelError);
    expect(() => read(lm({}, 'glm', 'lm'))).toThrow('link: found NULL');
  });
});

test('the first class decides: what is an lm or a glm too may predict otherwise', () => {
  for (const classes of [['scam', 'glm', 'lm'], ['mlm', 'lm'], ['lmrob', 'lm'], ['smooth.spline']]) {
    expect(() => readModel(lm({}, ...classes), 'm.RDS')).toThrow(
      `m.RDS: found an object of class ${classes.join(', ')}, expected a ranger forest`,
    );
  }
  expect(readModel(lm({}, 'aov', 'lm'), 'm.RDS').body.kind).toBe(LINEAR);
  expect(() => readModel(numbers(1), 'm.RDS')).toThrow('an object without a class');
  expect(() => readModel(named({}, 'toString'), 'm.RDS')).toThrow('an object of class toString');
});

test('a number has the range of its column in the model frame', () => {
  const members = { model: named({ x: numbers(3, -1, 2) }) };
  expect(read(lm({ members })).schema.features).toEqual([{ name: 'x', type: 'number', range: [-1, 3] }]);
});

test('a linear model comes back from its parts', () => {
  const model = read(lm({ variables: [number(symbol('v'), 'v', 'factor')], coefficients: [0, 1, 10], members: FACTOR }));
  const linear = linearOf(model);
  const { type, scalars, arrays } = LINEAR.pack(linear);
  const parts = { type, scalars: JSON.parse(JSON.stringify(scalars)), arrays: new Map(arrays) };
  expect(LINEAR.unpack(parts, 'm')).toEqual(linear);
});

describe('what is no sound linear model is refused by name', () => {
  test.each<[string, RValue, string]>([
    ['no terms', lm({ members: { terms: NULL } }), 'terms: found NULL'],
    ['no coefficients', lm({ members: { coefficients: NULL } }), 'coefficients: found NULL'],
    ['other coefficients than columns', lm({ coefficients: [1, 2, 3] }), 'coefficients: found 3, expected 2'],
    ['a rank above the columns', lm({ members: { rank: integers(3) } }), 'rank: found 3'],
    ['no rank', lm({ members: { rank: integers() } }), 'rank: found undefined'],
    ['no QR decomposition', lm({ members: { qr: NULL } }), 'qr = TRUE'],
    ['pivots that are twice', lm({ members: { qr: named({ pivot: integers(1, 1) }) } }), 'pivots'],
    ['a coefficient that is NA', lm({ coefficients: [1, Number.NaN] }), 'coefficient 2: found NaN'],
    ['no features', lm({ variables: [], coefficients: [1], terms: { factors: integers() } }), 'without features'],
    ['predvars of other variables', lm({ terms: { predvars: call('list', [x]) } }), 'predvars: found 1 calls, expected 2'],
    ['a matrix of other variables', lm({ terms: { factors: matrix([[1]], ['x']) } }), 'a matrix of 1 rows, expected 2'],
    ['codes of their own', lm({ terms: { factors: matrix([[0, 3]], ['y', 'x']) } }), 'other codes'],
    ['a response beyond the variables', lm({ terms: { response: integers(7) } }), 'response: found 7'],
    ['an offset beyond the variables', lm({ terms: { offset: integers(7) } }), 'offset: found 7'],
    ['a factor without levels', lm({ variables: [number(x, 'x', 'factor')] }), 'no levels'],
    [
      'a factor of one level',
      lm({ variables: [number(symbol('v'), 'v', 'factor')], members: { ...FACTOR, xlevels: named({ v: texts('a') }) } }),
      '1 levels',
    ],
    [
      'contrasts of their own',
      lm({ variables: [number(symbol('v'), 'v', 'factor')], members: { ...FACTOR, contrasts: named({ v: texts('contr.mine') }) } }),
      'found contr.mine, expected one of contr.treatment',
    ],
    [
      'contrasts for other levels',
      lm({
        variables: [number(symbol('v'), 'v', 'factor')],
        members: { ...FACTOR, contrasts: named({ v: matrix([[1, 2]], ['a', 'b']) }) },
      }),
      'a matrix of 2 rows, expected 3',
    ],
    [
      'no contrasts',
      lm({ variables: [number(symbol('v'), 'v', 'factor')], members: { ...FACTOR, contrasts: list() } }),
      'contrasts of v: found NULL',
    ],
  ])('%s', (_, value, message) => {
    expect(() => read(value)).toThrow(ModelError);
    expect(() => read(value)).toThrow(message);
    expect(() => read(value)).toThrow(/^m\.RDS/);
  });

  const nested = (depth: number): Expression => (depth === 0 ? 1 : { call: 'exp', of: [nested(depth - 1)] });
  test.each<[string, unknown, string]>([
    ['an unknown function', { call: 'eval', of: [1] }, 'the function eval'],
    ['a function of Object', { call: 'toString', of: [1] }, 'the function toString'],
    ['no arguments', { call: 'exp', of: [] }, '0 arguments of exp'],
    ['a feature that is not there', { feature: 1 }, 'feature 1'],
    ['half a feature', { feature: 0.5 }, 'feature 0.5'],
    ['null', null, 'an expression that is null'],
    ['another object', {}, 'an unknown kind'],
    ['a polynomial without norms', { poly: 1, alpha: [1, 2], norm2: [1, 2, 3] }, 'without its norms'],
    ['a table of texts', { table: 1, values: ['a'] }, 'another list'],
    ['labels of a number', { label: 0, in: ['a'] }, 'compared with texts, without its levels'],
    ['a nesting without end', nested(300), 'nested too deep'],
  ])('%s in an artifact', (_, expression, message) => {
    const model = read(lm());
    const linear = { ...linearOf(model), columns: [[], [expression as Expression]] };
    const check = () => checkPredictor({ schema: model.schema, body: bodyOf(LINEAR, linear) }, 'a.canopy');
    expect(check).toThrow(ModelError);
    expect(check).toThrow(message);
  });

  test('a link, answers and a kind that a linear model has not', () => {
    const model = read(lm());
    const check =
      (changes: object, said: object = {}) =>
      () =>
        checkPredictor({ schema: { ...model.schema, ...said }, body: bodyOf(LINEAR, { ...linearOf(model), ...changes }) }, 'a.canopy');
    expect(check({ link: 'toString' })).toThrow('link: found toString');
    expect(check({ link: 'power' })).toThrow('link: found power');
    expect(check({}, { types: ['se'] })).toThrow('answers of the types se');
    expect(check({}, { kind: 'survival', times: [1] })).toThrow('the kind survival');
  });
});
