import { describe, expect, test } from '@jest/globals';
import { drawCheckRows } from '../../../model/artifact/check-rows.ts';
import { splitRanges } from '../../../model/artifact/guess-types.ts';
import type { RValue } from '../../../model/rds/values.ts';
import { readRanger } from '../../../model/readers/ranger/ranger.ts';
import { ModelError } from '../../../shared/errors.ts';
import { answerQuery } from '../../../shared/predict.ts';
import { defaultParameters } from '../../../shared/schema/parameters.ts';
import { forestBody } from '../../support/bodies.ts';

const numbers = (...values: number[]): RValue => ({ type: 'double', values: Float64Array.from(values) });
const texts = (...values: (string | null)[]): RValue => ({ type: 'character', values });
const list = (...values: RValue[]): RValue => ({ type: 'list', values });

/** A named list, of a class where one is given. */
function named(members: Record<string, RValue>, ...classes: string[]): RValue {
  const attributes = new Map([['names', texts(...Object.keys(members))]]);
  if (classes.length > 0) attributes.set('class', texts(...classes));
  return { type: 'list', values: Object.values(members), attributes };
}

/** The members of a forest of one tree, x <= 2.5 left to 10 and right to 20, with the given ones in place of its own. */
function members(changes: Record<string, RValue> = {}): Record<string, RValue> {
  return {
    'num.trees': numbers(1),
    'child.nodeIDs': list(list(numbers(1, 0, 0), numbers(2, 0, 0))),
    'split.varIDs': list(numbers(0, 0, 0)),
    'split.values': list(numbers(2.5, 10, 20)),
    'is.ordered': { type: 'logical', values: Int32Array.of(1) },
    'independent.variable.names': texts('x'),
    treetype: texts('Regression'),
    ...changes,
  };
}

const CLASSES = {
  treetype: texts('Classification'),
  'class.values': numbers(2, 1),
  levels: texts('no', 'yes'),
  'split.values': list(numbers(2.5, 1, 2)),
};
const SHARES = {
  ...CLASSES,
  treetype: texts('Probability estimation'),
  'terminal.class.counts': list(list(numbers(), numbers(0.25, 0.75), numbers(1, 0))),
};

function ranger(changes: Record<string, RValue> = {}): RValue {
  return named({ forest: named(members(changes), 'ranger.forest') }, 'ranger');
}

function predict(value: RValue, ...xs: number[]) {
  const { schema, forest } = readRanger(value, 'm.RDS');
  const query = { rows: Float64Array.from(xs), count: xs.length, parameters: defaultParameters(schema) };
  return answerQuery({ schema, body: forestBody(forest) }, query).predictions;
}

test('a ranger object and its forest alone are the same model', () => {
  const whole = readRanger(ranger(), 'm.RDS');
  expect(readRanger(named(members(), 'ranger.forest'), 'm.RDS')).toEqual(whole);
  expect(whole.schema).toMatchObject({ kind: 'regression', features: [{ name: 'x', type: 'number' }], takesMissing: false, trees: 1 });
  expect(predict(ranger(), 2.5, 2.6)).toEqual([10, 20]);
});

test('classes stand in the order of their levels, whatever the order of class.values', () => {
  expect(readRanger(ranger(CLASSES), 'm.RDS').schema.classes).toEqual(['no', 'yes']);
  expect(predict(ranger(CLASSES), 1, 3)).toEqual(['no', 'yes']);
  // The counts stand in the order of class.values (2, then 1), the answer in that of the levels.
  expect(predict(ranger(SHARES), 1, 3)).toEqual([
    { no: 0.75, yes: 0.25 },
    { no: 0, yes: 1 },
  ]);
});

test('a numeric response has its values as labels, in the order they come', () => {
  const { levels: _, ...bare } = CLASSES;
  expect(readRanger(ranger(bare), 'm.RDS').schema.classes).toEqual(['2', '1']);
  expect(predict(ranger(bare), 1, 3)).toEqual(['1', '2']);
});

test('levels that ranger kept make a feature a factor', () => {
  const value = ranger({ 'covariate.levels': list(texts('low', 'mid', 'high')) });
  expect(readRanger(value, 'm.RDS').schema.features).toEqual([{ name: 'x', type: 'factor', levels: ['low', 'mid', 'high'] }]);
});

test('an unordered factor goes left where its bit is not in the set', () => {
  const set = list(numbers(2 ** 0 + 2 ** 40, 10, 20));
  const value = ranger({ 'is.ordered': { type: 'logical', values: Int32Array.of(0) }, 'split.values': set });
  expect(predict(value, 1, 2, 41, 42)).toEqual([20, 10, 20, 10]);
});

test('the first of the classes that tie wins', () => {
  const two = ranger({
    ...CLASSES,
    'num.trees': numbers(2),
    'child.nodeIDs': list(list(numbers(0), numbers(0)), list(numbers(0), numbers(0))),
    'split.varIDs': list(numbers(0), numbers(0)),
    'split.values': list(numbers(2), numbers(1)),
  });
  expect(predict(two, 1)).toEqual(['no']);
});

const many = Array.from({ length: 54 }, (_, at) => `l${at}`);
const unordered: RValue = { type: 'logical', values: Int32Array.of(0) };

describe('what is not a forest served here is refused by name', () => {
  test.each<[string, RValue, string]>([
    ['a value without a class', named({}), 'an object without a class, expected a ranger forest'],
    ['another model', named({}, 'lm'), 'an object of class lm, expected a ranger forest'],
    ['a number', numbers(1), 'an object without a class'],
    ['a ranger without its forest', named({ call: numbers(1) }, 'ranger'), 'write.forest = TRUE'],
    ['a ranger that is no list', { type: 'opaque', what: 'x', attributes: new Map([['class', texts('ranger')]]) }, 'without its forest'],
    ['the response of an old ranger that is no number', ranger({ 'dependent.varID': texts('y') }), 'dependent.varID'],
    ['no treetype', ranger({ treetype: { type: 'null' } }), 'treetype: found NULL, expected a character vector'],
    ['survival without its times', ranger({ treetype: texts('Survival') }), 'unique.death.times'],
    ['another treetype', ranger({ treetype: texts('Clustering') }), 'a forest of the type Clustering'],
    ['no features', ranger({ 'independent.variable.names': texts() }), '0 features'],
    ['a feature without a name', ranger({ 'independent.variable.names': texts(null) }), 'independent.variable.names[1]: found NA'],
    ['two features of one name', ranger({ 'independent.variable.names': texts('x', 'x') }), '"x" twice'],
    ['levels for other features', ranger({ 'covariate.levels': list() }), 'covariate.levels'],
    ['a factor without levels', ranger({ 'covariate.levels': list(texts()) }), 'levels of x: found none'],
    ['a level twice', ranger({ 'covariate.levels': list(texts('a', 'a')) }), '"a" twice'],
    ['an NA level twice', ranger({ 'covariate.levels': list(texts(null, null)) }), 'levels of x: found null twice'],
    ['a set of 54 levels', ranger({ 'covariate.levels': list(texts(...many)), 'is.ordered': unordered }), '54 levels, expected at most 53'],
    ['is.ordered of another length', ranger({ 'is.ordered': numbers(1, 1) }), 'is.ordered: found 2 values, expected 1'],
    ['no class values', ranger({ ...CLASSES, 'class.values': numbers() }), 'class.values: found none'],
    ['a class value that is NaN', ranger({ ...CLASSES, 'class.values': numbers(1, Number.NaN) }), 'class.values'],
    ['a class value twice', ranger({ ...CLASSES, 'class.values': numbers(1, 1) }), 'class.values: found 1 twice'],
    ['a class value without a level', ranger({ ...CLASSES, 'class.values': numbers(1, 3) }), 'class value 3, expected 1 to 2'],
    ['a class value of half a level', ranger({ ...CLASSES, 'class.values': numbers(1, 1.5) }), 'class value 1.5'],
    ['two classes of one label', ranger({ ...CLASSES, levels: texts('a', 'a') }), '"a" twice'],
    ['a leaf of no class', ranger({ ...CLASSES, 'split.values': list(numbers(2.5, 1, 7)) }), 'tree 1, node 2: found class value 7'],
    ['no trees', ranger({ ...empty(), 'num.trees': numbers(0) }), 'found no trees'],
    ['fewer trees than told', ranger({ 'num.trees': numbers(2) }), '1 trees, expected 2'],
    ['a tree without nodes', ranger({ ...empty(list(numbers(), numbers()), numbers(), numbers()) }), 'tree 1: found no nodes'],
    [
      'four vectors of children',
      ranger({ 'child.nodeIDs': list(list(numbers(0), numbers(0), numbers(0), numbers(0))) }),
      '4 vectors, expected 2 or 3',
    ],
    ['a default child of half a node', tree([1, 0, 0], [2, 0, 0], [1.5, 0, 0]), 'child 1.5'],
    ['a default child beyond the tree', tree([1, 0, 0], [2, 0, 0], [3, 0, 0]), 'child 3'],
    ['one vector of children', ranger({ 'child.nodeIDs': list(list(numbers(0))) }), '1 vectors, expected 2'],
    ['children that are texts', ranger({ 'child.nodeIDs': list(list(texts('a'), numbers(0))) }), 'expected a numeric vector'],
    ['vectors of two lengths', ranger({ 'split.values': list(numbers(2.5, 10)) }), 'tree 1: found vectors of lengths 3 and 2'],
    ['a child that is its parent', tree([0, 0, 0], [1, 0, 0]), 'tree 1, node 0: found child 0'],
    ['a child before its parent', tree([1, 0, 1], [2, 0, 1]), 'tree 1, node 2: found child 1'],
    ['a child beyond the tree', tree([1, 0, 0], [3, 0, 0]), 'child 3, expected an id from 1 to 2'],
    ['a child of half a node', tree([1.5, 0, 0], [2, 0, 0]), 'child 1.5'],
    ['a child that is NaN', tree([Number.NaN, 0, 0], [2, 0, 0]), 'child NaN'],
    ['a child beyond 32 bits', tree([2 ** 32 + 1, 0, 0], [2, 0, 0]), 'child 4294967297'],
    ['a split of no feature', ranger({ 'split.varIDs': list(numbers(1, 0, 0)) }), 'split variable 1, expected 0 to 0'],
    ['a split of a negative feature', ranger({ 'split.varIDs': list(numbers(-1, 0, 0)) }), 'split variable -1'],
    [
      'a set of levels that is NaN',
      ranger({ 'is.ordered': unordered, 'split.values': list(numbers(Number.NaN, 1, 2)) }),
      'set of levels NaN',
    ],
    ['a set beyond 53 bits', ranger({ 'is.ordered': unordered, 'split.values': list(numbers(2 ** 53, 1, 2)) }), 'at most 53 bits'],
    ['a leaf without end', ranger({ 'split.values': list(numbers(2.5, Number.POSITIVE_INFINITY, 1)) }), 'leaf 0: found Infinity'],
    ['a leaf without end', ranger({ 'split.values': list(numbers(2.5, 1, Infinity)) }), 'leaf 1: found Infinity'],
    [
      'too few shares',
      ranger({ ...SHARES, 'terminal.class.counts': list(list(numbers(), numbers(1), numbers(1, 0))) }),
      '1 values, expected 2',
    ],
    ['no shares', ranger({ ...SHARES, 'terminal.class.counts': { type: 'null' } }), 'terminal.class.counts: found NULL, expected a list'],
    [
      'a leaf without shares',
      ranger({ ...SHARES, 'terminal.class.counts': list(list(numbers(), { type: 'null' }, numbers(1, 0))) }),
      'node 1',
    ],
  ])('%s', (_, value, message) => {
    const read = () => readRanger(value, 'm.RDS');
    expect(read).toThrow(ModelError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^m\.RDS/);
  });
});

/** The parts of a forest with these trees alone. */
function empty(ids?: RValue, variables?: RValue, values?: RValue): Record<string, RValue> {
  const only = (part?: RValue) => (part ? list(part) : list());
  return { 'child.nodeIDs': only(ids), 'split.varIDs': only(variables), 'split.values': only(values) };
}

function tree(...children: number[][]): RValue {
  return ranger({ 'child.nodeIDs': list(list(...children.map((ids) => numbers(...ids)))) });
}

test('a leaf finds its class whatever numbers the class values are', () => {
  const far = { ...CLASSES, 'class.values': numbers(-3.5, 1e9), 'split.values': list(numbers(2.5, 1e9, -3.5)) };
  const { levels: _, ...without } = far;
  const { schema, forest } = readRanger(ranger(without), 'm.RDS');
  expect(schema.classes).toEqual(['-3.5', '1000000000']);
  expect([...forest.leaves]).toEqual([1, 0]);
  expect([...(forest.codes ?? [])]).toEqual([-3.5, 1e9]);
});

test('many class values with few counts take no memory before they are refused', () => {
  const leaves = 20_000;
  const value = ranger({
    treetype: texts('Probability estimation'),
    'class.values': { type: 'double', values: Float64Array.from({ length: 50_000 }, (_, at) => at) },
    ...empty(
      list(numbers(...Array(leaves).fill(0)), numbers(...Array(leaves).fill(0))),
      numbers(...Array(leaves).fill(0)),
      numbers(...Array(leaves).fill(0)),
    ),
    'terminal.class.counts': list(list(...Array<RValue>(leaves).fill(numbers(1)))),
  });
  expect(() => readRanger(value, 'm.RDS')).toThrow('1 values, expected 50000');
});

test('check rows lie on the splits and on every kind of feature, and are the same each time', () => {
  const { schema, forest } = readRanger(ranger(), 'm.RDS');
  const model = { schema, body: forestBody(forest) };
  const { rows, outputs } = drawCheckRows(model);
  expect(rows).toHaveLength(16);
  expect([...rows].every((x) => [2, 2.5, 3].includes(x))).toBe(true);
  expect(new Set(outputs)).toEqual(new Set([10, 20]));
  expect(drawCheckRows(model)).toEqual({ rows, outputs });
  expect(splitRanges(model).features).toEqual([{ name: 'x', type: 'number', range: [2.5, 2.5] }]);
});
