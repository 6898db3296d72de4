import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { drawBackground } from '../../../model/artifact/background.ts';
import { buildArtifact } from '../../../model/artifact/build.ts';
import { importModel, loadModel } from '../../../model/artifact/import.ts';
import { trainingRows } from '../../../model/artifact/training-rows.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import type { Forest } from '../../../shared/bodies/forest/forest.ts';
import { decodeSection } from '../../../shared/explain/section.ts';
import { predictRows } from '../../../shared/predict.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import { fromBits, toBits } from '../../../shared/schema/integer64.ts';
import { defaultParameters } from '../../../shared/schema/parameters.ts';
import { explained } from '../../support/explain/explained-model.ts';
import { PROJECT } from '../../support/project.ts';

/** A forest without a sidecar beside it. */
const FILE = `${PROJECT}tests/golden/heart-age.RDS`;
const csv = (text: string) => ({ bytes: Buffer.from(text), file: 'training.csv', order: undefined });
const heart = { bytes: readFileSync(`${PROJECT}model/heart/heart.csv`), file: 'heart.csv', order: undefined };
const sectionOf = (bytes: Uint8Array) => decodeSection(bytes.slice(Buffer.from(bytes).lastIndexOf('EXPLAIN\n')), 'section', undefined);

describe('an import with training data', () => {
  const plain = importModel(FILE);
  const given = importModel(FILE, { data: heart });
  const model = decodeArtifact(given);

  test('keeps the model and its sha256, and grows by at most a quarter', () => {
    expect(model.sha256).toBe(decodeArtifact(plain).sha256);
    expect(given.length).toBeLessThan(1.25 * plain.length);
    expect(decodeArtifact(plain).explainer).toBeUndefined();
  });

  test('counts the rows that fall into each leaf', () => {
    const forest = model.body.data as Forest;
    const rows = trainingRows(model.schema, heart)!;
    expect(rows).toHaveLength(303);
    const trees = forest.roots.length - 1;
    const expected = new Float64Array(forest.leaves.length);
    predictRows(model, rows, { ...defaultParameters(model.schema), type: 'terminalNodes' }).forEach((node, at) => {
      expected[forest.right[forest.roots[at % trees]! + node]!]! += 1;
    });
    expect(Array.from(sectionOf(given).cover!)).toEqual([...expected]);
  });

  test('explains: what the only feature adds is the prediction less the mean of the training rows', () => {
    const rows = trainingRows(model.schema, heart)!;
    const mean = predictRows(model, rows).reduce((sum, one) => sum + one, 0) / rows.length;
    const { explanations, predictions } = explained(model, Float64Array.of(40, 70), { background: 'path' });
    explanations.forEach(({ baseline, contributions }, row) => {
      expect(baseline).toBeCloseTo(mean, 12);
      expect(baseline + contributions.age!).toBeCloseTo(predictions[row] as number, 12);
    });
  });

  test('has the same background rows each time, and says where they are training rows', () => {
    expect(importModel(FILE, { data: heart })).toEqual(given);
    const real = decodeArtifact(importModel(FILE, { data: heart, background: 'real' }));
    expect([model.schema.explain!.isReal, real.schema.explain!.isReal]).toEqual([false, true]);
    expect(real.schema.explain!.sha256).not.toBe(model.schema.explain!.sha256);
    const ages = new Set(trainingRows(model.schema, heart)!);
    const rows = sectionOf(importModel(FILE, { data: heart, background: 'real' })).background!;
    expect(rows).toHaveLength(100);
    expect(rows.every((age) => ages.has(age))).toBe(true);
  });

  test('has the mean of the absolute contributions over the background rows', () => {
    const { background, importance } = sectionOf(given);
    const { explanations } = explained(model, background!, {});
    const mean = explanations.reduce((sum, { contributions }) => sum + Math.abs(contributions.age!), 0) / background!.length;
    expect(importance![0]).toBeCloseTo(mean, 12);
    expect(model.schema.explain!.importance).toEqual(importance);
  });

  test.each<[string, string, string]>([
    ['have a text for a number', 'age\n4\nold\n', 'line 3, column "age": found "old"'],
    ['have no whole row', 'age,b\nNA,1\n,2\n', 'no row without missing values'],
  ])('is refused where the data %s', (_, text, words) => {
    expect(() => trainingRows(model.schema, csv(text))).toThrow(words);
  });

  test('of some columns alone, for their levels, leaves the model unexplained', () => {
    expect(trainingRows(model.schema, csv('years\n4\n'))).toBeUndefined();
  });

  test('leaves out rows with missing values, as R does, and columns that are no features', () => {
    expect([...trainingRows(model.schema, csv('x,age\n1,50\n2,NA\n3,\n4, 61 \n'))!]).toEqual([50, 61]);
  });
});

describe('a sidecar that names the training data', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-basis-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'm.RDS');
  copyFileSync(FILE, file);
  const name = (data: string) => writeFileSync(path.join(folder, 'm.model.json'), JSON.stringify({ data }));

  test('is as --data, and the file is a part of what an artifact is kept under', () => {
    name('t.csv');
    writeFileSync(path.join(folder, 't.csv'), heart.bytes);
    const model = loadModel(file);
    expect(model.explainer).toBeDefined();
    const first = buildArtifact(file, PROJECT).file;
    writeFileSync(path.join(folder, 't.csv'), 'age\n50\n60\n77\n29\n');
    expect(buildArtifact(file, PROJECT).file).not.toBe(first);
    expect(loadModel(file).schema.explain!.sha256).not.toBe(model.schema.explain!.sha256);
  });

  test.each([
    ['../t.csv', 'without a folder'],
    ['t.txt', 'a CSV file'],
    ['none.csv', 'no such file'],
  ])('is refused with %s', (data, words) => {
    name(data);
    expect(() => loadModel(file)).toThrow(words);
  });

  test('is refused with a link out of its folder', () => {
    name('link.csv');
    symlinkSync(`${PROJECT}model/heart/heart.csv`, path.join(folder, 'link.csv'));
    expect(() => loadModel(file)).toThrow('a link to another place');
  });
});

test('the demo and the second example can be explained', () => {
  for (const example of [`${PROJECT}model/heart/heart-age.RDS`, `${PROJECT}model/examples/heart/heart.canopy`])
    expect(loadModel(example).schema.explain!.ways.map(({ background }) => background)).toEqual(['path', 'rows']);
});

describe('synthetic background rows', () => {
  const schemaOf = (...features: Feature[]): Schema => ({ kind: 'regression', features, takesMissing: true });
  const column = (feature: Feature, values: number[]) => [...drawBackground(schemaOf(feature), Float64Array.from(values), false)];

  test('have no number of the data, where those are fractions, and lie in their range', () => {
    const values = Array.from({ length: 50 }, (_, at) => Math.sqrt(at + 0.5));
    const drawn = column({ name: 'x', type: 'number' }, values);
    expect(drawn).toHaveLength(100);
    expect(drawn.filter((value) => values.includes(value))).toEqual([]);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(values[0]!);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(values.at(-1)!);
  });

  test('are whole where the data are, levels of the data, and as often missing', () => {
    expect(column({ name: 'x', type: 'number' }, [1, 5, 9, 9, 100]).every(Number.isInteger)).toBe(true);
    expect(new Set(column({ name: 'x', type: 'factor', levels: ['a', 'b', 'c'] }, [1, 3, 3, 1]))).toEqual(new Set([1, 3]));
    expect(column({ name: 'x', type: 'number' }, [Number.NaN, 1.5, 2.5, 3.5]).filter(Number.isNaN)).toHaveLength(25);
    expect(column({ name: 'x', type: 'number' }, [Number.NaN]).every(Number.isNaN)).toBe(true);
    const long = column({ name: 'x', type: 'integer64' }, [toBits(10), toBits(2 ** 40)]).map(fromBits);
    expect(long.every((value) => value >= 10 && value <= 2 ** 40 && Number.isInteger(value))).toBe(true);
    expect(column({ name: 'x', type: 'number' }, [-1e308, 1.5e308, 0.5]).every(Number.isFinite)).toBe(true);
  });

  test('follow the histogram: as many in a part of the range as in the data', () => {
    const values = Array.from({ length: 1000 }, (_, at) => (at < 900 ? at / 1000 : 50 + at / 1000));
    const drawn = column({ name: 'x', type: 'number' }, values);
    expect(drawn.filter((value) => value > 25)).toHaveLength(10);
  });
});
