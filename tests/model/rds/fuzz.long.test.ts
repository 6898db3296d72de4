import { expect, test } from '@jest/globals';
import { type FuzzSeeds, fuzz } from '../../support/fuzz.ts';

/** The same files each time: a user's tests do not fail by chance. CI draws others with every commit. */
const SEED = 20_261_129;
/** CI reads 100,000 files of R, 10,000 of boosters and 2,000 pipelines (bash .ci/run fuzz). */
const FILES: [seeds: FuzzSeeds, count: number][] = [
  ['r', 5000],
  ['boosters', 2000],
  ['pipelines', 200],
];

test.each(FILES)('a changed file (%s) is refused with a sentence or is a model, soon and in little memory', (seeds, count) => {
  const report = fuzz(count, SEED, undefined, seeds);
  process.stdout.write(
    `fuzz (${seeds}): ${report.files} files from seed ${SEED}: ${report.refused} refused, ${report.models} models, slowest ${report.slowestMs.toFixed(0)} ms\n`,
  );
  expect(report.wrong).toEqual([]);
  expect(report.files).toBe(count);
  expect(report.models).toBeGreaterThan(0);
  expect(report.refused).toBeGreaterThan(count / 4);
});
