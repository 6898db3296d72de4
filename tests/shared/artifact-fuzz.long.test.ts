import { expect, test } from '@jest/globals';
import { fuzzArtifacts } from '../support/artifact-fuzz.ts';

/** CI opens more of them (bash .ci/run fuzz). */
const ARTIFACTS = 600;
/** The same artifacts each time; CI draws others with every commit. */
const SEED = 20_261_129;

test('a changed artifact with a new sha256 is refused, or answers every request', () => {
  const report = fuzzArtifacts(ARTIFACTS, SEED);
  expect(report.wrong).toEqual([]);
  expect(report.models).toBeGreaterThan(0);
  expect(report.answers).toBeGreaterThan(0);
  expect(report.refused).toBeGreaterThan(ARTIFACTS / 4);
});
