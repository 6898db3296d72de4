import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../../model/artifact/import.ts';
import { readRds } from '../../../../model/rds/rds.ts';
import { attributesOf, type Kept, type RValue } from '../../../../model/rds/values.ts';
import { GAM_READER } from '../../../../model/readers/gam/reader.ts';
import { productColumns } from '../../../../model/readers/gam/tensor.ts';
import { openApi } from '../../../../shared/api/openapi/openapi.ts';
import { longSum } from '../../../../shared/bodies/boosting/long-sum.ts';
import { wrapped } from '../../../../shared/bodies/gam/bases/knots.ts';
import { sumOfSquares } from '../../../../shared/bodies/gam/bases/squares.ts';
import type { Gam } from '../../../../shared/bodies/gam/gam.ts';
import { answerQuery, checkPredictor } from '../../../../shared/predict.ts';
import { csvHeader } from '../../../../shared/wire/answer-text.ts';
import { readValue } from '../../../../shared/wire/wire.ts';
import { golden } from '../../../support/golden.ts';
import { attributed, integers, list, numbers, symbol, texts } from '../../../support/r-objects.ts';

/** A golden's object as R wrote it. */
function object(name: string): RValue {
  return readRds(readFileSync(golden(name).file), name);
}

type Change = (value: RValue) => RValue;
/** A list with one element changed; a path of names and places leads to it. */
function changed(value: RValue, path: (string | number)[], change: Change): RValue {
  const [step, ...rest] = path;
  if (step === undefined) return change(value);
  if (value.type !== 'list') throw new Error(`no list at ${step}`);
  const names = attributesOf(value).get('names');
  const place = typeof step === 'number' ? step : names?.type === 'character' ? names.values.indexOf(step) : -1;
  return { ...value, values: value.values.map((one, at) => (at === place ? changed(one, rest, change) : one)) };
}

function read(value: RValue): void {
  checkPredictor(GAM_READER.read(value, 'm.RDS'), 'm.RDS');
}

test('type terms is an object of the terms, whose sum is the link; so it stands in CSV and in the OpenAPI document', () => {
  const { file, rows } = golden('gam-thin-plate');
  const model = loadModel(file);
  expect(model.schema.terms).toEqual(['(Intercept)', 'f', 's(x)', 's(z)']);
  const ask = (type: string) => answerQuery(model, readValue(model.schema, { instances: rows.slice(0, 2), parameters: { type } }));
  const [first] = ask('terms').predictions as Record<string, number>[];
  expect(Object.keys(first!)).toEqual(model.schema.terms);
  const sum = Object.values(first!).reduce((all, one) => all + one, 0);
  expect(sum).toBeCloseTo(ask('link').predictions[0] as number, 12);
  expect(csvHeader(model.schema, ask('terms'))).toBe('predictions.(Intercept),predictions.f,predictions.s(x),predictions.s(z)');
  expect(JSON.stringify(openApi(model))).toContain('"terms"');
});

test('pi is a column where the gam has a summary of it, else what R has, which is then sure', () => {
  /** The object with pi in the place of the 1 in log(x + 1). */
  const withPi = (value: RValue): RValue => {
    const own = 'attributes' in value ? value.attributes : undefined;
    const attributes = own && new Map([...own].map(([key, one]) => [key, withPi(one)]));
    const more = attributes ? { attributes } : {};
    if (value.type === 'list') return { ...value, ...more, values: value.values.map(withPi) };
    if (value.type !== 'language') return { ...value, ...more } as RValue;
    const [head, , second] = value.values;
    const isSum = head?.type === 'symbol' && head.name === '+' && second?.type === 'double' && second.values[0] === 1;
    const values = isSum ? [head, value.values[1]!, symbol('pi')] : value.values.map(withPi);
    return { ...value, ...more, values };
  };
  const gam = withPi(object('gam-parametric'));
  const names = (value: RValue) => GAM_READER.read(value, 'm.RDS').schema.features.map(({ name }) => name);
  expect(names(gam)).not.toContain('pi');
  expect(GAM_READER.read(gam, 'm.RDS').read?.assumed).toEqual([]);
  const summarized = changed(gam, ['var.summary'], (value) => {
    const known = attributesOf(value).get('names');
    if (value.type !== 'list' || known?.type !== 'character') return value;
    return {
      ...list(...value.values, numbers(0, 1, 2)),
      attributes: new Map([['names', texts(...(known.values as string[]), 'pi')]]),
    } as RValue;
  });
  expect(names(summarized)).toContain('pi');
});

test('a value far beyond a cycle is wrapped by the %% of R, which rounds its quotient', () => {
  // R 4.2: mgcv's cwrap(0, 9.99, 1e17) and so on.
  const found = [wrapped(0, 9.99, 1e17), wrapped(-3.1, 3.2, -1e7), wrapped(-5, 4.9, -1e100), wrapped(0, 0.1, 1.1)];
  expect(found).toEqual([1.9453125, 2.6000000007554265, 4.9, 0.09999999999999995]);
});

test('a small file cannot ask for many multiplications: parts of smooths may be the same numbers', () => {
  const { steps, ...model } = loadModel(golden('gam-thin-plate').file);
  const gam = model.body.data as Gam;
  const width = 20_000;
  const vectors = (length: number): [number, number][] => Array.from({ length }, (_, at) => [0, width - at]);
  const check = (length: number, columns: number) => {
    const basis = { basis: 'columns' as const, columns: Array.from({ length: width }, () => [1]) };
    const smooth = { ...gam.smooths[0]!, basis, constraint: { by: 'reflections' as const, vectors: vectors(length) }, width: columns };
    const data = { ...gam, numbers: new Float64Array(width), smooths: [smooth, ...gam.smooths.slice(1)] };
    checkPredictor({ ...model, body: { ...model.body, data } }, 'm.canopy');
  };
  expect(() => check(width - 1, 1)).toThrow('smooths that take longer');
  expect(() => check(1, 1)).toThrow('19999, as its basis has');
});

test('standard errors stand beside the predictions, for any number of rows', () => {
  const { file, rows } = golden('gam-nb');
  const model = loadModel(file);
  const many = Array.from({ length: 50 }, () => rows[0]!);
  const { predictions, se } = answerQuery(model, readValue(model.schema, { instances: many, parameters: { type: 'se' } }));
  expect([predictions.length, se?.length]).toEqual([50, 50]);
  expect(se![49]).toBe(se![0]);
});

test('an ocat answers the share of each category by its number, with an error of each', () => {
  const { file, rows } = golden('gam-ocat');
  const model = loadModel(file);
  expect(model.schema.classes).toEqual(['1', '2', '3', '4', '5']);
  const ask = (type: string) => answerQuery(model, readValue(model.schema, { instances: rows.slice(0, 1), parameters: { type } }));
  const { predictions, se } = ask('se');
  expect(predictions).toEqual(ask('response').predictions);
  expect(Object.values(predictions[0] as object).reduce((all, share) => all + share, 0)).toBeCloseTo(1, 14);
  expect(Object.keys(se![0] as object)).toEqual(model.schema.classes);
  expect(typeof ask('link').predictions[0]).toBe('number');
});

test('an ocat without its thresholds is refused, and so is one whose thresholds are no numbers', () => {
  const of = (getTheta: RValue) => changed(object('gam-ocat'), ['family', 'getTheta'], () => getTheta);
  const keeping = (kept: Kept): RValue => ({ type: 'opaque', what: 'a function', variables: new Map([['.Theta', kept]]) });
  const wrong: RValue[] = [
    numbers(1, 2, 3),
    { type: 'opaque', what: 'a function' },
    keeping({ type: 'other' }),
    keeping({ type: 'constant', value: 'one' }),
    keeping({ type: 'numbers', values: Float64Array.of() }),
    keeping({ type: 'numbers', values: Float64Array.of(1, Number.NaN) }),
  ];
  for (const one of wrong) expect(() => read(of(one))).toThrow('expected the thresholds that ocat estimated');
  const linked = changed(object('gam-ocat'), ['family', 'link'], () => texts('probit'));
  expect(() => read(linked)).toThrow("m.RDS's link: found probit, expected identity");
});

test('an artifact whose thresholds do not fit its categories is refused', () => {
  const model = loadModel(golden('gam-ocat').file);
  const check = (theta: unknown) => () =>
    checkPredictor(
      { ...model, body: { ...model.body, data: { ...(model.body.data as Gam), response: { by: 'ordered', theta } } } },
      'm.canopy',
    );
  expect(check([0, 0])).toThrow('found theta of 2 for 5 categories');
  expect(check([0, 0, Number.POSITIVE_INFINITY])).toThrow('found another theta, expected finite numbers');
  expect(check('x')).toThrow('found another theta');
});

test('a level that training did not have adds no random effect, and is refused where it stands for more', () => {
  const model = loadModel(golden('gam-effects').file);
  const ask = (g: string) => answerQuery(model, readValue(model.schema, { instances: [{ g, x: 0.5 }], parameters: { type: 'terms' } }));
  expect(ask('9').predictions[0]).toMatchObject({ 's(g)': 0, 's(g,x)': 0 });
  expect(ask('1').predictions[0]).not.toMatchObject({ 's(g)': 0 });
  const by = loadModel(golden('gam-by-factor').file);
  expect(() => readValue(by.schema, { instances: [{ f: 'new', x: 0.5, z: 1, w: 1 }] })).toThrow('1 thing does not fit the model');
});

test('numbers that several smooths have alike are kept once', () => {
  const body = GAM_READER.read(object('gam-by-factor'), 'm.RDS').body.data as { numbers: Float64Array };
  expect(body.numbers.length).toBeLessThan(1000);
});

test('a sum of squares near the middle of two doubles is the one of long doubles', () => {
  const cases = [
    [1, 2 ** -53],
    [1, 2 ** -53 + 2 ** -105],
    [1 + 2 ** -52, 2 ** -53],
    [0.1, 0.7, 3],
    [4, 0],
  ];
  for (const squares of cases) expect(sumOfSquares(Float64Array.from(squares))).toBe(longSum(Float64Array.from(squares)));
});

describe('the products of a t2 smooth', () => {
  test('are the penalized columns of all margins first', () => {
    expect(productColumns([2, 2], [1, 1], false, undefined, 'm')).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
  });

  test('may be of so many penalized margins alone', () => {
    expect(productColumns([2, 2], [1, 1], false, [1], 'm')).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  test('need ranks that fit', () => {
    expect(() => productColumns([2, 2], [3, 1], false, undefined, 'm')).toThrow('found the ranks 3, 1 of margins of 2, 2 columns');
  });
});

describe('a part that is wrong is named:', () => {
  const smooth = (part: string, change: Change) => changed(object('gam-cubic'), ['smooth', 0, part], change);
  const plate = (part: string, change: Change) => changed(object('gam-thin-plate'), ['smooth', 0, part], change);
  const whole = (part: string, change: Change) => changed(object('gam-thin-plate'), [part], change);
  const cases: [string, RValue, string][] = [
    ['the knots', smooth('xp', () => numbers(3, 2, 1, 0, 4, 5)), 'found other knots, expected at least 3, ascending'],
    ['second derivatives', smooth('F', () => numbers(1)), 'found other second derivatives, expected 36, for 6 knots'],
    ['a place', smooth('first.para', () => numbers(0)), 'found the coefficients 0 to 6, expected places from 1'],
    ['a width beyond all', smooth('last.para', () => numbers(2 ** 31)), 'found the coefficients 2 to 2147483648, expected places from 1'],
    ['a width', smooth('last.para', () => numbers(7)), 'found s(x): 6 columns, expected 5, as its basis has'],
    ['a by variable', smooth('by', () => texts('nobody')), "m.RDS's smooths: found the variable nobody, expected one of its formula"],
    ['a matrix', plate('UZ', () => numbers(1, 2, 3)), "s(x)'s UZ: found 3 rows"],
    [
      'knots of more variables',
      plate('Xu', () => attributed(numbers(1, 2), { dim: integers(1, 2) })),
      "s(x)'s Xu: found 2 columns, expected 1, one a variable",
    ],
    ['an order', plate('p.order', () => numbers(400)), "s(x)'s p.order: found 400, expected at most 20"],
    [
      'a constraint',
      changed(object('gam-cubic'), ['smooth', 0], (one) => attributed(one, { qrc: list(numbers(1)) })),
      "s(x)'s constraint: found list of length 1",
    ],
    ['coefficients', whole('coefficients', () => numbers(1, 2)), "m.RDS's Vp: found"],
    ['nsdf', whole('nsdf', () => numbers(9)), "m.RDS's nsdf: found 9, expected 3, one a column of its formula"],
    ['assign', whole('assign', () => integers(1)), "m.RDS's assign: found 1"],
    ['no smooths', whole('smooth', () => numbers(1)), "m.RDS's smooths: found double of length 1, expected a list"],
  ];
  test.each(cases)('%s', (_, value, message) => {
    expect(() => read(value)).toThrow(message);
  });
});
