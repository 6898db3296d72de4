import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createContainer } from '../../../container/server/server.ts';
import { startWorkers, type Workers } from '../../../container/server/threads/workers.ts';
import { golden } from '../../support/golden.ts';

const ages = golden('heart-age');
const iris = golden('iris');
/** Large enough for a worker, since more than 1,000 rows go there. */
const BATCH = JSON.stringify(Array.from({ length: 2_000 }, (_, row) => [25 + (row % 50)]));
let root: string;
let outside: string;
let server: Server;
let workers: Workers;
let port: number;

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'canopy-races-'));
  outside = mkdtempSync(path.join(tmpdir(), 'canopy-outside-'));
  for (const [name, file] of [
    ['ages', ages.file],
    ['iris', iris.file],
  ] as const) {
    mkdirSync(path.join(root, name));
    cpSync(file, path.join(root, name, 'model.RDS'));
  }
  workers = startWorkers({ file: new URL('../../../container/worker-main.ts', import.meta.url), count: 1 });
  const models = { root, mostBytes: 100_000_000 };
  server = createContainer(undefined, { mode: 'sagemaker', log: () => {}, workers, models });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await workers.end();
  for (const folder of [root, outside]) rmSync(folder, { recursive: true });
});

const ask = (method: string, where: string, body?: string) =>
  fetch(`http://127.0.0.1:${port}${where}`, body === undefined ? { method } : { method, body });
const load = (name: string, folder: string) => ask('POST', '/models', JSON.stringify({ model_name: name, url: path.join(root, folder) }));
const unload = (name: string) => ask('DELETE', `/models/${name}`);

/** Sends the head and half of a body, does something, sends the rest; the status and the document of the answer. */
async function interrupted(body: string, meanwhile: () => Promise<unknown>): Promise<{ status: number; document: { detail?: string } }> {
  const socket = net.connect(port, '127.0.0.1');
  const half = body.length >> 1;
  socket.write(
    `POST /models/A/invoke HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, half)}`,
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  await meanwhile();
  socket.write(body.slice(half));
  const heard = await text(socket);
  return { status: Number(heard.slice(9, 12)), document: JSON.parse(heard.slice(heard.indexOf('\r\n\r\n') + 4)) };
}

describe('a request whose body arrives while its model is replaced under the same name', () => {
  test.each([
    ['a batch for a worker', BATCH],
    ['a body so large that a worker reads it', `${BATCH}${' '.repeat(300_000)}`],
    ['a single row', '[[54]]'],
  ])('gets 404 and never the other model’s numbers: %s', async (_, body) => {
    expect((await load('A', 'ages')).status).toBe(200);
    for (const other of ['iris', 'ages']) {
      const { status, document } = await interrupted(body, async () => {
        expect((await unload('A')).status).toBe(200);
        expect((await load('A', other)).status).toBe(200);
      });
      expect([status, document.detail]).toEqual([404, 'the model was unloaded while the request came in']);
    }
    expect((await unload('A')).status).toBe(200);
  });

  test('and a batch that waits in the queue meanwhile, too', async () => {
    expect((await load('A', 'ages')).status).toBe(200);
    // Each takes the worker long enough that the next waits for it.
    const long = JSON.stringify(Array.from({ length: 200_000 }, () => [54]));
    const waiting = [1, 2, 3].map(() => ask('POST', '/models/A/invoke', long));
    const deadline = performance.now() + 10_000;
    while (workers.jobs() < 3 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 1));
    expect((await unload('A')).status).toBe(200);
    const again = load('A', 'iris');
    for (const response of await Promise.all(waiting)) {
      const { predictions } = (await response.json()) as { predictions?: unknown[] };
      if (response.status === 200) expect(predictions?.[0]).toBe(ages.predictions[54]);
      else expect([404, 503]).toContain(response.status);
    }
    expect([200, 503]).toContain((await again).status);
    if ((await again).status === 200) await unload('A');
  });
});

describe('a model is loaded only from below MODELS_DIR', () => {
  const detail = async (response: Response) => ((await response.json()) as { detail: string }).detail;

  test('a model file that is a link to a place outside is refused', async () => {
    cpSync(ages.file, path.join(outside, 'secret.RDS'));
    mkdirSync(path.join(root, 'linked'));
    symlinkSync(path.join(outside, 'secret.RDS'), path.join(root, 'linked', 'model.RDS'));
    const response = await load('linked', 'linked');
    expect(response.status).toBe(422);
    expect(await detail(response)).toContain('found a link to another place, expected a file below');
  });

  test('so is a sidecar', async () => {
    writeFileSync(path.join(outside, 'model.json'), '{"name":"secret"}');
    mkdirSync(path.join(root, 'sidecar'));
    cpSync(ages.file, path.join(root, 'sidecar', 'model.RDS'));
    symlinkSync(path.join(outside, 'model.json'), path.join(root, 'sidecar', 'model.json'));
    const response = await load('sidecar', 'sidecar');
    expect(response.status).toBe(422);
    expect(await detail(response)).toContain('found a link to another place, expected a file below');
  });

  test('a link to a model file below it is followed', async () => {
    mkdirSync(path.join(root, 'within'));
    symlinkSync(path.join(root, 'ages', 'model.RDS'), path.join(root, 'within', 'model.RDS'));
    expect((await load('within', 'within')).status).toBe(200);
    expect((await unload('within')).status).toBe(200);
  });

  test.each(['.', '..', '../a', 'a/..', 'a/./b', 'a//b', 'a/'])('the name %j is refused', async (name) => {
    const response = await load(name, 'ages');
    expect(response.status).toBe(400);
    expect(await detail(response)).toContain('no part of it empty, "." or ".."');
  });
});
