import { describe, expect, test } from '@jest/globals';
import { drawCheckRows } from '../../../model/artifact/check-rows.ts';
import type { RValue } from '../../../model/rds/values.ts';
import { RPART_READER } from '../../../model/readers/rpart/reader.ts';
import { readRpart } from '../../../model/readers/rpart/rpart.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import { RPART } from '../../../shared/bodies/rpart/body.ts';
import type { Rpart } from '../../../shared/bodies/rpart/predict.ts';
import { ModelError, RequestError } from '../../../shared/errors.ts';
import { answerQuery, checkPredictor } from '../../../shared/predict.ts';
import { defaultParameters } from '../../../shared/schema/parameters.ts';
import { attributed, call, integers, matrix, NULL, named, numbers, symbol, type Told, terms, texts } from '../../support/r-objects.ts';

const VARIABLES: Told[] = [
  { value: symbol('x'), name: 'x', kind: 'numeric' },
  { value: symbol('f'), name: 'f', kind: 'factor' },
];
/** Node 1: x below 2.5 goes left; a competitor; surrogates: level a of f left, b right, c unseen; x at or above 9 left. Node 3: f, c left. */
const SPLITS = matrix(
  [
    [9, 0, 0, 0, 0],
    [-1, 1, 3, 1, 3],
    [1, 1, 1, 1, 1],
    [2.5, 7, 1, 9, 2],
    [0, 0, 0, 0, 0],
  ],
  ['x', 'x', 'f', 'x', 'f'],
);
const FRAME = {
  var: attributed(integers(2, 1, 3, 1, 1), { levels: texts('<leaf>', 'x', 'f') }),
  n: integers(10, 3, 7, 4, 3),
  yval: numbers(1, 2, 3, 4, 5),
  ncompete: integers(1, 0, 0, 0, 0),
  nsurrogate: integers(2, 0, 0, 0, 0),
};

type Changes = {
  frame?: Record<string, RValue>;
  rows?: RValue;
  members?: Record<string, RValue>;
  attributes?: Record<string, RValue>;
  surrogacy?: number;
};

function rpart({ frame = {}, rows = integers(1, 2, 3, 6, 7), members = {}, attributes = {}, surrogacy = 2 }: Changes = {}): RValue {
  const value = named(
    {
      frame: attributed(named({ ...FRAME, ...frame }), { 'row.names': rows }),
      terms: terms(VARIABLES),
      splits: SPLITS,
      csplit: attributed(integers(1, 3, 3, 3, 2, 1), { dim: integers(2, 3) }),
      control: named({ usesurrogate: integers(surrogacy) }),
      ...members,
    },
    'rpart',
  );
  return attributed(value, { xlevels: named({ f: texts('a', 'b', 'c') }), ...attributes });
}

const CLASSES: Changes = {
  attributes: { ylevels: texts('no', 'yes') },
  frame: {
    yval: numbers(1, 1, 2, 1, 2),
    yval2: attributed(
      numbers(
        ...[1, 1, 2, 1, 2],
        ...[6, 3, 3, 4, 0],
        ...[4, 0, 4, 0, 3],
        ...[0.6, 1, 0.4, 1, 0],
        ...[0.4, 0, 0.6, 0, 1],
        ...[1, 0.3, 0.7, 0.4, 0.3],
      ),
      {
        dim: integers(5, 6),
      },
    ),
  },
};

/** Answers to rows of x and f, by f's place among a, b and c. */
function predict(value: RValue, rows: [number, number][], type?: 'class') {
  const read = RPART_READER.read(value, 'm.RDS');
  checkPredictor(read, 'm.RDS');
  const parameters = { ...defaultParameters(read.schema), ...(type ? { type } : {}) };
  return answerQuery(read, { rows: Float64Array.from(rows.flat()), count: rows.length, parameters }).predictions;
}

const MISSING = Number.NaN;

test('a value goes left below the threshold, and a level where its split says', () => {
  expect(
    predict(rpart(), [
      [2.4, 1],
      [2.5, 1],
      [2.5, 2],
      [2.5, 3],
    ]),
  ).toEqual([2, 5, 5, 4]);
});

describe('a missing value', () => {
  test('goes by the first surrogate that has a direction, then with the majority', () => {
    // By f: a left, b right (and there right); c is unseen, so x is asked, missing too; the right child has more cases.
    const rows: [number, number][] = [
      [MISSING, 1],
      [MISSING, 2],
      [MISSING, 3],
      [2.5, MISSING],
      [MISSING, MISSING],
    ];
    expect(predict(rpart(), rows)).toEqual([2, 5, 4, 4, 4]);
  });

  test('stops where there is no surrogate with usesurrogate 1, and at once with 0', () => {
    const rows: [number, number][] = [
      [MISSING, 1],
      [MISSING, 3],
      [2.5, MISSING],
    ];
    expect(predict(rpart({ surrogacy: 1 }), rows)).toEqual([2, 1, 3]);
    expect(predict(rpart({ surrogacy: 0 }), rows)).toEqual([1, 1, 3]);
  });

  test('stays where both children have as many cases', () => {
    expect(predict(rpart({ frame: { n: integers(10, 5, 5, 4, 3) } }), [[MISSING, MISSING]])).toEqual([1]);
  });
});

test('a classification tree gives shares, or its class', () => {
  const value = rpart(CLASSES);
  expect(readRpart(value, 'm.RDS').schema).toMatchObject({
    kind: 'probability',
    classes: ['no', 'yes'],
    types: ['prob', 'class'],
    takesMissing: true,
  });
  expect(
    predict(value, [
      [1, 1],
      [3, 2],
    ]),
  ).toEqual([
    { no: 1, yes: 0 },
    { no: 0, yes: 1 },
  ]);
  expect(
    predict(
      value,
      [
        [1, 1],
        [3, 2],
        [MISSING, MISSING],
      ],
      'class',
    ),
  ).toEqual(['no', 'yes', 'no']);
});

test('a root alone, whose row name R keeps in short, answers everything', () => {
  const frame = Object.fromEntries(
    Object.entries({ ...FRAME, var: texts('<leaf>'), ncompete: integers(0), nsurrogate: integers(0) }).map(([name, part]) => [
      name,
      name === 'var' ? part : integers(name === 'yval' ? 7 : 0),
    ]),
  );
  const value = rpart({ frame, rows: integers(-2147483648, -1), members: { splits: NULL, csplit: NULL } });
  expect(
    predict(value, [
      [1, 1],
      [MISSING, 3],
    ]),
  ).toEqual([7, 7]);
});

test('what is computed from the features is computed first, and a level that is not known has no answer', () => {
  const variables = [
    { value: call('log', [symbol('x')]), name: 'x', kind: 'numeric' },
    { value: call('factor', [symbol('k')]), name: 'f', kind: 'factor' },
  ];
  const value = rpart({ members: { terms: terms(variables) }, attributes: { xlevels: named({ f: texts('4', '6', '8') }) } });
  expect(readRpart(value, 'm.RDS').schema.features.map(({ name }) => name)).toEqual(['k', 'x']);
  expect(
    predict(value, [
      [4, Math.exp(2)],
      [8, Math.exp(3)],
      [8, MISSING],
    ]),
  ).toEqual([2, 4, 4]);
  expect(() => predict(value, [[5, 1]])).toThrow(RequestError);
});

test('check rows lie on the splits, some with missing values, and the tree comes back from its parts', () => {
  const read = RPART_READER.read(rpart(), 'm.RDS');
  const { rows, outputs } = drawCheckRows(read);
  expect([...rows].filter(Number.isNaN).length).toBeGreaterThan(0);
  expect(new Set(outputs).size).toBeGreaterThan(2);
  const tree = read.body.data as Rpart;
  const { arrays, ...parts } = RPART.pack(tree);
  expect(RPART.unpack({ ...parts, arrays: new Map(arrays) }, 'm')).toEqual(tree);
});

describe('what is no sound tree is refused by name', () => {
  const splits = (...changes: [number, number, number | string][]) => {
    const columns = [
      [9, 0, 0, 0, 0],
      [-1, 1, 3, 1, 3],
      [1, 1, 1, 1, 1],
      [2.5, 7, 1, 9, 2],
    ];
    for (const [column, row, value] of changes) (columns[column] as number[])[row] = value as number;
    return { members: { splits: matrix(columns, ['x', 'x', 'f', 'x', 'f']) } };
  };
  test.each<[string, Changes, string]>([
    ['no frame', { members: { frame: NULL } }, 'without its frame'],
    ['no terms', { members: { terms: NULL } }, 'terms: found NULL'],
    ['columns of other lengths', { frame: { n: integers(1) } }, 'columns of 1 and 5 rows'],
    ['a node twice', { rows: integers(1, 2, 2, 6, 7) }, 'each once'],
    ['no root', { rows: integers(2, 1, 3, 6, 7) }, 'numbers of nodes'],
    ['a node without children', { rows: integers(1, 2, 3, 6, 8) }, 'node 3: found no node 7'],
    [
      'a child before its parent',
      { rows: integers(1, 6, 2, 3, 7), frame: { var: attributed(integers(2, 1, 1, 3, 1), { levels: texts('<leaf>', 'x', 'f') }) } },
      'no node 6 after it',
    ],
    ['rows by number', { rows: integers(-2147483648, -5) }, '5 rows by number'],
    [
      'a variable beyond its levels',
      { frame: { var: attributed(integers(9, 1, 1, 1, 1), { levels: texts('<leaf>', 'x') }) } },
      'the code 9',
    ],
    ['more surrogates than splits', { frame: { nsurrogate: integers(2_000_000_000, 0, 0, 0, 0) } }, 'splits beyond the last'],
    ['counts below zero', { frame: { ncompete: integers(-1, 0, 0, 0, 0) } }, 'whole numbers'],
    ['no splits', { members: { splits: NULL } }, 'splits beyond the last'],
    ['splits of another form', { members: { splits: numbers(1, 2) } }, 'dim of splits'],
    [
      'a split of what is not there',
      {
        members: {
          splits: matrix(
            [
              [1, 1, 1, 1, 1],
              [-1, 1, 3, 1, 3],
              [1, 1, 1, 1, 1],
              [1, 1, 1, 1, 1],
            ],
            ['z', 'x', 'f', 'x', 'f'],
          ),
        },
      },
      'the variable z',
    ],
    ['a split of no kind', splits([1, 0, 0]), 'ncat 0'],
    ['a threshold that is NaN', splits([3, 0, Number.NaN]), 'NaN, expected a threshold'],
    [
      'a row of directions for two splits',
      { members: { ...splits([3, 4, 1]).members, csplit: attributed(integers(1, 3, 2), { dim: integers(1, 3) }) } },
      'split 5: found a row of csplit again, expected a row for each split',
    ],
    ['directions that are not there', splits([3, 2, 3]), 'row 3 of csplit'],
    ['directions of a number', splits([1, 0, 3], [3, 0, 1]), '3 levels in csplit, expected a factor'],
    ['an unknown direction', { members: { csplit: attributed(integers(1, 3, 3, 3, 4, 1), { dim: integers(2, 3) }) } }, 'the direction 4'],
    ['directions cut off', { members: { csplit: attributed(integers(1), { dim: integers(2, 3) }) } }, 'a matrix of 2 by 3'],
    ['no usesurrogate', { members: { control: NULL } }, 'usesurrogate'],
    ['a usesurrogate of 3', { surrogacy: 3 }, 'usesurrogate: found 3'],
    ['an answer that is NaN', { frame: { yval: numbers(1, 2, 3, Number.NaN, 5) } }, 'node 4: found NaN'],
    ['a class twice', { ...CLASSES, attributes: { ylevels: texts('no', 'no') } }, 'ylevels'],
    ['a class that is not there', { ...CLASSES, frame: { ...CLASSES.frame, yval: numbers(1, 1, 2, 1, 3) } }, 'class 3, expected 1 to 2'],
    ['no shares', { ...CLASSES, frame: { yval: numbers(1, 1, 2, 1, 2) } }, 'yval2'],
    ['too few shares', { ...CLASSES, frame: { yval: numbers(1, 1, 2, 1, 2), yval2: numbers(1, 2, 3, 4, 5) } }, '5 cells'],
    ['a factor without levels', { attributes: { xlevels: NULL } }, 'variable f: found no levels'],
    ['a level twice', { attributes: { xlevels: named({ f: texts('a', 'a') }) } }, '"a" twice'],
  ])('%s', (_, changes, message) => {
    const read = () => checkPredictor(RPART_READER.read(rpart(changes), 'm.RDS'), 'm.RDS');
    expect(read).toThrow(ModelError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^m\.RDS/);
  });

  test.each<[string, Partial<Rpart>, string]>([
    ['a child that is its parent', { right: Uint32Array.of(0, 0, 4, 0, 0) }, 'children 1 and 0'],
    ['a child that is not there', { right: Uint32Array.of(9, 0, 4, 0, 0) }, 'children 1 and 9'],
    ['a split beyond the last', { splits: Uint32Array.of(9, 0, 1, 0, 0) }, 'a split that is not there'],
    ['an input that is not there', { input: Uint16Array.of(7, 1, 0, 1) }, 'input 7'],
    ['levels of a number', { categories: Uint32Array.of(3, 3, 1, 3) }, 'levels of "x"'],
    ['fewer levels than the factor', { categories: Uint32Array.of(0, 2, 1, 3) }, '2 levels of "f"'],
    ['directions beyond the last', { threshold: Float64Array.of(2.5, 5, 9, 3) }, 'directions from 5'],
    ['an unknown direction', { majority: Uint8Array.of(3, 0, 0, 0, 0) }, 'direction 3'],
    ['half the nodes', { values: Float64Array.of(1, 2) }, 'arrays of several lengths'],
  ])('%s in an artifact', (_, changes, message) => {
    const { schema, rpart: sound } = readRpart(rpart(), 'm.RDS');
    const check = () => checkPredictor({ schema, body: bodyOf(RPART, { ...sound, ...changes }) }, 'a.canopy');
    expect(check).toThrow(ModelError);
    expect(check).toThrow(message);
  });
});
