import { expect, test } from '@jest/globals';
import type { RValue } from '../../../model/rds/values.ts';
import { readRandomForest } from '../../../model/readers/random-forest/random-forest.ts';
import { RANDOM_FOREST_READER } from '../../../model/readers/random-forest/reader.ts';
import { ModelError } from '../../../shared/errors.ts';
import { answerQuery, checkPredictor } from '../../../shared/predict.ts';
import { defaultParameters } from '../../../shared/schema/parameters.ts';
import { integers, list, matrix, NULL, named, numbers, symbol, terms, texts } from '../../support/r-objects.ts';

/** A regression forest of two trees, each x <= 2.5 left to 10 and right to 20, the second one of them with room for more nodes. */
const FOREST = {
  ndbigtree: integers(3, 3),
  nodestatus: integers(-3, -1, -1, 0, -3, -1, -1, 0),
  leftDaughter: integers(2, 0, 0, 0, 2, 0, 0, 0),
  rightDaughter: integers(3, 0, 0, 0, 3, 0, 0, 0),
  nodepred: numbers(0, 10, 20, 0, 0, 11, 22, 0),
  bestvar: integers(1, 0, 0, 0, 1, 0, 0, 0),
  xbestsplit: numbers(2.5, 0, 0, 0, 2.5, 0, 0, 0),
  ncat: integers(1),
  nrnodes: integers(4),
  ntree: numbers(2),
  xlevels: list(numbers(0)),
};
/** What makes it a classification of three classes by a factor of four levels; a and c (bits 0 and 2) go left. */
const CLASSES = {
  ncat: integers(4),
  xlevels: list(texts('a', 'b', 'c', 'd')),
  xbestsplit: numbers(5, 0, 0, 0, 5, 0, 0, 0),
  nodepred: integers(0, 1, 2, 0, 0, 3, 2, 0),
  treemap: integers(2, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0),
  cutoff: numbers(0.5, 0.3, 0.2),
};

function forest(changes: Record<string, RValue> = {}, others: Record<string, RValue> = {}): RValue {
  const members = { type: texts('regression'), importance: matrix([[1]], ['x']), forest: named({ ...FOREST, ...changes }), ...others };
  return named(members, 'randomForest');
}

function classification(changes: Record<string, RValue> = {}): RValue {
  return forest({ ...CLASSES, ...changes }, { type: texts('classification'), classes: texts('no', 'maybe', 'yes') });
}

function predict(value: RValue, xs: number[], type?: 'prob' | 'vote') {
  const { schema, body } = RANDOM_FOREST_READER.read(value, 'm.RDS');
  const parameters = { ...defaultParameters(schema), ...(type ? { type } : {}) };
  return answerQuery({ schema, body }, { rows: Float64Array.from(xs), count: xs.length, parameters }).predictions;
}

test('a regression is the mean of its trees, and goes left at a threshold', () => {
  expect(predict(forest(), [2.5, 2.6])).toEqual([10.5, 21]);
});

test('corr.bias puts the mean through a line', () => {
  expect(predict(forest({}, { coefs: numbers(1, 2) }), [2.5, 2.6])).toEqual([22, 43]);
});

test('levels whose bit is set go left, and votes are weighed by the cutoff', () => {
  // Levels a and c: one tree says no, the other yes; over their cutoffs yes has more.
  expect(predict(classification(), [1, 2, 3, 4])).toEqual(['yes', 'maybe', 'yes', 'maybe']);
  expect(predict(classification({ cutoff: numbers(0.2, 0.3, 0.5) }), [1])).toEqual(['no']);
  const shares = { no: 0.5, maybe: 0, yes: 0.5 };
  expect(predict(classification(), [1], 'prob')).toEqual([shares]);
  expect(predict(classification(), [1], 'vote')).toEqual([shares]);
});

test('the first of the classes that tie wins', () => {
  expect(predict(classification({ cutoff: numbers(0.3, 0.4, 0.3) }), [1])).toEqual(['no']);
});

test('a formula tells which features are logical, and that the levels of an ordered factor are not known', () => {
  const logical = terms([{ value: symbol('x'), name: 'x', kind: 'logical' }]);
  expect(readRandomForest(forest({}, { terms: logical }), 'm.RDS').schema.features).toEqual([{ name: 'x', type: 'logical' }]);
  const ordered = terms([{ value: symbol('x'), name: 'x', kind: 'ordered' }]);
  expect(readRandomForest(forest({}, { terms: ordered }), 'm.RDS').schema.features).toEqual([{ name: 'x', type: 'number' }]);
});

test.each<[string, RValue, string]>([
  ['no forest', named({ type: texts('regression') }, 'randomForest'), 'keep.forest = TRUE'],
  ['an unsupervised one', forest({}, { type: texts('unsupervised') }), 'of the type unsupervised'],
  ['no names of features', forest({}, { importance: numbers(1) }), 'importance'],
  ['a feature twice', forest({}, { importance: matrix([[1, 1]], ['x', 'x']) }), '"x" twice'],
  ['levels for other features', forest({ xlevels: list() }), 'ncat and xlevels: found 1 and 0 elements, expected 1'],
  ['more categories than levels', classification({ ncat: integers(5) }), 'ncat of x: found 5, expected 4'],
  ['categories without levels', forest({ ncat: integers(3) }), 'ncat of x: found 3, expected 1'],
  ['a column of texts', forest({}, { terms: terms([{ value: symbol('x'), name: 'x', kind: 'character' }]) }), 'a column of texts'],
  ['a transformation', forest({}, { terms: terms([{ value: symbol('z'), name: 'z', kind: 'numeric' }]) }), 'no variable x'],
  ['no trees', forest({ ntree: numbers(0) }), 'ntree: found 0'],
  ['more trees than there are', forest({ ntree: numbers(3) }), 'nodestatus: found 8 numbers, expected 12'],
  ['a number of trees without end', forest({ ntree: numbers(Infinity) }), 'ntree: found Infinity'],
  ['more nodes than there is room', forest({ ndbigtree: integers(3, 5) }), 'tree 2: found 5 nodes, expected 1 to 4'],
  ['an NA of nodes', forest({ ndbigtree: integers(3, -2147483648) }), 'tree 2: found NaN nodes'],
  [
    'a child that is its parent',
    forest({ leftDaughter: integers(1, 0, 0, 0, 2, 0, 0, 0) }),
    'tree 1, node 1: found child 1, expected a number from 2 to 3',
  ],
  ['a child beyond the tree', forest({ rightDaughter: integers(4, 0, 0, 0, 3, 0, 0, 0) }), 'found child 4'],
  ['a split of no feature', forest({ bestvar: integers(2, 0, 0, 0, 1, 0, 0, 0) }), 'split variable 2, expected 1 to 1'],
  ['a set beyond the levels', classification({ xbestsplit: numbers(16, 0, 0, 0, 5, 0, 0, 0) }), 'the set of levels 16, expected 4 bits'],
  ['a set that is NaN', classification({ xbestsplit: numbers(Number.NaN, 0, 0, 0, 5, 0, 0, 0) }), 'the set of levels NaN'],
  ['a leaf of no class', classification({ nodepred: integers(0, 4, 2, 0, 0, 3, 2, 0) }), 'node 2: found class 4, expected 1 to 3'],
  ['a leaf without end', forest({ nodepred: numbers(0, Number.POSITIVE_INFINITY, 20, 0, 0, 11, 22, 0) }), 'leaf 0: found Infinity'],
  ['a cutoff too few', classification({ cutoff: numbers(0.5, 0.5) }), 'cutoff: found 2 numbers, expected 3'],
  ['a cutoff of 0', classification({ cutoff: numbers(0, 0.5, 0.5) }), 'cutoff'],
  ['half a line for the bias', forest({}, { coefs: numbers(1) }), 'correction'],
  ['trees that are texts', forest({ nodestatus: texts('a') }), 'nodestatus: found character of length 1, expected a numeric vector'],
  ['no trees at all', forest({ leftDaughter: NULL }), 'leftDaughter: found NULL'],
])('%s is refused by name', (_, value, message) => {
  const read = () => {
    checkPredictor(RANDOM_FOREST_READER.read(value, 'm.RDS'), 'm.RDS');
  };
  expect(read).toThrow(ModelError);
  expect(read).toThrow(message);
  expect(read).toThrow(/^m\.RDS/);
});
