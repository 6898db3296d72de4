import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { decodeArtifact, failedCheck } from '../../../shared/artifact.ts';
import { computeQuery, predictRows } from '../../../shared/predict.ts';
import { shapeOf } from '../../../shared/schema/shape.ts';
import { readValue } from '../../../shared/wire/wire.ts';

const FOLDER = path.join(import.meta.dirname, '../../golden/pipelines');
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.RDS'))
  .map((file) => file.slice(0, -'.RDS'.length));

/** How far from R an answer may be, relative to it, where R goes through BLAS, LAPACK or the C library; every other file has R's bits. */
const RELATIVE: Record<string, number> = { 'engine-glm': 1e-15, 'step-ica-pls': 1e-12 };
/** Files whose model no reader takes yet, by the class that the error names. */
const UNREAD: Record<string, string> = {
  'engine-earth': 'earth',
  'engine-kernlab': 'ksvm',
  'engine-mgcv': 'gam',
};
/** Files with a step that is not served yet. */
const LATER = ['step-regex-count'];
/** Rows, from 0, for which R drew a number by chance: they have no answer here. */
const DRAWN: Record<string, number[]> = { 'step-impute-linear-indicate': [5, 15, 20, 22, 28, 34] };

type Expected = { rows: object[]; parameters?: object; predictions: (number | string | null | number[])[] };

/** The greatest relative distance of a pipeline's answers from R's; what is no number differs by infinity. */
function distanceOf(name: string): number {
  const { rows: all, parameters, predictions } = JSON.parse(readFileSync(path.join(FOLDER, `${name}.json`), 'utf8')) as Expected;
  const model = decodeArtifact(importModel(path.join(FOLDER, `${name}.RDS`)), name);
  expect(failedCheck(model)).toBeUndefined();
  const isNull = (row: number) => predictions[row] === null;
  const ask = (rows: object[]) => readValue(model.schema, { instances: rows, ...(parameters ? { parameters } : {}) });
  // Where R's answer is NA, a request is refused.
  for (const row of all.filter((_, at) => isNull(at))) expect(() => computeQuery(model, ask([row]))).toThrow();
  const query = ask(all.filter((_, at) => !isNull(at)));
  const { places } = shapeOf(model.schema, query.parameters);
  const doubles = predictRows(model, query.rows, query.parameters);
  const given = predictions.flatMap((prediction, row) => (isNull(row) ? [] : [{ prediction, row }]));
  const expected = given.flatMap(({ prediction, row }) => [prediction].flat().map((value) => (DRAWN[name]?.includes(row) ? null : value)));
  expect(doubles).toHaveLength(expected.length);
  return expected.reduce((most: number, value, at) => {
    const own = places ? places[doubles[at]!] : doubles[at];
    if (value === null ? Number.isNaN(own) : own === value) return most;
    if (typeof own !== 'number' || typeof value !== 'number') return Number.POSITIVE_INFINITY;
    return Math.max(most, Math.abs(own - value) / Math.abs(value));
  }, 0);
}

describe('pipelines of tidymodels that R saved', () => {
  const served = NAMES.filter((name) => !Object.hasOwn(UNREAD, name) && !LATER.includes(name));

  test('all of them but those of other engines are served', () => {
    expect([served.length, Object.keys(UNREAD).length, LATER.length]).toEqual([40, 3, 1]);
  });

  test.each(served)('%s answers as R does', (name) => {
    expect(distanceOf(name)).toBeLessThanOrEqual(RELATIVE[name] ?? 0);
  });

  test.each(Object.entries(UNREAD))('%s is refused by the class of its model, %s', (name, engine) => {
    expect(() => importModel(path.join(FOLDER, `${name}.RDS`))).toThrow(`an object of class ${engine}`);
  });
});
