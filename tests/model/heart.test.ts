import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../model/artifact/import.ts';
import { chooseModel } from '../../model/examples/examples.ts';
import { readCsv } from '../../model/train/data/read-csv.ts';
import { predictRows } from '../../shared/predict.ts';
import { golden } from '../support/golden.ts';
import { PROJECT } from '../support/project.ts';

const DATA = `${PROJECT}model/heart/heart.csv`;
const table = readCsv(readFileSync(DATA, 'utf8'), 'heart.csv');
const column = (name: string) => Array.from(table.columns.find((one) => one.name === name)?.values ?? []);
const model = loadModel(`${PROJECT}model/heart/heart-age.RDS`);

/** The mean of a column over the rows of one target. */
function meanOf(name: string, target: number): number {
  const ofTarget = column(name).filter((_, row) => column('target')[row] === target);
  return ofTarget.reduce((sum, value) => sum + value, 0) / ofTarget.length;
}

test('in heart.csv target 1 is healthy: younger, with less exercise angina, and as many as UCI has without disease', () => {
  expect(column('target').filter((target) => target === 1)).toHaveLength(165);
  expect([meanOf('age', 1), meanOf('age', 0)].map((age) => age.toFixed(1))).toEqual(['52.5', '56.6']);
  expect([meanOf('exang', 1), meanOf('exang', 0)].map((share) => share.toFixed(2))).toEqual(['0.14', '0.55']);
});

test('the default model says so, in both languages, and its sha256 is the one it has always had', () => {
  expect(model.sha256).toMatch(/^359d6568/);
  expect(model.card.answer?.label).toEqual({ en: 'Chance of no heart disease', pt: 'Chance de não haver doença cardíaca' });
  expect(model.card.description).toMatchObject({
    en: expect.stringContaining('target 1 means healthy'),
    pt: expect.stringContaining('target 1 quer dizer saudável'),
  });
});

test('what its card says of its ages is so: learnt from 29 to 77, and 25 has the answer of 29', () => {
  const ages = column('age');
  expect([Math.min(...ages), Math.max(...ages)]).toEqual([29, 77]);
  const [at25, at29, at77, at100] = predictRows(model, Float64Array.of(25, 29, 77, 100));
  expect([at25, at77]).toEqual([at29, at100]);
});

test('heart-probability names its classes as they are: most of its sick rows are in the presence of disease', () => {
  const { rows, predictions } = golden('heart-probability');
  const targets = column('target');
  const right = rows.filter((row, at) => {
    const place = column('age').findIndex((age, other) => age === row.age && column('chol')[other] === row.chol);
    const { presence } = predictions[at] as Record<string, number>;
    return targets[place] === ((presence as number) > 0.5 ? 0 : 1);
  });
  expect(right.length / rows.length).toBeGreaterThan(0.9);
});

describe('the example heart', () => {
  const folder = `${PROJECT}model/examples/heart/`;
  const example = loadModel(`${folder}heart.canopy`);

  test('is worth something: out of the bag it names the diagnosis of five of six, as its description says', () => {
    expect(example.card.training?.metrics.accuracy).toBeGreaterThan(5 / 6);
    expect(example.card.description).toMatchObject({
      en: expect.stringContaining('five of six'),
      pt: expect.stringContaining('cinco de cada seis'),
    });
  });

  test('has the rows of heart.csv in words, but for those whose vessels or scan are not known', () => {
    const words = readCsv(readFileSync(`${folder}heart.csv`, 'utf8'), 'heart.csv');
    const columnOf = (name: string) => words.columns.find((one) => one.name === name);
    const kept = column('ca').flatMap((ca, row) => (ca < 4 && (column('thal')[row] as number) > 0 ? [row] : []));
    expect(words.rows).toBe(kept.length);
    for (const name of ['age', 'trestbps', 'chol', 'fbs', 'thalach', 'exang', 'oldpeak', 'ca'])
      expect(Array.from(columnOf(name)?.values ?? [])).toEqual(kept.map((row) => column(name)[row]));
    const codes: [string, Record<string, string>][] = [
      ['diagnosis', { 0: 'heart disease', 1: 'healthy' }],
      ['sex', { 0: 'female', 1: 'male' }],
      ['cp', { 0: 'asymptomatic', 1: 'atypical angina', 2: 'non-anginal pain', 3: 'typical angina' }],
      ['restecg', { 0: 'left ventricular hypertrophy', 1: 'normal', 2: 'ST-T abnormality' }],
      ['slope', { 0: 'down', 1: 'flat', 2: 'up' }],
      ['thal', { 1: 'fixed defect', 2: 'normal', 3: 'reversible defect' }],
    ];
    const known = table.columns.length;
    expect(known).toBe(14);
    for (const [name, labels] of codes) {
      const target = columnOf(name);
      const levels = target?.levels ?? [];
      const texts = Array.from(target?.values ?? [], (code) => levels[code - 1]);
      expect(texts).toEqual(kept.map((row) => labels[String(column(name === 'diagnosis' ? 'target' : name)[row])]));
    }
  });

  test('has every label, level and class in words of both languages', () => {
    for (const feature of example.schema.features) {
      expect(feature.label).toMatchObject({ en: expect.any(String), pt: expect.any(String) });
      if (feature.type === 'factor') expect(Object.keys(feature.words ?? {})).toEqual(feature.levels);
    }
    expect(Object.keys(example.card.answer?.classes ?? {})).toEqual(example.schema.classes);
  });
});

describe('the model that a command line asks for', () => {
  const choose = (given: { model?: string; example?: string }) =>
    chooseModel({ model: given.model, example: given.example, project: '/project', from: '/from' });

  test('is heart-age, an example by its name, or a file from where the person stands', () => {
    expect(choose({})).toBe('/project/model/heart/heart-age.RDS');
    expect(choose({ example: 'heart' })).toBe('/project/model/examples/heart/heart.canopy');
    expect(choose({ model: 'iris.RDS' })).toBe('/from/iris.RDS');
  });

  test.each([
    [{ example: 'iris' }, '--example: found iris, expected one of heart-age, heart'],
    [{ example: 'constructor' }, '--example: found constructor, expected one of heart-age, heart'],
    [{ example: 'heart', model: 'a.RDS' }, 'found --model and --example, expected one of the two'],
  ])('is refused where it is %j', (given, words) => {
    expect(() => choose(given)).toThrow(words);
  });
});
