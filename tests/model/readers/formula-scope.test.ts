import { describe, expect, test } from '@jest/globals';
import { variablesAround } from '../../../model/formula/scope.ts';
import type { Kept, RValue } from '../../../model/rds/values.ts';
import { lm, number, predict, read, x } from '../../support/lm-objects.ts';
import { call, named, numbers, symbol, texts } from '../../support/r-objects.ts';

const Z = call('I', [call('*', [x, symbol('z')])]);
const constant = (value: number | string): Kept => ({ type: 'constant', value });
const columns = (...names: string[]): Kept => ({ type: 'columns', names });

function around(variables: Record<string, Kept>, enclosing?: RValue): RValue {
  return { type: 'opaque', what: 'an environment', variables: new Map(Object.entries(variables)), ...(enclosing ? { enclosing } : {}) };
}

type Fit = { value?: RValue; environment?: Record<string, Kept>; data?: RValue; kept?: RValue };

/** An lm of one term. `data`: the argument of its call; `kept`: the data that a glm keeps. */
function fitted({ value = Z, environment = {}, data, kept }: Fit): RValue {
  const members = { call: call('lm', [], { formula: symbol('f'), ...(data ? { data } : {}) }), ...(kept ? { data: kept } : {}) };
  return lm({ variables: [number(value)], terms: { '.Environment': around(environment) }, members });
}
const featuresOf = (model: RValue) => read(model).schema.features.map(({ name }) => name);

describe('a name that is a number where the formula was made is', () => {
  const z = constant(3);
  const d = symbol('d');
  test('a column of the data that the environment holds, where the data has it', () => {
    expect(featuresOf(fitted({ environment: { z, d: columns('x', 'z') }, data: d }))).toEqual(['x', 'z']);
  });
  test('that number, where the data does not have it, whatever other data frames are there', () => {
    expect(predict(fitted({ environment: { z, d: columns('x'), e: columns('z') }, data: d }), [{ x: 2 }])).toEqual([13]);
  });
  test('the same for rows of the data', () => {
    const rows = call('[', [d, numbers(1, 2), symbol('')]);
    expect(predict(fitted({ environment: { z, d: columns('x') }, data: rows }), [{ x: 2 }])).toEqual([13]);
  });
  test('a column of the data in the call, or of the data that a glm keeps', () => {
    const frame = named({ x: numbers(1), z: numbers(1) }, 'data.frame');
    expect(featuresOf(fitted({ environment: { z }, data: frame }))).toEqual(['x', 'z']);
    expect(featuresOf(fitted({ environment: { z }, data: d, kept: frame }))).toEqual(['x', 'z']);
  });
  test('that number, where R took all variables from the environment', () => {
    expect(predict(fitted({ environment: { z } }), [{ x: 2 }])).toEqual([13]);
  });
  test.each<[string, RValue]>([
    ['a symbol that leads out of the file', d],
    ['a call that may add columns', call('transform', [d])],
  ])('refused, where the data is %s', (_, data) => {
    expect(() => read(fitted({ environment: { z }, data }))).toThrow('the variable z, which is 3 where the formula was made');
  });
  test('a column, where a variable has no other name: one number could not have been fitted', () => {
    expect(featuresOf(fitted({ value: call('log', [symbol('z')]), environment: { z }, data: d }))).toEqual(['z']);
  });
  test('a column, where something that is no number hides it', () => {
    const model = lm({ variables: [number(Z)], terms: { '.Environment': around({ z: { type: 'other' } }, around({ z })) } });
    expect(predict(model, [{ x: 2, z: 5 }])).toEqual([21]);
  });
});

test('the variables of an environment that stands around itself are each given once', () => {
  const inner = around({ z: constant(3) });
  const outer = around({ a: constant(1) }, inner) as { enclosing?: RValue };
  Object.assign(inner, { enclosing: outer });
  expect([...variablesAround(outer as RValue)].map(([name]) => name)).toEqual(['a', 'z']);
});

describe('T is', () => {
  const T = symbol('T');
  const times = call('I', [call('*', [x, T])]);
  test('a temperature, where it stands in a variable alone', () => {
    expect(predict(fitted({ value: call('log', [T]), data: symbol('d') }), [{ T: 1 }])).toEqual([1]);
    expect(featuresOf(fitted({ value: call('exp', [call('/', [numbers(-1), T])]), data: symbol('d') }))).toEqual(['T']);
  });
  test('refused, where it may be TRUE or a column', () => {
    expect(() => read(fitted({ value: times, data: symbol('d') }))).toThrow('the variable T, which is 1');
  });
  test('what the data says', () => {
    expect(featuresOf(fitted({ value: times, environment: { d: columns('x', 'T') }, data: symbol('d') }))).toEqual(['x', 'T']);
    expect(predict(fitted({ value: times, environment: { d: columns('x') }, data: symbol('d') }), [{ x: 2 }])).toEqual([5]);
  });
  test('TRUE in a comparison and in what ifelse() gives', () => {
    const choice = call('ifelse', [call('>', [x, numbers(1)]), T, symbol('F')]);
    expect(predict(fitted({ value: choice, data: symbol('d') }), [{ x: 2 }, { x: 0 }])).toEqual([3, 1]);
    expect(predict(fitted({ value: call('==', [symbol('l'), T]), data: symbol('d') }), [{ l: true }])).toEqual([3]);
  });
  test('pi stays a number beside other names, and is a column alone', () => {
    expect(predict(fitted({ value: call('*', [x, symbol('pi')]), data: symbol('d') }), [{ x: 0.5 }])).toEqual([1 + Math.PI]);
    expect(featuresOf(fitted({ value: call('sqrt', [symbol('pi')]), data: symbol('d') }))).toEqual(['pi']);
  });
});

test('a text of the environment is compared as a text, a number as R writes it', () => {
  const value = call('==', [symbol('g'), symbol('k')]);
  const found = (k: Kept, level: string) => {
    const members = { call: call('lm', []), xlevels: named({ g: texts('a', '1e+05') }), contrasts: named({ g: texts('contr.treatment') }) };
    const variables = [number(symbol('g'), 'g', 'factor'), number(value, 'v')];
    const model = lm({ variables, coefficients: [0, 0, 1], members, terms: { '.Environment': around({ k }) } });
    return predict(model, [{ g: level }])[0];
  };
  expect([found(constant('a'), 'a'), found(constant(1e5), '1e+05'), found(constant(1e5), 'a')]).toEqual([1, 1, 0]);
});

describe('the degree of poly() is', () => {
  const [n, d] = [symbol('n'), symbol('d')];
  const RAW = { raw: { type: 'logical', values: Int32Array.of(1) } } satisfies Record<string, RValue>;
  const coefs = named({ alpha: numbers(2, 3), norm2: numbers(1, 5, 16, 4) });
  /** An lm of 1, x and x^2 with the coefficients 0, 1 and 100, whose formula was made where n is 2, or another value. */
  function ofPoly(args: RValue[], tagged: Record<string, RValue>, environment: Record<string, Kept>): RValue {
    const members = { call: call('lm', [], { formula: symbol('f'), data: d }) };
    const variables = [number(call('poly', args, tagged), 'v', 'nmatrix.2')];
    return lm({ variables, coefficients: [0, 1, 100], terms: { '.Environment': around(environment) }, members });
  }
  const known = { n: constant(2), d: columns('x') };

  test.each<[string, RValue[], Record<string, RValue>]>([
    ['a variable around the formula, and no second column', [x, n], RAW],
    ['that variable by its name', [x], { degree: n, ...RAW }],
    ['what stands beside x by its name', [numbers(2)], { x, ...RAW }],
  ])('%s', (_, args, tagged) => {
    const model = ofPoly(args, tagged, known);
    expect(featuresOf(model)).toEqual(['x']);
    expect(predict(model, [{ x: 7 }])).toEqual([7 + 4900]);
  });

  test.each<[string, RValue[], Record<string, RValue>, Record<string, Kept>]>([
    ['a variable', [x, n], {}, known],
    ['a variable by its name', [x], { degree: n }, known],
    ['a variable that is another number by now', [x, n], {}, { ...known, n: constant(5) }],
    ['a variable that is nowhere', [x, n], {}, {}],
    ['a sum', [x, call('+', [numbers(1), numbers(1)])], {}, {}],
    ['beside x by its name', [numbers(2)], { x }, {}],
  ])('that of the coefficients, where it is %s', (_, args, tagged, environment) => {
    // (7 - 2) / 4, then ((7 - 3) * 5 - 16 / 5) / 2
    expect(predict(ofPoly(args, { ...tagged, coefs }, environment), [{ x: 7 }])).toEqual([1.25 + 100 * ((4 * 5 - (16 / 5) * 1) / 2)]);
  });

  test('refused, where it may be a column', () => {
    expect(() => read(ofPoly([x, n], RAW, {}))).toThrow('found poly() whose second argument may be its degree');
    expect(() => read(ofPoly([x, n], RAW, { n: constant(2) }))).toThrow('the variable n, which is 2 where the formula was made');
  });
});
