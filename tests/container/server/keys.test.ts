import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LogEntry } from '../../../container/server/access-log.ts';
import { logLine } from '../../../container/server/access-log.ts';
import { openKeysFile } from '../../../container/server/keys.ts';
import { createContainer } from '../../../container/server/server.ts';
import { loadModel } from '../../../model/artifact/import.ts';
import { stored } from '../../support/access/keys.ts';
import { golden } from '../../support/golden.ts';

const KEY = 'canopy_the-key-of-the-shop';
const model = loadModel(golden('heart-age').file);
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-keys-'));
const file = path.join(folder, 'keys.json');
const write = (keys: unknown) => writeFileSync(file, JSON.stringify({ keys }));
const problems: string[] = [];
const close: (() => void)[] = [];
afterAll(() => {
  for (const one of close) one();
  rmSync(folder, { recursive: true });
});

/** A container that asks for the keys of the file. */
async function open(mode: 'alone' | 'sagemaker') {
  const entries: LogEntry[] = [];
  const keys = openKeysFile(file, (problem) => void problems.push(problem));
  const server = createContainer(model, { mode, keys, log: (entry) => void entries.push({ ...entry }) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close.push(() => {
    keys.close();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async (where: string, headers: Record<string, string> = {}, body?: string) => {
    const response = await fetch(url + where, { headers, ...(body === undefined ? {} : { method: 'POST', body }) });
    return { url: response.url, status: response.status, headers: response.headers, text: await response.text() };
  };
  return { ask, entries };
}

let alone: Awaited<ReturnType<typeof open>>;
let sagemaker: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  write([stored('shop', KEY), stored('lab', 'slow-key', 1)]);
  [alone, sagemaker] = [await open('alone'), await open('sagemaker')];
});

describe('a container with keys', () => {
  test.each<[string, string | undefined]>([
    ['/predict', '{"age": 54}'],
    ['/model', undefined],
    ['/model/importance', undefined],
    ['/metadata', undefined],
    ['/v2', undefined],
    ['/v2/models/heart-age/infer', '{}'],
    ['/metrics', undefined],
    ['/nothing', undefined],
  ])('asks at %s', async (where, body) => {
    const { status, headers, text } = await alone.ask(where, {}, body);
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="canopy"']);
    if (!where.startsWith('/v2')) expect(JSON.parse(text)).toMatchObject({ status: 401, requestId: headers.get('x-request-id') });
    expect((await alone.ask(where, { 'x-api-key': `${KEY}x` }, body)).status).toBe(401);
    expect((await alone.ask(where, { 'x-api-key': KEY }, body)).status).not.toBe(401);
    expect((await alone.ask(where, { authorization: `Bearer ${KEY}` }, body)).status).not.toBe(401);
  });

  test('takes a key that is sent twice for none, as the function does behind API Gateway', async () => {
    const url = new URL((await alone.ask('/health')).url);
    for (const name of ['authorization', 'x-api-key']) {
      const value = name === 'authorization' ? `Bearer ${KEY}` : KEY;
      const status = (values: string[]) =>
        new Promise((resolve, reject) => {
          const asked = get(new URL('/model', url), { headers: { [name]: values } }, ({ statusCode }) => resolve(statusCode));
          asked.on('error', reject);
        });
      expect([await status([value]), await status([value, value])]).toEqual([200, 401]);
    }
  });

  test('never asks at SageMaker’s paths, in both ways of running', async () => {
    for (const { ask } of [alone, sagemaker]) {
      expect((await ask('/ping')).status).toBe(200);
      expect((await ask('/execution-parameters')).status).toBe(200);
      expect((await ask('/invocations', {}, '{"age": 54}')).status).toBe(200);
    }
    for (const where of ['/metadata', '/prototype', '/metrics', '/v2']) expect((await sagemaker.ask(where)).status).toBe(401);
    expect((await sagemaker.ask('/predict', {}, '{"age": 54}')).status).toBe(401);
  });

  test('shows the page and the documents to anybody, without a number of the model', async () => {
    for (const where of ['/', '/openapi.json', '/docs', '/health']) {
      const { status, text } = await alone.ask(where);
      expect([where, status]).toEqual([where, 200]);
      expect(text).not.toMatch(/"(?:range|known|edges|first|training)":|R²|29 to 77/);
    }
    expect((await alone.ask('/')).text).toContain('"access":"keys"');
  });

  test('logs the caller’s name and never a key, and answers 429 over the key’s limit', async () => {
    alone.entries.length = 0;
    expect((await alone.ask('/predict', { 'x-api-key': 'slow-key' }, '{"age": 54}')).status).toBe(200);
    const refused = await alone.ask('/predict', { 'x-api-key': 'slow-key' }, '{"age": 54}');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect(alone.entries.map(({ status, caller }) => [status, caller])).toEqual([
      [200, 'lab'],
      [429, 'lab'],
    ]);
    const lines = alone.entries.map(logLine).join('');
    expect(lines).toContain('"caller":"lab"');
    expect(lines).not.toContain('slow-key');
  });
});

test('a file that changes is read again; a wrong one leaves the keys as they were, and says why', async () => {
  const until = async (holds: () => Promise<boolean> | boolean) => {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 100));
  };
  const status = async (key: string) => (await alone.ask('/model', { 'x-api-key': key })).status;
  write([stored('shop', KEY), stored('new', 'new-key')]);
  await until(async () => (await status('new-key')) === 200);
  writeFileSync(file, '{"keys": [1]}');
  await until(() => problems.length > 0);
  expect(problems[0]).toMatch(/^settings that cannot be used: API_KEYS_FILE: .*keys\[0\]: found no object/);
  expect(await status('new-key')).toBe(200);
  write([stored('new', 'new-key')]);
  await until(async () => (await status(KEY)) === 401);
}, 20_000);

test('a container whose keys cannot be read does not start', () => {
  expect(() => openKeysFile(path.join(folder, 'none.json'), () => {})).toThrow(/API_KEYS_FILE: .*none\.json: ENOENT/);
  // What cannot even be looked at: in a folder that is closed, or a link to itself.
  symlinkSync('loop', path.join(folder, 'loop'));
  expect(() => openKeysFile(path.join(folder, 'loop'), () => {})).toThrow(/API_KEYS_FILE: .*loop: ELOOP/);
});
