import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { decodeArtifact, failedCheck } from '../../../shared/artifact.ts';
import { computeQuery, predictRows } from '../../../shared/predict.ts';
import { shapeOf } from '../../../shared/schema/shape.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { FOLDER, pipelineFile } from './files.ts';

type Expected = { rows: object[]; parameters?: object; predictions: (number | string | null | number[])[] };

/** Rows with R's answers; those with na.action = na.pass stand in a file of their own. */
export function expectedOf(name: string): Expected {
  const read = (file: string) => JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8'));
  const expected = read(`${name}.json`) as Expected;
  return existsSync(path.join(FOLDER, `${name}.pass.json`)) ? { ...expected, ...read(`${name}.pass.json`) } : expected;
}

/**
 * The greatest relative distance of a pipeline's answers from R's; what is no number differs by infinity. `drawn` are rows, from 0, for
 * which R drew a number by chance: they have no answer here.
 */
export function distanceFrom(name: string, drawn: readonly number[] = []): number {
  const { rows: all, parameters, predictions } = expectedOf(name);
  const model = decodeArtifact(importModel(pipelineFile(name)), name);
  expect(failedCheck(model)).toBeUndefined();
  expect(predictions).toHaveLength(all.length);
  const isNull = (row: number) => predictions[row] === null;
  const ask = (rows: object[]) => readValue(model.schema, { instances: rows, ...(parameters ? { parameters } : {}) });
  // Where R's answer is NA, a request is refused.
  for (const row of all.filter((_, at) => isNull(at))) expect(() => computeQuery(model, ask([row]))).toThrow();
  const query = ask(all.filter((_, at) => !isNull(at)));
  const { places } = shapeOf(model.schema, query.parameters);
  const doubles = predictRows(model, query.rows, query.parameters);
  const given = predictions.flatMap((prediction, row) => (isNull(row) ? [] : [{ prediction, row }]));
  const expected = given.flatMap(({ prediction, row }) => [prediction].flat().map((value) => (drawn.includes(row) ? null : value)));
  expect(doubles).toHaveLength(expected.length);
  return expected.reduce((most: number, value, at) => {
    const double = places ? places[doubles[at]!] : doubles[at];
    if (value === null ? Number.isNaN(double) : double === value) return most;
    if (typeof double !== 'number' || typeof value !== 'number') return Number.POSITIVE_INFINITY;
    return Math.max(most, Math.abs(double - value) / Math.abs(value));
  }, 0);
}
