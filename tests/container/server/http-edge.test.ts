import type { Server } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createContainer } from '../../../container/server/server.ts';
import { createFailover } from '../../../functions/failover.ts';
import { lambda } from '../../../functions/http.ts';
import { openLocal } from '../../../functions/local.ts';
import type { Telemetry } from '../../../functions/telemetry.ts';
import { importModel, loadModel } from '../../../model/artifact/import.ts';
import { openApi } from '../../../shared/api/openapi/openapi.ts';
import type { PageParts } from '../../../shared/page/base/parts.ts';
import { golden } from '../../support/golden.ts';

const { file } = golden('heart-age');
const model = loadModel(file);
/** As brotli has an empty text. */
const part = { brotli: 'Ow==', hash: '0123abcd' };
const page: PageParts = {
  script: part,
  later: { ...part, hash: '4567abcd' },
  workbook: part,
  reasons: part,
  style: { ...part, hash: '89ababcd' },
  docs: part,
  docsStyle: part,
  canopyR: part,
};
let server: Server;
let port: number;
let url: string;
beforeAll(async () => {
  server = createContainer(model, { mode: 'alone', log: () => {}, page });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  url = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** All that the server says to some bytes, until the connection ends. */
async function say(bytes: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(bytes);
  return (await text(socket)).toLowerCase();
}
const post = 'POST /invocations HTTP/1.1\r\nhost: x\r\n';

describe('a request that two servers could read in two ways', () => {
  test.each([
    ['two Host headers', 'GET /ping HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n', 400, 'found 2 host headers, expected one'],
    ['the same Host twice', 'GET /ping HTTP/1.1\r\nhost: a\r\nHOST: a\r\n\r\n', 400, 'found 2 host headers, expected one'],
    ['gzip, chunked', `${post}transfer-encoding: gzip, chunked\r\n\r\n6\r\n[[54]]\r\n0\r\n\r\n`, 501, 'expected chunked alone'],
    ['identity, chunked', `${post}transfer-encoding: identity, chunked\r\n\r\n6\r\n[[54]]\r\n0\r\n\r\n`, 501, 'expected chunked alone'],
  ])('%s: refused, and the connection is closed', async (_, bytes, status, detail) => {
    const heard = await say(bytes);
    expect(heard).toMatch(new RegExp(`^http/1\\.1 ${status} `));
    expect(heard).toContain('\r\nconnection: close\r\n');
    expect(heard).toContain('\r\ncontent-type: application/problem+json\r\n');
    expect(heard).toContain(detail);
  });

  test('chunked in capitals is read', async () => {
    const heard = await say(`${post}connection: close\r\ntransfer-encoding: Chunked\r\n\r\n6\r\n[[54]]\r\n0\r\n\r\n`);
    expect(heard).toMatch(/^http\/1\.1 200 /);
  });
});

describe('no answer lets a browser guess another type', () => {
  test.each([
    ['/ping', { method: 'GET' }, 200],
    ['/', { method: 'GET' }, 200],
    ['/metrics', { method: 'GET' }, 200],
    ['/model', { method: 'GET' }, 200],
    ['/v2', { method: 'GET' }, 200],
    ['/nothing', { method: 'GET' }, 404],
    ['/predict', { method: 'GET' }, 405],
    ['/predict', { method: 'POST', body: 'x' }, 422],
    ['/predict', { method: 'POST', body: '[[54]]' }, 200],
  ])('the container: %s %j', async (where, init, status) => {
    const response = await fetch(url + where, init);
    expect([response.status, response.headers.get('x-content-type-options')]).toEqual([status, 'nosniff']);
  });

  test.each([
    ['a line that is no request', 'hello\r\n\r\n', 400],
    ['headers over 16 KB', `GET /ping HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(17_000)}\r\n\r\n`, 431],
    ['two lengths', `${post}content-length: 5\r\ncontent-length: 6\r\n\r\n[[54]]`, 400],
  ])('the container’s parser: %s', async (_, bytes, status) => {
    const heard = await say(bytes);
    expect(heard).toMatch(new RegExp(`^http/1\\.1 ${status} `));
    expect(heard).toContain('\r\nx-content-type-options: nosniff\r\n');
    expect(heard).toContain('\r\nconnection: close\r\n');
    expect(heard).toMatch(/\r\n\r\n$/);
  });

  test('the container: an expectation that nobody knows', async () => {
    const heard = await say('GET /ping HTTP/1.1\r\nhost: x\r\nexpect: x\r\nconnection: close\r\n\r\n');
    expect(heard).toMatch(/^http\/1\.1 417 .*\r\nx-content-type-options: nosniff\r\n/s);
  });

  test('the function: an answer, a refusal and the page', async () => {
    for (const call of [event('POST', '/predict', '[[54]]'), event('POST', '/predict', 'x'), event('GET', '/nothing'), event('GET', '/')]) {
      expect((await invoke(call)).headers['x-content-type-options']).toBe('nosniff');
    }
  });
});

describe('what a browser holds already is not sent again', () => {
  const asked = (where: string, headers: Record<string, string> = {}) => fetch(url + where, { headers });

  test.each([
    '/',
    '/page.js',
    '/later.js',
    '/workbook.js',
    '/reasons.js',
    '/page.css',
    '/icon.svg',
    '/docs',
    '/docs.js',
    '/docs.css',
    '/canopy.R',
  ])('%s', async (where) => {
    const first = await asked(where);
    const tag = first.headers.get('etag') as string;
    expect(first.status).toBe(200);
    expect(tag).toMatch(/^"[\w-]+"$/);
    for (const held of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const again = await asked(where, { 'if-none-match': held });
      expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, tag, '']);
      expect(again.headers.get('cache-control')).toBe(first.headers.get('cache-control'));
      expect(again.headers.get('vary')).toBe(first.headers.get('vary'));
      expect(again.headers.get('content-length')).toBeNull();
    }
    expect((await asked(where, { 'if-none-match': '"other"' })).status).toBe(200);
  });

  test.each([
    ['?0123abcd', 'public, max-age=31536000, immutable'],
    ['?0123abcd=', 'public, max-age=31536000, immutable'],
    ['?0123abcd&x=1', 'public, max-age=31536000, immutable'],
    ['?4567abcd', 'no-cache'],
    ['?', 'no-cache'],
    ['', 'no-cache'],
  ])('/page.js%s is sent with %s, by the container and by every kind of event', async (query, cached) => {
    expect((await asked(`/page.js${query}`)).headers.get('cache-control')).toBe(cached);
    const http = event('GET', '/page.js', '', {}, query.slice(1));
    const names = Object.fromEntries(new URLSearchParams(query));
    const lists = Object.fromEntries(Object.entries(names).map(([name, value]) => [name, [value]]));
    const get = { httpMethod: 'GET', path: '/page.js' };
    const rest = { ...get, requestContext: {}, headers: {}, queryStringParameters: names };
    const balancer = { ...get, requestContext: { elb: {} }, multiValueHeaders: {}, multiValueQueryStringParameters: lists };
    for (const call of [http, rest]) expect((await invoke(call)).headers['cache-control']).toBe(cached);
    expect((await invoke(balancer)).multiValueHeaders?.['cache-control']).toEqual([cached]);
  });

  test('each coding has a tag of its own', async () => {
    const tags = new Set<string | null>();
    for (const coding of ['br', 'gzip', 'identity']) tags.add((await asked('/', { 'accept-encoding': coding })).headers.get('etag'));
    expect(tags.size).toBe(3);
  });

  test('by the function too', async () => {
    const first = await invoke(event('GET', '/'));
    const again = await invoke(event('GET', '/', '', { 'if-none-match': String(first.headers.etag) }));
    expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', first.headers.etag]);
  });
});

describe('a request id outside of its form is replaced', () => {
  const asked = async (headers: Record<string, string>) => (await fetch(`${url}/ping`, { headers })).headers.get('x-request-id') as string;

  test('by one that is made', async () => {
    for (const id of ['a b', 'x'.repeat(65), 'é', 'a, b']) expect(await asked({ 'x-request-id': id })).toMatch(/^[0-9a-f-]{36}$/);
    expect(await asked({ 'x-request-id': 'a-1_B' })).toBe('a-1_B');
  });

  test('or by the one in the custom attributes, which the API made', async () => {
    const attributes = { 'x-amzn-sagemaker-custom-attributes': 'x-request-id=of-the-api' };
    expect(await asked({ 'x-request-id': 'a b', ...attributes })).toBe('of-the-api');
  });

  test('so the API’s description has no pattern for what may be sent', () => {
    expect(
      JSON.stringify((openApi(model) as { components: { parameters: { RequestId: object } } }).components.parameters.RequestId),
    ).not.toContain('pattern');
  });
});

const SILENT: Telemetry = { log: () => {}, count: () => {}, remoteLatency: () => {}, localServed: () => {}, flush: () => {} };
const handler = lambda(createFailover(openLocal(importModel(file), file), undefined, SILENT, { dualShare: 0, page: () => page }), SILENT);

function event(method: string, rawPath: string, body = '', headers: Record<string, string> = {}, rawQueryString = '') {
  return { version: '2.0', rawPath, rawQueryString, headers, body, isBase64Encoded: false, requestContext: { http: { method } } };
}
async function invoke(call: object) {
  const answer = await handler(call, { awsRequestId: 'test', getRemainingTimeInMillis: () => 8_000 } as never);
  return answer as { statusCode: number; headers: Record<string, string>; multiValueHeaders?: Record<string, string[]>; body: string };
}

describe('what is not HTTP', () => {
  test.each([
    ['a line that is no request', 'hello\r\n\r\n'],
    ['two lengths', 'POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n[[54]]'],
    [
      'a length and chunks, as in request smuggling',
      'POST /ping HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a request without a host', 'GET /ping HTTP/1.1\r\n\r\n'],
  ])('%s gets a plain 400 and a closed connection', async (_, bytes) => {
    const heard = await say(bytes);
    expect(heard).toMatch(/^http\/1\.1 400 bad request\r\n/);
    expect(heard).toMatch(/\r\nconnection: close\r\n/);
  });

  test('but an address in absolute form is', async () => {
    const heard = await say('GET http://any.host/ping?now HTTP/1.1\r\nhost: any.host\r\nconnection: close\r\n\r\n');
    expect(heard).toMatch(/^http\/1\.1 200 ok\r\n/);
  });
});

describe('a sender who wants the connection closed hears a refusal that comes before the end of the body', () => {
  const piece = ' '.repeat(500_000);
  test.each([
    ['a body that is said to be too large', `${post}content-length: 7000000`, 413, (text: string) => text],
    ['chunks that come to be too large', `${post}transfer-encoding: chunked`, 413, (text: string) => `7a120\r\n${text}\r\n`],
    ['a path where nothing is', `${post.replace('/invocations', '/none')}content-length: 7000000`, 404, (text: string) => text],
  ])('%s', async (_, head, status, sent) => {
    const socket = net.connect(port, '127.0.0.1');
    const heard = text(socket);
    let unsent = 0;
    socket.write(`${head}\r\nconnection: close\r\n\r\n`);
    for (let at = 0; at < 14; at += 1) {
      const failed = await new Promise((resolve) => socket.write(sent(piece), resolve));
      if (failed) unsent += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (head.endsWith('chunked')) socket.write('0\r\n\r\n');
    const answer = await heard;
    expect(unsent).toBe(0);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*"status":${status},[\\s\\S]*}$`));
  });
});

test('bodies that never end keep out neither small nor large ones: those of which nothing comes in are refused', async () => {
  const most = 6_291_456;
  const stalled: net.Socket[] = [];
  const heard: string[] = [];
  for (let one = 0; one < 17; one += 1) {
    const socket = net.connect(port, '127.0.0.1');
    stalled.push(socket);
    socket.on('data', (said) => heard.push(String(said)));
    const sent = ' '.repeat(one < 16 ? most - 1 : 1_000_000);
    await new Promise((resolve) => socket.write(`${post}content-length: ${most}\r\n\r\n${sent}`, resolve));
  }
  const ask = (body: string) => fetch(`${url}/invocations`, { method: 'POST', body }).then(({ status }) => status);
  // A second or two are needed until it is seen that they stand still; until then a larger body may be refused, and asks again.
  const askAgain = async (body: string) => {
    for (let again = 0; again < 12; again += 1) {
      if ((await ask(body)) === 200) return 200;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    return 503;
  };
  // Of each body the first 64 KB count for nothing, of which 3 MB are all that is left.
  for (const bytes of [0, 65_000]) expect([bytes, await ask(`[[54]]${' '.repeat(bytes)}`)]).toEqual([bytes, 200]);
  for (const bytes of [300_000, 1_000_000, most - 6]) expect([bytes, await askAgain(`[[54]]${' '.repeat(bytes)}`)]).toEqual([bytes, 200]);
  for (let turn = 0; turn < 500 && heard.length === 0; turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(heard[0]).toMatch(/^HTTP\/1\.1 503 [\s\S]*too many big bodies are coming in/);
  expect(heard.length).toBeLessThan(5);
  for (const socket of stalled) socket.destroy();
});
