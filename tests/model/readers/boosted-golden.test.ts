import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { compareCase } from '../../support/boosted-case.ts';

const FOLDER = path.join(import.meta.dirname, '../../golden/boosting');
const CASES = readdirSync(FOLDER);

test('there are goldens of each form of a booster', () => {
  expect(CASES.length).toBeGreaterThan(10);
});

test.each(CASES)('%s gives the bits of its package', (name) => {
  const { asked, wrong } = compareCase(path.join(FOLDER, name));
  expect(wrong).toEqual([]);
  expect(asked).toBeGreaterThan(20);
});
