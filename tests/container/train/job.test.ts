import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { failureOf, UNEXPECTED, writeFailure } from '../../../container/train/failure.ts';
import { EXIT, runJob, writeResult } from '../../../container/train/job.ts';
import { MEASURES, measureRegex, metricDefinitions } from '../../../container/train/measures.ts';
import { placesBelow } from '../../../container/train/places.ts';
import { importModel, loadModel } from '../../../model/artifact/import.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import { ModelError } from '../../../shared/errors.ts';
import { PROJECT } from '../../support/project.ts';

const root = mkdtempSync(path.join(tmpdir(), 'canopy-job-'));
const places = placesBelow(root);
afterAll(() => rmSync(root, { recursive: true }));
beforeEach(() => {
  rmSync(root, { recursive: true });
  mkdirSync(path.join(root, 'input/config'), { recursive: true });
});

const HEART = path.join(PROJECT, 'model/heart/heart.csv');
const AGE = { formula: 'target ~ age', seed: '42', 'num.trees': '5' };

function asked(hyperparameters: unknown): void {
  writeFileSync(places.hyperparameters, JSON.stringify(hyperparameters));
}

/** Puts a file into a channel: text, or a file of the project. */
function put(channel: string, name: string, content: { text: string } | { file: string }): void {
  const to = path.join(places.data, channel, name);
  mkdirSync(path.dirname(to), { recursive: true });
  if ('text' in content) writeFileSync(to, content.text);
  else copyFileSync(content.file, to);
}

/** Runs the job of the folders, and writes what it leaves; the lines of its log. */
async function run(): Promise<string[]> {
  const lines: string[] = [];
  writeResult(places, await runJob(places), (line) => lines.push(line));
  return lines;
}

describe('a training job', () => {
  test('leaves the model that R made with that seed, a report, and its measures', async () => {
    asked({ formula: 'target ~ age', seed: '42', _tuning_objective_metric: 'oob:r.squared', sagemaker_program: '"x"' });
    put('train', 'heart.csv', { file: HEART });
    put('train', 'heart-age.model.json', { file: path.join(PROJECT, 'model/heart/heart-age.model.json') });
    put('train', '_SUCCESS', { text: '' });
    writeFileSync(
      places.channels,
      JSON.stringify({ train: { ContentType: 'text/csv', TrainingInputMode: 'File', RecordWrapperType: 'None' } }),
    );
    writeFileSync(places.hosts, JSON.stringify({ current_host: 'algo-1', hosts: ['algo-1'] }));
    const lines = await run();
    const model = loadModel(places.model);
    expect(model.sha256).toBe(decodeArtifact(importModel(path.join(PROJECT, 'model/heart/heart-age.RDS'))).sha256);
    expect(model.card).toMatchObject({ name: 'heart-age', training: { rows: 303, columns: 14, seed: 42 } });
    const [error, squared] = ['oob:prediction.error', 'oob:r.squared'].map((name) =>
      Number(new RegExp(measureRegex(name)).exec(lines.join('\n'))?.[1]),
    );
    expect(model.card.training?.metrics).toEqual({ 'prediction.error': error, 'r.squared': squared });
    expect(JSON.parse(readFileSync(places.metrics, 'utf8'))).toMatchObject({
      sha256: model.sha256,
      rows: 303,
      trees: 500,
      measures: { 'oob:r.squared': squared },
    });
    expect(lines.at(-1)).toContain(`heart-age, sha256 ${model.sha256}`);
  });

  test('is measured by the channel validation', async () => {
    asked({ ...AGE, formula: '"target ~ age"' });
    put('train', 'heart.csv', { file: HEART });
    put('validation', 'part/held.csv', { text: 'age,target\n54,1\n40,0\n' });
    const lines = await run();
    const model = loadModel(places.model);
    expect(model.card.training?.validation).toMatchObject({ rows: 2 });
    expect(lines).toContain(`metric validation:rmse=${model.card.training?.validation?.metrics.rmse}`);
    expect(readFileSync(places.report, 'utf8')).toContain('<th>validation: rmse</th>');
  });

  test.each([
    ['Species ~ .', 'iris', {}],
    ['Species ~ .', 'iris', { probability: 'TRUE' }],
    ['Surv(time, status) ~ .', 'veteran', {}],
    ['mpg ~ .', 'mtcars', {}],
  ])('%s of %s %j: each of its measures is one that SageMaker is told of', async (formula, name, more) => {
    asked({ ...AGE, formula, 'num.trees': '20', ...more });
    for (const channel of ['train', 'validation']) put(channel, 'data.csv', { file: path.join(PROJECT, `tests/golden/train/${name}.csv`) });
    const { measures } = await runJob(places);
    expect(Object.keys(measures).length).toBeGreaterThan(1);
    expect(Object.keys(measures).filter((one) => !MEASURES.includes(one))).toEqual([]);
  });

  test('SageMaker takes at most 40 definitions, and none finds the line of another', () => {
    expect(metricDefinitions().length).toBeLessThanOrEqual(40);
    for (const { Name, Regex } of metricDefinitions()) {
      const found = MEASURES.filter((one) => new RegExp(Regex).test(`metric ${one}=1.5e-7`));
      expect(found).toEqual([Name]);
    }
  });

  test('its report is small, light, dark and for paper, and markup of names and labels is text in it', async () => {
    asked({ formula: 'kind ~ x', seed: '1', 'num.trees': '5', probability: 'TRUE' });
    put('train', 'data.csv', { text: `kind,x\n${'<script>a</script>,1\n"<b>&""\'",2\n'.repeat(20)}` });
    put('train', 'model.json', { text: JSON.stringify({ features: { x: { label: '<img src=x onerror=alert(1)>' } } }) });
    const { report } = await runJob(places);
    expect(report).not.toMatch(/<script|<b>|<img/);
    expect(report).toContain('&lt;script&gt;');
    expect(report).toContain('&lt;img');
    expect(report).toMatch(/prefers-color-scheme:dark/);
    expect(report).toMatch(/@media print/);
    expect(report.length).toBeLessThan(20_000);
  });
});

describe('what a job cannot do is a sentence with exit code 1, and leaves nothing', () => {
  const data = (text: string) => put('train', 'a.csv', { text });
  const good = (hyperparameters: object = AGE) => {
    asked(hyperparameters);
    put('train', 'heart.csv', { file: HEART });
  };
  test.each<[string, (() => void)[], string]>([
    ['no hyperparameters', [], 'hyperparameters.json: found no such file'],
    ['hyperparameters that are no texts', [() => asked({ ...AGE, mtry: 3 })], 'the hyperparameter mtry: found number, expected a text'],
    ['hyperparameters that are a list', [() => asked([1])], 'hyperparameters.json: found an array, expected an object'],
    ['hyperparameters that are null', [() => asked(null)], 'hyperparameters.json: found null, expected an object'],
    ['no JSON', [() => writeFileSync(places.hyperparameters, '{')], 'hyperparameters.json: found text that is no JSON'],
    ['no formula', [() => asked({ seed: '1' })], 'hyperparameters: found no formula'],
    ['no seed', [() => asked({ formula: 'y ~ x' })], 'hyperparameters: found no seed'],
    ['a seed that is none', [() => asked({ ...AGE, seed: '1.5' })], 'the hyperparameter seed: found 1.5, expected a whole number'],
    ['a wrong value', [() => asked({ ...AGE, 'num.trees': 'many' })], 'num.trees: found many, expected a whole number from 1'],
    ['an unknown name', [() => asked({ ...AGE, 'num.tree': '5' })], 'num.tree: found no argument of ranger, expected one of num.trees'],
    ['a refused name', [() => asked({ ...AGE, 'min.bucket': '5' })], 'min.bucket: found min.bucket=5, expected it left out'],
    ['no channel', [() => asked(AGE)], 'the channel "train": found no folder'],
    ['an empty channel', [good, () => rmSync(path.join(places.data, 'train/heart.csv'))], 'found no file of data'],
    ['two files', [good, () => data('')], 'found 2 files: a.csv, heart.csv, expected one CSV or Parquet file'],
    [
      'a packed file',
      [() => asked(AGE), () => put('train', 'heart.csv.gz', { text: '' })],
      'found heart.csv.gz, expected a CSV or Parquet file',
    ],
    [
      'another channel',
      [good, () => writeFileSync(places.channels, '{"test":{}}')],
      'the channel "test": found no such name, expected train',
    ],
    [
      'a pipe',
      [good, () => writeFileSync(places.channels, '{"train":{"TrainingInputMode":"Pipe"}}')],
      'the channel "train": found TrainingInputMode Pipe, expected File or FastFile',
    ],
    ['instances', [good, () => writeFileSync(places.hosts, '{"hosts":["a","b"]}')], 'the job: found 2 instances, expected one'],
    ['NA', [() => asked(AGE), () => data('target,age\n1,2\n0,NA\n')], 'a.csv, column "age", row 2: found NA'],
    [
      'one class',
      [() => asked({ ...AGE, formula: 'factor(target) ~ age' }), () => data('target,age\n1,2\n1,3\n')],
      'a.csv, column "target", rows 1 to 2: found the same target "1" in every row, expected at least 2 classes',
    ],
    ['a column that is not there', [() => good({ ...AGE, formula: 'target ~ years' })], 'found the column "years"'],
    ['a broken sidecar', [good, () => put('train', 'model.json', { text: '{' })], 'model.json'],
  ])('%s', async (_, prepare, sentence) => {
    for (const step of prepare) step();
    const error = await runJob(places).catch((thrown: unknown) => thrown);
    const failure = failureOf(error);
    expect(failure.sentence).toContain(sentence);
    expect(failure.code).toBe(EXIT.refused);
    expect(existsSync(places.model)).toBe(false);
  });
});

describe('the file of the failure', () => {
  test('has the sentence, at most 1,024 bytes of whole characters', () => {
    writeFailure(places, 'no channel', () => {});
    expect(readFileSync(places.failure, 'utf8')).toBe('no channel');
    for (const sentence of ['x'.repeat(2_000), 'é'.repeat(2_000), '\u{1F332}'.repeat(2_000)]) {
      writeFailure(places, sentence, () => {});
      const text = readFileSync(places.failure, 'utf8');
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_024);
      expect(Buffer.byteLength(text)).toBeGreaterThan(1_010);
      expect(text.replace(/\.\.\.$/, '')).toBe(sentence.slice(0, text.length - 3));
    }
  });

  test('that cannot be written is said', () => {
    writeFileSync(path.join(root, 'output'), '');
    const lines: string[] = [];
    writeFailure(places, 'no channel', (line) => lines.push(line));
    expect(lines).toEqual([expect.stringContaining('the file of the failure: ')]);
  });
});

test('what the machine cannot do has exit code 2; the message of an error that nobody thought of stays out', () => {
  const of = (code: string | undefined, message = '') =>
    failureOf(Object.assign(new Error(message), { code, path: '/opt/ml/model/model.canopy' }));
  expect(of('ENOSPC')).toEqual({ sentence: '/opt/ml/model/model.canopy: no space left', code: 2 });
  expect(of('ERR_WORKER_OUT_OF_MEMORY').sentence).toMatch(/^memory: found none left, expected /);
  expect(of(undefined, 'Array buffer allocation failed').sentence).toMatch(/^memory: /);
  expect(of(undefined, 'Cannot read "secret"')).toEqual({ sentence: UNEXPECTED, code: 2 });
  expect(failureOf(new ModelError('a', 'b', 'c')).code).toBe(1);
});

test('a report that cannot be written costs no model', async () => {
  asked(AGE);
  put('train', 'heart.csv', { file: HEART });
  mkdirSync(path.join(root, 'output'));
  writeFileSync(path.join(root, 'output/data'), '');
  const lines = await run();
  expect(loadModel(places.model).card.name).toBe('heart');
  expect(lines.filter((line) => line.startsWith('left out: '))).toHaveLength(2);
});
