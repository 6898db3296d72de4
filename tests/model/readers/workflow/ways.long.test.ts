import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { importModel } from '../../../../model/artifact/import.ts';
import { predictCommand } from '../../../../model/commands/predict.ts';
import { decodeArtifact } from '../../../../shared/artifact.ts';
import { ModelError } from '../../../../shared/errors.ts';
import { answerQuery } from '../../../../shared/predict.ts';
import { readValue } from '../../../../shared/wire/wire.ts';
import { pipelineFile, pipelineNames } from '../../../support/pipelines/files.ts';
import { expectedOf } from '../../../support/pipelines/golden.ts';
import { openThreeWays, WAYS } from '../../../support/three-ways.ts';

/** The golden pipelines whose model is read; how they compare with R is in pipelines.test.ts and in caret's test. */
const SERVED = pipelineNames().flatMap((name) => {
  try {
    return [{ name, artifact: importModel(pipelineFile(name)) }];
  } catch (error) {
    if (error instanceof ModelError) return [];
    throw error;
  }
});
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-ways-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('every pipeline has one answer, whoever is asked: container, endpoint, fallback and command line', () => {
  test('tidymodels and caret are among them', () => {
    const ofCaret = SERVED.filter(({ name }) => name.startsWith('caret-')).length;
    expect(SERVED.length - ofCaret).toBeGreaterThanOrEqual(41);
    expect(ofCaret).toBeGreaterThanOrEqual(8);
  });

  test.each(SERVED)('$name', async ({ name, artifact }) => {
    const { rows: all, parameters, predictions } = expectedOf(name);
    const model = decodeArtifact(artifact, name);
    // Where R has no answer a request is refused.
    const rows = all.filter((_, row) => predictions[row] !== null);
    const body = { instances: rows, ...(parameters ? { parameters } : {}) };
    const answerable = rows.filter((row) => isAnswered(model, row, parameters));
    expect(answerable.length).toBeGreaterThan(0);
    const text = JSON.stringify({ ...body, instances: answerable });
    const expected = answerQuery(model, readValue(model.schema, JSON.parse(text))).predictions;
    const ways = await openThreeWays(artifact);
    try {
      for (const way of WAYS) {
        const answered = await ways.ask[way]('/predict', text);
        expect([way, JSON.parse(answered.text).predictions]).toEqual([way, expected]);
        expect(answered.servedBy).toBe(way);
      }
      expect(ways.events.filter((event) => event === 'Mismatch' || event === 'BadAnswer')).toEqual([]);
    } finally {
      ways.close();
    }
    const file = path.join(folder, `${name}.json`);
    writeFileSync(file, text);
    expect(JSON.parse(await predictCommand([pipelineFile(name), file])).predictions).toEqual(expected);
  });
});

/** Whether a row has a finite answer: for some R drew a number by chance. */
function isAnswered(model: ReturnType<typeof decodeArtifact>, row: object, parameters: object | undefined): boolean {
  try {
    answerQuery(model, readValue(model.schema, { instances: [row], ...(parameters ? { parameters } : {}) }));
    return true;
  } catch {
    return false;
  }
}
