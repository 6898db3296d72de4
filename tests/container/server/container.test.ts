import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createAdmission } from '../../../container/server/admission.ts';
import { limitConnections } from '../../../container/server/connections.ts';
import { createMetrics } from '../../../container/server/metrics/metrics.ts';
import { loadModel } from '../../../model/artifact/import.ts';
import type { Model } from '../../../shared/artifact.ts';
import { openContainers, post, problem } from '../../support/containers.ts';
import { golden, variety as goldens } from '../../support/golden.ts';

const { start } = openContainers();

/** A model whose check rows say that another number came out at import. */
function tampered(model: Model): Model {
  const outputs = model.checks.outputs.slice();
  outputs[3] = outputs[3]! + 1;
  return { ...model, checks: { ...model.checks, outputs } };
}

const models = new Map(goldens().map((one) => [one.name, loadModel(one.file)]));
const age = models.get('heart-age') as Model;
const ages = golden('heart-age');
const R54 = ages.predictions[54]!;
const R61 = ages.predictions[61]!;

let url: string;
let alone: string;
beforeAll(async () => {
  url = await start(age);
  alone = await start(age, { mode: 'alone' });
});

describe('the numbers', () => {
  // The others ask the C library for sin, cos, tan or atan: golden.test.ts holds their bound.
  test.each(
    goldens().flatMap((one) => (one.ulp === 0 ? [[one.name, one] as const] : [])),
  )('of %s are those of R, to the last bit', async (name, one) => {
    const address = await start(models.get(name) as Model);
    const response = await post(`${address}/invocations`, JSON.stringify(one.rows));
    expect(response.status).toBe(200);
    const { predictions, model } = (await response.json()) as { predictions: unknown[]; model: object };
    const expected = one.predictions.map((prediction, row) => {
      const tied = one.ties.get(row);
      return tied ? one.classes?.find((label) => tied.includes(label)) : prediction;
    });
    expect(predictions).toEqual(expected);
    expect(model).toEqual({ name, sha256: models.get(name)?.sha256 });
  });
});

describe('every form of answer is given', () => {
  const body = '[[54],[61]]';
  const asked = (accept: string, address = url) => post(`${address}/invocations`, body, { accept });

  test.each(['application/json', '*/*', 'text/html, */*;q=0.1'])('JSON for Accept: %s', async (accept) => {
    const response = await asked(accept);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ predictions: [R54, R61], model: { name: 'heart-age', sha256: age.sha256 } });
  });

  test('CSV, a line a row and nothing else', async () => {
    const response = await asked('text/csv');
    expect(response.headers.get('content-type')).toBe('text/csv');
    expect(await response.text()).toBe(`${R54}\n${R61}\n`);
  });

  test('JSON Lines, a line a row and nothing else', async () => {
    const response = await asked('application/jsonlines');
    expect(response.headers.get('content-type')).toBe('application/jsonlines');
    expect(await response.text()).toBe(`${R54}\n${R61}\n`);
  });

  test('the shares of the classes, in their order', async () => {
    const one = golden('heart-probability');
    const address = await start(models.get(one.name) as Model);
    const response = await post(`${address}/invocations`, JSON.stringify(one.rows[0]), { accept: 'text/csv' });
    const shares = one.predictions[0] as Record<string, number>;
    expect(await response.text()).toBe(`${shares.presence},${shares.absence}\n`);
  });

  test('with the id that was sent, the model and the time it took', async () => {
    const response = await post(`${url}/invocations`, body, { 'x-request-id': 'abc_1-2' });
    expect(response.headers.get('x-request-id')).toBe('abc_1-2');
    expect(response.headers.get('x-model-sha256')).toBe(age.sha256);
    expect(response.headers.get('server-timing')).toMatch(/^predict;dur=\d+\.\d+$/);
    expect(response.headers.get('x-served-by')).toBeNull();
  });

  test('with an id of its own where the one sent could not stand in a log', async () => {
    const response = await post(`${url}/invocations`, body, { 'x-request-id': 'a b"' });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('a request that names a model is answered by no other', () => {
  const named = (address: string, sha256: string, body = '[[54]]') => post(address, body, { 'x-model-sha256': sha256 });
  const iris = models.get('iris') as Model;

  test.each(['predict', 'invocations'])('alone, at /%s', async (where) => {
    const address = `${alone}/${where}`;
    for (const one of [age.sha256, age.sha256.slice(0, 12)])
      expect(await (await named(address, one)).json()).toMatchObject({ predictions: [R54] });
    // Before anything is read.
    const refused = await named(address, iris.sha256, 'no JSON');
    expect([refused.status, refused.headers.get('x-model-sha256')]).toEqual([412, age.sha256]);
    expect((await problem(refused)).detail).toContain(
      `(x-model-sha256 ${iris.sha256.slice(0, 12)}…) was replaced by another (${age.sha256.slice(0, 12)}…)`,
    );
    const wrong = await named(address, 'new');
    expect((await problem(wrong)).detail).toBe(
      `found x-model-sha256 "new", expected the 64 hex digits of a model's sha256, or their first 12`,
    );
    expect(wrong.status).toBe(400);
  });

  test('of several, by the load that answers under that name', async () => {
    const root = mkdtempSync(path.join(tmpdir(), 'canopy-named-'));
    for (const name of ['heart-age', 'iris'])
      cpSync(golden(name).file, path.join(root, name, path.basename(golden(name).file)), { recursive: true });
    const address = await start(undefined, { models: { root, mostBytes: 50_000_000 } });
    const load = async (name: string) => {
      const order = JSON.stringify({ model_name: 'one', url: path.join(root, name) });
      expect((await post(`${address}/models`, order)).status).toBe(200);
    };
    const invoke = `${address}/models/one/invoke`;
    await load('heart-age');
    expect(await (await named(invoke, age.sha256)).json()).toMatchObject({ predictions: [R54] });
    expect((await named(invoke, iris.sha256)).status).toBe(412);
    await fetch(`${address}/models/one`, { method: 'DELETE' });
    await load('iris');
    expect((await named(invoke, age.sha256)).status).toBe(412);
    const [row] = golden('iris').rows;
    expect(await (await named(invoke, iris.sha256, JSON.stringify(row))).json()).toMatchObject({ predictions: ['setosa'] });
    expect((await named(`${address}/v2/models/one/infer`, age.sha256, '{}')).status).toBe(412);
    rmSync(root, { recursive: true });
  });
});

describe('what SageMaker asks', () => {
  test.each(['GET', 'HEAD'])('%s /ping: 200 with an empty body', async (method) => {
    const response = await fetch(`${url}/ping`, { method });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });

  test('GET /execution-parameters: how batch transform should send', async () => {
    const response = await fetch(`${url}/execution-parameters`);
    expect(await response.json()).toEqual({ MaxConcurrentTransforms: 1, BatchStrategy: 'MULTI_RECORD', MaxPayloadInMB: 6 });
  });

  test('a model whose check rows give other numbers: 503 with the reason, and never a number', async () => {
    const address = await start(tampered(age), { mode: 'alone' });
    const reason = /^the model does not give the expected numbers here: check row 4 gives [\d.]+, at import it gave [\d.]+$/;
    for (const response of [
      await fetch(`${address}/ping`),
      await post(`${address}/invocations`, '[[54]]'),
      await post(`${address}/predict`, '[[54]]'),
    ]) {
      expect(response.status).toBe(503);
      expect((await problem(response)).detail).toMatch(reason);
    }
    const health = await fetch(`${address}/health`);
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({ ok: false, checkRows: expect.stringContaining('check row 4') });
  });

  test('a container about to stop: /ping 503, answers that close their connection', async () => {
    const address = await start(age, { isStopping: () => true });
    const ping = await fetch(`${address}/ping`);
    expect(ping.status).toBe(503);
    expect((await problem(ping)).detail).toBe('the container is stopping');
    const answer = await post(`${address}/invocations`, '[[54]]');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('connection')).toBe('close');
  });
});

describe('a container alone', () => {
  test('answers POST /predict and says that it did', async () => {
    const response = await post(`${alone}/predict`, '{"age":54}');
    expect(response.headers.get('x-served-by')).toBe('container');
    expect(await response.json()).toEqual({
      predictions: [R54],
      model: { name: 'heart-age', sha256: age.sha256 },
      servedBy: 'container',
    });
  });

  test('answers POST /invocations as SageMaker has it', async () => {
    const response = await post(`${alone}/invocations`, '{"age":54}');
    expect(await response.json()).toEqual({ predictions: [R54], model: { name: 'heart-age', sha256: age.sha256 } });
  });

  test.each([
    ['/', 'text/html; charset=utf-8'],
    ['/model', 'application/json'],
    ['/openapi.json', 'application/json'],
    ['/health', 'application/json'],
  ])('answers GET %s, and HEAD without its body', async (where, type) => {
    const get = await fetch(alone + where);
    expect([get.status, get.headers.get('content-type')]).toEqual([200, type]);
    expect((await get.arrayBuffer()).byteLength).toBeGreaterThan(0);
    const head = await fetch(alone + where, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
    expect((await head.arrayBuffer()).byteLength).toBe(0);
  });

  test('refuses other paths and methods', async () => {
    expect((await fetch(`${alone}/nothing`)).status).toBe(404);
    const response = await fetch(`${alone}/predict`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

test('the metrics are the same text to all who ask before the next look at the sockets', async () => {
  const { text, note } = createMetrics(undefined, { admission: createAdmission(), connections: limitConnections(createServer()) });
  const [first, second] = [text(), text()];
  expect(second).toBe(first);
  await first;
  note('/ping', 200, 0.001, undefined);
  await new Promise((resolve) => setImmediate(resolve));
  const third = text();
  expect((await first).body).not.toContain('canopy_requests_total{route="/ping",status="200"} 1');
  expect((await third).body).toContain('canopy_requests_total{route="/ping",status="200"} 1');
});
