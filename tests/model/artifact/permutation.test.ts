import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { classReader, guessTarget } from '../../../model/artifact/target.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import { answerQuery } from '../../../shared/predict.ts';
import type { Permutation } from '../../../shared/schema/explain-ask.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { golden } from '../../support/golden.ts';
import { PROJECT } from '../../support/project.ts';

/** Rows of a golden as CSV, with further columns made of the model's answers. */
function csvOf(name: string, columns: Record<string, (prediction: unknown, row: number) => string | number>, fixed: object = {}) {
  const { file, rows: given } = golden(name);
  const rows = given.map((row) => ({ ...row, ...fixed }));
  const model = decodeArtifact(importModel(file));
  const query = readValue(model.schema, { instances: rows });
  const { predictions } = answerQuery(model, query);
  const names = model.schema.features.map((feature) => feature.name);
  const lines = rows.map((row, at) =>
    [...names.map((one) => (row as Record<string, unknown>)[one]), ...Object.values(columns).map((make) => make(predictions[at], at))].join(
      ',',
    ),
  );
  return {
    bytes: Buffer.from(`${[...names, ...Object.keys(columns)].join(',')}\n${lines.join('\n')}\n`),
    file: 'training.csv',
    order: undefined,
  };
}

function permuted(name: string, columns: Parameters<typeof csvOf>[1], target?: string, fixed?: object): Permutation | undefined {
  const artifact = importModel(golden(name).file, { data: csvOf(name, columns, fixed), ...(target === undefined ? {} : { target }) });
  return decodeArtifact(artifact).schema.explain!.permutation;
}

const heart = { bytes: readFileSync(`${PROJECT}model/heart/heart.csv`), file: 'heart.csv', order: undefined };

describe('the permutation importance of a number', () => {
  const given = decodeArtifact(importModel(golden('heart-age').file, { data: heart })).schema.explain!.permutation!;

  test('is of the column that the formula names, by the root of the mean squared error', () => {
    expect(given).toMatchObject({ loss: 'rmse', target: 'target', rows: 303 });
    // What R's ranger answers to its training data, beside what came.
    const model = decodeArtifact(importModel(golden('heart-age').file));
    const [header, ...lines] = heart.bytes
      .toString()
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    const [age, target] = ['age', 'target'].map((name) => header!.indexOf(name)) as [number, number];
    const query = readValue(model.schema, { instances: lines.map((line) => ({ age: Number(line[age]) })) });
    const squares = answerQuery(model, query).predictions.map((one, row) => ((one as number) - Number(lines[row]![target])) ** 2);
    expect(given.base).toBeCloseTo(Math.sqrt(squares.reduce((sum, one) => sum + one, 0) / 303), 12);
    expect(given.increases[0]).toBeGreaterThan(0.02);
  });

  test('is the same each time, and no part of the sha256 of the model', () => {
    const [one, other] = [importModel(golden('heart-age').file, { data: heart }), importModel(golden('heart-age').file, { data: heart })];
    expect(one).toEqual(other);
    expect(decodeArtifact(one).sha256).toBe(decodeArtifact(importModel(golden('heart-age').file)).sha256);
  });

  test('of answers that are right is as far apart as two rows are', () => {
    const found = permuted('heart-age', { y: (prediction) => prediction as number }, 'y')!;
    expect(found).toMatchObject({ base: 0, target: 'y' });
    const { file, rows } = golden('heart-age');
    const model = decodeArtifact(importModel(file));
    const answers = answerQuery(model, readValue(model.schema, { instances: rows })).predictions as number[];
    const mean = answers.reduce((sum, one) => sum + one, 0) / answers.length;
    const variance = answers.reduce((sum, one) => sum + (one - mean) ** 2, 0) / answers.length;
    expect(found.increases[0]! / Math.sqrt(2 * variance)).toBeGreaterThan(0.7);
    expect(found.increases[0]! / Math.sqrt(2 * variance)).toBeLessThan(1.3);
  });
});

test('a feature that has one value alone adds nothing to the loss', () => {
  const found = permuted('mtcars-lm', { y: (prediction) => prediction as number }, 'y', { wt: 3 })!;
  const { features } = decodeArtifact(importModel(golden('mtcars-lm').file)).schema;
  expect(features.length).toBeGreaterThan(1);
  expect(found.base).toBeLessThan(1e-12);
  features.forEach(({ name }, at) => {
    if (name === 'wt') expect(Math.abs(found.increases[at]!)).toBeLessThan(1e-12);
    else expect(found.increases[at]).toBeGreaterThan(0.01);
  });
});

describe('the permutation importance of classes', () => {
  test('is by the log loss where the model has shares, and by wrong classes where it has not', () => {
    const shares = permuted(
      'heart-probability',
      { y: (prediction) => Object.entries(prediction as Record<string, number>).sort(([, a], [, b]) => b - a)[0]![0] },
      'y',
    )!;
    expect(shares.loss).toBe('logLoss');
    expect(shares.increases.some((one) => one > 0)).toBe(true);
    const classes = permuted('iris', { y: (prediction) => prediction as string }, 'y')!;
    expect(classes).toMatchObject({ loss: 'error', base: 0 });
    expect(classes.increases.every((one) => one >= 0)).toBe(true);
  });
});

describe('no permutation importance is there', () => {
  test('where the only other column is one that the model does not predict', () => {
    expect(permuted('iris', { id: (_, row) => row })).toBeUndefined();
    expect(permuted('kyphosis-rpart', { id: (_, row) => row })).toBeUndefined();
  });

  test('where a named column is not there, or has other values, the import says so', () => {
    expect(() => permuted('heart-age', { y: () => 1 }, 'z')).toThrow('no column "z"');
    expect(() => permuted('heart-age', { y: () => 'old' }, 'y')).toThrow('found "old" in row 1, expected a number');
  });
});

test.each<[string, string[], string | undefined]>([
  ['ranger(target ~ age, data = h)', ['target', 'age', 'sex'], 'target'],
  ['lm(formula = mpg ~ wt + hp, data = mtcars)', ['mpg', 'wt', 'hp', 'cyl'], 'mpg'],
  ['glm(formula = `the target` ~ age)', ['the target', 'age', 'b'], 'the target'],
  ['randomForest(formula = as.factor(target) ~ ., data = h)', ['target', 'age', 'b'], 'target'],
  ['train(method = "lda"): lda(factor(y) ~ age)', ['y', 'age', 'b'], 'y'],
  ['lm(formula = log(mpg) ~ age)', ['mpg', 'age'], undefined],
  ['lm(formula = a + b ~ age)', ['b', 'age'], undefined],
  ['lm(formula = y ~ age)', ['z', 'age'], undefined],
  ['workflow(recipe): ranger(x = maybe_data_frame(x), y = y)', ['z', 'age'], 'z'],
  ['workflow(recipe): ranger(x = maybe_data_frame(x), y = y)', ['z', 'age', 'id'], undefined],
  ['gbm(formula = ~ age)', ['z', 'age'], 'z'],
])('the target of %s among %j is %s', (call, header, target) => {
  expect(
    guessTarget(
      header,
      {
        features: [
          { name: 'age', type: 'number' },
          { name: 'wt', type: 'number' },
          { name: 'hp', type: 'number' },
        ],
      },
      call,
    ),
  ).toBe(target);
});

test('a class of a table is known with and without the white space around it, and one of its own wins', () => {
  const placeOf = classReader([' a', 'a', 'b ', 'NA']);
  expect(['a', ' a', ' a ', 'b', 'b ', 'NA', ' NA', '', 'c'].map(placeOf)).toEqual([1, 0, 1, undefined, 2, 3, 3, undefined, undefined]);
});
