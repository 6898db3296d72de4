import { describe, expect, test } from '@jest/globals';
import { distanceFrom, pipelineNames } from '../../support/pipelines/golden.ts';

const NAMES = pipelineNames().filter((name) => !/^(?:caret|mlr)-/.test(name));

/** How far from R an answer may be, relative to it, where R goes through BLAS, LAPACK or the C library; every other file has R's bits. */
const RELATIVE: Record<string, number> = { 'engine-glm': 1e-15, 'step-ica-pls': 1e-12 };
/** Rows, from 0, for which R drew a number by chance: they have no answer here. */
const DRAWN: Record<string, number[]> = { 'step-impute-linear-indicate': [5, 15, 20, 22, 28, 34] };

describe('pipelines of tidymodels that R saved', () => {
  test('all of them are served', () => {
    expect(NAMES.length).toBe(44);
  });

  test.each(NAMES)('%s answers as R does', (name) => {
    expect(distanceFrom(name, DRAWN[name])).toBeLessThanOrEqual(RELATIVE[name] ?? 0);
  });
});
