import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { zoneNote } from '../../../model/artifact/assumed.ts';
import { encodeModel, importModel, verifyArtifact } from '../../../model/artifact/import.ts';
import { maybeCodes, maybeCodesNote, maybeFactors, maybeFactorsNote } from '../../../model/artifact/maybe-factors.ts';
import { fileReaderOf } from '../../../model/artifact/package-format.ts';
import type { Sidecar } from '../../../model/artifact/sidecar/form.ts';
import { lightgbmText, SPLIT } from '../../support/boosting/lightgbm-text.ts';
import { golden } from '../../support/golden.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'canopy-factors-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A golden's model without its sidecar, or with another one. */
function alone(name: string, sidecar?: object): { file: string; model: ReturnType<typeof verifyArtifact> } {
  const file = path.join(folder, `${name}.RDS`);
  copyFileSync(golden(name).file, file);
  rmSync(path.join(folder, `${name}.model.json`), { force: true });
  if (sidecar) writeFileSync(path.join(folder, `${name}.model.json`), JSON.stringify(sidecar));
  return { file, model: verifyArtifact(importModel(file), file) };
}

test('a factor whose levels ranger did not keep may be one, and the note names the sidecar that would tell', () => {
  const { file, model } = alone('warpbreaks-ignore');
  expect(maybeFactors(model)).toEqual(['wool', 'tension']);
  expect(maybeFactorsNote(model, file)).toEqual([
    'wool, tension: numbers to this model, perhaps codes of factors (1, 2, ...) whose levels the file lacks; if so, name the levels in ' +
      `${folder}/warpbreaks-ignore.model.json, or import with --data training.csv`,
  ]);
  expect(maybeFactorsNote(model, 'model.canopy')[0]).toMatch(/a sidecar beside the model file, and import that again$/);
});

test('a feature with levels, or with a label or a unit in the sidecar, is not asked about', () => {
  const features = { wool: { levels: ['A', 'B'] }, tension: { label: { en: 'Tension', pt: 'Tensão' } } };
  expect(maybeFactors(alone('warpbreaks-ignore', { features }).model)).toEqual([]);
});

test.each(['iris', 'heart-age', 'heart-probability'])('no number of %s is taken for a factor', (name) => {
  expect(maybeFactors(alone(name).model)).toEqual([]);
});

describe('numbers of the training data that may be the labels of a factor', () => {
  const training = (numbers: number[]) => ({
    bytes: Buffer.from(['x0,x1', ...numbers.map((one) => `${one},0`), ''].join('\n')),
    file: 'training.csv',
    order: undefined,
  });

  /** LightGBM's model of x0 with these splits, of which the file says that it was within `ends`. */
  function imported(splits: number[], numbers: number[], ends: string, features: Sidecar['features'] = {}) {
    const bytes = lightgbmText(
      splits.map((threshold) => ({ ...SPLIT, threshold })),
      { feature_infos: `${ends} [-2:2]` },
    );
    const origin = { file: 'm.txt', bytes, sidecarFile: 'm.model.json', data: training(numbers) };
    return verifyArtifact(encodeModel(fileReaderOf(bytes)!.read(bytes, 'm.txt'), { features }, origin), 'm.txt');
  }

  test.each<[string, number[], number[], string, string[]]>([
    ['codes, which are parted where no neighbours among the numbers are', [1.5, 2.5000000000000004, 3.5], [1, 2, 4, 5], '[1:5]', ['x0']],
    ['codes by what the file says that they were', [1.5], [1, 2, 4, 5], '[1:4]', ['x0']],
    ['codes from 0', [1.0000000180025095e-35, 1.5], [0, 1, 3], '[0:2]', ['x0']],
    ['numbers', [1.5, 3, 4.5], [1, 2, 4, 5], '[1:5]', []],
    ['numbers of which few are parted', [1.5, 2.5], [0, 1, 2, 3, 4], '[0:4]', []],
    ['numbers that are their own codes', [1.5, 2.5], [1, 2, 3], '[1:3]', []],
    ['numbers far above', [45.5], [29, 45, 46, 77], '[29:77]', []],
  ])('%s', (_, splits, numbers, ends, names) => {
    expect(maybeCodes(imported(splits, numbers, ends), training(numbers))).toEqual(names);
  });

  test('are named in a note, unless a sidecar has described the feature', () => {
    const numbers = [1, 2, 4, 5];
    expect(maybeCodesNote(imported([1.5], numbers, '[1:4]'), 'data/m.txt', training(numbers))).toEqual([
      'x0: numbers in training.csv, but the model may know them as codes (1, 2, ... in their order) of a factor; if so, name the levels in ' +
        'data/m.model.json; if not, a label there says that it was looked at',
    ]);
    const described = { x0: { label: { en: 'rooms', pt: 'quartos' } } };
    expect(maybeCodesNote(imported([1.5], numbers, '[1:4]', described), 'data/m.txt', training(numbers))).toEqual([]);
  });
});

test('times that name no zone are said to be read as UTC where they have no offset; those of a zone, and dates, are not', () => {
  const times = (...zones: (string | undefined)[]) =>
    zones.map((timeZone, at) => ({ name: `t${at}`, type: 'datetime' as const, ...(timeZone === undefined ? {} : { timeZone }) }));
  expect(zoneNote({ features: [{ name: 'd', type: 'date' }, ...times('UTC', 'Europe/Berlin')] })).toEqual([]);
  expect(zoneNote({ features: times('UTC', undefined, undefined) })).toEqual([
    't1, t2: times without an offset are read as UTC; where R ran in another zone, name it in a sidecar: {"features":{"t1":{"timeZone":"America/Sao_Paulo"}}}',
  ]);
  expect(zoneNote({ features: times(...Array.from({ length: 10 }, () => undefined)) })[0]).toMatch(/^t0, .*t7, and 2 more: /);
});
