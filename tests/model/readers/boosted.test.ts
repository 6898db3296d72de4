import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { keptOf, type RValue } from '../../../model/rds/values.ts';
import { LIGHTGBM_READER } from '../../../model/readers/lightgbm/reader.ts';
import { predictRows } from '../../../shared/predict.ts';
import type { Parameters } from '../../../shared/schema/parameters.ts';
import { compareCase } from '../../support/boosting/boosted-case.ts';
import { lightgbmText, SPLIT } from '../../support/boosting/lightgbm-text.ts';
import { numbers } from '../../support/r-objects.ts';

/** Small models of each package with the package's answers, as the generators of tests/boosting wrote them. */
const FOLDER = fileURLToPath(new URL('../../golden/boosting/', import.meta.url));
const CASES = readdirSync(FOLDER);

test('there are goldens of every objective and distribution', () => {
  expect(CASES.filter((name) => /^lightgbm-\d/.test(name)).length).toBe(17);
  expect(CASES.filter((name) => /^gbm-\d/.test(name)).length).toBe(11);
  expect(CASES.filter((name) => name.startsWith('xgboost')).length).toBe(21);
});

test.each(CASES)('%s answers as its own package does, to the last bit', (name) => {
  const { asked, wrong } = compareCase(FOLDER + name);
  expect(wrong).toEqual([]);
  expect(asked).toBeGreaterThan(20);
});

test('the best iteration that R noted is what R uses, and all can be asked for', () => {
  const booster = (best: number, raw: RValue = { type: 'raw', values: lightgbmText([SPLIT, SPLIT, SPLIT]) }) => {
    const variables = new Map([
      ['best_iter', keptOf(numbers(best))],
      ['raw', keptOf(raw)],
    ]);
    return LIGHTGBM_READER.read({ type: 'opaque', what: 'an environment', variables }, 'm.RDS');
  };
  const answers = (best: number, parameters?: Parameters) => Array.from(predictRows(booster(best), Float64Array.of(0, 0), parameters));
  expect(answers(2)).toEqual([2]);
  expect(answers(2, { type: 'response', nTrees: 3 })).toEqual([3]);
  expect(answers(-1)).toEqual([3]);
  expect(answers(9)).toEqual([3]);
  expect(() => booster(1, { type: 'null' })).toThrow("m.RDS's raw: found a booster without its text");
});
