import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { beforeAll, expect, test } from '@jest/globals';
import { createSageMakerRuntime } from '../../container/local/sagemaker-runtime.ts';
import { readBody } from '../../container/server/http.ts';
import { createContainer } from '../../container/server/server.ts';
import { json, openFailover, SETTINGS } from '../support/failover.ts';
import { golden } from '../support/golden.ts';

const { local, entries, metrics, listen, handlerFor, runtime } = openFailover();
const { rows, predictions } = golden('heart-age');
const OURS = { name: 'heart-age', sha256: local.model.sha256 };
const ATTRIBUTES = 'x-amzn-sagemaker-custom-attributes';

/** The stand-in for the SageMaker runtime, in front of the real container. */
let realUrl: string;
beforeAll(async () => {
  const containerUrl = await listen(createContainer(local.model, { mode: 'sagemaker', log: () => {} }));
  realUrl = await listen(createSageMakerRuntime({ endpointName: 'canopy-test', containerUrl }));
});

/** A success as it came from the real endpoint. */
type Answer = { body: string; headers: IncomingHttpHeaders };

/** Asks the real endpoint what one asked here. */
async function askReal(url: string, headers: IncomingHttpHeaders, body: Uint8Array): Promise<Answer> {
  const sent = { 'content-type': 'application/json', [ATTRIBUTES]: String(headers[ATTRIBUTES]) };
  const response = await fetch(`${realUrl}${url}`, { method: 'POST', headers: sent, body: body as Uint8Array<ArrayBuffer> });
  return { body: await response.text(), headers: { [ATTRIBUTES]: response.headers.get(ATTRIBUTES) ?? '' } };
}

test('the answer to the request before, on a kept connection, is not given, and the next request goes over another connection', async () => {
  // As behind a proxy that answered once too often: from the second request of a connection on each gets the answer before.
  const before = new Map<Socket, Answer>();
  const url = await listen(
    createServer(async (request, response) => {
      const answer = await askReal(request.url ?? '', request.headers, await readBody(request));
      const given = before.get(request.socket) ?? answer;
      before.set(request.socket, answer);
      response.writeHead(200, { 'content-type': 'application/json', ...given.headers }).end(given.body);
    }),
  );
  const handler = handlerFor(url);
  const who: unknown[] = [];
  for (let at = 0; at < 8; at += 1) {
    const answer = await handler(rows[at]);
    expect(answer.predictions).toEqual([predictions[at]]);
    who.push(answer.reason ?? answer.servedBy);
  }
  expect(who).toEqual(Array(4).fill(['endpoint', 'bad-answer']).flat());
  expect(before.size).toBe(4);
  expect(entries[1]).toMatchObject({ detail: 'found the answer to another request, expected that to this one' });
});

test('a container that sends no id of the call back is believed, and its connection is kept', async () => {
  const sockets = new Set<Socket>();
  const handler = handlerFor(
    await runtime((request, response) => {
      sockets.add(request.socket);
      json(200, { predictions: [predictions[0]], model: OURS })(request, response);
    }),
  );
  for (let call = 0; call < 3; call += 1) expect(await handler(rows[0])).toMatchObject({ servedBy: 'endpoint' });
  expect(sockets.size).toBe(1);
});

test('a success that is not the status 200 is no answer', async () => {
  const handler = handlerFor(await runtime(json(206, { predictions: [0.25], model: OURS })));
  expect(await handler(rows[0])).toMatchObject({ predictions: [predictions[0]], reason: 'bad-answer' });
  expect(entries.at(-1)).toMatchObject({ detail: 'found status 206, expected 200' });
});

test('where the SDK gives neither an answer nor an error, as after a switch of protocols, the deadline ends the call', async () => {
  const server = createServer((request) => {
    request.socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n');
  });
  const handler = handlerFor(await listen(server), {
    deadline: { ...SETTINGS.deadline, deadlineMs: 50, firstDeadlineMs: 200, leastDeadlineMs: 50 },
  });
  for (let call = 0; call < 2; call += 1)
    expect(await handler(rows[0])).toMatchObject({ predictions: [predictions[0]], servedBy: 'fallback', reason: 'timeout' });
});

test('where the path names the version held here, no other model answers', async () => {
  const model = { name: 'other', sha256: 'a'.repeat(64) };
  const handler = handlerFor(await runtime(json(200, { predictions: [0.25], model })));
  const [row] = rows as { age: number }[];
  const body = JSON.stringify({ inputs: [{ name: 'age', shape: [1], datatype: 'FP64', data: [row!.age] }] });
  const infer = async (version: string) => {
    const rawPath = `/v2/models/heart-age${version}/infer`;
    const answer = await handler({ version: '2.0', rawPath, headers: {}, requestContext: { http: { method: 'POST' } }, body });
    return JSON.parse(String(answer.body));
  };
  expect(await infer('')).toMatchObject({ model_version: 'a'.repeat(12), parameters: { servedBy: 'endpoint' } });
  const ours = local.model.sha256;
  for (const version of [ours, ours.slice(0, 12)]) {
    const { model_version, parameters, outputs } = await infer(`/versions/${version}`);
    const byUs = { servedBy: 'fallback', reason: 'mismatch', sha256: ours };
    expect([model_version, parameters, outputs[0].data]).toEqual([ours.slice(0, 12), byUs, [predictions[0]]]);
    expect(entries.at(-1)).toMatchObject({ level: 'warn', servedBy: 'fallback', events: ['RemoteSuccess', 'ModelSkew'] });
    expect(metrics).toContain('LocalServed mismatch');
  }
});
