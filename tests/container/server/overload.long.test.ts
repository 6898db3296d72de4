import net from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { openContainers, post } from '../../support/containers.ts';
import { golden } from '../../support/golden.ts';

const { start, logged } = openContainers();
const ages = golden('heart-age');
const model = loadModel(ages.file);
/** All trees but one are computed tree by tree, which is slow. */
const slow = JSON.stringify({ instances: Array.from({ length: 1_000 }, (_, row) => [row % 100]), parameters: { numTrees: 499 } });

type Heard = { status: number; headers: Record<string, string>; body: string };

/** The answers of a connection, one after the other. */
function answersOf(said: string): Heard[] {
  const answers: Heard[] = [];
  for (let at = 0; at < said.length; ) {
    const end = said.indexOf('\r\n\r\n', at);
    const [first = '', ...lines] = said.slice(at, end).split('\r\n');
    const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.split(': ')[1] ?? '']));
    const body = said.slice(end + 4, end + 4 + Number(headers['content-length']));
    answers.push({ status: Number(first.split(' ')[1]), headers, body });
    at = end + 4 + body.length;
  }
  return answers;
}

test('what is refused for want of room has a whole answer, in its turn, on a connection that goes on', async () => {
  const url = await start(model);
  // The pace of these is learned first.
  for (let call = 0; call < 25; call += 1) await post(`${url}/invocations`, slow);
  logged.length = 0;
  const asked = Array.from({ length: 24 }, (_, number) => {
    const head = `POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-request-id: number-${number}\r\n`;
    const size = slow.length.toString(16);
    return number % 2 === 0
      ? `${head}content-length: ${slow.length}\r\n\r\n${slow}`
      : `${head}transfer-encoding: chunked\r\n\r\n${size}\r\n${slow}\r\n0\r\n\r\n`;
  });
  const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(`${asked.join('')}GET /ping HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  const answers = answersOf(await text(socket));
  expect(answers.map(({ headers }) => headers['x-request-id']).slice(0, 24)).toEqual(asked.map((_, number) => `number-${number}`));
  expect(answers).toHaveLength(25);
  expect(answers[24]?.status).toBe(200);
  const refused = answers.filter(({ status }) => status === 503);
  expect(refused.length).toBeGreaterThan(0);
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(1);
  for (const { headers, body } of refused) {
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json',
      'retry-after': '1',
      'x-content-type-options': 'nosniff',
      'x-model-sha256': model.sha256,
      connection: 'keep-alive',
    });
    expect(JSON.parse(body)).toEqual({
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: 'too much is waiting to be computed; ask again soon',
      requestId: headers['x-request-id'],
    });
  }
  expect(logged.filter(({ status }) => status === 503)).toHaveLength(refused.length);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain(`canopy_requests_total{route="/invocations",status="503"} ${refused.length}\n`);
});

test('bodies that end at the same time are read one after the other, and /ping is answered between them', async () => {
  const port = Number(new URL(await start(model)).port);
  const before = logged.length;
  const body = ','.repeat(250_000);
  const head = `POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-type: text/csv\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`;
  const open = (sent: string) =>
    new Promise<net.Socket>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => socket.write(sent, () => resolve(socket)));
    });
  const senders: net.Socket[] = [];
  for (let one = 0; one < 40; one += 1) senders.push(await open(`${head}${body.slice(1)}`));
  const pinger = await open('GET /ping HTTP/1.1\r\n');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(logged).toHaveLength(before);
  for (const socket of senders) socket.write(',');
  pinger.write('host: x\r\nconnection: close\r\n\r\n');
  const statuses = (await Promise.all(senders.map((socket) => text(socket)))).map((heard) => heard.slice(9, 12));
  expect(new Set(statuses)).toEqual(new Set(['422']));
  const paths = logged.slice(before).map((entry) => entry.path);
  expect(paths).toHaveLength(41);
  expect(paths.indexOf('/ping')).toBeLessThan(20);
});
