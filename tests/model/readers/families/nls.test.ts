import { expect, test } from '@jest/globals';
import type { RValue } from '../../../../model/rds/values.ts';
import { NLS_READER } from '../../../../model/readers/nls/reader.ts';
import { answerQuery, checkPredictor } from '../../../../shared/predict.ts';
import { readValue } from '../../../../shared/wire/wire.ts';
import { attributed, call, integers, list, NULL, named, numbers, symbol, texts } from '../../../support/r-objects.ts';

/** An nls of a right side with its parameters and columns as R keeps them: in the environment of the functions of `m`. */
function nls(right: RValue, values: Record<string, RValue>, kinds: Record<string, string> = { x: 'numeric' }, lin?: RValue): RValue {
  const parameters = Object.keys(values).filter((name) => !(name in kinds));
  const fields = new Map(Object.entries(values));
  const frame = new Map<string, RValue>(
    Object.entries({
      ...{ internalPars: numbers(0), form: call('~', [symbol('y'), right]), env: { type: 'opaque', what: 'an environment', fields } },
      ind: attributed(list(...parameters.map(() => integers(1))), { names: texts(...parameters) }),
      ...(lin ? { lin } : {}),
    }),
  );
  const resid: RValue = { type: 'opaque', what: 'a function', enclosing: { type: 'opaque', what: 'an environment', fields: frame } };
  const dataClasses = attributed(texts(...Object.values(kinds)), { names: texts(...Object.keys(kinds)) });
  return named({ m: named({ resid }, 'nlsModel'), dataClasses }, 'nls');
}

const times = (left: RValue, right: RValue) => call('*', [left, right]);
const at = (name: string, index: RValue) => call('[', [symbol(name), index]);
const GROUPS = attributed(integers(1, 2), { levels: texts('u', 'v'), class: texts('factor') });

function predict(value: RValue, rows: object[]) {
  const model = NLS_READER.read(value, 'm.RDS');
  checkPredictor(model, 'm.RDS');
  return answerQuery(model, readValue(model.schema, rows)).predictions;
}

test("an nls's answer is its formula with the parameters of the environment that predict() takes", () => {
  expect(predict(nls(times(symbol('a'), symbol('x')), { a: numbers(3) }), [{ x: 2 }])).toEqual([6]);
});

test('a factor chooses a parameter by its level, a constant by its place', () => {
  const right = call('+', [times(at('a', symbol('g')), symbol('x')), at('a', numbers(3))]);
  const model = nls(right, { a: numbers(10, 20, 0.5), g: GROUPS }, { x: 'numeric', g: 'factor' });
  expect(
    predict(model, [
      { x: 1, g: 'u' },
      { x: 2, g: 'v' },
    ]),
  ).toEqual([10.5, 40.5]);
});

test('plinear has a coefficient for each column of cbind()', () => {
  const right = call('cbind', [numbers(1), times(symbol('a'), symbol('x'))]);
  expect(predict(nls(right, { a: numbers(2) }, { x: 'numeric' }, numbers(100, 10)), [{ x: 3 }])).toEqual([160]);
  expect(() => predict(nls(right, { a: numbers(2) }, { x: 'numeric' }, numbers(1)), [])).toThrow('expected 2, one a column of cbind()');
});

test('a self-starting model takes its arguments by name or in order, all of them', () => {
  const values = { V: numbers(10), K: numbers(3) };
  expect(predict(nls(call('SSmicmen', [symbol('x'), symbol('V'), symbol('K')]), values), [{ x: 2 }])).toEqual([4]);
  expect(predict(nls(call('SSmicmen', [symbol('x'), symbol('V')], { K: symbol('K') }), values), [{ x: 2 }])).toEqual([4]);
  expect(() => predict(nls(call('SSmicmen', [symbol('x'), symbol('V')]), values), [])).toThrow('other arguments of SSmicmen()');
});

test('what cannot be served is refused by name', () => {
  const refused = (right: RValue, values: Record<string, RValue>, kinds?: Record<string, string>) => () =>
    predict(nls(right, values, kinds), []);
  expect(refused(times(symbol('a'), symbol('x')), { a: numbers(1, 2) })).toThrow('the parameter a of 2 numbers');
  expect(refused(times(symbol('a'), symbol('x')), { a: numbers(Number.NaN) })).toThrow("m.RDS's parameter a");
  expect(refused(at('a', symbol('x')), { a: numbers(1, 2) })).toThrow('a parameter by what is no factor');
  expect(refused(at('a', numbers(3)), { a: numbers(1, 2) })).toThrow('another place of a parameter, expected 1 to 2');
  expect(refused(at('a', symbol('x')), { a: numbers(1), x: GROUPS }, { x: 'factor' })).toThrow('2 levels for 1 numbers');
  const odd = attributed(integers(1, 2), { levels: texts('u', 'v\uD800'), class: texts('factor') });
  expect(refused(at('a', symbol('x')), { a: numbers(1, 2), x: odd }, { x: 'factor' })).toThrow(/^m\.RDS.*the levels of x/);
  expect(refused(times(symbol('k'), symbol('x')), { a: numbers(1) })).toThrow('the variable k');
  expect(refused(call('mine', [symbol('x')]), { a: numbers(1) })).toThrow('the function mine()');
});

test('an object without what nls() keeps around its functions is refused', () => {
  expect(() => NLS_READER.read(named({ m: NULL }, 'nls'), 'm.RDS')).toThrow("m.RDS's m");
  expect(() => NLS_READER.read(named({ m: named({ resid: { type: 'opaque', what: 'a function' } }) }, 'nls'), 'm.RDS')).toThrow(
    'functions with the formula and the parameters around them',
  );
});

test('a self-starting model within another is refused, since it stands in several places of that', () => {
  const values = { V: numbers(10), K: numbers(3) };
  const inner = call('SSmicmen', [symbol('x'), symbol('V'), symbol('K')]);
  const outer = call('+', [numbers(1), call('SSmicmen', [call('log', [inner]), symbol('V'), symbol('K')])]);
  expect(() => predict(nls(outer, values), [{ x: 2 }])).toThrow('found a self-starting model within another, expected one of parameters');
  expect(predict(nls(call('+', [inner, inner]), values), [{ x: 2 }])).toEqual([8]);
});

test('choices by levels are counted for the whole formula', () => {
  const levels = Array.from({ length: 60 }, (_, at) => `l${at}`);
  const group = attributed(integers(1), { levels: texts(...levels), class: texts('factor') });
  const sum = (count: number): RValue =>
    count === 1 ? at('a', symbol('g')) : call('+', [sum(Math.ceil(count / 2)), sum(Math.floor(count / 2))]);
  const model = (count: number) => nls(sum(count), { a: numbers(...levels.keys()), g: group }, { g: 'factor' });
  expect(predict(model(8), [{ g: 'l2' }])).toEqual([16]);
  expect(() => predict(model(334), [])).toThrow('a parameter by levels in too many places, expected at most 20000 choices in all');
});
