import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createContainer } from '../../../container/server/server.ts';
import type { Guard } from '../../../functions/endpoint/guard.ts';
import type { Question } from '../../../functions/endpoint/sagemaker.ts';
import { createFailover } from '../../../functions/failover.ts';
import { lambda } from '../../../functions/http.ts';
import { openLocal } from '../../../functions/local.ts';
import type { Telemetry } from '../../../functions/telemetry.ts';
import { buildArtifact } from '../../../model/artifact/build.ts';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const { file, model } = buildArtifact(`${PROJECT}model/heart/heart-age.RDS`, PROJECT);
const SILENT: Telemetry = { log: () => {}, count: () => {}, remoteLatency: () => {}, localServed: () => {}, flush: () => {} };
const asked: Question[] = [];
const guard: Guard = {
  ask: async (question) => {
    asked.push(question);
    return { answered: false, reason: 'endpoint-error', detail: '', ms: 0 };
  },
  state: () => ({ breaker: 'closed', deadlineMs: 0, calls: 0, timeouts: 0, last: [] }),
};
const handler = lambda(createFailover(openLocal(readFileSync(file), file), guard, SILENT, { dualShare: 0 }), SILENT);
const server = createContainer(model, { mode: 'sagemaker', log: () => {} });
/** predict() of R for the ages 54 and 61. */
const R = [0.62656818884906396, 0.12067609232872413];

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

type Verdict = { status: number; body: { predictions?: number[]; detail?: string } };

async function both(body: Uint8Array, headers: Record<string, string>): Promise<Verdict> {
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/invocations`, { method: 'POST', body: Buffer.from(body), headers });
  const container: Verdict = { status: response.status, body: (await response.json()) as Verdict['body'] };
  const event = {
    version: '2.0',
    rawPath: '/predict',
    headers,
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
    requestContext: { http: { method: 'POST' } },
  };
  const answer = (await handler(event, { getRemainingTimeInMillis: () => 8_000 } as never)) as { statusCode: number; body: string };
  const verdict: Verdict = { status: answer.statusCode, body: JSON.parse(answer.body) };
  expect([verdict.status, verdict.body.predictions, verdict.body.detail]).toEqual([
    container.status,
    container.body.predictions,
    container.body.detail,
  ]);
  return container;
}

test.each([
  ['application/json', '[{"age":54},{"age":61}]'],
  ['text/csv', 'age\n54\n61\n'],
  ['text/plain', 'age;x\n54;1\n61;2\n'],
  ['application/jsonlines', '{"features":[54]}\n\n{"features":[61]}\n'],
])('gzip of %s is read by function and container alike, and goes on to the endpoint inflated', async (type, text) => {
  asked.length = 0;
  const verdict = await both(gzipSync(text), { 'content-type': type, 'content-encoding': 'gzip' });
  expect(verdict).toMatchObject({ status: 200, body: { predictions: R } });
  expect(asked.map(({ body }) => Buffer.from(body).toString())).toEqual([text]);
  expect(asked[0]?.contentType).toBe(type === 'text/plain' ? 'text/csv' : type);
});

test('a bomb is refused with 413, and what is no gzip with 400', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20, '['));
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
  const before = process.memoryUsage().arrayBuffers;
  for (let count = 0; count < 5; count += 1) expect((await both(bomb, headers)).status).toBe(413);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 2 ** 20);
  for (const wrong of [Buffer.from('[[54]]'), bomb.subarray(0, 500), new Uint8Array()]) {
    expect(await both(wrong, headers)).toMatchObject({ status: 400, body: { detail: expect.stringContaining('not gzip') } });
  }
  expect((await both(Buffer.from('x'), { ...headers, 'content-encoding': 'br' })).status).toBe(415);
});

test('thousands of small gzip members, and empty blocks, cost no more than their bytes', async () => {
  const members = Buffer.concat(Array.from({ length: 50_000 }, () => gzipSync('')));
  const start = process.cpuUsage();
  const verdict = await both(Buffer.concat([members, gzipSync('[[54]]')]), {
    'content-type': 'application/json',
    'content-encoding': 'gzip',
  });
  expect(verdict).toMatchObject({ status: 200, body: { predictions: [R[0]] } });
  expect(process.cpuUsage(start).user).toBeLessThan(10_000_000);
});
