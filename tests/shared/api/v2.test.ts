import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSageMakerRuntime } from '../../../container/local/sagemaker-runtime.ts';
import { createContainer } from '../../../container/server/server.ts';
import { openEndpoint } from '../../../functions/endpoint/endpoint.ts';
import { guardEndpoint } from '../../../functions/endpoint/guard.ts';
import { createFailover } from '../../../functions/failover.ts';
import { lambda } from '../../../functions/http.ts';
import { openLocal } from '../../../functions/local.ts';
import { readSettings } from '../../../functions/settings.ts';
import { buildArtifact } from '../../../model/artifact/build.ts';
import { outputOf, outputsOf } from '../../../shared/api/v2/outputs.ts';
import { answerQuery } from '../../../shared/predict.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { golden } from '../../support/golden.ts';
import { PROJECT } from '../../support/project.ts';

/** A request and its answer, whoever is asked. */
type Asked = { method?: string; path: string; headers?: Record<string, string>; body?: string | Uint8Array };
type Answered = { status: number; headers: Record<string, string>; body: Buffer };
type Ask = (asked: Asked) => Promise<Answered>;

const silent = { log: () => {}, count: () => {}, remoteLatency: () => {}, localServed: () => {}, flush: () => {} };
const open: Server[] = [];
async function listen(server: Server): Promise<string> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const artifact = (name: string) => {
  const built = buildArtifact(golden(name).file, PROJECT);
  return openLocal(readFileSync(built.file), name);
};
const [heart, iris, survival] = [artifact('heart-age'), artifact('iris'), artifact('survival-logrank')];
const version = heart.model.sha256.slice(0, 12);

const overHttp =
  (url: string): Ask =>
  async ({ method = 'GET', path, headers = {}, body }) => {
    const response = await fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body: body as BodyInit }) });
    return { status: response.status, headers: Object.fromEntries(response.headers), body: Buffer.from(await response.arrayBuffer()) };
  };

/** The function, by events of an HTTP API; `endpoint` is where SageMaker's runtime is. */
function byFunction(local: typeof heart, endpoint?: string): Ask {
  const settings = readSettings({ MODEL_FILE: 'x', ENDPOINT_NAME: 'canopy-test', ENDPOINT_FIRST_DEADLINE_MS: '5000', DUAL_SHARE: '0' });
  const guard = endpoint === undefined ? undefined : guardEndpoint(openEndpoint('canopy-test', settings, local.model), settings);
  const handler = lambda(createFailover(local, guard, silent, { dualShare: 0 }), silent);
  return async ({ method = 'GET', path, headers = {}, body }) => {
    if (endpoint !== undefined) process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME = endpoint;
    const event = {
      version: '2.0',
      rawPath: path,
      headers,
      requestContext: { http: { method } },
      ...(body === undefined ? {} : { body: Buffer.from(body as string).toString('base64'), isBase64Encoded: true }),
    };
    const context = { awsRequestId: 'test', getRemainingTimeInMillis: () => 20_000 };
    const answer = (await handler(event, context as never)) as { statusCode: number; headers: Record<string, string>; body: string };
    const coded = (answer as { isBase64Encoded?: boolean }).isBase64Encoded ? 'base64' : 'utf8';
    return { status: answer.statusCode, headers: answer.headers, body: Buffer.from(answer.body, coded) };
  };
}

const whom: Record<string, Ask> = {};
beforeAll(async () => {
  Object.assign(process.env, { AWS_REGION: 'sa-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  const serve = await listen(createContainer(heart.model, { mode: 'sagemaker', log: () => {} }));
  whom.serve = overHttp(serve);
  whom.alone = overHttp(await listen(createContainer(heart.model, { mode: 'alone', log: () => {} })));
  whom.fallback = byFunction(heart);
  whom.endpoint = byFunction(heart, await listen(createSageMakerRuntime({ endpointName: 'canopy-test', containerUrl: serve })));
});
afterAll(() => {
  for (const server of open) {
    server.closeAllConnections();
    server.close();
  }
});

/** R's values for the ages 54 and 61. */
const R = [0.62656818884906396, 0.12067609232872413];
const INFER = '/v2/models/heart-age/infer';
const ages = { name: 'age', shape: [2], datatype: 'FP64', data: [54, 61] };
const post = (path: string, body: unknown, headers = {}): Asked => ({ method: 'POST', path, headers, body: JSON.stringify(body) });
const jsonOf = ({ body }: Answered) => JSON.parse(body.toString());

describe.each(['serve', 'alone', 'fallback', 'endpoint'])('the Open Inference Protocol by %s', (name) => {
  const ask: Ask = (asked) => (whom[name] as Ask)(asked);

  test('tells of the server, its health and the model', async () => {
    expect(jsonOf(await ask({ path: '/v2' }))).toEqual({ name: 'canopy', version: '2', extensions: ['binary_tensor_data'] });
    expect(jsonOf(await ask({ path: '/v2/' }))).toMatchObject({ name: 'canopy' });
    expect(jsonOf(await ask({ path: '/v2/health/live' }))).toEqual({ live: true });
    expect(jsonOf(await ask({ path: '/v2/health/ready' }))).toEqual({ ready: true });
    expect(jsonOf(await ask({ path: '/v2/models/heart-age/ready' }))).toEqual({ name: 'heart-age', ready: true });
    const metadata = jsonOf(await ask({ path: '/v2/models/heart-age' }));
    expect(metadata).toMatchObject({ name: 'heart-age', versions: [version], platform: expect.any(String) });
    expect(metadata.inputs).toEqual([{ name: 'age', datatype: 'FP64', shape: [-1] }]);
    expect(metadata.outputs[0]).toMatchObject({ name: 'predictions', datatype: 'FP64' });
    expect(jsonOf(await ask({ path: `/v2/models/heart-age/versions/${version}` }))).toEqual(metadata);
    expect((await ask({ path: `/v2/models/heart-age/versions/${heart.model.sha256}/ready` })).status).toBe(200);
  });

  test("answers tensors with R's numbers as outputs, the id with them", async () => {
    const answered = await ask(post(INFER, { id: '42', inputs: [ages] }));
    expect(answered.headers['content-type']).toBe('application/json');
    const body = jsonOf(answered);
    expect(body).toMatchObject({ model_name: 'heart-age', model_version: version, id: '42', parameters: { sha256: heart.model.sha256 } });
    expect(body.outputs).toEqual([{ name: 'predictions', datatype: 'FP64', shape: [2], data: R }]);
    const versioned = await ask(post(`/v2/models/heart-age/versions/${version}/infer`, { inputs: [ages] }));
    expect(jsonOf(versioned).id).toBeUndefined();
    expect(jsonOf(versioned).outputs).toEqual(body.outputs);
  });

  test('reads and writes binary tensors', async () => {
    const data = Buffer.from(Float64Array.of(54, 61).buffer);
    const head = Buffer.from(
      JSON.stringify({
        parameters: { binary_data_output: true },
        inputs: [{ name: 'age', shape: [2, 1], datatype: 'FP64', parameters: { binary_data_size: data.length } }],
      }),
    );
    const headers = { 'inference-header-content-length': String(head.length), 'content-type': 'application/octet-stream' };
    const answered = await ask({ method: 'POST', path: INFER, headers, body: Buffer.concat([head, data]) });
    expect(answered.status).toBe(200);
    expect(answered.headers['content-type']).toBe('application/octet-stream');
    const length = Number(answered.headers['inference-header-content-length']);
    const { outputs } = JSON.parse(answered.body.subarray(0, length).toString());
    expect(outputs).toEqual([{ name: 'predictions', datatype: 'FP64', shape: [2], parameters: { binary_data_size: 16 } }]);
    expect([answered.body.readDoubleLE(length), answered.body.readDoubleLE(length + 8)]).toEqual(R);
    expect(answered.body.length).toBe(length + 16);
  });

  test('answers one output in binary and in JSON as asked', async () => {
    const outputs = [{ name: 'predictions', parameters: { binary_data: false } }];
    const answered = await ask(post(INFER, { inputs: [ages], outputs, parameters: { binary_data_output: true } }));
    expect(jsonOf(answered).outputs[0].data).toEqual(R);
  });

  test.each<[string, Asked, number, string]>([
    ['another model', { path: '/v2/models/other' }, 404, 'heart-age'],
    ['another version', { path: '/v2/models/heart-age/versions/1/ready' }, 404, version],
    ['a path that there is not', { path: '/v2/repository/index' }, 404, '/v2/models/{name}/infer'],
    ['another method', { path: INFER }, 405, 'expected POST'],
    ['a body that is no JSON', { method: 'POST', path: INFER, body: 'hello' }, 400, 'not JSON'],
    ['a body without tensors', post(INFER, { instances: [{ age: 54 }] }), 400, 'no inference request'],
    ['a value that does not fit', post(INFER, { inputs: [{ ...ages, data: [54, 'old'] }] }), 422, '/inputs/0/data/1'],
    [
      'an output twice, as thousands of them would take all memory',
      post(INFER, { inputs: [ages], outputs: [{ name: 'predictions' }, { name: 'predictions' }] }),
      422,
      'each output once',
    ],
    ['an output that there is not', post(INFER, { inputs: [ages], outputs: [{ name: 'output-0' }] }), 422, 'predictions'],
    ['a parameter that there is not', post(INFER, { inputs: [ages], parameters: { temperature: 1 } }), 422, 'temperature'],
    ['a wrong length of the JSON', post(INFER, { inputs: [ages] }, { 'inference-header-content-length': '0' }), 400, 'inference-header'],
  ])("%s is an error in the protocol's form", async (_, asked, status, words) => {
    const answered = await ask(asked);
    expect(answered.status).toBe(status);
    expect(jsonOf(answered)).toEqual({ error: expect.stringContaining(words) });
    expect(answered.headers['content-type']).toBe('application/json');
  });

  test('a HEAD of a model has no body', async () => {
    const answered = await ask({ method: 'HEAD', path: '/v2/models/heart-age/ready' });
    expect([answered.status, answered.body.length]).toEqual([200, 0]);
  });
});

test('an answer by the endpoint says so, and binary tensors reach it', async () => {
  const answered = await (whom.endpoint as Ask)(post(INFER, { inputs: [ages] }));
  expect(jsonOf(answered).parameters).toMatchObject({ servedBy: 'endpoint' });
  const [data, head] = [Buffer.from(Float32Array.of(54).buffer), { name: 'age', shape: [1], datatype: 'FP32' }];
  const text = JSON.stringify({ inputs: [{ ...head, parameters: { binary_data_size: 4 } }] });
  const headers = { 'inference-header-content-length': String(text.length) };
  const binary = await (whom.endpoint as Ask)({ method: 'POST', path: INFER, headers, body: Buffer.concat([Buffer.from(text), data]) });
  expect(jsonOf(binary)).toMatchObject({ parameters: { servedBy: 'endpoint' }, outputs: [{ data: [R[0]] }] });
});

test('labels are BYTES; classes, times and errors are outputs that can be asked for', async () => {
  const of = (local: typeof heart) => byFunction(local);
  const infer = async (local: typeof heart, name: string, rest: object) => {
    const { rows } = golden(name);
    const inputs = local.model.schema.features.map((feature) => ({
      name: feature.name,
      shape: [2],
      datatype: feature.type === 'factor' ? 'BYTES' : 'FP64',
      data: rows.slice(0, 2).map((row) => row[feature.name]),
    }));
    return of(local)(post(`/v2/models/${local.model.card.name}/infer`, { inputs, ...rest }));
  };
  const labels = jsonOf(await infer(iris, 'iris', { outputs: [{ name: 'predictions' }, { name: 'classes' }] }));
  expect(labels.outputs[1]).toEqual({ name: 'classes', datatype: 'BYTES', shape: [3], data: iris.model.schema.classes });
  const curves = jsonOf(await infer(survival, 'survival-logrank', { outputs: [{ name: 'times' }, { name: 'predictions' }] }));
  const times = survival.model.schema.times as number[];
  expect(curves.outputs[0]).toEqual({ name: 'times', datatype: 'FP64', shape: [times.length], data: times });
  expect(curves.outputs[1]).toMatchObject({ shape: [2, times.length] });
  const body = golden('survival-logrank').rows.slice(0, 2);
  const plain = jsonOf(await of(survival)(post('/predict', body)));
  expect(curves.outputs[1].data).toEqual(plain.predictions.flat());
});

test('a container whose model fails its check is not ready', async () => {
  const broken = { ...heart.model, checks: { ...heart.model.checks, outputs: heart.model.checks.outputs.map(() => 0) } };
  const ask = overHttp(await listen(createContainer(broken as typeof heart.model, { mode: 'sagemaker', log: () => {} })));
  expect((await ask({ path: '/v2/health/ready' })).status).toBe(503);
  expect(jsonOf(await ask({ path: '/v2/models/heart-age/ready' }))).toEqual({ name: 'heart-age', ready: false });
  expect(jsonOf(await ask(post(INFER, { inputs: [ages] })))).toEqual({ error: expect.stringContaining('expected numbers') });
});

test('the shape of classes is any where a decision has pairs of them, as of two classes one', () => {
  const { model } = artifact('svm-two');
  const classes = outputsOf(model.schema).find(({ name }) => name === 'classes');
  const rows = { instances: golden('svm-two').rows.slice(0, 2), parameters: { type: 'decision' } };
  const answer = { ...answerQuery(model, readValue(model.schema, rows)), model: { name: 'svm-two', sha256: model.sha256 } };
  expect(classes?.shape).toEqual([-1]);
  expect(outputOf(model.schema, answer, 'classes')).toMatchObject({ shape: [1], values: ['0/1'] });
});
