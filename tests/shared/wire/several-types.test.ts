import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSageMakerRuntime } from '../../../container/local/sagemaker-runtime.ts';
import { createContainer } from '../../../container/server/server.ts';
import { loadShared } from '../../../container/server/shared-model.ts';
import { startWorkers } from '../../../container/server/workers.ts';
import { openEndpoint } from '../../../functions/endpoint/endpoint.ts';
import { guardEndpoint } from '../../../functions/endpoint/guard.ts';
import { createFailover } from '../../../functions/failover.ts';
import { lambda } from '../../../functions/http.ts';
import { openLocal } from '../../../functions/local.ts';
import { readSettings } from '../../../functions/settings.ts';
import { importModel, loadModel } from '../../../model/artifact/import.ts';
import { answerQuery } from '../../../shared/predict.ts';
import { answerTypes, listedTypes } from '../../../shared/schema/parameters.ts';
import type { Prediction } from '../../../shared/schema/shape.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { golden } from '../../support/golden.ts';

const kyphosis = golden('kyphosis-rpart');
const model = loadModel(kyphosis.file);
const rows = kyphosis.rows.slice(0, 3);
const BODY = JSON.stringify({ instances: rows, parameters: { type: ['class', 'prob'] } });
const SETTINGS = readSettings({
  ...{ MODEL_FILE: 'x', ENDPOINT_NAME: 'canopy-test', DUAL_SHARE: '1', ENDPOINT_CONNECT_MS: '2000' },
  ...{ ENDPOINT_DEADLINE_MS: '3000', ENDPOINT_FIRST_DEADLINE_MS: '3000', ENDPOINT_LEAST_DEADLINE_MS: '3000' },
});

/** R's own shares and classes, as the golden has them. */
const shares = kyphosis.predictions.slice(0, 3) as Record<string, number>[];
const labels = kyphosis.others.find(({ parameters }) => parameters.type === 'class')!.predictions.slice(0, 3) as string[];
const CSV = rows.map((_, row) => `${labels[row]},${shares[row]!.absent},${shares[row]!.present}\n`).join('');
const LINES = rows.map((_, row) => `${JSON.stringify({ class: labels[row], prob: shares[row] })}\n`).join('');
const COLUMNS = { absent: shares.map(({ absent }) => absent), present: shares.map(({ present }) => present) };

const open: Server[] = [];
async function listen(server: Server): Promise<string> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

type Answered = { status: number; type: string; text: string; servedBy: string };
type Ask = (path: string, body: string, accept?: string, query?: string) => Promise<Answered>;
const events: string[] = [];

/** The function; without an address the fallback in it answers. */
function byFunction(url?: string): Ask {
  if (url) process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME = url;
  const local = openLocal(importModel(kyphosis.file), 'kyphosis.canopy');
  const telemetry = {
    ...{ log: () => {}, count: (names: string[]) => void events.push(...names), remoteLatency: () => {}, localServed: () => {} },
    flush: () => {},
  };
  const guard = url ? guardEndpoint(openEndpoint('canopy-test', SETTINGS, local.model), SETTINGS) : undefined;
  const handler = lambda(createFailover(local, guard, telemetry, SETTINGS), telemetry);
  return async (path, body, accept = 'application/json', query = '') => {
    const event = {
      ...{ version: '2.0', rawPath: path, rawQueryString: query, body, isBase64Encoded: false },
      ...{ headers: { accept, 'content-type': 'application/json' }, queryStringParameters: Object.fromEntries(new URLSearchParams(query)) },
      requestContext: { http: { method: 'POST', path } },
    };
    const answer = await handler(event, { awsRequestId: 'test', getRemainingTimeInMillis: () => 8_000 } as never);
    const reply = answer as { statusCode: number; headers: Record<string, string>; body: string; isBase64Encoded?: boolean };
    const text = reply.isBase64Encoded ? Buffer.from(reply.body, 'base64').toString('latin1') : reply.body;
    const { 'content-type': type = '', 'x-served-by': servedBy = '' } = reply.headers;
    return { status: reply.statusCode, type, text, servedBy };
  };
}

function byHttp(url: string): Ask {
  return async (path, body, accept = 'application/json', query = '') => {
    const headers = { accept, 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}${query ? `?${query}` : ''}`, { method: 'POST', body, headers });
    const text = Buffer.from(await response.arrayBuffer()).toString(accept.includes('npy') ? 'latin1' : 'utf8');
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, text, servedBy: response.headers.get('x-served-by') ?? '' };
  };
}

const whom = {} as Record<'container' | 'endpoint' | 'fallback', Ask>;
beforeAll(async () => {
  Object.assign(process.env, { AWS_REGION: 'sa-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  const containerUrl = await listen(createContainer(model, { mode: 'sagemaker', log: () => {} }));
  whom.container = byHttp(await listen(createContainer(model, { mode: 'alone', log: () => {} })));
  whom.endpoint = byFunction(await listen(createSageMakerRuntime({ endpointName: 'canopy-test', containerUrl })));
  whom.fallback = byFunction();
});
afterAll(() => {
  for (const server of open) {
    server.closeAllConnections();
    server.close();
  }
});

describe.each(['container', 'endpoint', 'fallback'] as const)('classes and shares together, of the %s', (name) => {
  const ask: Ask = (...given) => whom[name](...given);

  test('as JSON: the first type is the prediction, and each stands under its name', async () => {
    const { text, servedBy } = await ask('/predict', BODY);
    expect(JSON.parse(text)).toMatchObject({ predictions: labels, class: labels, prob: shares });
    expect(servedBy).toBe(name);
    expect(events).not.toContain('Mismatch');
    expect(events).not.toContain('BadAnswer');
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
  const workers = startWorkers({ file: new URL('../../../container/main.ts', import.meta.url), count: 1 });
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
