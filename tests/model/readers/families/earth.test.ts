import { describe, expect, test } from '@jest/globals';
import type { RValue } from '../../../../model/rds/values.ts';
import { EARTH_READER, oneChance, withShares } from '../../../../model/readers/earth/reader.ts';
import type { Imported } from '../../../../model/readers/reader.ts';
import { answerQuery, checkPredictor } from '../../../../shared/predict.ts';
import { readValue } from '../../../../shared/wire/wire.ts';
import { number, x } from '../../../support/lm-objects.ts';
import { attributed, integers, list, named, numbers, symbol, terms, texts } from '../../../support/r-objects.ts';

function predict(model: Imported, rows: object[], parameters: object = {}) {
  checkPredictor(model, 'm.RDS');
  return answerQuery(model, readValue(model.schema, { instances: rows, parameters })).predictions;
}

/** A matrix of R by its rows, with names. */
function matrix(rows: number[][], names: [string[], string[]]): RValue {
  const cells = rows[0]!.flatMap((_, column) => rows.map((row) => row[column]!));
  return attributed(numbers(...cells), {
    dim: integers(rows.length, rows[0]!.length),
    dimnames: list(texts(...names[0]), texts(...names[1])),
  });
}

const ROWS = ['(Intercept)', 'h(x-1)', 'h(1-x)', 'x'];
/** 10 + 2 h(x - 1) + 100 x, without the term h(1 - x). */
function members(others: Record<string, RValue> = {}, coefficients = [[10], [2], [100]]): Record<string, RValue> {
  return {
    dirs: matrix([[0], [1], [-1], [2]], [ROWS, ['x']]),
    cuts: matrix([[0], [1], [1], [0]], [ROWS, ['x']]),
    'selected.terms': integers(1, 2, 4),
    coefficients: matrix(coefficients, [['a', 'b', 'c'], coefficients[0]!.map((_, at) => `y${at}`)]),
    terms: terms([number(x, 'x')]),
    ...others,
  };
}
const earth = (...args: Parameters<typeof members>) => named(members(...args), 'earth');

/** A glm of the intercept and the two terms. */
function glm(link: string, ...coefficients: number[]): RValue {
  const qr = named({ pivot: integers(1, 2, 3) });
  return named({ coefficients: numbers(...coefficients), rank: integers(3), qr, family: named({ link: texts(link) }) }, 'glm', 'lm');
}

/** Terms of so many hinges each, behind the intercept. */
function wide(hinges: number, count = 2): RValue {
  const columns = Array.from({ length: hinges }, (_, at) => `x${at}`);
  const names = Array.from({ length: count }, (_, at) => `t${at}`);
  const each = (one: number) =>
    matrix(
      names.map((_, at) => columns.map(() => (at === 0 ? 0 : one))),
      [names, columns],
    );
  return earth({ dirs: each(1), cuts: each(0), 'selected.terms': integers(...names.map((_, at) => at + 1)) });
}

const read = (value: RValue) => EARTH_READER.read(value, 'm.RDS');

describe('an earth', () => {
  test('adds up the selected terms', () => {
    expect(predict(read(earth()), [{ x: 3 }, { x: 0 }])).toEqual([314, 10]);
  });

  test('of a matrix takes its columns by their names, with the cuts as their range', () => {
    const { terms: _, ...rest } = members({ modvars: matrix([[1]], [['x'], ['x']]) });
    const model = read(named(rest, 'earth'));
    expect(model.schema.features).toEqual([{ name: 'x', type: 'number', range: [1, 1] }]);
    expect(predict(model, [{ x: 3 }])).toEqual([314]);
    const factor = { ...rest, modvars: matrix([[1]], [['sex'], ['sexmale']]) };
    expect(() => read(named(factor, 'earth'))).toThrow('an earth of a data frame with factors');
  });

  test('of other contrasts than the usual ones is refused by its columns', () => {
    const by = (column: string) => {
      const dirs = matrix([[0], [1], [-1], [2]], [ROWS, [column]]);
      return earth({ dirs, terms: terms([number(symbol('f'), 'f', 'factor')]), xlevels: named({ f: texts('u', 'v') }) });
    };
    expect(predict(read(by('fv')), [{ f: 'v' }])).toEqual([110]);
    expect(() => read(by('f1'))).toThrow('found the column f1, expected fv');
  });

  test('with a glm has the link, and the terms without it', () => {
    const model = read(earth({ 'glm.list': list(glm('log', 0, 1, 0)) }));
    expect(predict(model, [{ x: 1 }])).toEqual([1]);
    expect(predict(model, [{ x: 3 }], { type: 'link' })).toEqual([2]);
    expect(predict(model, [{ x: 3 }], { type: 'earth' })).toEqual([314]);
  });

  const two = () => read(earth({ levels: texts('no', 'yes') }, [[0.25], [0.25], [0]]));
  const three = () =>
    read(
      earth({ levels: texts('a', 'b', 'c') }, [
        [1, 1, 2],
        [0, 1, 0],
        [0, 0, 0],
      ]),
    );

  test('of two classes has both chances, and the second class beyond a half', () => {
    expect(predict(two(), [{ x: 3 }])).toEqual([{ no: 0.25, yes: 0.75 }]);
    expect(predict(two(), [{ x: 3 }, { x: 2 }], { type: 'class' })).toEqual(['yes', 'no']);
  });

  test('of two classes is one number to parsnip, which has the second class from a half on', () => {
    const model = oneChance(two());
    expect([model.schema.kind, predict(model, [{ x: 2 }])]).toEqual(['regression', [0.5]]);
    expect(() => oneChance(three())).toThrow('found 3 classes, expected two');
  });

  test('of three classes has a number each, which caret divides by their sum', () => {
    expect(predict(three(), [{ x: 2 }])).toEqual([{ a: 1, b: 2, c: 2 }]);
    expect(predict(three(), [{ x: 2 }], { type: 'class' })).toEqual(['b']);
    expect(predict(withShares(three()), [{ x: 2 }])).toEqual([{ a: 0.2, b: 0.4, c: 0.4 }]);
  });

  test.each<[string, RValue, string]>([
    ['another direction', earth({ dirs: matrix([[0], [3], [-1], [2]], [ROWS, ['x']]) }), 'found direction 3, cut 1'],
    ['a term that is not there', earth({ 'selected.terms': integers(1, 2, 5) }), 'found 5, expected 1 to 4'],
    ['a term twice', earth({ 'selected.terms': integers(1, 2, 2) }), 'found 3 places, expected at most 32768, each once'],
    ['a term of too many hinges', wide(91), "m.RDS's term 2: found 91 hinges, expected at most 90"],
    ['too many hinges', wide(90, 366), "m.RDS's term 366: found 90 hinges, expected at most 90, and 32768 of all terms"],
    ['a coefficient too few', earth({}, [[1], [2]]), 'found 2 x 1, expected 3 x at most'],
    ['cuts of another size', earth({ cuts: matrix([[0]], [['a'], ['x']]) }), 'found 1 x 1, expected 4 x 1'],
    ['other columns', earth({ terms: terms([number(x, 'x'), number(x, 'z')]) }), 'found 2 columns, expected 1'],
    ['a glm too many', earth({ 'glm.list': list(glm('log', 0, 1, 0), glm('log', 0, 1, 0)) }), 'found 2 glms, expected 1'],
    ['an unknown link', earth({ 'glm.list': list(glm('own', 0, 1, 0)) }), "m.RDS's glm 1's link: found own"],
    ['other levels', earth({ levels: texts('a', 'b', 'c') }), 'found 3 of 1 outputs'],
  ])('%s: refused', (_, value, expected) => {
    expect(() => predict(read(value), [{ x: 1 }])).toThrow(expected);
  });
});
