import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { compareCase } from '../../support/boosted-case.ts';

/** Small models of each package with the package's own answers, as the generators of tests/boosting wrote them. */
const FOLDER = fileURLToPath(new URL('../../golden/boosting/', import.meta.url));
const CASES = readdirSync(FOLDER);

test('there are goldens of every objective and distribution', () => {
  expect(CASES.filter((name) => name.startsWith('lightgbm')).length).toBe(17);
  expect(CASES.filter((name) => name.startsWith('gbm')).length).toBe(11);
});

test.each(CASES)('%s answers as its own package does, to the last bit', (name) => {
  const { asked, wrong } = compareCase(FOLDER + name);
  expect(wrong).toEqual([]);
  expect(asked).toBeGreaterThan(20);
});
