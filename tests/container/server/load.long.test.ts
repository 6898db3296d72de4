import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LogEntry } from '../../../container/server/access-log.ts';
import { createContainer, MODEL_KEY } from '../../../container/server/server.ts';
import { loadShared } from '../../../container/server/shared-model.ts';
import { startWorkers, type Workers } from '../../../container/server/threads/workers.ts';
import { golden } from '../../support/golden.ts';

const FILE = new URL('../../../container/worker-main.ts', import.meta.url);
const ages = golden('heart-age');
const R54 = ages.predictions[54]!;
const { model, bytes } = await loadShared(ages.file);
const closing: (() => unknown)[] = [];
let root: string;
let workers: Workers;
let url: string;
let logged: LogEntry[] = [];

async function listen(server: Server): Promise<string> {
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const post = (address: string, body: string, headers: Record<string, string> = {}) =>
  fetch(address, { method: 'POST', body, headers, signal: AbortSignal.timeout(20_000) });
const rowsOf = (count: number) => JSON.stringify(Array.from({ length: count }, (_, row) => [row % 100]));

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'canopy-models-'));
  for (const [name, file] of [
    ['ages', ages.file],
    ['iris', golden('iris').file],
  ] as const) {
    mkdirSync(path.join(root, name, 'model'), { recursive: true });
    cpSync(file, path.join(root, name, 'model', path.basename(file)));
  }
  workers = startWorkers({ file: FILE, count: 1 });
  closing.push(() => workers.end());
  workers.open(MODEL_KEY, bytes);
  const log = (entry: LogEntry) => void logged.push(entry);
  url = await listen(createContainer(model, { mode: 'sagemaker', log, workers, models: { root, mostBytes: 50_000_000 } }));
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(root, { recursive: true });
});

describe('big requests', () => {
  test('give the same bytes from a worker as small ones from the listening thread', async () => {
    const big = (await (await post(`${url}/invocations`, rowsOf(5_000))).json()) as { predictions: number[] };
    const small = (await (await post(`${url}/invocations`, rowsOf(100))).json()) as { predictions: number[] };
    expect(big.predictions).toHaveLength(5_000);
    expect(big.predictions.slice(0, 100)).toEqual(small.predictions);
  });

  test('are refused with everything wrong in them, as small ones are', async () => {
    const rows = Array.from({ length: 2_000 }, (_, row) => (row === 1_500 ? ['x'] : [row]));
    const pad = ' '.repeat(300_000);
    for (const body of [JSON.stringify(rows), JSON.stringify(rows) + pad]) {
      const response = await post(`${url}/invocations`, body);
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ errors: [{ path: '/1500/0' }] });
    }
  });

  test('wait two at most, are cut when their time is over, and leave a worker that works', async () => {
    const workers = startWorkers({ file: FILE, count: 1, cutMs: 100 });
    closing.push(() => workers.end());
    workers.open('slow', bytes);
    const [big, asked] = [rowsOf(200_000), { form: 'json', accepted: 'json' } as const];
    const ends = await Promise.all(
      Array.from({ length: 6 }, () =>
        workers
          .answer('slow', { ...asked, body: Buffer.from(big) }, () => true)
          .then(
            () => 'computed',
            (error) => `${error.status} ${error.message}`,
          ),
      ),
    );
    expect(ends.filter((end) => end.includes('too many big requests'))).toHaveLength(3);
    expect(ends.filter((end) => end === '503 not done within 0.1 s').length).toBeGreaterThan(0);
    const again = await workers.answer('slow', { ...asked, body: Buffer.from('[[54]]') }, () => true).catch((error) => error.message);
    expect(String(again.text ?? again)).toMatch(new RegExp(`${R54}|not done within`));
  }, 20_000);

  test('leave /ping quick', async () => {
    const batches = [post(`${url}/invocations`, rowsOf(20_000)), post(`${url}/invocations`, rowsOf(20_000))];
    const times: number[] = [];
    for (let call = 0; call < 20; call += 1) {
      const start = performance.now();
      expect((await fetch(`${url}/ping`)).status).toBe(200);
      times.push(performance.now() - start);
    }
    expect(times.sort((a, b) => a - b)[10]).toBeLessThan(250);
    for (const batch of batches) expect((await batch).status).toBe(200);
  }, 20_000);
});

describe('a caller’s attributes', () => {
  test('give the request its id and trace in the log, and a deadline that is over gets no computing', async () => {
    logged = [];
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const attributes = `x-request-id=from-the-api;traceparent=${traceparent};deadline-ms=5000`;
    const response = await post(`${url}/invocations`, '[[54]]', { 'x-amzn-sagemaker-custom-attributes': attributes });
    expect(response.headers.get('x-request-id')).toBe('from-the-api');
    expect(logged).toMatchObject([{ requestId: 'from-the-api', traceparent, status: 200 }]);
    expect(response.headers.get('x-amzn-sagemaker-custom-attributes')).toBe(null);
    const late = await post(`${url}/invocations`, '[[54]]', { 'x-amzn-sagemaker-custom-attributes': 'deadline-ms=0' });
    expect([late.status, late.headers.get('retry-after')]).toEqual([503, '1']);
  });

  test.each([
    ['an id goes back', 'a=1;invocation=k3-17;b=2', 'invocation=k3-17'],
    ['what is no id does not', 'invocation=K3_17', null],
  ])('say which call it is: %s', async (_, sent, back) => {
    const response = await post(`${url}/invocations`, '[[54]]', { 'x-amzn-sagemaker-custom-attributes': sent });
    expect(response.headers.get('x-amzn-sagemaker-custom-attributes')).toBe(back);
  });
});

describe('many models', () => {
  const place = (name: string) => path.join(root, name, 'model');
  const load = (name: string, where = place(name)) => post(`${url}/models`, JSON.stringify({ model_name: name, url: where }));

  test('are loaded, listed, asked and unloaded while others are served', async () => {
    const asking = Array.from({ length: 20 }, () => post(`${url}/invocations`, '[[54]]'));
    expect((await load('ages')).status).toBe(200);
    expect((await load('iris')).status).toBe(200);
    expect((await load('iris')).status).toBe(409);
    expect(await (await fetch(`${url}/models`)).json()).toEqual({
      models: [
        { modelName: 'ages', modelUrl: place('ages') },
        { modelName: 'iris', modelUrl: place('iris') },
      ],
    });
    expect(await (await fetch(`${url}/models/iris`)).json()).toEqual({ modelName: 'iris', modelUrl: place('iris') });
    const row = golden('iris').rows[0];
    expect(await (await post(`${url}/models/iris/invoke`, JSON.stringify(row))).json()).toMatchObject({ predictions: ['setosa'] });
    const batch = (await (await post(`${url}/models/ages/invoke`, rowsOf(3_000))).json()) as { predictions: number[] };
    expect(batch.predictions[54]).toBe(R54);
    expect((await fetch(`${url}/models/iris`, { method: 'DELETE' })).status).toBe(200);
    expect((await post(`${url}/models/iris/invoke`, '[[1,2,3,4]]')).status).toBe(404);
    expect((await fetch(`${url}/models/iris`, { method: 'DELETE' })).status).toBe(404);
    expect((await load('iris')).status).toBe(200);
    for (const answer of asking) expect((await answer).status).toBe(200);
  });

  test('are refused with a reason where they cannot be loaded', async () => {
    mkdirSync(place('empty'), { recursive: true });
    mkdirSync(place('bad'), { recursive: true });
    writeFileSync(path.join(place('bad'), 'bad.RDS'), 'not R');
    symlinkSync('/etc', path.join(root, 'out'));
    const statuses = [];
    for (const [name, where] of [
      ['empty', place('empty')],
      ['bad', place('bad')],
      ['gone', place('gone')],
      ['outside', '/etc'],
      ['linked', path.join(root, 'out')],
      ['up', `${root}/ages/../../`],
    ] as const) {
      statuses.push((await load(name, where)).status);
    }
    expect(statuses).toEqual([422, 422, 400, 400, 400, 400]);
    expect((await post(`${url}/models`, '{"model_name":"x"}')).status).toBe(400);
    expect((await post(`${url}/models`, 'x')).status).toBe(400);
    expect((await post(`${url}/models`, `{"model_name":"x","url":"${'x'.repeat(20_000)}"}`)).status).toBe(413);
    expect((await fetch(`${url}/models/ages/invoke`)).status).toBe(405);
  });

  test('do not take more memory than there is: 507, and the others go on', async () => {
    const log = () => {};
    const small = await listen(createContainer(undefined, { mode: 'sagemaker', log, models: { root, mostBytes: 100_000 } }));
    expect((await fetch(`${small}/ping`)).status).toBe(200);
    expect((await post(`${small}/invocations`, '[[54]]')).status).toBe(404);
    const answers = [];
    for (const name of ['iris', 'ages']) {
      answers.push((await post(`${small}/models`, JSON.stringify({ model_name: name, url: place(name) }))).status);
    }
    expect(answers[1]).toBe(507);
  });

  test('count what their kernels take too: room for an artifact alone is too little', async () => {
    const log = () => {};
    const { byteLength } = (await loadShared(golden('iris').file)).bytes;
    const loadWith = async (mostBytes: number) => {
      const address = await listen(createContainer(undefined, { mode: 'sagemaker', log, models: { root, mostBytes } }));
      return post(`${address}/models`, JSON.stringify({ model_name: 'iris', url: place('iris') }));
    };
    const refused = await loadWith(byteLength);
    expect(refused.status).toBe(507);
    const needed = Number(/would take (\d+) bytes/.exec(await refused.text())?.[1]);
    expect(needed).toBeGreaterThan(byteLength);
    expect((await loadWith(needed - 1)).status).toBe(507);
    expect((await loadWith(needed)).status).toBe(200);
  });
});

describe('what is reported', () => {
  test('GET /metrics has requests, latencies, rows and the model, as Prometheus reads them', async () => {
    await post(`${url}/invocations`, '[[54],[61]]');
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    expect(text).toMatch(/^canopy_requests_total\{route="\/invocations",status="200"\} \d+$/m);
    expect(text).toMatch(/^canopy_request_seconds_bucket\{le="0\.05",route="\/invocations"\} \d+$/m);
    expect(text).toMatch(/^canopy_rows_total \d+$/m);
    expect(text).toContain(`canopy_model_info{name="heart-age",sha256="${model.sha256}"} 1`);
    const types = Array.from(text.matchAll(/^# TYPE (\S+) (\S+)$/gm), ([, name, type]) => [name, type] as const);
    expect(types.length).toBeGreaterThan(20);
    // What promtool holds of names: .ci/run has it look at all of them.
    for (const [name, type] of types) expect([name, type === 'counter']).toEqual([name, name?.endsWith('_total')]);
    expect(text).toMatch(/^canopy_connections \d+$/m);
    for (const line of text.split('\n')) expect(line).toMatch(/^(?:#.*|[a-z0-9_]+(?:\{.*\})? (?:-?[\d.eE+-]+|NaN)|)$/);
  });
});

test('a slowloris is cut by the limits while others are served', async () => {
  const { port } = new URL(url);
  const start = performance.now();
  const ends = Array.from({ length: 50 }, (_, at) => {
    return new Promise<{ ms: number; heard: string }>((resolve) => {
      let heard = '';
      const socket = net.connect(Number(port), '127.0.0.1');
      // Half of them drip their headers, the other half their body.
      socket.write(
        at % 2 === 0
          ? 'POST /invocations HTTP/1.1\r\nhost: x\r\n'
          : 'POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n[',
      );
      const timer = setInterval(() => socket.write(at % 2 === 0 ? 'x-a: b\r\n' : ' '), 500);
      socket.on('data', (chunk) => {
        heard += chunk;
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        clearInterval(timer);
        resolve({ ms: performance.now() - start, heard });
      });
    });
  });
  let served = 0;
  const isOver = Promise.all(ends).then(() => true);
  while (!(await Promise.race([isOver, new Promise((resolve) => setTimeout(resolve, 200, false))]))) {
    expect((await post(`${url}/invocations`, '[[54]]')).status).toBe(200);
    served += 1;
  }
  const cut = await Promise.all(ends);
  expect(Math.max(...cut.map(({ ms }) => ms))).toBeLessThan(15_000);
  for (const { heard } of cut) expect(heard).toMatch(/^HTTP\/1\.1 408/);
  expect(served).toBeGreaterThan(10);
}, 30_000);

test('heads that announce big bodies and send none keep nobody out; more bytes than there is room for are refused', async () => {
  const { port } = new URL(url);
  const head = 'POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-length: 6291456\r\n\r\n';
  let heard = '';
  const sockets = Array.from({ length: 20 }, () => net.connect(Number(port), '127.0.0.1').on('error', () => {}));
  for (const socket of sockets) {
    socket.on('data', (chunk) => {
      heard += chunk;
    });
    socket.write(head);
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect((await post(`${url}/invocations`, '[[54]]')).status).toBe(200);
  for (const socket of sockets) socket.write(Buffer.alloc(6_000_000, 0x20));
  for (let turn = 0; turn < 100 && heard === ''; turn += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(heard).toMatch(/^HTTP\/1\.1 503/);
  expect((await post(`${url}/invocations`, '[[54]]')).status).toBe(200);
  for (const socket of sockets) socket.destroy();
}, 20_000);
