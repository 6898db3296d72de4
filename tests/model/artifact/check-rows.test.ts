import path from 'node:path';
import { expect, test } from '@jest/globals';
import { drawCheckRows } from '../../../model/artifact/check-rows.ts';
import { loadModel } from '../../../model/artifact/import.ts';
import { PROJECT } from '../../support/project.ts';

/** Which of a model's check rows miss a value. */
function missing(file: string): number[] {
  const model = loadModel(path.join(PROJECT, 'tests/golden', file));
  const width = model.schema.features.length;
  const { rows } = drawCheckRows({ ...model, schema: { ...model.schema, takesMissing: true } });
  return [...new Set([...rows.keys()].filter((at) => Number.isNaN(rows[at])).map((at) => Math.floor(at / width)))];
}

test('values are missing in some check rows', () => {
  expect(missing('air-rpart.RDS').length).toBeGreaterThan(2);
});

test('where each set of missing columns takes a tree of its own, the first check row alone may miss some', () => {
  expect(missing('pipelines/caret-knnImpute.RDS').filter((row) => row > 0)).toEqual([]);
});
