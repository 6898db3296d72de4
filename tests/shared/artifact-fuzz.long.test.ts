import { expect, test } from '@jest/globals';
import { fuzzArtifacts } from '../support/artifact-fuzz.ts';

/** CI opens more of them (bash .ci/run fuzz). */
const ARTIFACTS = 600;

test('a changed artifact with a new sha256 is refused, or answers every request', () => {
  const report = fuzzArtifacts(ARTIFACTS, Math.floor(Math.random() * 2 ** 31));
  expect(report.wrong).toEqual([]);
  expect(report.models).toBeGreaterThan(0);
  expect(report.answers).toBeGreaterThan(0);
  expect(report.refused).toBeGreaterThan(ARTIFACTS / 4);
});
