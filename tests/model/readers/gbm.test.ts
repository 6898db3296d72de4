import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { readRds } from '../../../model/rds/rds.ts';
import type { RValue } from '../../../model/rds/values.ts';
import { GBM_READER } from '../../../model/readers/gbm/reader.ts';
import { ModelError } from '../../../shared/errors.ts';
import { predictRows } from '../../../shared/predict.ts';
import type { Parameters } from '../../../shared/schema/parameters.ts';
import { call, integers, list, named, numbers, symbol, terms, texts } from '../../support/r-objects.ts';

const [LEFT, RIGHT, MISSING] = [1, 2, 3];
/** A tree of one split of variable 0 and three leaves. */
const tree = (code: number, leaves = [10, 20, 30]): RValue =>
  list(
    ...[integers(0, -1, -1, -1), numbers(code, ...leaves), integers(LEFT, -1, -1, -1), integers(RIGHT, -1, -1, -1)],
    integers(MISSING, -1, -1, -1),
  );

/** A gbm object of two variables, as gbm.fit() returns it, with changes. */
function object(changes: Record<string, RValue> = {}): RValue {
  const members = {
    initF: numbers(0.5),
    trees: list(tree(1.5), tree(2.5, [1, 2, 3])),
    'c.splits': list(),
    'var.names': texts('a', 'b'),
    'var.type': integers(0, 0),
    'var.levels': list(numbers(0, 1, 2), numbers(0, 1, 2)),
    distribution: named({ name: texts('gaussian') }),
    'num.classes': integers(1),
    ...changes,
  };
  return named(members, 'gbm');
}

function answers(value: RValue, rows: number[], parameters?: Parameters): number[] {
  return Array.from(predictRows(GBM_READER.read(value, 'm.RDS'), Float64Array.from(rows), parameters));
}

test('a value below the threshold goes left, a missing one has a child of its own, and trees add to the start', () => {
  expect(answers(object(), [1, 0, 1.5, 0, Number.NaN, 0])).toEqual([0.5 + 10 + 1, 0.5 + 20 + 1, 0.5 + 30 + 3]);
});

test('nTrees takes the first so many trees', () => {
  expect(answers(object(), [1, 0], { type: 'link', nTrees: 1 })).toEqual([10.5]);
});

test.each<[string, Record<string, RValue>, number]>([
  ['the best by cross-validation', { 'train.fraction': numbers(1), 'cv.error': numbers(3, 1, 1), 'valid.error': numbers(0, 9, 9) }, 2],
  ['the best by the test rows', { 'train.fraction': numbers(0.5), 'cv.error': numbers(1, 9), 'valid.error': numbers(Number.NaN, 2, 1) }, 3],
  ['all, where neither is known', { 'train.fraction': numbers(1), 'cv.error': { type: 'null' }, 'valid.error': numbers(0, 9, 9) }, 3],
  ['all, where every error is missing', { 'train.fraction': numbers(0.5), 'valid.error': numbers(Number.NaN, Number.NaN) }, 3],
  ['all, where the best is beyond them', { 'cv.error': numbers(4, 3, 2, 1) }, 3],
])('without nTrees there are as many trees as predict() takes: %s', (_, errors, used) => {
  const model = object({ trees: list(tree(1.5), tree(2.5, [1, 2, 3]), tree(3.5, [0.25, 0, 0])), ...errors });
  expect(answers(model, [1, 0])).toEqual([10.5 + [1, 1.25][used - 2]!]);
  expect(answers(model, [1, 0], { type: 'response', nTrees: 3 })).toEqual([10.5 + 1.25]);
  expect(GBM_READER.read(model, 'm.RDS').schema.rounds).toEqual({ all: 3, used, trees: 1 });
});

describe('a split by levels', () => {
  const levels = { 'var.type': integers(3, 0), 'var.levels': list(texts('x', 'y', 'z'), numbers(0, 1)), trees: list(tree(0)) };

  test('has a direction for each level, and one without a direction goes the way of missing values', () => {
    const model = object({ ...levels, 'c.splits': list(integers(1, 0, -1)) });
    expect(GBM_READER.read(model, 'm.RDS').schema.features[0]).toEqual({ name: 'a', type: 'factor', levels: ['x', 'y', 'z'] });
    expect(answers(model, [1, 0, 2, 0, 3, 0, Number.NaN, 0])).toEqual([20.5, 30.5, 10.5, 30.5]);
  });

  test('is refused where its row is not there, or has too few directions', () => {
    const read = (rows: RValue) => () => GBM_READER.read(object({ ...levels, 'c.splits': rows }), 'm.RDS');
    expect(read(list())).toThrow('m.RDS, tree 1, node 0: found the row 0 of c.splits, expected one of 3 levels');
    expect(read(list(integers(1, -1)))).toThrow('m.RDS, tree 1, node 0: found the row 0 of c.splits');
    expect(read(list(integers(1, -1, 2)))).toThrow("m.RDS's c.splits[[1]]: found the direction 2, expected -1, 0 or 1");
  });

  test('between the levels of an ordered factor is a threshold between its codes, which are 0, 1, 2 in gbm', () => {
    const ordered = { 'var.levels': list(texts('S', 'M', 'L'), numbers(0, 1)), trees: list(tree(0.5)) };
    expect(answers(object(ordered), [1, 0, 2, 0, 3, 0])).toEqual([10.5, 20.5, 20.5]);
  });
});

test('each distribution has its response', () => {
  const of = (name: string) =>
    answers(object({ distribution: named({ name: texts(name) }), initF: numbers(0), trees: list(tree(1.5, [1, 2, 3])) }), [0, 0]);
  const identity = ['gaussian', 'laplace', 'tdist', 'huberized', 'coxph', 'quantile'];
  for (const name of identity) expect(of(name)).toEqual([1]);
  expect(['bernoulli', 'pairwise', 'adaboost', 'poisson'].map(of)).toEqual([
    [0.7310585786300049],
    [0.7310585786300049],
    [0.8807970779778823],
    [Math.E],
  ]);
});

test('a multinomial object has a tree for each class in turns', () => {
  const classes = { 'num.classes': integers(2), classes: texts('no', 'yes'), distribution: named({ name: texts('multinomial') }) };
  const model = object({ ...classes, initF: numbers(0), trees: list(tree(1.5, [1, 1, 1]), tree(1.5, [1, 1, 1])) });
  expect(GBM_READER.read(model, 'm.RDS').schema).toMatchObject({
    kind: 'probability',
    classes: ['no', 'yes'],
    rounds: { all: 1, used: 1, trees: 2 },
  });
  expect(answers(model, [0, 0])).toEqual([0.5, 0.5]);
});

describe('an object that is not whole is refused, and the error names the part', () => {
  const cycle = list(
    ...[integers(0, -1, -1, -1), numbers(1, 1, 1, 1), integers(0, -1, -1, -1), integers(2, -1, -1, -1), integers(3, -1, -1, -1)],
  );
  test.each<[string, Record<string, RValue>, string]>([
    ['a distribution of another kind', { distribution: named({ name: texts('ordinal') }) }, "m.RDS's distribution: found ordinal"],
    ['no trees', { trees: list() }, "m.RDS's trees: found 0"],
    ['a cycle', { trees: list(cycle) }, 'm.RDS, tree 1, node 0: found the child 0, expected a later node, each once'],
    ['a tree of other vectors', { trees: list(list(integers(-1))) }, 'm.RDS, tree 1: found 1 vectors, expected at least 5'],
    ['levels for other variables', { 'var.levels': list() }, "m.RDS's var.type and var.levels: found 2 and 0, expected 2"],
    ['a factor without levels', { 'var.type': integers(3, 0) }, "m.RDS's var.levels[[1]]: found no levels"],
    ['classes for another distribution', { 'num.classes': integers(2) }, "m.RDS's classes: found 0, expected 2"],
    ['a start that is no number', { initF: numbers(Number.NaN) }, "m.RDS's initF: found NaN"],
  ])('%s', (_, changes, message) => {
    expect(() => GBM_READER.read(object(changes), 'm.RDS')).toThrow(message);
    expect(() => GBM_READER.read(object(changes), 'm.RDS')).toThrow(ModelError);
  });
});

test('what the formula computes is a step, and its variables are the features', () => {
  const file = fileURLToPath(new URL('../../golden/boosting/gbm-0000/model.RDS', import.meta.url));
  const { schema, steps, call } = GBM_READER.read(readRds(readFileSync(file), file), file);
  expect(schema.features.map(({ name }) => name)).toEqual(['b', 'f', 'a']);
  expect(steps).toHaveLength(1);
  expect(call).toContain('gbm(');
});

test('a term between backticks is the column whose name R wrote with backslashes', () => {
  const names = ['a\\b', 'n\nl', 'x`y', 'p"q', 'plain name'];
  const labels = ['`a\\\\b`', '`n\\nl`', '`x\\`y`', '`p\\"q`', '`plain name`'];
  const variables = names.map((name) => ({ value: symbol(name), name, kind: 'numeric' }));
  const five = (one: RValue) => list(...names.map(() => one));
  const model = object({
    ...{ 'var.names': texts(...labels), 'var.type': integers(0, 0, 0, 0, 0), 'var.levels': five(numbers(0, 1, 2)) },
    Terms: terms(variables),
  });
  expect(GBM_READER.read(model, 'm.RDS').schema.features.map(({ name }) => name)).toEqual(names);
});

test('scale(), whose centre R computes of the rows of each request, is refused', () => {
  const [written, kept] = [call('scale', [symbol('b')]), call('scale', [symbol('b'), numbers(3), numbers(2)])];
  const model = object({
    'var.names': texts('a', 'scale(b)'),
    Terms: terms(
      [
        { value: symbol('a'), name: 'a', kind: 'numeric' },
        { value: written, name: 'scale(b)', kind: 'numeric' },
      ],
      { predvars: call('list', [symbol('y'), symbol('a'), kept]) },
    ),
  });
  expect(() => GBM_READER.read(model, 'm.RDS')).toThrow("m.RDS's formula, scale(b): found scale() without its center");
});
