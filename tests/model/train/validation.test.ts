import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { describeText } from '../../../model/artifact/describe.ts';
import type { RangerArguments } from '../../../model/train/arguments.ts';
import { trainFile } from '../../../model/train/artifact.ts';
import { reportHtml } from '../../../model/train/report/page.ts';
import { reportText } from '../../../model/train/report/report.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import { PROJECT } from '../../support/project.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-validation-'));
afterAll(() => rmSync(folder, { recursive: true }));

const HEART = 'model/heart/heart.csv';
const golden = (name: string) => `tests/golden/train/${name}.csv`;

/** Trains on the first, third ... row of a file, and measures by the others; `edit` changes the latter. */
async function halves(source: string, formula: string, seed: number, given: RangerArguments = {}, edit = (text: string) => text) {
  const [head, ...lines] = readFileSync(path.join(PROJECT, source), 'utf8').trim().split('\n');
  const [data, validation] = [path.join(folder, 'data.csv'), path.join(folder, 'held.csv')];
  const of = (rest: number) => [head, ...lines.filter((_, at) => at % 2 === rest)].join('\n');
  writeFileSync(data, of(0));
  writeFileSync(validation, edit(of(1)));
  return trainFile(data, { formula, arguments: given, seeds: { seed }, validation, output: 'out.canopy' });
}

describe('a model is measured by rows that it was not trained on, with the numbers that R gives of its own predictions', () => {
  test.each<[string, string, string, number, RangerArguments, Record<string, number>]>([
    ['a number', HEART, 'target ~ age', 42, {}, { rmse: 0.5405841444489059, mae: 0.46016465550567731, 'r.squared': -0.17765358502140249 }],
    [
      'shares',
      golden('iris'),
      'Species ~ .',
      7,
      { probability: true, 'num.trees': 25 },
      { accuracy: 0.96, 'log.loss': 0.085218147331651867, brier: 0.053332871836734692, auc: 0.99733333333333329 },
    ],
    ['numbers as classes', HEART, 'factor(target) ~ .', 7, { 'num.trees': 51 }, { accuracy: 0.83443708609271527 }],
    [
      'levels in the order of the target',
      golden('warpbreaks'),
      'breaks ~ .',
      3,
      { 'num.trees': 50, 'respect.unordered.factors': 'order' },
      { rmse: 10.527618775763266, mae: 8.7480792009274975, 'r.squared': -0.081746176422661021 },
    ],
    ['survival', golden('veteran'), 'Surv(time, status) ~ .', 5, { 'num.trees': 50 }, { concordance: 0.70545977011494254 }],
  ])('%s', async (_, source, formula, seed, given, expected) => {
    const { card } = await halves(source, formula, seed, given);
    expect(Object.keys(card.validation?.metrics ?? {})).toEqual(Object.keys(expected));
    for (const [name, value] of Object.entries(expected)) expect(card.validation?.metrics[name]).toBeCloseTo(value, 12);
  });
});

test('the card, its text and the report show the measures, and the model is the one without them', async () => {
  const done = await halves(HEART, 'target ~ age', 42);
  const alone = await trainFile(path.join(folder, 'data.csv'), { formula: 'target ~ age', seeds: { seed: 42 }, output: 'out.canopy' });
  const model = decodeArtifact(done.artifact);
  expect(model.sha256).toBe(decodeArtifact(alone.artifact).sha256);
  expect(model.card.training?.validation).toMatchObject({ rows: 151 });
  expect(describeText({ file: 'x', bytes: 1, model })).toMatch(/^validation +rmse 0\.540584\d+, mae .*, of 151 rows$/m);
  expect(reportText(done, model)).toMatch(/^valid\. rmse +0\.5405841444$/m);
  expect(reportHtml(done, model)).toContain('<th>validation: rmse</th>');
});

test('a class that the model does not know is never right', async () => {
  const known = await halves(HEART, 'factor(target) ~ age', 1);
  const unknown = await halves(HEART, 'factor(target) ~ age', 1, {}, (text) => text.replaceAll(/^0/gm, '2'));
  const expected = known.trained.frame.classes;
  expect(expected).toEqual(['0', '1']);
  expect(unknown.card.validation?.metrics.accuracy).toBeLessThan(known.card.validation?.metrics.accuracy as number);
});

test.each<[string, string, (text: string) => string, string]>([
  ['a column that is not there', 'target ~ age', (text) => text.replace('age', 'years'), 'held.csv: found no column "age"'],
  ['NA', 'target ~ age', (text) => text.replace(/\n(\d),\d+/, '\n$1,NA'), 'held.csv, column "age", row 1: found NA'],
  [
    'text for numbers',
    'target ~ age',
    (text) => text.replace(/\n(\d),\d+/, '\n$1,old'),
    'held.csv, column "age": found text, expected numbers',
  ],
  ['no row', 'target ~ age', (text) => text.split('\n')[0] as string, 'held.csv: found 0 rows'],
])('%s is refused before a tree is grown', async (_, formula, edit, message) => {
  await expect(halves(HEART, formula, 1, { 'num.trees': 100_000 }, edit)).rejects.toThrow(message);
});
