import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { loadModel } from '../../model/import.ts';
import { readCsv } from '../../model/read-csv.ts';
import { predictRows } from '../../shared/predict.ts';
import { golden } from '../golden.ts';
import { PROJECT } from '../support/project.ts';

const DATA = `${PROJECT}model/heart/heart.csv`;
const table = readCsv(readFileSync(DATA, 'utf8'), 'heart.csv');
const column = (name: string) => Array.from(table.columns.find((one) => one.name === name)?.values ?? []);
const model = loadModel(`${PROJECT}model/heart/heart-age.RDS`);

/** The mean of a column over the rows of one target. */
function meanOf(name: string, target: number): number {
  const own = column(name).filter((_, row) => column('target')[row] === target);
  return own.reduce((sum, value) => sum + value, 0) / own.length;
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
    const place = column('age').findIndex((age, own) => age === row.age && column('chol')[own] === row.chol);
    const { presence } = predictions[at] as Record<string, number>;
    return targets[place] === ((presence as number) > 0.5 ? 0 : 1);
  });
  expect(right.length / rows.length).toBeGreaterThan(0.9);
});
