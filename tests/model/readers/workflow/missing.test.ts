import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../../model/artifact/import.ts';
import { optionalAmong, withMissing } from '../../../../model/readers/workflow/missing.ts';
import { KEEPS_MISSING, neededIn, schemasOf, surelyRequired } from '../../../../model/readers/workflow/required.ts';
import { COLUMNS_BODY } from '../../../../shared/bodies/columns/body.ts';
import { bodyOf } from '../../../../shared/bodies/kind.ts';
import { compile, type Expression } from '../../../../shared/expressions/expressions.ts';
import { FUNCTIONS } from '../../../../shared/expressions/functions.ts';
import { type Predictor, predictRows } from '../../../../shared/predict.ts';
import type { Feature, Schema } from '../../../../shared/schema/features.ts';
import { COLUMNS, type ColumnsStep } from '../../../../shared/steps/columns.ts';
import { COMPLETE } from '../../../../shared/steps/complete.ts';
import { type BoundStep, stepOf } from '../../../../shared/steps/kind.ts';
import { NEAREST, type NearestStep } from '../../../../shared/steps/nearest.ts';
import { NEIGHBORS, type NeighborsStep } from '../../../../shared/steps/neighbors.ts';
import { PIPELINE_FUNCTIONS } from '../../../../shared/steps/pipeline-functions.ts';
import { PROJECTION } from '../../../../shared/steps/projection.ts';

const GOLDEN = path.join(import.meta.dirname, '../../../golden');

/** A model of so many numbers that adds up what its steps give, and how many rows it computed. */
function sumOf(width: number, steps: BoundStep[]): { model: Predictor; rows: () => number } {
  let rows = 0;
  const features = Array.from({ length: width }, (_, at): Feature => ({ name: `x${at}`, type: 'number' }));
  const body = bodyOf(
    {
      ...COLUMNS_BODY,
      types: ['sum'],
      check: () => {},
      predict: (schema: Schema, _: unknown, given: Float64Array) => {
        const inputs = schema.features.length;
        const sums = new Float64Array(given.length / inputs);
        given.forEach((value, at) => {
          sums[Math.floor(at / inputs)]! += value;
        });
        rows += sums.length;
        return sums;
      },
    },
    {},
  );
  return { model: { schema: { kind: 'regression', features, takesMissing: false }, steps, body }, rows: () => rows };
}

const columns = (made: (number | Expression)[]) => {
  const named = made.map((value, at) => (typeof value === 'number' ? value : { name: `c${at}`, value }));
  return stepOf(COLUMNS, { step: 'columns', of: 'step', columns: named } satisfies ColumnsStep);
};
const complete = stepOf(COMPLETE, { step: 'complete' });
const places = (width: number) => Array.from({ length: width }, (_, at) => at);
const squares = (count: number, width: number) =>
  new Array<number[][]>(count).fill(places(width).map(() => new Array<number>(width).fill(1)));
const meanFor = (feature: number): Expression => ({ call: 'coalesce', of: [{ feature }, 2] });
const requiredOf = ({ features }: Schema) => features.flatMap((feature, at) => ('required' in feature && feature.required ? [at] : []));

describe('how many rows tell which features may be missing', () => {
  const WIDTH = 4096;
  const scaled = columns(places(WIDTH).map((feature) => ({ call: '/', of: [{ call: '-', of: [{ feature }, 3] }, 2] })));
  const product = stepOf(PROJECTION, {
    ...{
      step: 'projection',
      of: 'pca',
      keep: [],
      from: places(WIDTH),
      matrices: [places(WIDTH).map((at) => [at, 1])],
      names: ['PC1', 'PC2'],
    },
  });

  test.each<[string, BoundStep[], number[] | 'all']>([
    ['all go on to a step that takes none', [scaled, complete], 'all'],
    ['all go through a product', [scaled, product, complete], 'all'],
    ['each is imputed', [columns(places(WIDTH).map(meanFor)), complete], []],
    [
      'half of them are imputed',
      [columns(places(WIDTH).map((at) => (at % 2 ? meanFor(at) : at))), complete],
      places(WIDTH).filter((at) => at % 2 === 0),
    ],
    [
      'the body takes those of three features alone',
      [columns(places(WIDTH).map((at) => ([9, 99, 999].includes(at) ? at : meanFor(at))))],
      [9, 99, 999],
    ],
  ])('%s: fewer than 1,000', (_, steps, required) => {
    const { model, rows } = sumOf(WIDTH, steps);
    const schema = withMissing(model, 'the model');
    expect({ takesMissing: schema.takesMissing, required: requiredOf(schema) }).toEqual({
      ...{ takesMissing: required !== 'all', required: required === 'all' ? [] : required },
    });
    expect(rows()).toBeLessThan(1000);
  });

  test('through large matrices features go together, and of rows that have an answer one is computed', () => {
    const WIDE = 400;
    const matrices = squares(5, WIDE);
    const large = stepOf(PROJECTION, { step: 'projection', of: 'pca', keep: [], from: places(WIDE), matrices, names: ['PC1'] });
    const { model, rows } = sumOf(WIDE, [columns(places(WIDE).map(meanFor)), large, complete]);
    expect(requiredOf(withMissing(model, 'the model'))).toEqual([]);
    expect(rows()).toBeLessThan(10);
    const small = sumOf(10, [columns(places(10).map(meanFor)), complete]);
    expect(requiredOf(withMissing(small.model, 'the model'))).toEqual([]);
    expect(small.rows()).toBe(11);
  });

  test('no tree of the training rows is built for any of them', () => {
    // Such rows are as far as others, and each cut of a tree leaves one aside: NEAREST gives up, and has no answer.
    const values = places(40).map((column) => places(8000).map((row) => (row % 40 === column ? 2 ** (400 - Math.floor(row / 40)) : 0)));
    const nearest: NearestStep = { step: 'nearest', of: 'knnImpute', neighbors: 1, columns: places(40), values };
    const { model, rows } = sumOf(40, [stepOf(NEAREST, nearest), complete]);
    expect(predictRows(model, new Float64Array(40).fill(Number.NaN, 0, 1))).toEqual(Float64Array.of(Number.NaN));
    expect(requiredOf(withMissing(model, 'the model'))).toEqual([]);
    expect(rows()).toBe(42);
  });

  test('through long expressions, or before a large body, features go together', () => {
    const WIDE = 400;
    const long: Expression = { call: '(sum)', of: new Array<Expression>(500).fill(meanFor(0)) };
    const behind = (...more: Expression[]) => sumOf(WIDE, [columns([...places(WIDE).map(meanFor), ...more]), complete]);
    const wide = behind(...new Array<Expression>(200).fill(long));
    expect(requiredOf(withMissing(wide.model, 'the model'))).toEqual([]);
    expect(wide.rows()).toBeLessThan(10);
    // What stands behind a column that is missing though its features are there is computed in each row.
    const never: Expression = {
      call: '-',
      of: [
        { call: '/', of: [{ feature: 0 }, 0] },
        { call: '/', of: [{ feature: 0 }, 0] },
      ],
    };
    const behindNever: Expression = {
      call: 'coalesce',
      of: [{ feature: WIDE }, { call: '(sum)', of: new Array<Expression>(500).fill(1) }],
    };
    const kept = columns([...places(WIDE), ...new Array<Expression>(400).fill(behindNever)]);
    const always = sumOf(WIDE, [columns([...places(WIDE).map(meanFor), never]), kept, complete]);
    expect(requiredOf(withMissing(always.model, 'the model'))).toEqual([]);
    expect(always.rows()).toBeLessThan(10);
    // What is computed for a column where it is missing is not computed in each row.
    const lazy = behind(...new Array<Expression>(200).fill({ call: 'coalesce', of: [{ feature: 1 }, long] }));
    expect(requiredOf(withMissing(lazy.model, 'the model'))).toEqual([]);
    expect(lazy.rows()).toBe(WIDE + 1);
    const { model, rows } = sumOf(WIDE, [columns(places(WIDE).map(meanFor)), complete]);
    const numbers = new Uint8Array(2 ** 24);
    const kind = { ...model.body.kind, pack: () => ({ type: 'sum', scalars: {}, arrays: [['numbers', numbers] as [string, Uint8Array]] }) };
    expect(requiredOf(withMissing({ ...model, body: bodyOf(kind, {}) }, 'the model'))).toEqual([]);
    expect(rows()).toBeLessThan(10);
  });

  /** Each of the features is imputed by the one beside it. */
  const pairs = (width: number) => columns(places(width).map((at) => ({ call: 'coalesce', of: [{ feature: at }, { feature: at ^ 1 }] })));

  test('features that are imputed by each other may each be missing', () => {
    const { model } = sumOf(64, [pairs(64), complete]);
    expect(requiredOf(withMissing(model, 'the model'))).toEqual([]);
  });

  test('features of which one row has an answer are tried alone, as long as there is time for that row of each', () => {
    // Ten matrices of 200 columns: 400,000 numbers a row.
    const matrices = squares(10, 200);
    const large = stepOf(PROJECTION, { step: 'projection', of: 'pca', keep: [], from: places(200), matrices, names: ['PC1'] });
    const { model, rows } = sumOf(200, [pairs(200), large, complete]);
    expect(requiredOf(withMissing(model, 'the model'))).toEqual([]);
    expect(rows()).toBe(201);
  });

  /** Each of some features is imputed by all of them, by rows of which each has another value in each of the columns. */
  const nearestOf = (imputed: number, rows: number, valueAt: (row: number) => number): BoundStep => {
    const values = Array.from({ length: rows }, (_, row) => valueAt(row));
    const reference = places(imputed).map((from) => ({ from, type: 'number' as const, values }));
    const plans = reference.map((_, column) => ({ column, by: places(imputed).toSpliced(column, 1), make: 'mean' as const }));
    return stepOf(NEIGHBORS, {
      ...({ step: 'neighbors', of: 'impute_knn', neighbors: 5, eps: 1e-8, reference, imputed: plans } satisfies NeighborsStep),
    });
  };

  test('beside many features that are imputed by the nearest rows those that are not are found', () => {
    const { model, rows } = sumOf(403, [nearestOf(400, 3_000, (row) => row), columns(places(403))]);
    expect(requiredOf(withMissing(model, 'the model'))).toEqual([400, 401, 402]);
    expect(rows()).toBeLessThan(150);
  });

  test('features whose nearest rows give nothing are not tried by six rows each', () => {
    // In columns of one value nothing is compared.
    const { model, rows } = sumOf(400, [nearestOf(400, 2_000, () => 1), complete]);
    expect(withMissing(model, 'the model').takesMissing).toBe(false);
    expect(rows()).toBeLessThan(600);
  });

  test('a feature that may be missing with another alone is required', () => {
    // ifelse(is.na(a), 0, b), and the rest imputed.
    const [a, b] = [{ feature: 0 }, { feature: 1 }];
    const either: Expression = { call: 'ifelse', of: [{ call: 'is.na', of: [a] }, 0, b] };
    const { model } = sumOf(4, [columns([either, meanFor(2), meanFor(3)]), complete]);
    expect(requiredOf(withMissing(model, 'the model'))).toEqual([1]);
  });

  test('of groups that have no answer so many are tried as there is time for, and the rest are not among the optional', () => {
    const tried: number[] = [];
    const mayMiss = (group: readonly number[]) => {
      tried.push(group.length);
      return group.length === 1 && group[0]! % 2 === 0;
    };
    const budget = { first: 10, others: 0, costOf: () => ({ plain: 1, compared: 0 }) };
    const tryOne = (group: readonly number[]) => {
      budget.first -= 1;
      return mayMiss(group);
    };
    expect(optionalAmong(places(64), budget, tryOne)).toEqual(new Set([0]));
    expect(tried).toEqual([64, 8, 8, 8, 8, 8, 8, 8, 8, 1]);
    budget.first = 100;
    expect(optionalAmong(places(64), budget, tryOne).size).toBe(32);
  });
});

describe('features that are surely required', () => {
  const EVERY = { ...FUNCTIONS, ...PIPELINE_FUNCTIONS };
  const schema: Schema = {
    ...{ kind: 'regression', takesMissing: false },
    features: [
      { name: 'a', type: 'number' },
      { name: 'b', type: 'number' },
      { name: 'f', type: 'factor', levels: ['u', 'v'] },
    ],
  };
  const [a, b] = [{ feature: 0 }, { feature: 1 }];
  const cut: Expression = { interval: a, breaks: [0, 1, 2], right: true, lowest: true };
  const picked = (missing: number | null, beyond: number | null, pick: Expression = a): Expression => ({
    pick,
    values: [5, 6],
    missing,
    beyond,
  });
  const calls = Object.entries(EVERY).flatMap(([call, { least, most }]) =>
    [1, 2, 3, 4]
      .filter((count) => count >= least && count <= most)
      .map((count): Expression => ({ call, of: [a, b, 1, 2].slice(0, count) })),
  );
  const expressions: Expression[] = [
    ...calls,
    ...[0, 2, a].map((by): Expression => ({ call: '^', of: [b, by] })),
    ...[
      { label: 2, in: ['v'] },
      { poly: a, alpha: [1, 2], norm2: [1, 2, 3, 4] },
      cut,
      { table: cut, values: [7, 8] },
      { is: cut, level: 1 },
    ],
    ...[
      { number: a, in: [1, 2] },
      { number: a, in: [1, 2], exact: true as const },
      { table: { number: a, in: [1], exact: true as const }, values: [3] },
    ],
    ...[picked(null, null), picked(1, null), picked(null, 1), picked(null, 1, cut), picked(null, null, cut), picked(1, null, cut)],
  ];

  test.each(expressions.map((expression): [string, Expression] => [JSON.stringify(expression), expression]))('%s', (_, expression) => {
    const value = compile(expression, schema, EVERY);
    const values = [Number.NaN, -1, 0, 0.5, 1, 2, 3];
    for (const feature of neededIn(expression)) {
      for (const one of values)
        for (const other of values) {
          const row = Float64Array.of(one, other, 1);
          row[feature] = Number.NaN;
          expect(value(row, 0)).toBeNaN();
        }
    }
  });

  test('functions of several arguments are known, and each is one', () => {
    for (const name of KEEPS_MISSING) expect(Object.keys(EVERY)).toContain(name);
  });

  const files = ['pipelines', 'recipes'].flatMap((folder) =>
    readdirSync(path.join(GOLDEN, folder)).flatMap((name) => (name.endsWith('.RDS') ? [path.join(folder, name)] : [])),
  );

  test('no row of a golden has an answer without one of them, and some files have some', () => {
    let found = 0;
    for (const file of files) {
      const model = loadModel(path.join(GOLDEN, file));
      const { steps = [], checks } = model;
      const width = model.schema.features.length;
      for (const feature of surelyRequired(schemasOf(model.schema, steps), steps)) {
        const without = checks.rows.map((value, at) => (at % width === feature ? Number.NaN : value));
        const answered = predictRows(model, without).some(Number.isFinite);
        expect({ file, feature, answered }).toEqual({ file, feature, answered: false });
        found += 1;
      }
    }
    expect(found).toBeGreaterThan(100);
  });
});
