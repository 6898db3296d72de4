import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { importModel } from '../../../model/artifact/import.ts';
import { openApi } from '../../../shared/api/openapi/openapi.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import { flat } from '../../../shared/proof/compare.ts';
import type { Prediction } from '../../../shared/schema/shape.ts';
import { columnsOf } from '../../../shared/wire/answer-text.ts';
import { answerOf } from '../../support/asking.ts';
import { golden } from '../../support/golden.ts';
import { openThreeWays, type ThreeWays, WAYS } from '../../support/three-ways.ts';

/** Every form of answer that a model has, by a golden that has it. */
const FORMS: [form: string, name: string, parameters: object][] = [
  ['terms and curves at chosen times', 'coxph-spread', { type: ['terms', 'survival', 'expected'], times: [30, 365.25] }],
  ['a curve at the times of events', 'coxph', { type: 'survival' }],
  ['errors of another type than the default', 'coxph-spread', { type: 'se', seOf: 'risk' }],
  ['an object of taus', 'rq-taus', {}],
  ['several numbers', 'earth-several', {}],
  ['a number for each predictor, and terms', 'gam-gaulss', { type: ['response', 'link', 'terms'] }],
  ['errors of several predictors', 'gam-link-multinom', { type: 'se', seOf: 'link' }],
  ['quantiles', 'survreg-spread-t', { type: 'quantiles', quantiles: [0.1, 0.5] }],
  ['quantiles before they are made times', 'survreg-spread', { type: 'uquantiles', quantiles: [0.9] }],
  ['an interval', 'spread-rlm', { interval: 'prediction', level: 0.8 }],
  ['scores', 'prcomp', {}],
  ['a number for each pair of classes', 'svm', { type: ['class', 'decision'] }],
  ['a class and the share of each', 'lda', { type: ['class', 'prob'] }],
];

/** A part of the API's description, with what it refers to in its place. */
function described(document: object, name: string) {
  const { components } = document as { components: { schemas: Record<string, object> } };
  const inline = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(inline);
    if ('$ref' in value) return inline(components.schemas[(value.$ref as string).split('/').at(-1)!]);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inline(one)]));
  };
  return z.fromJSONSchema(inline(components.schemas[name]) as Parameters<typeof z.fromJSONSchema>[0]);
}

describe.each(FORMS)('%s: %s asked for %j', (_, name, parameters) => {
  const { file, rows } = golden(name);
  const artifact = importModel(file);
  const model = decodeArtifact(artifact);
  const body = JSON.stringify({ instances: rows.slice(0, 3), parameters });
  const ours = answerOf(model, rows.slice(0, 3), parameters);
  let ways: ThreeWays;
  beforeAll(async () => {
    ways = await openThreeWays(artifact);
  });
  afterAll(() => ways.close());

  test.each(WAYS)('the %s gives it as JSON, as the description of the API says', async (way) => {
    const { text, servedBy, status } = await ways.ask[way]('/predict', body);
    expect([status, servedBy]).toEqual([200, way]);
    const answer = JSON.parse(text);
    expect(answer).toMatchObject(JSON.parse(JSON.stringify(ours)));
    const document = openApi(model) as { components: { schemas: { Answer: { properties: object } } } };
    expect(Object.keys(document.components.schemas.Answer.properties)).toEqual(expect.arrayContaining(Object.keys(answer)));
    expect(described(document, 'Answer').safeParse(answer).error).toBeUndefined();
    expect(described(document, 'Parameters').safeParse(parameters).error).toBeUndefined();
  });

  test.each(WAYS)('the %s gives it as CSV, a column for each number under a name of its own', async (way) => {
    const { text } = await ways.ask[way]('/predict', body, 'text/csv; header=present');
    const [header, ...lines] = text.trimEnd().split('\n') as [string, ...string[]];
    const lists = columnsOf(ours);
    const each: Prediction[][] = lists.length > 0 ? lists.map(([, list]) => list) : [ours.predictions];
    const values = each[0]!.map((_, row) => each.flatMap((list) => flat(model.schema, list[row]!)).map(String));
    expect(lines.map((line) => line.split(','))).toEqual(values);
    const names = z.array(z.string()).parse(header.match(/("(?:[^"]|"")*"|[^,]*)(,|$)/g)?.filter((one) => one !== ''));
    expect([names.length, new Set(names).size]).toEqual([values[0]!.length, values[0]!.length]);
  });
});

test("what a model has no answer to says what helps: parsnip's conf_int of a logistic_reg() by calibration rows", () => {
  const model = decodeArtifact(importModel(new URL('../../golden/pipelines/engine-glm.RDS', import.meta.url).pathname));
  const ask = () => answerOf(model, [{}], { interval: 'confidence' });
  const problem = { message: expect.stringContaining('this model has no intervals: import it with --calibration rows.csv') };
  expect(ask).toThrow(expect.objectContaining({ problems: expect.arrayContaining([expect.objectContaining(problem)]) }));
});
