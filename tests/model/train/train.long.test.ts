import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, jest, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { readRds } from '../../../model/rds/rds.ts';
import { readRanger } from '../../../model/readers/ranger/ranger.ts';
import { type RangerArguments, readArguments } from '../../../model/train/arguments.ts';
import { trainFile } from '../../../model/train/artifact.ts';
import { type Column, readCsv, type Table } from '../../../model/train/data/read-csv.ts';
import { trainForest } from '../../../model/train/train.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import { golden } from '../../support/golden.ts';
import { differences, readCases } from './cases.ts';

jest.setTimeout(30_000);

const FOLDER = fileURLToPath(new URL('../../golden/train/', import.meta.url));
const HEART = fileURLToPath(new URL('../../../model/heart/heart.csv', import.meta.url));
const SIDECAR = fileURLToPath(new URL('../../../model/heart/heart-age.model.json', import.meta.url));
const heart = () => readCsv(readFileSync(HEART, 'utf8'), 'heart.csv');
const iris = () => readCsv(readFileSync(`${FOLDER}iris.csv`, 'utf8'), 'iris.csv');
const cases = Object.entries(readCases(FOLDER));

describe("the forest is R's ranger's own, node by node, with its error, importance and counts", () => {
  test('there are at least twelve, over all kinds and splitrules', () => {
    expect(cases.length).toBeGreaterThanOrEqual(12);
  });

  test.each(cases)('%s', async (name, given) => {
    // A thread beside this one for some of them: starting one takes longer than growing these.
    expect(await differences(FOLDER, name, given, name.startsWith('heart') ? 2 : 1)).toEqual([]);
  });

  test.each([
    ['heart-age', heart, 'target ~ age', {}],
    ['iris', iris, 'Species ~ .', {}],
    ['heart-probability', labelled, 'target ~ .', { probability: true }],
  ])('%s of the series, from seed 42', async (name, table, formula, given) => {
    const wanted = readRanger(readRds(readFileSync(golden(name).file), name), name);
    const { object } = await trainForest(table(), { formula, arguments: given, seeds: { seed: 42 } });
    const read = readRanger(object, name);
    expect(read.schema).toEqual(wanted.schema);
    expect(read.forest).toEqual(wanted.forest);
  });
});

/** heart.csv with the target as R's factor(target, labels = c("presence", "absence")): target 1 is healthy. */
function labelled(): Table {
  const table = heart();
  const columns = table.columns.map((column): Column => {
    if (column.name !== 'target') return column;
    return { name: 'target', type: 'factor', levels: ['presence', 'absence'], values: column.values.map((value) => value + 1) };
  });
  return { ...table, columns };
}

test('the heart model of the project is what its data, one command and seed 42 give', async () => {
  const trained = await trainFile(HEART, { formula: 'target ~ age', seeds: { seed: 42 }, sidecar: SIDECAR, output: 'out.canopy' });
  const model = decodeArtifact(trained.artifact);
  const imported = loadModel(fileURLToPath(new URL('../../../model/heart/heart-age.RDS', import.meta.url)));
  expect(model.sha256).toBe(imported.sha256);
  expect(model.card.training).toMatchObject({ rows: 303, formula: 'target ~ age', seed: 42, rangerSeed: 1964531018 });
  expect(model.card.training?.metrics['prediction.error']).toBeCloseTo(0.2721723428, 9);
});

test("a schema keeps what the data tell: levels, logical columns, and a sidecar's order of levels", async () => {
  const table = readCsv('y,f,l\n1,b,TRUE\n2,a,FALSE\n3,b,TRUE\n4,c,FALSE\n', 'small.csv', { f: ['c', 'b', 'a'] });
  expect(table.columns.map(({ type }) => type)).toEqual(['integer', 'factor', 'logical']);
  expect(Array.from(table.columns[1]?.values ?? [])).toEqual([2, 3, 2, 1]);
});

describe('what cannot be used is reported with its column and row', () => {
  const train = (csv: string, formula: string, texts: Record<string, string> = {}) =>
    trainForest(readCsv(csv, 'data.csv'), { formula, arguments: readArguments(texts), seeds: { seed: 1 } });

  test.each([
    ['', 'y ~ x', 'data.csv: found an empty file'],
    ['y,x\n', 'y ~ x', 'data.csv: found 0 rows'],
    ['y,x\n1,2\n', 'y ~ x', 'data.csv: found 1 row'],
    ['y,x\n1,2\n3,4\n', 'target ~ x', 'the column "target", expected one of the data\'s: y, x'],
    ['y,x\n1,2\n3,4\n', 'y ~ z', 'the column "z"'],
    ['y,x\n1,2\n3,NA\n4,\n', 'y ~ x', 'data.csv, column "x", row 2: found NA (and in 1 more row)'],
    ['y,x\n1,2\nNA,4\n', 'y ~ x', 'data.csv, column "y", row 2: found NA'],
    ['y,x\n1,2\n2,Inf\n', 'y ~ x', 'data.csv, column "x", row 2: found Infinity'],
    ['y,x\n5,2\n5,4\n', 'y ~ x', 'data.csv, column "y", rows 1 to 2: found the same target 5 in every row'],
    ['y,x\na,2\na,4\n', 'y ~ x', 'found the same target "a" in every row, expected at least 2 classes'],
    ['y,x\n1,2\n3\n', 'y ~ x', 'data.csv, row 2: found 1 fields, expected 2'],
    ['y,x\n1,2\n3,4\n', 'y ~ x:y', 'no interactions'],
    ['y,x\n1,2\n3,4\n', 'y ~ . - x', 'no feature on its right side'],
    ['y,x\n1,2\n3,4\n', 'log(y) ~ x', 'the target "log(y)"'],
    ['t,s,x\n1,0,2\n3,7,4\n', 'Surv(t, s) ~ x', 'data.csv, column "s", row 2: found 7'],
    ['y,x\n1,1e308\n2,1.1e308\n3,4\n', 'y ~ x', 'data.csv, column "x": found numbers from 4 to 1.1e+308, expected numbers up to 8e307'],
    ['y,x\n1,-1e308\n2,-1.1e308\n3,4\n', 'y ~ x', 'data.csv, column "x": found numbers from -1.1e+308 to 4'],
  ])('%j with %s', async (csv, formula, words) => {
    await expect((async () => await train(csv, formula))()).rejects.toThrow(words);
  });

  test.each([
    [{ mtry: '3' }, 'mtry: found 3, expected at most 1'],
    [{ mtry: 'x' }, 'mtry: found x'],
    [{ splitrule: 'gini' }, 'splitrule: found gini for a regression forest'],
    [{ 'min.bucket': '5' }, 'min.bucket: found min.bucket=5, expected it left out'],
    [{ 'always.split.variables': 'x' }, 'always.split.variables'],
    [{ 'split.select.weights': '1' }, 'split.select.weights'],
    [{ 'num.tree': '5' }, 'num.tree: found no argument of ranger'],
    [{ 'sample.fraction': '0' }, 'sample.fraction: found 0'],
    [{ 'sample.fraction': '0.1,0.2' }, 'sample.fraction: found 2 shares'],
    [{ 'class.weights': '1,2' }, 'class.weights'],
    [{ 'case.weights': 'w' }, 'case.weights: found the column "w"'],
    [{ replace: 'no' }, 'replace: found no, expected TRUE or FALSE'],
    [{ importance: 'permutation', 'oob.error': 'FALSE' }, 'oob.error: found FALSE with importance=permutation'],
  ])('ranger argument %j', async (texts, words) => {
    await expect((async () => await train('y,x\n1,2\n2,4\n3,1\n', 'y ~ x', texts))()).rejects.toThrow(words);
  });

  test('with what ranger itself does not end', async () => {
    const neighbours = `y,x\n${'1,1\n'.repeat(20)}${'2,1.0000000000000002\n'.repeat(20)}${'5,1.0000000000000004\n'.repeat(20)}`;
    const many = { 'num.trees': '5', 'num.threads': '2' };
    await expect(train(neighbours, 'y ~ x', { ...many, splitrule: 'maxstat' })).rejects.toThrow('a tree: found splits that part no rows');
    await expect(train(neighbours, 'y ~ x', many)).resolves.toBeDefined();
    const weights = 'y,x,w\n1,2,1\n2,4,1e-300\n3,1,1\n2,7,1e-300\n';
    const given = { ...many, 'case.weights': 'w' };
    const one = { ...given, replace: 'FALSE', 'sample.fraction': '0.5' };
    await expect(train(weights, 'y ~ x - w', { ...one, 'sample.fraction': '0.75' })).rejects.toThrow(
      'case.weights: found weights by which',
    );
    await expect(train(weights, 'y ~ x - w', one)).resolves.toBeDefined();
    await expect(train(weights, 'y ~ x - w', given)).resolves.toBeDefined();
    // The largest double of one row is a number like any other; two of different signs have no distance.
    const ends = 'y,x\n1,1.7e308\n2,4\n3,-1.7e308\n';
    await expect(train(ends, 'y ~ x', many)).resolves.toBeDefined();
    await expect(train(ends, 'y ~ x', { ...many, splitrule: 'extratrees' })).rejects.toThrow('column "x": found numbers from -1.7e+308');
  });
});

test('the forest is the same whatever the number of threads, importance and all', async () => {
  const given: RangerArguments = { 'num.trees': 30, importance: 'permutation' };
  const [one, three] = await Promise.all(
    [1, 3].map((threads) =>
      trainForest(iris(), { formula: 'Species ~ .', arguments: { ...given, 'num.threads': threads }, seeds: { seed: 7 } }),
    ),
  );
  expect(three?.object).toEqual(one?.object);
  expect(three?.grown.importance).toEqual(one?.grown.importance);
  expect(three?.grown.oob).toEqual(one?.grown.oob);
});
