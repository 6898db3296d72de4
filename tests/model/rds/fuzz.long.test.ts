import { expect, test } from '@jest/globals';
import { fuzz } from '../../support/fuzz.ts';

/** CI reads 100,000 files (bash .ci/run fuzz). */
const FILES = 5000;

test('a changed file is refused with a sentence or is a model, soon and in little memory', () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const report = fuzz(FILES, seed);
  process.stdout.write(
    `fuzz: ${report.files} files from seed ${seed}: ${report.refused} refused, ${report.models} models, slowest ${report.slowestMs.toFixed(0)} ms\n`,
  );
  expect(report.wrong).toEqual([]);
  expect(report.files).toBe(FILES);
  expect(report.models).toBeGreaterThan(0);
  expect(report.refused).toBeGreaterThan(FILES / 4);
});
