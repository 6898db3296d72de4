import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { readRFile } from '../../../model/rds/rds.ts';
import { classOf, element, numbersOf } from '../../../model/rds/values.ts';
import { answerQuery } from '../../../shared/predict.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { goldens } from '../../support/golden.ts';

const LINEAR = new Set(['lm', 'aov', 'glm', 'negbin', 'rlm']);

const models = goldens().flatMap((golden) => {
  const { value } = readRFile(readFileSync(golden.file), golden.name);
  if (!LINEAR.has(classOf(value)[0] ?? '')) return [];
  const model = loadModel(golden.file);
  const hasMeans = model.schema.explain?.ways.some(({ background }) => background === 'means');
  return hasMeans ? [{ name: golden.name, golden, value, model }] : [];
});

describe('means of the training data that the file of a linear model tells', () => {
  test('the goldens have some of an lm, a glm and an rlm', () => {
    const names = models.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['heart-glm', 'rlm-weights', 'spread-aov', 'spread-lm-deficient']));
  });

  test.each(models)("$name: the baseline is the mean of R's own sums over the training rows", ({ golden, value, model }) => {
    const sums = Array.from(numbersOf(element(value, 'linear.predictors') ?? element(value, 'fitted.values'), golden.name));
    const mean = sums.reduce((sum, one) => sum + one, 0) / sums.length;
    const whole = golden.rows.slice(0, 10).filter((row) => Object.values(row).every((one) => one !== null));
    const output = model.schema.types?.includes('link') ? 'margin' : 'response';
    const type = output === 'margin' ? 'link' : 'response';
    const parameters = { type, explain: { background: 'means', output } };
    const { predictions, explanations } = answerQuery(model, readValue(model.schema, { instances: whole, parameters }));
    expect(whole.length).toBeGreaterThan(0);
    for (const [row, { baseline, contributions }] of explanations!.entries()) {
      const scale = Math.max(1, Math.abs(mean), Math.abs(predictions[row] as number));
      expect(Math.abs(baseline - mean) / scale).toBeLessThan(1e-9);
      const sum = Object.values(contributions).reduce((all, one) => all + one, baseline);
      expect(Math.abs(sum - (predictions[row] as number)) / scale).toBeLessThan(1e-12);
    }
  });
});
