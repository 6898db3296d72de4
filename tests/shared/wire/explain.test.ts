import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadShared } from '../../../container/server/shared-model.ts';
import { startWorkers } from '../../../container/server/threads/workers.ts';
import { importModel, loadModel } from '../../../model/artifact/import.ts';
import { documentReply } from '../../../shared/api/documents.ts';
import { openApi } from '../../../shared/api/openapi/openapi.ts';
import type { Reply } from '../../../shared/api/reply.ts';
import { describeModel, route } from '../../../shared/api/routes.ts';
import { decodeArtifact, encodeArtifact } from '../../../shared/artifact.ts';
import { answerQuery } from '../../../shared/predict.ts';
import type { Explanation } from '../../../shared/schema/explanation.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { golden } from '../../support/golden.ts';
import { PROJECT } from '../../support/project.ts';
import { type Ask, openThreeWays, type ThreeWays, WAYS } from '../../support/three-ways.ts';

const kyphosis = golden('kyphosis-rpart');
const artifact = importModel(kyphosis.file);
const model = decodeArtifact(artifact, 'kyphosis.canopy');
const rows = kyphosis.rows.slice(0, 3);
const asking = (explain: unknown, rest: object = {}) => ({ instances: rows, parameters: { explain, ...rest } });
const expected = answerQuery(model, readValue(model.schema, asking(true)));
const sha256 = model.schema.explain!.sha256;
const sumOf = ({ baseline, contributions, others = 0 }: Explanation) =>
  Object.values(contributions).reduce((sum, one) => sum + one, baseline) + others;

let ways: ThreeWays;
beforeAll(async () => {
  ways = await openThreeWays(artifact);
});
afterAll(() => ways.close());

describe.each(WAYS)('explained answers of the %s', (name) => {
  const ask: Ask = (...given) => ways.ask[name](...given);
  const post = (explain: unknown, rest: object = {}, accept?: string) => ask('/predict', JSON.stringify(asking(explain, rest)), accept);

  test('have a baseline and a contribution of each feature, of the predicted class', async () => {
    const { text, servedBy } = await post(true);
    const answer = JSON.parse(text);
    expect(servedBy).toBe(name);
    expect(answer).toMatchObject({ predictions: expected.predictions, explanations: expected.explanations });
    expect(answer.explain).toEqual({ output: 'response', background: 'path', sha256 });
    answer.explanations.forEach((one: Explanation, row: number) => {
      const shares = answer.predictions[row];
      expect(one.class).toBe(shares.absent >= shares.present ? 'absent' : 'present');
      expect(Object.keys(one.contributions)).toEqual(['Age', 'Number', 'Start']);
      expect(sumOf(one)).toBeCloseTo(shares[one.class!], 12);
    });
    expect(ways.events).not.toContain('Mismatch');
    expect(ways.events).not.toContain('BadAnswer');
    expect(ways.events).not.toContain('ContractMismatch');
  });

  test('are of the class that is named, and speak of the greatest contributions alone', async () => {
    const { explanations } = JSON.parse((await post({ top: 1, class: 'present', output: 'probability', background: 'path' })).text);
    const { explanations: whole } = JSON.parse((await post({ class: 'present' })).text);
    explanations.forEach((one: Explanation, row: number) => {
      expect(one.class).toBe('present');
      const [[feature, value], ...more] = Object.entries(one.contributions) as [[string, number]];
      expect(more).toEqual([]);
      const all: Record<string, number> = whole[row].contributions;
      expect(value).toBe(all[feature]);
      expect(Math.max(...Object.values(all).map(Math.abs))).toBe(Math.abs(value));
      expect(sumOf(one)).toBeCloseTo(sumOf(whole[row]), 15);
    });
  });

  test('as CSV have a column for each part', async () => {
    const { text } = await post(true, {}, 'text/csv; header=present');
    const [header, ...lines] = text.trimEnd().split('\n');
    const columns = 'class,baseline,contributions.Age,contributions.Number,contributions.Start';
    expect(header).toBe(`predictions.absent,predictions.present,${columns}`);
    expect(lines).toEqual(
      expected.predictions.map((prediction, row) => {
        const { class: label, baseline, contributions } = expected.explanations![row]!;
        return [...Object.values(prediction), label, baseline, ...Object.values(contributions)].join();
      }),
    );
    expect((await post({ top: 1 }, {}, 'text/csv')).text).toMatch(/^[\d.]+,[\d.]+,\w+,[\d.]+(?:,NA|,[-\d.]+)+\n/);
  });

  test('as JSON Lines are an object a row', async () => {
    const { text } = await post(true, {}, 'application/jsonlines');
    const lines = expected.predictions.map((prediction, row) => JSON.stringify({ prediction, ...expected.explanations![row] }));
    expect(text).toBe(`${lines.join('\n')}\n`);
  });

  test('go with the class as the answer', async () => {
    const { predictions, explanations } = JSON.parse((await post(true, { type: 'class' })).text);
    expect(explanations.map((one: Explanation) => one.class)).toEqual(predictions);
    expect(explanations).toEqual(expected.explanations);
  });

  test('are left out where explain is false', async () => {
    const { text } = await post(false);
    expect(JSON.parse(text)).not.toHaveProperty('explanations');
  });

  test.each<[string, unknown, object, string]>([
    ['another value', 'yes', {}, 'found the text \\"yes\\", expected true, false, or an object'],
    ['an unknown wish', { much: 1 }, {}, 'expected true, false, or an object'],
    ['no contribution at all', { top: 0 }, {}, 'top (a whole number from 1)'],
    ['a number that it has not', { output: 'margin' }, {}, 'expected \\"response\\" or \\"probability\\" for this model'],
    ['background rows', { background: 'rows' }, {}, 'the artifact has no background rows'],
    ['another class', { class: 'ill' }, {}, 'expected one of \\"absent\\", \\"present\\"'],
    ['several types', true, { type: ['class', 'prob'] }, 'expected one type alone'],
  ])('are refused with %s', async (_, explain, rest, words) => {
    const { status, text } = await post(explain, rest);
    expect(status).toBe(422);
    expect(text).toContain(words);
  });

  test.each([
    ['an array', 'application/x-npy', ''],
    ['a bare table', 'application/json', 'format=table'],
  ])('have no form as %s', async (what, accept, query) => {
    const { status, text } = await ask('/predict', JSON.stringify(asking(true)), accept, query);
    expect(status).toBe(406);
    expect(JSON.parse(text).detail).toBe(`found explain with an answer as ${what}; expected an answer as JSON, CSV or JSON Lines`);
  });

  test('are no outputs of the Open Inference Protocol', async () => {
    const inputs = ['Age', 'Number', 'Start'].map((feature) => ({ name: feature, shape: [1], datatype: 'FP64', data: [3] }));
    const { status, text } = await ask('/v2/models/kyphosis-rpart/infer', JSON.stringify({ inputs, parameters: { explain: true } }));
    expect(status).toBe(422);
    expect(text).toContain('expected it in POST /predict');
  });
});

test('a worker thread gives the same text', async () => {
  const workers = startWorkers({ file: new URL('../../../container/worker-main.ts', import.meta.url), count: 1 });
  workers.open('kyphosis', (await loadShared(kyphosis.file)).bytes);
  const asked = { body: Buffer.from(JSON.stringify(asking(true))), form: 'json', accepted: 'json' } as const;
  const { text } = await workers.answer('kyphosis', asked, () => true);
  expect(JSON.parse(text).explanations).toEqual(expected.explanations);
  await workers.end();
});

test('GET /model and the description of the API say what explanations rest on', () => {
  expect(describeModel(model).explain).toEqual({ sha256, background: ['path'], output: ['response', 'probability'] });
  const { components } = openApi(model) as { components: { schemas: Record<string, { properties: Record<string, unknown> }> } };
  const { Answer, Parameters } = components.schemas;
  expect(Object.keys(Answer!.properties)).toEqual(expect.arrayContaining(['explanations', 'explain']));
  expect(JSON.stringify(Parameters!.properties.explain)).toContain('"absent"');
  const plain = openApi(decodeArtifact(encodeArtifact(model), 'plain.canopy'));
  expect(JSON.stringify(plain)).not.toContain('explanations');
});

test('the page is written without a look at every node', () => {
  const work = () => {
    throw new Error('asked for the work');
  };
  const schema = { ...model.schema, explain: Object.defineProperty({ ...model.schema.explain! }, 'work', { get: work, enumerable: true }) };
  const { status } = documentReply('/', { ...model, schema }, undefined);
  expect(status).toBe(200);
});

test('a model without weights of its leaves says what helps', () => {
  const { schema } = loadModel(golden('iris').file);
  const ask = () => readValue(schema, { instances: golden('iris').rows.slice(0, 1), parameters: { explain: true } });
  expect(ask).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ message: expect.stringContaining('no counts of training rows') })] }),
  );
});

describe('an artifact', () => {
  test('of the same model without the section opens, has the same sha256, and explains nothing', () => {
    const plain = decodeArtifact(encodeArtifact(model), 'plain.canopy');
    expect(plain.sha256).toBe(model.sha256);
    expect(plain.explainer).toBeUndefined();
    expect(plain.schema).not.toHaveProperty('explain');
    expect(answerQuery(plain, readValue(plain.schema, rows)).predictions).toEqual(expected.predictions);
  });

  test.each<[string, ArrayLike<number>, string]>([
    ['too few leaves', [1, 2], 'one for each of'],
    ['a weight below 0', [1, -1, 5], 'from 0 on'],
    ['a weight that is no number', [1, Number.NaN, 5], 'from 0 on'],
  ])('with %s in the section is refused', (_, cover, words) => {
    expect(() => decodeArtifact(encodeArtifact({ ...model, basis: { cover } }), 'odd.canopy')).toThrow(words);
  });

  test('with a changed section is refused', () => {
    const bytes = artifact.slice();
    bytes[bytes.length - 8]! += 1;
    expect(() => decodeArtifact(bytes, 'changed.canopy')).toThrow('found sha256');
  });
});

test('the importance of features is given, the greatest first, by container and function; without one the answer says what to do', async () => {
  const heart = loadModel(`${PROJECT}model/examples/heart/heart.canopy`);
  const reply = await route('GET', '/model/importance', heart, () => ({ ok: true }));
  const { importance, explain, permutation, model: named } = JSON.parse(String((reply as Reply).body));
  expect(importance.map(({ feature }: { feature: string }) => feature).toSorted()).toEqual(
    heart.schema.features.map(({ name }) => name).toSorted(),
  );
  const values = importance.map(({ importance: value }: { importance: number }) => value);
  expect(values).toEqual(values.toSorted((one: number, other: number) => other - one));
  expect(explain).toEqual({ output: 'response', background: 'path', sha256: heart.schema.explain!.sha256 });
  expect(named).toEqual({ name: 'heart', sha256: heart.sha256 });
  const { increases, base } = heart.schema.explain!.permutation!;
  expect(permutation).toEqual({ loss: 'logLoss', target: 'diagnosis', rows: 296, value: base });
  for (const { feature, permutation: increase } of importance)
    expect(increase).toBe(increases[heart.schema.features.findIndex(({ name }) => name === feature)]);
  await expect(route('GET', '/model/importance', model, () => ({ ok: true }))).rejects.toMatchObject({
    status: 404,
    message: expect.stringContaining('--data training.csv'),
  });
});
