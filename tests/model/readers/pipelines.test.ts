import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { pipelineNames } from '../../support/pipelines/files.ts';
import { distanceFrom } from '../../support/pipelines/golden.ts';
import { RELATIVE, withSteps } from '../../support/pipelines/table.ts';

const NAMES = pipelineNames().filter((name) => !/^(?:caret|mlr)-/.test(name));

/** Rows, from 0, for which R drew a number by chance: they have no answer here. */
const DRAWN: Record<string, number[]> = { 'step-impute-linear-indicate': [5, 15, 20, 22, 28, 34] };

test("model/README.md says which steps have R's bits", () => {
  const readme = readFileSync(new URL('../../../model/README.md', import.meta.url), 'utf8');
  expect(readme).toBe(withSteps(readme));
});

describe('pipelines of tidymodels that R saved', () => {
  test('all of them are served', () => {
    expect(NAMES.length).toBe(44);
  });

  test.each(NAMES)('%s answers as R does', (name) => {
    expect(distanceFrom(name, DRAWN[name])).toBeLessThanOrEqual(RELATIVE[name] ?? 0);
  });
});
