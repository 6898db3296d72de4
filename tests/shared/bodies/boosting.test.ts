import { describe, expect, test } from '@jest/globals';
import { asForest } from '../../../shared/bodies/boosting/as-forest.ts';
import { BOOSTING } from '../../../shared/bodies/boosting/body.ts';
import { type Boosting, FLAGS } from '../../../shared/bodies/boosting/boosting.ts';
import { BOOSTED_SUM } from '../../../shared/bodies/boosting/sum-body.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { readParameters } from '../../../shared/schema/read-parameters.ts';
import { outputWidth } from '../../../shared/schema/shape.ts';

const { fround } = Math;

const SCHEMA: Schema = {
  kind: 'regression',
  features: [
    { name: 'x', type: 'number' },
    { name: 'zone', type: 'factor', levels: ['a', 'b', 'c'] },
  ],
  takesMissing: true,
  rounds: { all: 2, used: 2, trees: 1 },
  types: ['response', 'margin', 'leaf'],
  takes: ['nTrees', 'iterationRange'],
};

/** Two trees: x < 0.1 and missing to the left; and the categories 0 and 2 (a and c) to the right, missing to the right. */
function boosting(changes: Partial<Boosting> = {}): Boosting {
  return {
    precision: 'float',
    compare: 'less',
    roots: Uint32Array.of(0, 3, 6),
    left: Uint32Array.of(1, 0, 0, 4, 0, 0),
    right: Uint32Array.of(2, 0, 1, 5, 2, 3),
    feature: Uint32Array.of(0, 0, 0, 1, 0, 0),
    threshold: Float64Array.of(fround(0.1), 0, 0, 0, 0, 0),
    flags: Uint8Array.of(FLAGS.missingLeft, 0, 0, FLAGS.categories, 0, 0),
    leaves: Float64Array.of(fround(0.3), fround(-0.7), fround(1.1), fround(1e-9)),
    width: 1,
    base: Float64Array.of(0.5),
    categories: Uint32Array.of(1, 0b101),
    leafIds: Uint32Array.of(1, 2, 3, 4),
    objective: { transform: 'identity' },
    ...changes,
  };
}

function ask(parameters: object, rows: number[], body = boosting(), schema = SCHEMA): number[] {
  BOOSTING.check(schema, body, 'model');
  const { parameters: read, problems } = readParameters(schema, parameters, '/p');
  expect(problems).toEqual([]);
  const answers = BOOSTING.predict(schema, body, Float64Array.from(rows), read);
  expect(answers).toHaveLength((rows.length / schema.features.length) * outputWidth(schema, read));
  return [...answers];
}

describe('boosted trees', () => {
  test('add their leaves in order, each sum rounded to a float', () => {
    const sum = (...leaves: number[]) => leaves.reduce((total, leaf) => fround(total + fround(leaf)), 0.5);
    const rows = [0, 2, 1, 1, 1, 3];
    expect(ask({}, rows)).toEqual([sum(0.3, 1.1), sum(-0.7, 1e-9), sum(-0.7, 1e-9)]);
  });

  test('compare a value once it is a float: 0.1 is below neither itself nor its float', () => {
    expect(ask({ nTrees: 1 }, [0.1, 1])).toEqual([fround(0.5 + fround(-0.7))]);
    expect(ask({ nTrees: 1 }, [0.1, 1], boosting({ precision: 'double', compare: 'atMost' }))).toEqual([0.5 + fround(0.3)]);
  });

  test('send missing values where each node says, to a third child where it has one', () => {
    expect(ask({ type: 'leaf' }, [Number.NaN, Number.NaN])).toEqual([1, 4]);
    const missing = Uint32Array.of(2, 0, 0, 0, 0, 0);
    expect(ask({ type: 'leaf' }, [Number.NaN, 1], boosting({ missing }))).toEqual([2, 4]);
  });

  test('take zeros for missing values, or missing values for zeros, where flags say so', () => {
    const flagged = (flag: number) => boosting({ flags: Uint8Array.of(flag, 0, 0, FLAGS.categories | FLAGS.setLeft, 0, 0) });
    const threshold = Float64Array.of(-1, 0, 0, 0, 0, 0);
    expect(ask({ type: 'leaf' }, [0, 1], { ...flagged(FLAGS.zeroIsMissing | FLAGS.missingLeft), threshold })).toEqual([1, 3]);
    expect(ask({ type: 'leaf' }, [Number.NaN, 2], { ...flagged(FLAGS.missingIsZero | FLAGS.missingLeft), threshold })).toEqual([2, 4]);
  });

  test('have no answer for a number that no 32-bit float holds', () => {
    expect(ask({}, [1e39, 2, 0, 2])).toEqual([Number.NaN, expect.any(Number)]);
    expect(ask({ type: 'leaf' }, [0, 2, Number.NEGATIVE_INFINITY, 2])).toEqual([1, 3, Number.NaN, Number.NaN]);
    expect(ask({ nTrees: 1 }, [1e39, 2], boosting({ precision: 'double' }))).toEqual([0.5 + fround(-0.7)]);
  });

  test('are asked for a range of rounds', () => {
    expect(ask({ type: 'leaf', iterationRange: [2, 3] }, [0, 2])).toEqual([3]);
    expect(readParameters(SCHEMA, { iterationRange: [2, 2] }, '/p').problems[0]?.message).toContain(
      'expected two whole numbers from 1 to 3',
    );
    expect(readParameters(SCHEMA, { nTrees: 1, iterationRange: [1, 2] }, '/p').problems[0]?.message).toContain('expected one of them');
  });

  test('multiply by the weights of trees, and divide by the rounds of a forest', () => {
    const weights = Float64Array.of(0.5, fround(0.3));
    const second = fround(fround(1.1) * fround(0.3));
    expect(ask({}, [0, 2], boosting({ weights }))).toEqual([fround(fround(0.5 + fround(fround(0.3) * 0.5)) + second)]);
    expect(ask({ nTrees: 1 }, [0, 2], boosting({ average: true, base: Float64Array.of(0) }))).toEqual([fround(0.3)]);
  });

  test('add vectors to several margins', () => {
    const schema: Schema = { ...SCHEMA, margins: 2 };
    const body = boosting({ width: 2, base: Float64Array.of(1, 2), leaves: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8) });
    expect(ask({ type: 'margin' }, [0, 2, 1, 1], body, schema)).toEqual([7, 10, 11, 14]);
  });

  test('have linear leaves, whose constant answers where a term is missing', () => {
    const linear = {
      linearStarts: Uint32Array.of(0, 1, 1, 1, 1),
      linearFeatures: Uint32Array.of(0),
      linearCoefficients: Float64Array.of(10),
      linearConstants: Float64Array.of(1, 2, 3, 4),
    };
    const body = boosting({ precision: 'double', ...linear });
    expect(ask({ nTrees: 1 }, [-1, 2, Number.NaN, 2], body)).toEqual([0.5 + 1 - 10, 0.5 + fround(0.3)]);
  });

  test('come out of an artifact as they went in', () => {
    const { type, scalars, arrays } = BOOSTING.pack(boosting({ average: true }));
    expect(BOOSTING.unpack({ type, scalars: JSON.parse(JSON.stringify(scalars)), arrays: new Map(arrays) }, 'model')).toEqual(
      boosting({ average: true }),
    );
  });
});

describe('one margin and two classes', () => {
  const schema: Schema = { ...SCHEMA, kind: 'probability', classes: ['no', 'yes'], types: ['response', 'margin', 'class', 'leaf'] };
  test('are both shares, and the class by the margin or by its share', () => {
    const body = boosting({ objective: { transform: 'step', positive: 1 } });
    expect(ask({}, [0, 2, 1, 1], body, schema)).toEqual([0, 1, 1, 0]);
    expect(ask({ type: 'class' }, [0, 2, 1, 1], body, schema)).toEqual([1, 0]);
    const first = boosting({ objective: { transform: 'identity', positive: 0, classBy: 'share' } });
    expect(ask({ type: 'class' }, [0, 2, 1, 1], first, schema)).toEqual([0, 1]);
  });
});

describe('boosted trees that a file must not have', () => {
  test.each<[string, Partial<Boosting>, string]>([
    ['a child before its parent', { left: Uint32Array.of(1, 0, 0, 2, 0, 0) }, 'tree 2, node 0: found children'],
    [
      'one node as both children',
      { right: Uint32Array.of(1, 0, 1, 5, 2, 3) },
      'tree 1, node 0: found children 1 and 1 that are reached twice',
    ],
    ['a leaf beyond the leaves', { right: Uint32Array.of(2, 9, 1, 5, 2, 3) }, 'found leaf 9, expected less than 4'],
    ['a feature beyond the inputs', { feature: Uint32Array.of(7, 0, 0, 1, 0, 0) }, 'found feature 7, expected less than 2'],
    ['a set that is not there', { threshold: Float64Array.of(0, 0, 0, 1, 0, 0) }, 'found a set of categories at 1'],
    ['a leaf that is not finite', { leaves: Float64Array.of(1, 2, 3, Number.NaN) }, 'leaf 3: found NaN'],
    ['too few trees', { roots: Uint32Array.of(0, 6) }, 'found 1 trees, expected 2 rounds of 1'],
    ['groups beyond the margins', { group: Uint16Array.of(0, 1) }, 'found groups of trees that are not there'],
    ['an unknown transform', { objective: { transform: 'toString' } }, 'found the transform toString'],
    ['one weight for two trees', { weights: Float64Array.of(1) }, 'found other weights of trees'],
    ['linear leaves without terms', { linearConstants: Float64Array.of(1) }, 'found some of their arrays'],
  ])('%s', (_, changes, message) => {
    expect(() => BOOSTING.check(SCHEMA, boosting(changes), 'model')).toThrow(message);
  });
});

test('a boosted sum starts with the bias, rounds each term, and leaves out what is missing', () => {
  const schema: Schema = { kind: 'regression', features: SCHEMA.features, takesMissing: true, types: ['response', 'margin'] };
  const body = {
    base: Float64Array.of(0.5),
    weights: Float64Array.of(fround(0.1), fround(0.2), fround(0.3)),
    objective: { transform: 'identity' },
  };
  BOOSTED_SUM.check(schema, body, 'model');
  const predict = (...rows: number[]) => [...BOOSTED_SUM.predict(schema, body, Float64Array.from(rows), { type: 'response' })];
  const start = fround(fround(0.3) + 0.5);
  const term = (value: number, weight: number) => fround(fround(value) * fround(weight));
  expect(predict(0.7, 1)).toEqual([fround(fround(start + term(0.7, 0.1)) + term(1, 0.2))]);
  expect(predict(Number.NaN, 1)).toEqual([fround(start + term(1, 0.2))]);
  expect(() => BOOSTED_SUM.check(schema, { ...body, weights: Float64Array.of(1) }, 'model')).toThrow('found 1 weights, expected 3');
});

test('a tree whose nodes are the children of several has no kernel: written out for each, there is no end of them', () => {
  const depth = 60;
  // Both sides of each split lead to the next one: 2^60 ways through 61 nodes.
  const next = Uint32Array.from({ length: depth + 1 }, (_, node) => (node < depth ? node + 1 : 0));
  const shared: Boosting = {
    ...{ precision: 'double', compare: 'less', roots: Uint32Array.of(0, depth + 1), left: next, right: next },
    ...{ feature: new Uint32Array(depth + 1), threshold: new Float64Array(depth + 1), flags: new Uint8Array(depth + 1) },
    ...{ leaves: Float64Array.of(1), width: 1, base: Float64Array.of(0), objective: { transform: 'identity' } },
  };
  expect(asForest(shared, 1)).toBeUndefined();
  const schema: Schema = { ...SCHEMA, rounds: { all: 1, used: 1, trees: 1 } };
  expect(() => BOOSTING.check(schema, shared, 'model')).toThrow('model, tree 1, node 0: found children 1 and 1 that are reached twice');
});

test('a node below two others is refused, a third child for missing values among them, and may be one of its own two', () => {
  const schema: Schema = { ...SCHEMA, rounds: { all: 1, used: 1, trees: 1 } };
  /** One tree: node 0 leads to 1 and 2, both of them splits, to 3 to 6; node 7 is reached by nobody. */
  const tree = (changes: Partial<Boosting>): Boosting => ({
    ...boosting({ leaves: new Float64Array(5), leafIds: new Uint32Array(5) }),
    ...{ roots: Uint32Array.of(0, 8), feature: new Uint32Array(8), threshold: new Float64Array(8), flags: new Uint8Array(8) },
    ...{ left: Uint32Array.of(1, 3, 5, 0, 0, 0, 0, 0), right: Uint32Array.of(2, 4, 6, 0, 1, 2, 3, 4) },
    ...changes,
  });
  const check = (changes: Partial<Boosting>) => BOOSTING.check(schema, tree(changes), 'model');
  check({});
  check({ missing: Uint32Array.of(2, 4, 7, 0, 0, 0, 0, 0) });
  const wrong: [Partial<Boosting>, string][] = [
    [{ left: Uint32Array.of(1, 3, 4, 0, 0, 0, 0, 0) }, 'node 2: found children 4 and 6'],
    [{ right: Uint32Array.of(2, 5, 6, 0, 1, 2, 3, 4), left: Uint32Array.of(1, 3, 5, 0, 0, 0, 0, 0) }, 'node 2: found children 5 and 6'],
    [{ right: Uint32Array.of(2, 2, 6, 0, 1, 2, 3, 4) }, 'node 1: found children 3 and 2'],
    [{ missing: Uint32Array.of(0, 0, 4, 0, 0, 0, 0, 0) }, 'node 2: found children 5 and 6'],
    [{ missing: Uint32Array.of(3, 0, 0, 0, 0, 0, 0, 0) }, 'node 1: found children 3 and 4'],
  ];
  for (const [changes, message] of wrong) expect(() => check(changes)).toThrow(`${message} that are reached twice`);
});

test('link is another name of the margin, whatever the kind: a number for each class, not a class', () => {
  const schema: Schema = {
    ...SCHEMA,
    kind: 'classification',
    classes: ['a', 'b', 'c'],
    margins: 3,
    types: ['response', 'link'],
    takes: [],
  };
  const sum = { base: Float64Array.of(0, 1, 2), weights: new Float64Array(9), objective: { transform: 'identity' as const } };
  BOOSTED_SUM.check(schema, sum, 'model');
  const { parameters } = readParameters(schema, { type: 'link' }, '/p');
  expect(outputWidth(schema, parameters)).toBe(3);
  expect([...BOOSTED_SUM.predict(schema, sum, Float64Array.of(1, 1), parameters)]).toEqual([0, 1, 2]);
  expect(() =>
    BOOSTED_SUM.check(
      { ...schema, classes: ['a'], margins: 1 },
      { ...sum, base: Float64Array.of(0), weights: new Float64Array(3) },
      'model',
    ),
  ).toThrow('1 classes, expected 2');
});
