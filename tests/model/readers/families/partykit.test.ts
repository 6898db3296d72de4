import { describe, expect, test } from '@jest/globals';
import { guessTypes } from '../../../../model/artifact/guess-types.ts';
import type { RValue } from '../../../../model/rds/values.ts';
import { PARTYKIT_READER } from '../../../../model/readers/partykit/reader.ts';
import { answerOf, objectOf, openedBy, problemOf } from '../../../support/asking.ts';
import { golden } from '../../../support/golden.ts';
import { attributed, integers, list, named, numbers, symbol, terms, texts } from '../../../support/r-objects.ts';

const open = (value: RValue) => openedBy(PARTYKIT_READER, value);
const ask = (value: RValue, rows: object[], parameters: object = {}) => answerOf(open(value), rows, parameters).predictions;

const factor = (codes: number[], ...levels: string[]) =>
  attributed(integers(...codes), { levels: texts(...levels), class: texts('factor') });
const leaf = (id: number) => named({ id: integers(id) }, 'partynode');
const g = { value: symbol('g'), name: 'g', kind: 'factor' };
const split = (members: Record<string, RValue>) => named({ varid: integers(2), ...members }, 'partysplit');
const root = (by: RValue, ...kids: RValue[]) => named({ id: integers(1), split: by, kids: list(...kids) }, 'partynode');

/** A tree of one split by the factor g: y is 1 and 4 on the left, 10 on the right. */
function party(changes: Record<string, RValue> = {}, by: RValue = split({ index: integers(1, 2, -2147483648) })): RValue {
  const parts = {
    node: root(by, leaf(2), leaf(3)),
    data: named({ y: numbers(), g: factor([], 'a', 'b', 'c') }, 'data.frame'),
    fitted: named({ '(fitted)': integers(2, 2, 3), '(weights)': numbers(1, 2, 1), '(response)': numbers(1, 4, 10) }, 'data.frame'),
    terms: terms([g]),
    ...changes,
  };
  return named(parts, 'constparty', 'party');
}

describe('a tree of partykit', () => {
  test("answers the weighted mean of a leaf's training rows", () => {
    expect(ask(party(), [{ g: 'a' }, { g: 'b' }])).toEqual([3, 10]);
  });

  test('has no answer where R draws a way: of a level that the split has not seen', () => {
    expect(problemOf(() => ask(party(), [{ g: 'c' }]))).toMatch(
      'row 1 /0 at a split its value is missing, or a level that the split has not seen',
    );
  });

  test('sends a missing value where its chances leave one way, and refuses it where they leave two', () => {
    const sure = party({}, split({ index: integers(1, 2, -2147483648), prob: numbers(0, 1) }));
    expect(ask(sure, [{ g: null }, { g: 'c' }])).toEqual([10, 10]);
    expect(problemOf(() => ask(party(), [{ g: null }]))).toMatch('found a missing value');
    const missing = { ...golden('ctree').rows[0], 'Petal.Length': null };
    expect(problemOf(() => ask(objectOf('ctree'), [missing]))).toMatch('found a missing value');
  });

  test('with surrogates refuses a row that lacks them too', () => {
    const none = { 'Solar.R': null, Wind: null, Temp: null, Month: null, Day: null };
    expect(problemOf(() => ask(objectOf('ctree-surrogates'), [none]))).toMatch('R draws a way at random');
  });

  test('a value at a break goes with those below it, unless the split says otherwise', () => {
    const x = { value: symbol('g'), name: 'g', kind: 'numeric' };
    const at = (right: number) => {
      const data = named({ y: numbers(), g: numbers() }, 'data.frame');
      return party({ terms: terms([x]), data }, split({ breaks: numbers(0), right: integers(right) }));
    };
    expect(ask(at(1), [{ g: 0 }, { g: Number.MIN_VALUE }, { g: -1 }])).toEqual([3, 10, 3]);
    expect(ask(at(0), [{ g: 0 }, { g: -Number.MIN_VALUE }])).toEqual([10, 3]);
    // Below the next double above 0, which a column of 64-bit integers would have for 1: the file has the column's class.
    const { others, isClassed, ...model } = open(at(1));
    expect(guessTypes(model, others, isClassed).features).toMatchObject([{ name: 'g', type: 'number' }]);
    expect(guessTypes(model).features).toMatchObject([{ type: 'integer64' }]);
  });

  const root2 = (name: string) => ({ type: 'language', values: [symbol('sqrt'), symbol(name)], tags: [] }) as RValue;
  /** A tree of one split by the variable at a place of the data: y, sqrt(x), v, sqrt(u). */
  const computed = (varid: number) =>
    party({
      node: root(named({ varid: integers(varid), breaks: numbers(2), right: integers(1) }, 'partysplit'), leaf(2), leaf(3)),
      data: named({ y: numbers(), 'sqrt(x)': numbers(), v: numbers(), 'sqrt(u)': numbers() }, 'data.frame'),
      terms: terms([
        { value: root2('x'), name: 'sqrt(x)', kind: 'numeric' },
        { value: symbol('v'), name: 'v', kind: 'numeric' },
        { value: root2('u'), name: 'sqrt(u)', kind: 'numeric' },
      ]),
    });

  test('whose splits are of what the formula computes refuses a row that R leaves out, whichever variable it lacks', () => {
    expect(
      ask(computed(2), [
        { x: 4, v: 1, u: 1 },
        { x: 9, v: 1, u: 1 },
      ]),
    ).toEqual([3, 10]);
    expect(problemOf(() => ask(computed(2), [{ x: -4, v: 1, u: 1 }]))).toMatch('row 1');
    expect(problemOf(() => ask(computed(2), [{ x: 4, v: 1, u: -1 }]))).toMatch('row 1');
    expect(ask(computed(3), [{ x: -4, v: 1, u: -1 }])).toEqual([3]);
  });

  test('finds a column whose name the terms write in another way: g%/%3L without its L, a b between backticks', () => {
    const whole: RValue = { type: 'language', values: [symbol('%/%'), symbol('g'), integers(3)], tags: [] };
    const by = named({ varid: integers(2), breaks: numbers(5), right: integers(1) }, 'partysplit');
    const of = (value: RValue, name: string, column: string) =>
      party({ terms: terms([{ value, name, kind: 'numeric' }]), data: named({ y: numbers(), [column]: numbers() }, 'data.frame') }, by);
    expect(ask(of(whole, 'g%/%3', 'g%/%3L'), [{ g: 17 }, { g: 18 }])).toEqual([3, 10]);
    expect(ask(of(symbol('a b'), '`a b`', 'a b'), [{ 'a b': 5 }, { 'a b': 6 }])).toEqual([3, 10]);
  });

  const fitted = (response: RValue) => ({ fitted: named({ '(fitted)': integers(2, 2, 3), '(response)': response }, 'data.frame') });
  test.each<[string, RValue, string]>([
    ['survival times', party(fitted(attributed(numbers(1, 2, 3), { class: texts('Surv') }))), 'found survival times'],
    ['several responses', party(fitted(named({ a: numbers(1) }, 'data.frame'))), 'found several responses'],
    [
      'a split of three ways',
      party({ node: root(split({ index: integers(1, 2, 3) }), leaf(2), leaf(3), leaf(4)) }),
      'a tree with multiway = FALSE',
    ],
    ['a variable that is not there', party({}, named({ varid: integers(7), index: integers(1, 2, 2) }, 'partysplit')), 'varid: found 7'],
    [
      'a leaf without rows',
      party({ node: root(split({ index: integers(1, 2, 2) }), leaf(2), leaf(9)) }),
      'node 9: found a leaf without training rows',
    ],
    ['a break that is not finite', party({}, split({ breaks: numbers(Number.NaN) })), '1 breaks and 2 ways'],
    ['other chances', party({}, split({ index: integers(1, 2, 2), prob: numbers(1, -1) })), 'other chances'],
    ['no training rows', party({ fitted: named({}) }), 'no responses of training'],
  ])('%s: refused', (_, value, expected) => {
    expect(problemOf(() => ask(value, [{ g: 'a' }]))).toMatch(expected);
  });

  test('ordered classes keep their order', () => {
    expect(open(objectOf('ctree-ordered')).schema.classes).toEqual(['low', 'mid', 'high']);
  });
});

describe('a small file of many classes is read in one pass', () => {
  const CLASSES = 3000;
  const classes = Array.from({ length: CLASSES }, (_, at) => `c${at}`);
  const ofClasses = (rows: number, idOf: (row: number) => number): RValue => {
    const ids: RValue = { type: 'integer', values: Int32Array.from({ length: rows }, (_, row) => idOf(row)) };
    const codes = Array.from({ length: rows }, (_, row) => 1 + (row % 2));
    return named({ '(fitted)': ids, '(response)': factor(codes, ...classes) }, 'data.frame');
  };

  test('where its rows name far more leaves than its tree has', () => {
    const start = process.cpuUsage();
    const { schema } = open(party({ fitted: ofClasses(30_000, (row) => row + 2) }));
    const { user, system } = process.cpuUsage(start);
    expect(schema.classes).toHaveLength(CLASSES);
    expect((user + system) / 1e6).toBeLessThan(3);
  });

  test('where many leaves have the same rows', () => {
    let tree: RValue = leaf(2);
    for (let depth = 0; depth < 3_000; depth += 1) tree = root(split({ index: integers(1, 2, 2) }), leaf(2), tree);
    const start = process.cpuUsage();
    expect(open(party({ node: tree, fitted: ofClasses(100_000, () => 2) })).schema.classes).toHaveLength(CLASSES);
    const { user, system } = process.cpuUsage(start);
    // 1.2 s at rest, and 3.2 s beside much other work.
    expect((user + system) / 1e6).toBeLessThan(6);
  });

  test('and refused where its nodes have more shares than there is room for', () => {
    // A chain: each right side is split again.
    let tree: RValue = leaf(2);
    for (let depth = 0; depth < 400; depth += 1) tree = root(split({ index: integers(1, 2, 2) }), leaf(2), tree);
    const many = Array.from({ length: 50_000 }, (_, at) => `c${at}`);
    const fitted = named({ '(fitted)': integers(2), '(response)': factor([1], ...many) }, 'data.frame');
    expect(problemOf(() => open(party({ node: tree, fitted })))).toMatch(
      'more than 671 nodes of 50000 classes, expected at most 33554432 shares',
    );
  });
});
