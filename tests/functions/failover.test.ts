import type { RequestListener } from 'node:http';
import { beforeAll, expect, test } from '@jest/globals';
import { createSageMakerRuntime } from '../../container/local/sagemaker-runtime.ts';
import { createContainer } from '../../container/server/server.ts';
import { createFailover } from '../../functions/failover.ts';
import { lambda } from '../../functions/http.ts';
import { type LocalPredictor, openLocal } from '../../functions/local.ts';
import { BODIES } from '../../shared/bodies/bodies.ts';
import type { Forest } from '../../shared/bodies/forest/forest.ts';
import { ModelError } from '../../shared/errors.ts';
import { STEPS } from '../../shared/steps/steps.ts';
import { awsError, json, openFailover } from '../support/failover.ts';
import { golden } from '../support/golden.ts';
import { recordedEvent } from '../support/project.ts';

const { local, bytes, entries, metrics, listen, handlerFor, runtime } = openFailover();
const heartAge = golden('heart-age');
const at54 = heartAge.predictions[heartAge.rows.findIndex((row) => row.age === 54)];
const OURS = { name: 'heart-age', sha256: local.model.sha256 };

let containerUrl: string;
beforeAll(async () => {
  containerUrl = await listen(createContainer(local.model, { mode: 'sagemaker', log: () => {} }));
});

test('the real container behind the stand-in answers, and the fallback gives the same bytes', async () => {
  const handler = handlerFor(await listen(createSageMakerRuntime({ endpointName: 'canopy-test', containerUrl })));
  const body = heartAge.rows;
  const byEndpoint = await handler(body);
  const byFallback = await handlerFor('http://127.0.0.1:1')(body);
  expect(byEndpoint).toMatchObject({ servedBy: 'endpoint', model: { sha256: local.model.sha256 } });
  expect(byFallback).toMatchObject({ servedBy: 'fallback', reason: 'endpoint-error' });
  expect(byEndpoint.predictions).toEqual(heartAge.predictions);
  expect(JSON.stringify(byEndpoint.predictions)).toBe(JSON.stringify(byFallback.predictions));
});

test.each([
  'predict-json',
  'predict-curl',
  'predict-no-content-type',
  'predict-csv',
  'predict-jsonlines',
])('the recorded event %s is answered by the endpoint with the bytes of the fallback', async (name) => {
  const handler = handlerFor(await listen(createSageMakerRuntime({ endpointName: 'canopy-test', containerUrl })));
  const answer = await handler(recordedEvent(name));
  expect(answer).toMatchObject({ statusCode: 200, headers: { 'x-served-by': 'endpoint' } });
  const other = await handlerFor('http://127.0.0.1:1')(recordedEvent(name));
  const strip = (body: unknown) => String(body).replace(/,"servedBy".*/, '');
  expect(strip(answer.body)).toBe(strip(other.body));
});

test.each<[string, RequestListener, string]>([
  ['an endpoint that does not exist', awsError(400, 'ValidationError'), 'no-endpoint'],
  ['a denied access', awsError(403, 'AccessDeniedException'), 'access-denied'],
  ['a throttled call', awsError(429, 'ThrottlingException'), 'throttled'],
  ['a model that is not ready', awsError(429, 'ModelNotReadyException'), 'endpoint-error'],
  ['a container with an error', awsError(424, 'ModelError', { OriginalStatusCode: 500, OriginalMessage: 'no' }), 'endpoint-error'],
  ['a container that gave no answer', awsError(424, 'ModelError', { OriginalStatusCode: 0 }), 'endpoint-error'],
  ['a container that refuses what was found good here', awsError(424, 'ModelError', { OriginalStatusCode: 422 }), 'contract-mismatch'],
  ['an internal failure', awsError(500, 'InternalFailure'), 'endpoint-error'],
  ['a service that is not there', awsError(503, 'ServiceUnavailable'), 'endpoint-error'],
  ["a proxy's page", (_, response) => response.writeHead(502).end('<html>bad gateway</html>'), 'endpoint-error'],
  ['a page as a success', (_, response) => response.end('<html>hello</html>'), 'bad-answer'],
  ['an empty body', (_, response) => response.end(), 'bad-answer'],
  ['a JSON cut off', (_, response) => response.end('{"predictions":[0.5'), 'bad-answer'],
  ['too few predictions', json(200, { predictions: [], model: OURS }), 'bad-answer'],
  ['a prediction of another kind', json(200, { predictions: ['high'], model: { name: 'x', sha256: local.model.sha256 } }), 'bad-answer'],
  ['an answer that does not say which model', json(200, { predictions: [0.5] }), 'bad-answer'],
  [
    'a number that is not finite',
    (_, response) => response.end(`{"predictions":[1e999],"model":{"name":"x","sha256":"${local.model.sha256}"}}`),
    'bad-answer',
  ],
  ['a reset connection', (request) => request.socket.resetAndDestroy(), 'endpoint-error'],
  ['a connection closed without an answer', (request) => request.socket.destroy(), 'endpoint-error'],
])('behind %s the fallback answers with the same number', async (_, listener, reason) => {
  const handler = handlerFor(await runtime(listener));
  expect(await handler({ age: 54 })).toMatchObject({ predictions: [at54], servedBy: 'fallback', reason });
  expect(entries.at(-1)).toMatchObject({ servedBy: 'fallback', reason });
});

test('an endpoint with another model is believed, and its answer carries that model', async () => {
  const other = { name: 'other', sha256: 'a'.repeat(64) };
  const handler = handlerFor(await runtime(json(200, { predictions: [0.25], model: other })));
  expect(await handler({ age: 54 })).toEqual({ predictions: [0.25], model: other, servedBy: 'endpoint' });
});

test('a direct invoke nested 5,000 deep is refused as one nested nine deep is', async () => {
  const nested = (depth: number) => JSON.parse(`${'['.repeat(depth)}54${']'.repeat(depth)}`);
  const handler = handlerFor('http://127.0.0.1:1');
  for (const depth of [9, 5_000]) {
    expect(await handler(nested(depth))).toMatchObject({ status: 400, detail: expect.stringContaining('nested more than 8 deep') });
  }
});

test('-0 of a direct invoke reaches the endpoint as -0, since 1/x tells it from 0', async () => {
  let sent = '';
  const handler = handlerFor(
    await runtime(async (request, response) => {
      for await (const chunk of request) sent += chunk;
      response.end();
    }),
  );
  await handler({ instances: [{ age: -0, 'not "a" feature': [true, null, 'x', 1.5] }] });
  expect(sent).toBe('{"instances":[{"age":-0,"not \\"a\\" feature":[true,null,"x",1.5]}]}');
});

test('a body at fault is never sent on', async () => {
  let calls = 0;
  const handler = handlerFor(
    await runtime((_, response) => {
      calls += 1;
      response.end();
    }),
  );
  expect(await handler({ age: 'x' })).toMatchObject({ status: 422 });
  expect(await handler(recordedEvent('predict-not-json'))).toMatchObject({ statusCode: 415 });
  expect(calls).toBe(0);
});

test('where the fallback fails its check, the endpoint alone answers, and without it a 503 says why', async () => {
  const outputs = local.model.checks.outputs.map((value) => value + 1);
  const broken = openLocalWith(outputs);
  expect(broken.failed).toMatch(/check row 1 gives/);
  const handler = handlerFor(await listen(createSageMakerRuntime({ endpointName: 'canopy-test', containerUrl })), {}, broken);
  expect(await handler({ age: 54 })).toMatchObject({ predictions: [at54], servedBy: 'endpoint' });
  const alone = await handlerFor('http://127.0.0.1:1', {}, broken)(recordedEvent('predict-json'));
  expect(alone).toMatchObject({ statusCode: 503, headers: { 'retry-after': '5' } });
  expect(JSON.parse(alone.body as string).detail).toMatch(/check row 1/);
});

test('where a body is damaged, the first request finds it: the start goes on, and the fallback answers 503', async () => {
  const { splits } = (local.model.body.data as Forest).packed!;
  const damaged = openWith(splits, new Uint32Array(splits.length).fill(2 ** 32 - 1));
  expect(damaged.failed).toMatch(/^the artifact, split 0: found feature /);
  const answer = await handlerFor('http://127.0.0.1:1', {}, damaged)(recordedEvent('predict-json'));
  expect(answer).toMatchObject({ statusCode: 503 });
  expect(JSON.parse(answer.body as string).detail).toMatch(/fails its check \(the artifact, split 0/);
});

test('a fallback that fails its check is logged once, as an error, without its numbers', async () => {
  const handler = handlerFor('http://127.0.0.1:1', {}, openLocalWith(local.model.checks.outputs.map((value) => value + 1)));
  for (let ask = 0; ask < 3; ask += 1) await handler({ age: 54 });
  const failed = 'check row 1 has another answer than at the import';
  expect(entries.filter((entry) => entry.failed !== undefined)).toEqual([
    { level: 'error', message: 'the fallback must not answer', failed },
  ]);
});

test('a check that fails by what passes, such as no memory, shuts the fallback for seconds and not for ever', async () => {
  let [faults, checks, ms] = [2, 0, 0];
  const bodies = BODIES.map((kind) => ({
    ...kind,
    check: (...all: Parameters<typeof kind.check>) => {
      checks += 1;
      if (faults-- > 0) throw new RangeError('Array buffer allocation failed');
      kind.check(...all);
    },
  }));
  const passing = openLocal(bytes, 'the artifact', { bodies, steps: STEPS }, () => ms);
  const handler = handlerFor('http://127.0.0.1:1', {}, passing);
  const ask = async (at: number) => {
    ms = at;
    return (await handler(recordedEvent('predict-json'))).statusCode;
  };
  expect([await ask(0), await ask(4_999), await ask(5_000), await ask(9_999)]).toEqual([503, 503, 503, 503]);
  expect(checks).toBe(2);
  expect([await ask(10_000), await ask(20_000)]).toEqual([200, 200]);
  expect(checks).toBe(3);
  expect(entries.filter((entry) => entry.failed !== undefined)).toMatchObject([
    { failed: expect.stringMatching(/no room for \(RangeError\)$/) },
  ]);
});

test.each<[string, (json: string) => string]>([
  ['features that are none', (json) => json.replace('"features":[', '"features":7,"x":[')],
  ['a feature without a type', (json) => json.replace('"type":"number"', '"type":null')],
  ['no kind', (json) => json.replace('"kind":', '"king":')],
  ['another kind', (json) => json.replace(/"kind":"\w+"/, '"kind":"survival"')],
  ['types that are none', (json) => json.replace('"types":[', '"types":3,"x":[')],
])('a damaged schema (%s) is called so at the start, or by a 503, whatever is asked', async (_, change) => {
  let damaged: LocalPredictor;
  try {
    damaged = withSchema(change);
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError);
    return;
  }
  expect(damaged.failed).toMatch(/schema|artifact/);
  const telemetry = { log: () => {}, count: () => {}, remoteLatency: () => {}, localServed: () => {}, flush: () => {} };
  const handler = lambda(createFailover(damaged, undefined, telemetry, { dualShare: 0 }), telemetry);
  const predict = recordedEvent('predict-json') as { rawPath: string };
  for (const event of [{ age: 54 }, { age: 'x' }, []])
    expect(await handler(event, {} as never)).toMatchObject({ status: 503, detail: expect.stringContaining('fails its check') });
  expect(await handler(predict, {} as never)).toMatchObject({ statusCode: 503 });
});

/** The local predictor of the same artifact with another schema in the JSON's place. */
function withSchema(change: (json: string) => string): LocalPredictor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [length, section] = [view.getUint32(12, true), view.getFloat64(24, true)];
  const json = Buffer.from(change(Buffer.from(bytes.subarray(64, 64 + length)).toString()));
  expect(json.toString()).not.toBe(Buffer.from(bytes.subarray(64, 64 + length)).toString());
  const [before, after] = [8 * Math.ceil(length / 8), 8 * Math.ceil(json.length / 8)];
  const changed = Buffer.concat([bytes.subarray(0, 64), json, Buffer.alloc(after - json.length, ' '), bytes.subarray(64 + before)]);
  changed.writeUInt32LE(json.length, 12);
  changed.writeDoubleLE(section + after - before, 24);
  return openLocal(new Uint8Array(changed), 'the artifact');
}

/** The local predictor of the same artifact with other answers noted for its check rows. */
function openLocalWith(outputs: Float64Array): LocalPredictor {
  return openWith(local.model.checks.outputs, outputs);
}

/** The local predictor of the same artifact with other numbers in an array's place. */
function openWith(noted: Float64Array | Uint32Array, numbers: Float64Array | Uint32Array): LocalPredictor {
  const changed = bytes.slice();
  const at = Buffer.from(bytes).lastIndexOf(Buffer.from(noted.buffer, noted.byteOffset, noted.byteLength));
  changed.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), at);
  return openLocal(changed, 'the artifact');
}

test('a trace and the request id go on to the endpoint as custom attributes, and no other header does', async () => {
  let heard: Record<string, unknown> = {};
  const handler = handlerFor(
    await runtime((request, response) => {
      heard = request.headers;
      json(200, { predictions: [0.25], model: OURS })(request, response);
    }),
  );
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const event = recordedEvent('predict-json');
  await handler({ ...event, headers: { ...(event.headers as object), traceparent, cookie: 'c' } });
  const [attributes = '', first] = String(heard['x-amzn-sagemaker-custom-attributes']).split(';invocation=');
  expect(attributes).toBe(`x-request-id=test-1;traceparent=${traceparent};deadline-ms=3000`);
  expect(first).toMatch(/^[0-9a-z]+-1$/);
  expect(heard).not.toHaveProperty('cookie');
  expect(entries.at(-1)).toMatchObject({ traceparent, requestId: 'test-1' });
  await handler({ ...event, headers: { ...(event.headers as object), traceparent: 'x;y=z' } });
  expect(heard['x-amzn-sagemaker-custom-attributes']).toBe(`x-request-id=test-1;deadline-ms=3000;invocation=${first?.replace(/1$/, '2')}`);
});

test('server-timing says how long the endpoint and the fallback took', async () => {
  const handler = handlerFor(await listen(createSageMakerRuntime({ endpointName: 'canopy-test', containerUrl })));
  const { headers } = (await handler(recordedEvent('predict-json'))) as { headers: Record<string, string> };
  expect(headers['server-timing']).toMatch(/^total;dur=[\d.]+, endpoint;dur=[\d.]+, local;dur=[\d.]+$/);
});

test('another model is not compared, and is counted as ModelSkew', async () => {
  const handler = handlerFor(await runtime(json(200, { predictions: [0.25], model: { name: 'other', sha256: 'a'.repeat(64) } })), {
    dualShare: 1,
  });
  expect(await handler({ age: 54 })).toMatchObject({ predictions: [0.25], servedBy: 'endpoint' });
  expect(metrics).toEqual(['RemoteSuccess', 'ModelSkew', 'RemoteLatency']);
});

test('an endpoint that fails five times in a row is left alone, and a missing one at once; /health says so', async () => {
  let calls = 0;
  const count = (listener: RequestListener): RequestListener => {
    return (request, response) => {
      calls += 1;
      listener(request, response);
    };
  };
  const failing = handlerFor(await runtime(count(awsError(503, 'ServiceUnavailable'))));
  for (let call = 0; call < 8; call += 1) expect(await failing({ age: 54 })).toMatchObject({ predictions: [at54] });
  expect(calls).toBe(5);
  expect(metrics.filter((name) => name === 'BreakerOpen')).toHaveLength(1);
  expect(metrics).toContain('LocalServed breaker-open');
  const { body } = await failing(recordedEvent('get-health'));
  expect(JSON.parse(body as string)).toMatchObject({ breaker: 'open', last: Array(5).fill('endpoint-error') });
  calls = 0;
  const absent = handlerFor(await runtime(count(awsError(400, 'ValidationError'))));
  for (let call = 0; call < 3; call += 1) await absent({ age: 54 });
  expect(calls).toBe(1);
  expect(entries.at(-3)).toMatchObject({ level: 'error', reason: 'no-endpoint' });
});

test('endpointShare 0 never asks, and says why', async () => {
  let calls = 0;
  const url = await runtime((_, response) => {
    calls += 1;
    response.end();
  });
  expect(await handlerFor(url, { endpointShare: 0 })({ age: 54 })).toMatchObject({ predictions: [at54], reason: 'endpoint-share' });
  expect(calls).toBe(0);
});
