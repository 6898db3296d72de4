import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import { failedProof } from '../../../shared/proof/check.ts';
import { golden } from '../../support/golden.ts';
import { PROJECT } from '../../support/project.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-proof-rows-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A model file with that sidecar, imported. */
function imported(file: string, sidecar: object) {
  const model = path.join(mkdtempSync(path.join(folder, 'm-')), 'model-1.RDS');
  copyFileSync(file, model);
  writeFileSync(model.replace('.RDS', '.model.json'), JSON.stringify(sidecar));
  return decodeArtifact(importModel(model));
}

const spend = path.join(PROJECT, 'tests/golden/canopy-r/spend-lm');
/** The sidecar of a model without answers for missing values, with such values in some rows. */
function holed(rows: (row: number) => boolean) {
  const sidecar = JSON.parse(readFileSync(`${spend}.model.json`, 'utf8'));
  sidecar.proof.rows.forEach((row: unknown[], at: number) => {
    if (rows(at)) row[0] = null;
  });
  return sidecar;
}

test('rows that lack a value which the model needs are left out, though R had an answer for them', () => {
  const model = imported(
    `${spend}.RDS`,
    holed((row) => row % 2 === 0),
  );
  expect(model.card.proof).toMatchObject({ rows: 32, agreed: 32 });
  expect(failedProof(model)).toBeUndefined();
});

test('the place of a row that differs is told among all rows', () => {
  const sidecar = holed((row) => row < 9);
  sidecar.proof.answers[0].predictions[9] += 1;
  expect(() => imported(`${spend}.RDS`, sidecar)).toThrow(/row 10, type response: .*54 of 55 rows agree/);
});

test('where each row lacks such a value, the predictions are refused', () => {
  const all = holed(() => true);
  expect(() => imported(`${spend}.RDS`, all)).toThrow("R's rows, of which each lacks a value that the model needs");
});

test("what R's wrappers call the response of a tree is its number", () => {
  const { file, rows, predictions } = golden('car-rpart');
  const columns = Object.keys(rows[0]!);
  const proof = { drawn: true, columns, rows: rows.map((row) => columns.map((name) => row[name])) };
  const sidecar = (type: string) => ({ proof: { ...proof, answers: [{ parameters: { type }, predictions }] } });
  expect(imported(file, sidecar('response')).card.proof).toMatchObject({ rows: rows.length, agreed: rows.length });
  expect(() => imported(file, sidecar('link'))).toThrow("R's predictions of no type that the model has, expected vector");
});
