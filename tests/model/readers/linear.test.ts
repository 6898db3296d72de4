import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { importModel, readModel } from '../../../model/artifact/import.ts';
import { polynomialContrasts } from '../../../model/formula/contr-poly.ts';
import { cutLabels } from '../../../model/formula/cut.ts';
import type { Kept, RValue } from '../../../model/rds/values.ts';
import { LINEAR_READER } from '../../../model/readers/linear/reader.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import { LINEAR } from '../../../shared/bodies/linear/body.ts';
import type { Linear } from '../../../shared/bodies/linear/predict.ts';
import { ModelError, RequestError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import { FUNCTIONS } from '../../../shared/expressions/functions.ts';
import { LINKS } from '../../../shared/expressions/links.ts';
import { answerQuery, checkPredictor, type Predictor } from '../../../shared/predict.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { call, integers, list, matrix, NULL, named, numbers, symbol, type Told, terms, texts } from '../../support/r-objects.ts';

const x = symbol('x');
const number = (value: RValue, name = 'v', kind = 'numeric'): Told => ({ value, name, kind });

type Changes = { variables?: Told[]; coefficients?: number[]; terms?: Record<string, RValue>; members?: Record<string, RValue> };

/** An lm of an intercept and a term for each variable: 1 + 2 v + ... where its coefficients are not told. */
function lm(
  { variables = [number(x, 'x')], coefficients = [1, 2], terms: own = {}, members = {} }: Changes = {},
  ...classes: string[]
): RValue {
  const order = coefficients.map((_, at) => at + 1);
  const all = {
    coefficients: numbers(...coefficients),
    rank: integers(coefficients.length),
    qr: named({ pivot: integers(...order) }),
    terms: terms(variables, own),
    ...members,
  };
  return named(all, ...(classes.length > 0 ? classes : ['lm']));
}

/** What a linear model computes with. */
function linearOf({ body }: Predictor): Linear {
  return body.data as Linear;
}

function read(value: RValue): Predictor {
  const model = LINEAR_READER.read(value, 'm.RDS');
  checkPredictor(model, 'm.RDS');
  return model;
}

/** Answers to rows as a caller would send them. */
function predict(value: RValue, rows: object[], parameters: object = {}) {
  const model = read(value);
  return answerQuery(model, readValue(model.schema, { instances: rows, parameters })).predictions;
}

/** What the formula's one term is for a row: the linear predictor less its intercept. */
function term(value: RValue, row: object, kind = 'numeric'): number {
  const coefficients = kind === 'numeric' ? [0, 1] : [0, 1, 10];
  return predict(lm({ variables: [number(value, 'v', kind)], coefficients, members: kind === 'numeric' ? {} : FACTOR }), [
    row,
  ])[0] as number;
}

/** A factor v of three levels. */
const FACTOR = { xlevels: named({ v: texts('a', 'b', 'c') }), contrasts: named({ v: texts('contr.treatment') }) };

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

describe('an expression of a formula is what R makes of it', () => {
  const two = numbers(2);
  test.each<[string, RValue, object, number]>([
    [
      'base::log(x)',
      { type: 'language', values: [call('::', [symbol('base'), symbol('log')]), x], tags: [undefined, undefined] },
      { x: 1 },
      0,
    ],
    ['I(x^2 - 1)', call('I', [call('-', [call('^', [x, two]), numbers(1)])]), { x: 3 }, 8],
    ['(-x)', call('(', [call('-', [x])]), { x: 3 }, -3],
    ['-5 %% 3', call('%%', [x, numbers(3)]), { x: -5 }, 1],
    ['-5 %/% 3', call('%/%', [x, numbers(3)]), { x: -5 }, -2],
    ['log(8, 2)', call('log', [x, two]), { x: 8 }, 3],
    ['log(x, base = 10)', call('log', [x], { base: numbers(10) }), { x: 1000 }, 3],
    ['pmin(x, 2)', call('pmin', [x, two]), { x: 3 }, 2],
    ['round(2.5)', call('round', [x]), { x: 2.5 }, 2],
    ['ifelse(x > 2, 10, z)', call('ifelse', [call('>', [x, two]), numbers(10), symbol('z')]), { x: 1, z: 4 }, 4],
    ['x %in% c(1, 3)', call('%in%', [x, call('c', [numbers(1), numbers(3)])]), { x: 3 }, 1],
    ['pi', call('*', [x, symbol('pi')]), { x: 1 }, Math.PI],
    ['as.integer(x)', call('as.integer', [x]), { x: -2.7 }, -2],
    ['!x', call('!', [x]), { x: 0 }, 1],
    ['x & z', call('&', [x, symbol('z')]), { x: 1, z: 0 }, 0],
    ['scale(x) of predvars', call('scale', [x], { center: numbers(2), scale: numbers(4) }), { x: 4 }, 0.5],
    [
      'scale(x, scale = FALSE)',
      call('scale', [x], { center: numbers(2), scale: { type: 'logical', values: Int32Array.of(0) } }),
      { x: 4 },
      2,
    ],
  ])('%s', (_, value, row, expected) => {
    expect(term(value, row)).toBe(expected);
  });

  test.each<[string, RValue, object, number]>([
    ['factor(x) of numbers', call('factor', [x]), { x: 6 }, 1],
    ['relevel(f)', call('relevel', [symbol('f')], { ref: texts('a') }), { f: 'c' }, 10],
    [
      'factor(x, levels, labels)',
      call('factor', [x], { levels: call('c', [numbers(4), numbers(6), numbers(8)]), labels: texts('a', 'b', 'c') }),
      { x: 8 },
      10,
    ],
    [
      'cut(x, breaks)',
      call('cut', [x, call('c', [numbers(0), numbers(2), numbers(5), numbers(Infinity)])], { labels: texts('a', 'b', 'c') }),
      { x: 5 },
      1,
    ],
    [
      'cut(x, right = FALSE)',
      call('cut', [x, call('c', [numbers(0), numbers(2), numbers(5), numbers(9)])], {
        labels: texts('a', 'b', 'c'),
        right: { type: 'logical', values: Int32Array.of(0) },
      }),
      { x: 5 },
      10,
    ],
  ])('%s', (name, value, row, expected) => {
    const levels = name === 'factor(x) of numbers' ? texts('4', '6', '8') : texts('a', 'b', 'c');
    const own = lm({
      variables: [number(value, 'v', 'factor')],
      coefficients: [0, 1, 10],
      members: { ...FACTOR, xlevels: named({ v: levels }) },
    });
    expect(predict(own, [row])).toEqual([expected]);
  });

  test('poly() is evaluated with the coefficients of the training data, or raw', () => {
    const coefs = named({ alpha: numbers(2, 3), norm2: numbers(1, 5, 16, 4) });
    const poly = (tagged: Record<string, RValue>) =>
      lm({ variables: [number(call('poly', [x, numbers(2)], tagged), 'v', 'nmatrix.2')], coefficients: [0, 1, 100] });
    // (7 - 2) / 4, then ((7 - 3) * 5 - 16 / 5) / 2
    expect(predict(poly({ coefs }), [{ x: 7 }])).toEqual([1.25 + 100 * ((4 * 5 - (16 / 5) * 1) / 2)]);
    expect(predict(poly({ raw: { type: 'logical', values: Int32Array.of(1) } }), [{ x: 7 }])).toEqual([7 + 4900]);
  });

  test('a comparison with texts needs the levels', () => {
    const value = lm({ variables: [number(call('ifelse', [call('==', [symbol('s'), texts('F')]), numbers(1), numbers(0)]))] });
    expect(() => read(value)).toThrow(/the feature "s", compared with texts, without its levels.*model\.json/);
    const model = LINEAR_READER.read(value, 'm.RDS');
    model.schema.features = [{ name: 's', type: 'factor', levels: ['F', 'M'] }];
    expect(answerQuery(model, readValue(model.schema, [{ s: 'F' }, { s: 'M' }])).predictions).toEqual([3, 1]);
  });

  test('a level of numbers that is not known has no answer', () => {
    const own = lm({
      variables: [number(call('factor', [x]), 'v', 'factor')],
      coefficients: [0, 1, 10],
      members: { ...FACTOR, xlevels: named({ v: texts('4', '6', '8') }) },
    });
    expect(() => predict(own, [{ x: 5 }])).toThrow(/no finite answer for row 1/);
  });
});

test('the labels of cut() are those of R', () => {
  const shown = { right: true, lowest: false, digits: 3 };
  expect(cutLabels([0, 1.5, 1000, 123456], shown)).toEqual(['(0,1.5]', '(1.5,1e+03]', '(1e+03,1.23e+05]']);
  expect(cutLabels([1.0001, 1.0002, 1e-7 + 2], { ...shown, lowest: true })).toEqual([
    '[1.0001,1.0002]',
    '(1.0002,2.0000]'.replace('2.0000', '2'),
  ]);
  expect(cutLabels([Number.NEGATIVE_INFINITY, 0, Number.POSITIVE_INFINITY], { ...shown, right: false, lowest: true })).toEqual([
    '[-Inf,0)',
    '[0,Inf]',
  ]);
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

  test('of power(lambda) has its lambda from the call, held against the fitted values', () => {
    const own = { call: call('glm', [], { family: call('quasi', [], { link: call('power', [call('/', [numbers(1), numbers(3)])]) }) }) };
    const fitted = { 'linear.predictors': numbers(2), 'fitted.values': numbers(2 ** 3) };
    expect(predict(glm('mu^0.333', { ...own, ...fitted }), [{ x: 2 }])).toEqual([8]);
    expect(() => read(glm('mu^0.333', fitted))).toThrow('three digits only');
    expect(predict(glm('mu^0.25', { 'linear.predictors': numbers(2), 'fitted.values': numbers(16) }), [{ x: 2 }])).toEqual([16]);
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
  for (const classes of [['gam', 'glm', 'lm'], ['mlm', 'lm'], ['rlm', 'lm'], ['nls']]) {
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

describe("variables of a formula's environment", () => {
  type Environment = Extract<RValue, { type: 'opaque' }>;
  const around = (variables: Record<string, Kept>, enclosing?: RValue): Environment => {
    return { type: 'opaque', what: 'an environment', variables: new Map(Object.entries(variables)), ...(enclosing ? { enclosing } : {}) };
  };
  const model = (value: RValue, environment: RValue) => lm({ variables: [number(value)], terms: { '.Environment': environment } });

  test("a function of the user's own is refused, wherever it is called", () => {
    const outer = around({}, around({ sqrt: { type: 'function' } }));
    for (const value of [call('sqrt', [x]), call('I', [call('+', [x, call('sqrt', [x])])])]) {
      expect(() => read(model(value, outer))).toThrow('a call of sqrt()');
    }
    expect(() => read(model(call('exp', [x]), outer))).not.toThrow();
    const qualified: RValue = { type: 'language', values: [call('::', [symbol('base'), symbol('sqrt')]), x], tags: [undefined, undefined] };
    expect(predict(model(qualified, outer), [{ x: 9 }])).toEqual([7]);
  });

  test('a variable that is no function hides none', () => {
    expect(predict(model(call('sqrt', [x]), around({ sqrt: { type: 'constant', value: 3 } })), [{ x: 9 }])).toEqual([7]);
  });

  test('a variable that is not known hides a number further out: it is one of the data', () => {
    const value = call('I', [call('*', [x, symbol('z')])]);
    const outer = around({ z: { type: 'constant', value: 3 } });
    expect(predict(model(value, outer), [{ x: 2 }])).toEqual([13]);
    expect(predict(model(value, around({ z: { type: 'other' } }, outer)), [{ x: 2, z: 5 }])).toEqual([21]);
  });

  test.each([
    ['own-function-lm', 'a call of sqrt()'],
    ['own-argument-lm', 'a call of log()'],
  ])('%s, as R saved it, is refused', (name, message) => {
    expect(() => importModel(fileURLToPath(new URL(`../../refused/${name}.RDS`, import.meta.url)))).toThrow(message);
  });
});

describe('what a formula may not have is refused by name', () => {
  const refused = (value: RValue, kind = 'numeric') =>
    lm({
      variables: [number(value, 'v', kind)],
      coefficients: kind === 'factor' ? [0, 1, 10] : [0, 1],
      members: kind === 'factor' ? FACTOR : {},
    });
  let deep: RValue = x;
  for (let at = 0; at < 300; at += 1) deep = call('exp', [deep]);
  const wide = Array.from({ length: 40 }, (_, at) => number(symbol(`x${at}`), `x${at}`));
  test.each<[string, RValue, string]>([
    ['ns()', refused(call('ns', [x, numbers(3)])), "m.RDS's formula, ns(x, 3): found the function ns()"],
    ['mean()', refused(call('-', [x, call('mean', [x])])), 'the function mean()'],
    ['a column of a data frame', refused(call('$', [symbol('d'), x])), 'the function $()'],
    [
      'a function of a package',
      refused({ type: 'language', values: [call('::', [symbol('p'), symbol('f')]), x], tags: [undefined, undefined] }),
      'the function p::f()',
    ],
    ['a function of Object', refused(call('toString', [x])), 'the function toString()'],
    ['a function inside', refused({ type: 'opaque', what: 'a function' }), 'found that'],
    ['too many arguments', refused(call('exp', [x, x])), '2 arguments of exp()'],
    ['arguments by name', refused(call('exp', [], { x })), 'some by name'],
    ['an NA', refused(call('+', [x, numbers(Number.NaN)])), 'expected one number'],
    ['several numbers', refused(call('+', [x, numbers(1, 2)])), 'expected one number'],
    [
      'arithmetic with a factor',
      lm({ variables: [number(symbol('v'), 'v', 'factor'), number(call('+', [symbol('v'), numbers(1)]), 'w')], members: FACTOR }),
      'arithmetic with the factor "v"',
    ],
    ['poly() without coefficients', refused(call('poly', [x, numbers(2)]), 'nmatrix.2'), 'poly() without its coefficients'],
    [
      'poly() of another width',
      refused(call('poly', [x, numbers(2)], { raw: { type: 'logical', values: Int32Array.of(1) } }), 'nmatrix.3'),
      '2 columns, expected 3',
    ],
    ['scale() without its numbers', refused(call('scale', [x])), 'scale() without its center'],
    ['cut() by a count', refused(call('cut', [x, numbers(3)]), 'factor'), 'cut() without the numbers of its breaks'],
    ['labels without levels', refused(call('factor', [x], { labels: texts('a', 'b', 'c') }), 'factor'), 'labels without as many levels'],
    ['a matrix', refused(symbol('v'), 'nmatrix.2'), 'the class nmatrix.2'],
    ['a nesting without end', refused(deep), 'nested too deep'],
    [
      'an interaction of 40',
      lm({ variables: wide, terms: { factors: matrix([Array(41).fill(1)], ['y', ...wide.map(({ name }) => name)]) } }),
      'an interaction of 40 variables',
    ],
  ])('%s', (_, value, message) => {
    expect(() => read(value)).toThrow(ModelError);
    expect(() => read(value)).toThrow(message);
    expect(() => read(value)).toThrow(/^m\.RDS/);
  });
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
      (changes: object, own: object = {}) =>
      () =>
        checkPredictor({ schema: { ...model.schema, ...own }, body: bodyOf(LINEAR, { ...linearOf(model), ...changes }) }, 'a.canopy');
    expect(check({ link: 'toString' })).toThrow('link: found toString');
    expect(check({ link: 'power' })).toThrow('link: found power');
    expect(check({}, { types: ['se'] })).toThrow('answers of the types se');
    expect(check({}, { kind: 'survival', times: [1] })).toThrow('the kind survival');
  });
});

test('there are functions for all that a formula can call, and links for all that R knows', () => {
  expect(Object.keys(FUNCTIONS).length).toBeGreaterThan(40);
  expect(Object.keys(LINKS)).toEqual(['identity', 'logit', 'probit', 'cauchit', 'cloglog', 'log', 'sqrt', 'inverse', '1/mu^2']);
});
