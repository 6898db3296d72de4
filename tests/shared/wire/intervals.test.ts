import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { importModel, loadModel } from '../../../model/artifact/import.ts';
import { openApi } from '../../../shared/api/openapi/openapi.ts';
import { describeModel } from '../../../shared/api/routes.ts';
import { decodeArtifact, encodeArtifact } from '../../../shared/artifact.ts';
import { encodeIntervals, type IntervalPart } from '../../../shared/intervals/section.ts';
import { pageHtml } from '../../../shared/page/html/page.ts';
import { answerQuery } from '../../../shared/predict.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { golden } from '../../support/golden.ts';
import { type Ask, openThreeWays, type ThreeWays, WAYS } from '../../support/three-ways.ts';

const cars = golden('spread-lm');
const artifact = importModel(cars.file);
const model = decodeArtifact(artifact, 'cars.canopy');
const rows = cars.rows.slice(0, 3);
const asking = (parameters: object) => ({ instances: rows, parameters });
const ours = answerQuery(model, readValue(model.schema, asking({ interval: 'prediction', level: 0.9 }))).predictions;
const { sha256 } = model.schema.intervals!;
const { spread: _, ...bare } = model;
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

let ways: ThreeWays;
beforeAll(async () => {
  ways = await openThreeWays(artifact);
});
afterAll(() => ways.close());

describe.each(WAYS)('intervals of the %s', (name) => {
  const ask: Ask = (...given) => ways.ask[name](...given);
  const post = (parameters: object, accept?: string, query?: string) => ask('/predict', JSON.stringify(asking(parameters)), accept, query);

  test('are an object a row, around the prediction', async () => {
    const { text, servedBy } = await post({ interval: 'prediction', level: 0.9 });
    const answer = JSON.parse(text);
    expect(servedBy).toBe(name);
    expect(answer.predictions).toEqual(ours);
    expect(answer.interval).toEqual({ kind: 'prediction', level: 0.9, sha256 });
    answer.predictions.forEach((one: Record<string, number>, row: number) => {
      expect(one).toMatchObject({ fit: cars.predictions[row], level: 0.9 });
      expect(one.lower! < one.fit! && one.fit! < one.upper!).toBe(true);
    });
    for (const event of ['Mismatch', 'BadAnswer', 'ContractMismatch']) expect(ways.events).not.toContain(event);
  });

  test('have the level 0.95 where none is asked, and are narrower for a mean', async () => {
    const width = async (interval: string) => {
      const [first] = JSON.parse((await post({ interval })).text).predictions;
      expect(first.level).toBe(0.95);
      return first.upper - first.lower;
    };
    expect(await width('confidence')).toBeLessThan(await width('prediction'));
  });

  test('have columns in CSV, and lines in JSON Lines', async () => {
    const csv = await post({ interval: 'prediction', level: 0.9 }, 'text/csv; header=present');
    const lines = ours.map((one) => Object.values(one).join());
    const header = ['fit', 'lower', 'upper', 'level'].map((part) => `predictions.${part}`).join();
    expect(csv.text).toBe(`${[header, ...lines].join('\n')}\n`);
    const { text } = await post({ interval: 'prediction', level: 0.9 }, 'application/jsonlines');
    expect(text).toBe(ours.map((one) => `${JSON.stringify(one)}\n`).join(''));
    const table = await post({ interval: 'confidence' }, 'application/json', 'format=tidymodels');
    expect(Object.keys(JSON.parse(table.text))).toEqual(['.pred_fit', '.pred_lower', '.pred_upper', '.pred_level']);
  });

  test('stand beside standard errors, which are a type of answer', async () => {
    const { se, predictions } = JSON.parse((await post({ type: 'se' })).text);
    expect(se).toEqual(cars.others.find(({ parameters }) => parameters.type === 'se')!.se!.slice(0, 3));
    expect(predictions).toEqual(cars.predictions.slice(0, 3));
  });

  test.each<[string, object, string]>([
    ['another kind', { interval: 'tolerance' }, 'expected \\"confidence\\" or \\"prediction\\"'],
    ['a kind that the model has not', { interval: 'conformal' }, 'expected \\"confidence\\" or \\"prediction\\"'],
    ['the level 1', { interval: 'prediction', level: 1 }, 'expected a number above 0 and below 1'],
    ['a level alone', { level: 0.9 }, 'found level, expected it with interval only'],
    ['standard errors', { interval: 'prediction', type: 'se' }, 'found interval with type \\"se\\"'],
  ])('are refused with %s', async (_, parameters, words) => {
    const { status, text } = await post(parameters);
    expect(status).toBe(422);
    expect(text).toContain(words);
  });

  test('are a tensor of four columns in the Open Inference Protocol', async () => {
    const one = (feature: string, datatype: string, value: unknown) => ({ name: feature, shape: [1], datatype, data: [value] });
    const inputs = Object.entries(rows[0]!).map(([feature, value]) => one(feature, typeof value === 'string' ? 'BYTES' : 'FP64', value));
    const body = JSON.stringify({ inputs, parameters: { interval: 'prediction', level: 0.9 } });
    const { text } = await ask('/v2/models/spread-lm/infer', body);
    expect(JSON.parse(text).outputs).toEqual([{ name: 'predictions', datatype: 'FP64', shape: [1, 4], data: Object.values(ours[0]!) }]);
  });
});

test('GET /model, the description of the API and the page say which there are', () => {
  expect(describeModel(model).intervals).toEqual({ sha256, kinds: ['confidence', 'prediction'] });
  const { components } = openApi(model) as { components: { schemas: Record<string, { properties: Record<string, unknown> }> } };
  expect(components.schemas.Parameters!.properties.interval).toMatchObject({ enum: ['confidence', 'prediction'] });
  expect(components.schemas.Answer!.properties).toHaveProperty('interval');
  expect(pageHtml(model)).toContain('"interval":"prediction"');
  const plain = decodeArtifact(encodeArtifact(bare), 'plain.canopy');
  expect(JSON.stringify(openApi(plain))).not.toContain('interval');
});

test('a model without them says so', () => {
  const { schema } = loadModel(golden('iris').file);
  const problem = { message: expect.stringContaining('this model has no intervals') };
  const ask = () => readValue(schema, { instances: golden('iris').rows.slice(0, 1), parameters: { interval: 'prediction' } });
  expect(ask).toThrow(expect.objectContaining({ problems: [expect.objectContaining(problem)] }));
});

describe('an artifact', () => {
  test('without the section has the same sha256 and answers, and gives no intervals', () => {
    const plain = decodeArtifact(encodeArtifact(bare), 'plain.canopy');
    expect(plain.sha256).toBe(model.sha256);
    expect(plain.schema).not.toHaveProperty('intervals');
    expect(answerQuery(plain, readValue(plain.schema, rows)).predictions).toEqual(cars.predictions.slice(0, 3));
  });

  const inverse = new Float64Array(28).fill(1);
  const linear = (scalars: Record<string, number>, array = inverse): IntervalPart => {
    return { by: 'linear', scalars: { variance: 1, df: 3, intervals: 1, ...scalars }, arrays: [['inverse', array]] };
  };
  test.each<[string, IntervalPart, string]>([
    ['an unknown kind', { ...linear({}), by: 'magic' }, 'the kind "magic"'],
    ['a variance below 0', linear({ variance: -1 }), 'the variance -1'],
    ['no degree of freedom', linear({ df: 0 }), '0 degrees of freedom'],
    ['a triangle of another size', linear({}, inverse.slice(1)), '27 numbers'],
    ['a number that is none', linear({}, inverse.with(3, Number.NaN)), 'those of a triangle of 7 columns'],
  ])('with %s in the section is refused', (_, part, words) => {
    expect(() => decodeArtifact(encodeArtifact({ ...model, spread: encodeIntervals([part], sha256Of) }), 'odd.canopy')).toThrow(words);
  });

  test('with a changed section is refused', () => {
    expect(() => decodeArtifact(artifact.with(artifact.length - 1, 1), 'changed.canopy')).toThrow('found sha256');
  });
});
