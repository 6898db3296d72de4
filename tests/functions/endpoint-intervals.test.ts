import { describe, expect, test } from '@jest/globals';
import { checkAnswer } from '../../functions/endpoint/check-answer.ts';
import { sameBits } from '../../functions/endpoint/same.ts';
import { loadModel } from '../../model/artifact/import.ts';
import { answerQuery } from '../../shared/predict.ts';
import { readValue } from '../../shared/wire/wire.ts';
import { golden } from '../support/golden.ts';

const cars = golden('spread-lm');
const model = loadModel(cars.file);
const query = readValue(model.schema, { instances: cars.rows.slice(0, 2), parameters: { interval: 'confidence', level: 0.8 } });
const answer = { ...answerQuery(model, query), model: { name: 'cars', sha256: model.sha256 } };
const [first, second] = answer.predictions as unknown as [Record<string, number>, Record<string, number>];
const other = { name: 'other', sha256: 'a'.repeat(64) };
const verdict = (change: object) => {
  try {
    return checkAnswer(Buffer.from(JSON.stringify({ ...answer, ...change })), query, { schema: model.schema, sha256: model.sha256 });
  } catch (error) {
    return (error as Error).message;
  }
};

describe('an endpoint’s intervals', () => {
  test('are taken where they are those that were asked for, of another model too', () => {
    expect(verdict({})).toMatchObject({ predictions: answer.predictions, interval: answer.interval });
    expect(verdict({ model: other })).toMatchObject({ interval: answer.interval });
  });

  test.each<[string, object]>([
    ['do not say what they are', { interval: undefined }],
    ['are of another kind', { interval: { ...answer.interval, kind: 'prediction' } }],
    ['are of another level', { interval: { ...answer.interval, level: 0.9 } }],
    ['lack an end', { predictions: [first, { ...second, upper: undefined }] }],
    ['have an end that is no number', { predictions: [first, { ...second, upper: null }] }],
    ['are numbers alone', { predictions: [1, 2] }],
  ])('are refused where they %s', (_, change) => {
    expect(verdict(change)).toMatch(/^found /);
  });

  test('are compared where both sides compute from the same section', () => {
    const changed = { ...answer, predictions: [first, { ...second, upper: 1 }] };
    expect(sameBits(answer, answer)).toBe(true);
    expect(sameBits(answer, changed)).toBe(false);
    expect(sameBits(answer, { ...changed, interval: { ...answer.interval!, sha256: 'b'.repeat(64) } })).toBe(true);
  });
});
