import net from 'node:net';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type LogEntry, logLine } from '../../../container/server/access-log.ts';
import { loadModel } from '../../../model/artifact/import.ts';
import type { Forest } from '../../../shared/bodies/forest/forest.ts';
import { forestBody, forestOf } from '../../support/bodies.ts';
import { openContainers, post, problem } from '../../support/containers.ts';
import { golden } from '../../support/golden.ts';

const { start, logged } = openContainers();
const age = loadModel(golden('heart-age').file);

let url: string;
beforeAll(async () => {
  url = await start(age);
});

describe('the log', () => {
  /** A feature's value that no time, duration or id of a log's entry can contain: they have no such sign before digits and a point. */
  const SECRET = '-54.25';

  test('has one entry a request, without the query and without a value', async () => {
    await post(`${url}/invocations?age=54`, `[[${SECRET}],[61]]`, { 'x-request-id': 'one' });
    const entry = { requestId: 'one', method: 'POST', path: '/invocations', status: 200, rows: 2 };
    expect(logged).toEqual([{ ...entry, time: expect.stringMatching(/^\d{4}-.*Z$/), ms: expect.any(Number) }]);
    expect(JSON.stringify(logged)).not.toContain(SECRET);
  });

  test('has advice for whoever serves the model where a value does not fit it, and not the value', async () => {
    const response = await post(`${url}/invocations`, '{"age":"fifty-four"}');
    expect(response.status).toBe(422);
    expect(await response.text()).not.toContain('model.json');
    expect(logged).toMatchObject([{ status: 422, advice: expect.stringMatching(/^if "age" is a factor in R, .*model\.json/) }]);
    expect(JSON.stringify(logged)).not.toContain('fifty');
  });

  test('has an error of ours with its stack and without its message, of which the caller hears nothing', async () => {
    let armed = false;
    const sound = forestOf(age) as Forest;
    const forest = {
      ...sound,
      get roots() {
        if (armed) throw new TypeError('broken on purpose');
        return sound.roots;
      },
    };
    const { schema, card, checks, sha256 } = age;
    const address = await start({ schema, card, checks, sha256, body: forestBody(forest) });
    armed = true;
    const response = await post(`${address}/invocations`, `[[${SECRET}]]`);
    expect(response.status).toBe(500);
    const text = JSON.stringify(await problem(response));
    expect(text).not.toMatch(/broken|\.ts/);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatchObject({ status: 500, error: expect.stringMatching(/^TypeError\n {4}at /) });
    expect(JSON.stringify(logged)).not.toContain('broken on purpose');
    expect(JSON.stringify(logged)).not.toContain(SECRET);
  });

  test('has a request that was cut off, and the server goes on', async () => {
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n[[54');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    while (logged.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(logged).toMatchObject([{ status: 400 }]);
    expect((await fetch(`${url}/ping`)).status).toBe(200);
  });
});

test.each<LogEntry>([
  { time: '2026-11-24T00:00:00.000Z', requestId: 'a-1', method: 'GET', path: '/"\\\u0001é', status: 404, ms: 0.12 },
  { time: '2026-11-24T00:00:00.000Z', requestId: 'a', traceparent: '00-1-2-00', method: 'POST', path: '/', status: 200, rows: 2, ms: 1e-7 },
  { time: '2026-11-24T00:00:00.000Z', requestId: 'a', method: 'POST', path: '/', status: 422, ms: 3, advice: 'if "age" is a factor' },
  { time: '2026-11-24T00:00:00.000Z', requestId: 'a', method: 'POST', path: '/', status: 500, ms: 3, error: 'Error: "no"\n    at x' },
])('an entry of the log is one line, which reads back as it was: %j', (entry) => {
  const line = logLine(entry);
  expect(line.indexOf('\n')).toBe(line.length - 1);
  expect(JSON.parse(line)).toEqual({ level: entry.error === undefined ? 'info' : 'error', ...entry });
});
