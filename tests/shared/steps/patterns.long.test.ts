import path from 'node:path';
import { expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { withTexts } from '../../../shared/steps/pipeline.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { FOLDER } from '../../support/pipelines/files.ts';

test('the texts of one request take a bounded number of steps together, whatever the pattern is', () => {
  const model = loadModel(path.join(FOLDER, 'step-regex-count.RDS'));
  const steps = (model.steps ?? []).map((step) => {
    const isPattern = step.data.step === 'patterns';
    return isPattern ? { ...step, data: { ...step.data, pattern: '(a|b|ab){1,250}x' } } : step;
  });
  const schema = withTexts(model.schema, steps);
  const rows = (count: number) =>
    Array.from({ length: count }, (_, row) => ({ area: 100, note: `${row}${'ab'.repeat(2_000)}`.slice(0, 4_000) }));
  expect(readValue(schema, { instances: rows(2) }).count).toBe(2);
  expect(() => readValue(schema, { instances: rows(250) })).toThrow('the texts take too long to look through');
  // The next request has its own steps.
  expect(readValue(schema, { instances: rows(1) }).count).toBe(1);
});
