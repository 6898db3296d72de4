import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { RangerArguments } from '../../../model/train/arguments.ts';
import { trainFile } from '../../../model/train/artifact.ts';
import { responseCurves } from '../../../model/train/report/curves.ts';
import { reportHtml } from '../../../model/train/report/page.ts';
import { reportText } from '../../../model/train/report/report.ts';
import { rocOf } from '../../../model/train/report/roc.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import { PROJECT } from '../../support/project.ts';

const FOLDER = fileURLToPath(new URL('../../golden/train/', import.meta.url));

/** A forest of 20 trees with its report, as HTML and as text. */
async function report(file: string, formula: string, given: RangerArguments = {}) {
  const done = await trainFile(file, { formula, arguments: { 'num.trees': 20, ...given }, seeds: { seed: 1 }, output: 'out.canopy' });
  const model = decodeArtifact(done.artifact);
  const { curves, left } = responseCurves(done.trained, model);
  return { html: reportHtml(done, model), text: reportText(done, model), curves, left, metrics: done.metrics, model };
}

const heart = await report(`${PROJECT}model/examples/heart/heart.csv`, 'diagnosis ~ .', { probability: true, importance: 'permutation' });

describe('response curves', () => {
  test('are there for every feature, the most important first', () => {
    expect(heart.curves).toHaveLength(13);
    expect(heart.curves.map(({ feature }) => feature)).toEqual(heart.metrics.importance?.map(([name]) => name));
    expect(heart.html.match(/<figcaption>[^<]*\(\w+\)<\/figcaption>/g)).toHaveLength(13);
  });

  test('of switches, levels and a few whole numbers are bars; of many whole numbers steps', () => {
    const of = (name: string) => heart.curves.find(({ feature }) => feature === name);
    expect(of('exang')?.labels).toEqual(['FALSE', 'TRUE']);
    expect(of('thal')?.labels).toEqual(['fixed defect', 'normal', 'reversible defect']);
    expect(of('ca')?.labels).toEqual(['0', '1', '2', '3']);
    expect(of('age')).toMatchObject({ labels: undefined, isWhole: true });
    expect(of('chol')?.x.every(Number.isInteger)).toBe(true);
    expect(of('oldpeak')).toMatchObject({ labels: undefined, isWhole: false });
    const bars = heart.curves.filter(({ labels }) => labels).reduce((sum, { labels = [] }) => sum + 2 * labels.length, 0);
    expect(heart.html.match(/<rect class="f[01]"/g)).toHaveLength(bars);
  });

  test('that are too many are left out aloud', async () => {
    const names = Array.from({ length: 205 }, (_, at) => `x${at}`);
    const rows = Array.from({ length: 12 }, (_, row) => [row, ...names.map((_, at) => (row * (at + 3)) % 7)].join());
    const file = `${PROJECT}.canopy/report-wide.csv`;
    mkdirSync(`${PROJECT}.canopy`, { recursive: true });
    writeFileSync(file, [['y', ...names].join(), ...rows].join('\n'));
    const wide = await report(file, 'y ~ .', { 'num.trees': 2 });
    expect([wide.curves.length, wide.left]).toEqual([200, 5]);
    expect(wide.html).toContain('The 5 other features are left out');
  });
});

describe('classes stand in one order everywhere', () => {
  test.each([
    ['levels', `${FOLDER}iris.csv`, 'Species ~ .', { probability: true }, ['setosa', 'versicolor', 'virginica']],
    [
      'numbers, of which the greater comes first in the data',
      `${PROJECT}model/heart/heart.csv`,
      'target ~ .',
      { probability: true },
      ['0', '1'],
    ],
    ['classes of a classification', `${FOLDER}iris.csv`, 'Species ~ .', {}, ['setosa', 'versicolor', 'virginica']],
  ])('%s', async (_, file, formula, given, wanted) => {
    const { curves, metrics } = await report(file, formula, given);
    expect(metrics.confusion?.classes).toEqual(wanted);
    if (metrics.rocs) expect(metrics.rocs.map(({ name }) => name)).toEqual(wanted);
    for (const { series } of curves) expect(series.map(({ name }) => name)).toEqual(wanted);
  });

  test('with their own numbers: where more vessels are seen disease is more likely', () => {
    const ca = heart.curves.find(({ feature }) => feature === 'ca');
    const share = (name: string) => ca?.series.find((one) => one.name === name)?.y ?? [];
    expect(share('heart disease')[3]).toBeGreaterThan(share('heart disease')[0] as number);
    expect((share('healthy')[0] as number) + (share('heart disease')[0] as number)).toBeCloseTo(1, 12);
  });
});

describe('the confusion matrix', () => {
  test('has its sides named, in the terminal too', () => {
    const lines = heart.text.slice(heart.text.indexOf('confusion, out of the bag')).split('\n');
    expect(lines[1]?.trim()).toBe('predicted');
    expect(lines[2]).toMatch(/^true +healthy +heart disease +right$/);
    const [healthy = [], other = []] = heart.metrics.confusion?.counts ?? [];
    expect(lines[3]).toMatch(new RegExp(`^healthy +${healthy[0]} +${healthy[1]} +\\d+\\.\\d %$`));
    expect(lines[4]).toMatch(new RegExp(`^heart disease +${other[0]} +${other[1]} +\\d+\\.\\d %$`));
    expect(heart.html).toContain('<th class="side" colspan="2">predicted</th>');
  });
});

describe('ROC and AUC', () => {
  const roc = (shares: number[], cases: number[]) => rocOf(Float64Array.from(shares), cases.map(Boolean));

  test('the area is how often a row of the class has the greater share, a tie a half', () => {
    expect(roc([0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0])?.auc).toBe(1);
    expect(roc([0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1])?.auc).toBe(0);
    expect(roc([0.5, 0.5, 0.5], [1, 0, 0])?.auc).toBe(0.5);
    // Of 2 x 3 pairs: 0.7 above 0.4, 0.3 and 0.1; 0.4 ties with 0.4 and is above the rest.
    expect(roc([0.7, 0.4, 0.4, 0.3, 0.1], [1, 1, 0, 0, 0])?.auc).toBe(5.5 / 6);
    expect(roc([0.7, 0.4, 0.4, 0.3, 0.1], [1, 1, 0, 0, 0])?.points).toEqual([
      [0, 0],
      [0, 0.5],
      [1 / 3, 1],
      [2 / 3, 1],
      [1, 1],
    ]);
  });

  test('rows without a share are left out, and without others there is none', () => {
    expect(roc([Number.NaN, 0.9, 0.1], [0, 1, 0])?.auc).toBe(1);
    expect(roc([0.9, 0.1], [1, 1])).toBeUndefined();
  });

  test('is as the pairs of the forest’s own shares are, in the report and in the card', () => {
    const { auc } = heart.metrics.numbers;
    expect(auc).toBeGreaterThan(0.85);
    expect(heart.metrics.rocs?.at(-1)?.roc?.auc).toBe(auc);
    // A share and what it lacks of 1 are rounded each, so that ties may part.
    expect(heart.metrics.rocs?.[0]?.roc?.auc).toBeCloseTo(auc as number, 3);
    expect(heart.model.card.training?.metrics.auc).toBe(auc);
    expect(heart.html).toContain(`Area under the curve (AUC): heart disease ${auc?.toFixed(4)}`);
    expect(heart.text).toContain('oob auc');
  });
});

test('a regression’s levels are steps where a bar from nought would flatten all, on the scale that the lines have', async () => {
  const { html, curves } = await report(`${FOLDER}warpbreaks.csv`, 'breaks ~ wool + tension');
  expect(curves.map(({ labels }) => labels)).toEqual([
    ['A', 'B'],
    ['H', 'L', 'M'],
  ]);
  expect(html.match(/<rect class="f0"[^>]*height="3\.0"/g)).toHaveLength(5);
});

test('the report loads nothing, and its colours are the reader’s', () => {
  expect(heart.html).not.toMatch(/(?:src|href)=|url\(/);
  expect(heart.html).toContain('prefers-color-scheme:dark');
  expect(heart.html).not.toMatch(/(?:fill|stroke)="#/);
});
