import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { importModel, verifyArtifact } from '../../../model/artifact/import.ts';
import { maybeFactors, maybeFactorsNote } from '../../../model/artifact/maybe-factors.ts';
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
