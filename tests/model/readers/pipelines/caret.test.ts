import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { importModel } from '../../../../model/artifact/import.ts';
import { decodeArtifact } from '../../../../shared/artifact.ts';
import { pipelineFile, pipelineNames } from '../../../support/pipelines/files.ts';
import { distanceFrom } from '../../../support/pipelines/golden.ts';

const NAMES = pipelineNames().filter((name) => name.startsWith('caret-'));

describe("caret's train", () => {
  test('all files are served', () => {
    expect(NAMES.length).toBe(40);
  });

  // R's matrix products have the bits of the reference BLAS in these files.
  test.each(NAMES)('%s answers as R does', (name) => {
    expect(distanceFrom(name)).toBe(0);
  });

  test('rows with a missing value answer as with na.pass, the others as R without it', () => {
    for (const name of ['caret-knnImpute', 'caret-medianImpute-pca']) {
      const file = (end: string) => JSON.parse(readFileSync(pipelineFile(name).replace(/\.RDS$/, end), 'utf8'));
      const { rows, predictions } = file('.json') as { rows: object[]; predictions: number[] };
      const passed = (file('.pass.json') as { predictions: number[] }).predictions;
      expect(passed.filter((_, at) => !Object.values(rows[at] as object).includes(null))).toEqual(predictions);
      expect([predictions.length, passed.length]).toEqual([36, 40]);
    }
  });

  test('what goes into a randomForest is finite: R refuses infinite values that a formula makes', () => {
    const { steps } = decodeArtifact(importModel(pipelineFile('caret-rf-prob')));
    expect(steps?.at(-1)?.data).toEqual({ step: 'complete', finite: true });
  });

  test('features are the raw columns, and the card has what is done to them', () => {
    const { schema, card } = decodeArtifact(importModel(pipelineFile('caret-ranger-pre')), 'caret-ranger-pre');
    expect(schema.features.map(({ name, type }) => `${name} ${type}`)).toEqual(['area number', 'rooms number', 'age number']);
    expect(card.pipeline?.map(({ step }) => step)).toEqual(['BoxCox', 'center', 'scale']);
  });
});
