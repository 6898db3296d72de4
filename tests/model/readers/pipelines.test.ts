import { describe, expect, test } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { distanceFrom, pipelineFile, pipelineNames } from '../../support/pipelines/golden.ts';

const NAMES = pipelineNames().filter((name) => !/^(?:caret|mlr)-/.test(name));

/** How far from R an answer may be, relative to it, where R goes through BLAS, LAPACK or the C library; every other file has R's bits. */
const RELATIVE: Record<string, number> = { 'engine-glm': 1e-15, 'step-ica-pls': 1e-12 };
/** Files whose model no reader takes yet, by the class that the error names. */
const UNREAD: Record<string, string> = {
  'engine-kernlab': 'ksvm',
};
/** Rows, from 0, for which R drew a number by chance: they have no answer here. */
const DRAWN: Record<string, number[]> = { 'step-impute-linear-indicate': [5, 15, 20, 22, 28, 34] };

describe('pipelines of tidymodels that R saved', () => {
  const served = NAMES.filter((name) => !Object.hasOwn(UNREAD, name));

  test('all of them but those of other engines are served', () => {
    expect([served.length, Object.keys(UNREAD).length]).toEqual([43, 1]);
  });

  test.each(served)('%s answers as R does', (name) => {
    expect(distanceFrom(name, DRAWN[name])).toBeLessThanOrEqual(RELATIVE[name] ?? 0);
  });

  test.each(Object.entries(UNREAD))('%s is refused by the class of its model, %s', (name, engine) => {
    expect(() => importModel(pipelineFile(name))).toThrow(`an object of class ${engine}`);
  });
});
