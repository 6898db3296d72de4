import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadShared } from '../../../container/server/shared-model.ts';
import { startWorkers } from '../../../container/server/threads/workers.ts';
import { importModel, loadModel } from '../../../model/artifact/import.ts';
import { answerQuery } from '../../../shared/predict.ts';
import { answerTypes, listedTypes } from '../../../shared/schema/parameters.ts';
import type { Prediction } from '../../../shared/schema/shape.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { golden } from '../../support/golden.ts';
import { type Ask, openThreeWays, type ThreeWays, WAYS } from '../../support/three-ways.ts';

const kyphosis = golden('kyphosis-rpart');
const model = loadModel(kyphosis.file);
const rows = kyphosis.rows.slice(0, 3);
const BODY = JSON.stringify({ instances: rows, parameters: { type: ['class', 'prob'] } });
/** R's shares and classes, as the golden has them. */
const shares = kyphosis.predictions.slice(0, 3) as Record<string, number>[];
const labels = kyphosis.others.find(({ parameters }) => parameters.type === 'class')!.predictions.slice(0, 3) as string[];
const CSV = rows.map((_, row) => `${labels[row]},${shares[row]!.absent},${shares[row]!.present}\n`).join('');
const LINES = rows.map((_, row) => `${JSON.stringify({ class: labels[row], prob: shares[row] })}\n`).join('');
const COLUMNS = { absent: shares.map(({ absent }) => absent), present: shares.map(({ present }) => present) };

let ways: ThreeWays;
beforeAll(async () => {
  ways = await openThreeWays(importModel(kyphosis.file));
});
afterAll(() => ways.close());

describe.each(WAYS)('classes and shares together, of the %s', (name) => {
  const ask: Ask = (...given) => ways.ask[name](...given);

  test('as JSON: the first type is the prediction, and each stands under its name', async () => {
    const { text, servedBy } = await ask('/predict', BODY);
    expect(JSON.parse(text)).toMatchObject({ predictions: labels, class: labels, prob: shares });
    expect(servedBy).toBe(name);
    expect(ways.events).not.toContain('Mismatch');
    expect(ways.events).not.toContain('BadAnswer');
  });

  test('as CSV: a column for the class and one for each share, with a header line where it is asked for', async () => {
    expect(await ask('/predict', BODY, 'text/csv')).toMatchObject({ status: 200, type: 'text/csv', text: CSV });
    const header = 'class,prob.absent,prob.present\n';
    expect(await ask('/predict', BODY, 'text/csv; header=present')).toMatchObject({ type: 'text/csv', text: header + CSV });
  });

  test('as JSON Lines: an object of both a row', async () => {
    expect((await ask('/predict', BODY, 'application/jsonlines')).text).toBe(LINES);
  });

  test('as a bare table, with the columns of tidymodels or of vetiver', async () => {
    const { absent, present } = COLUMNS;
    const tidy = await ask('/predict', BODY, 'application/json', 'format=tidymodels');
    expect(JSON.parse(tidy.text)).toEqual({ '.pred_class': labels, '.pred_absent': absent, '.pred_present': present });
    const bare = await ask('/predict', BODY, 'application/json', 'format=table');
    expect(JSON.parse(bare.text)).toEqual({ predict: labels, predict_absent: absent, predict_present: present });
  });

  test('as outputs of the Open Inference Protocol', async () => {
    const inputs = model.schema.features.map((feature) => ({
      ...{ name: feature.name, shape: [3], datatype: 'FP64' },
      data: rows.map((row) => row[feature.name]),
    }));
    const { text } = await ask('/v2/models/kyphosis-rpart/infer', JSON.stringify({ inputs, parameters: { type: ['class', 'prob'] } }));
    const named = { class: { datatype: 'BYTES', shape: [3], data: labels }, prob: { datatype: 'FP64', shape: [3, 2] } };
    expect(JSON.parse(text).outputs).toMatchObject([
      { name: 'predictions', ...named.class },
      { name: 'class', ...named.class },
      { name: 'prob', ...named.prob, data: shares.flatMap(({ absent, present }) => [absent, present]) },
    ]);
  });

  test('as one array they are refused, and one type is not', async () => {
    expect((await ask('/predict', BODY, 'application/x-npy')).status).toBe(406);
    const single = await ask('/predict', JSON.stringify({ instances: rows, parameters: { type: ['class'] } }), 'application/x-npy');
    expect(single).toMatchObject({ status: 200, type: 'application/x-npy' });
    expect(single.text).toContain("{'descr': '<U7', 'fortran_order': False, 'shape': (3,), }");
  });

  test('an array of one type is that type alone', async () => {
    const of = async (type: unknown) => JSON.parse((await ask('/predict', JSON.stringify({ instances: rows, parameters: { type } }))).text);
    const [boxed, plain] = [await of(['class']), await of('class')];
    expect(boxed).toEqual(plain);
    expect(boxed).not.toHaveProperty('class');
  });
});

test('a worker thread gives the same text', async () => {
  const workers = startWorkers({ file: new URL('../../../container/worker-main.ts', import.meta.url), count: 1 });
  workers.open('kyphosis', (await loadShared(kyphosis.file)).bytes);
  const asked = { body: Buffer.from(BODY), form: 'json', accepted: 'csvHeader' } as const;
  const computed = await workers.answer('kyphosis', asked, () => true);
  expect(computed.text).toBe(`class,prob.absent,prob.present\n${CSV}`);
  await workers.end();
});

/** Models of each kind whose answers have several types; small ones, since each is opened anew. */
const SMALL = ['iris', 'na-class', 'na-probability', 'na-regression', 'quantreg', 'survival-c', 'heart-glm'];
/** Enough rows that a kernel computes them together, where a model has one. */
const MANY = 30;

test('each of several types has the bits that it has alone, for every model that has several', () => {
  const several = [...SMALL.map(golden), kyphosis].map(({ file, rows }) => ({
    model: loadModel(file),
    rows: rows.slice(0, MANY),
  }));
  const asked = several.filter(({ model }) => listedTypes(model.schema).length > 1);
  expect(asked.length).toBeGreaterThan(5);
  for (const { model, rows } of asked) {
    const answer = (type: unknown) => answerQuery(model, readValue(model.schema, { instances: rows, parameters: { type } }));
    const types = listedTypes(model.schema).toReversed();
    const together = answer(types) as Record<string, unknown> & { predictions: Prediction[] };
    expect(together.predictions).toEqual(together[types[0] as string]);
    for (const type of types) expect([type, together[type]]).toEqual([type, answer(type).predictions]);
    expect(answerTypes(model.schema)).toEqual(expect.arrayContaining(types));
  }
});
