import { request as openRequest, type Server } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { type HttpApiEvent, toEvent } from '../../../container/local/event.ts';
import { type Context, createHost, type Handler } from '../../../container/local/host.ts';
import { type Cors, HTTP_API, LIMITS } from '../../../container/local/http-api.ts';
import { recordedEvent } from '../../support/project.ts';

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close().closeAllConnections();
});

/** A host whose function is `handler`; what was reported goes into `told`. */
async function hostOf(handler: Handler, { cors, timeoutMs }: { cors?: Partial<Cors>; timeoutMs?: number } = {}) {
  const told: string[] = [];
  const api = { ...HTTP_API, cors: { ...HTTP_API.cors, ...cors }, timeoutMs: timeoutMs ?? HTTP_API.timeoutMs };
  const server = createHost({ api, handler, report: (problem) => told.push(problem) });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, told };
}

/** A function that answers with the event and the context it was given. */
const echo: Handler = async (event, context) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ event, left: context.getRemainingTimeInMillis(), id: context.awsRequestId }),
});

async function eventOf(url: string, path: string, init: RequestInit & { duplex?: 'half' } = {}): Promise<HttpApiEvent> {
  const { event } = (await (await fetch(`${url}${path}`, init)).json()) as { event: HttpApiEvent };
  return event;
}

const RECORDED = [
  'predict-json',
  'predict-curl',
  'predict-csv',
  'predict-jsonlines',
  'predict-no-content-type',
  'predict-gzip',
  'get-page',
];
test.each(RECORDED)('the request behind the recorded event %s becomes that event', (name) => {
  const recorded = recordedEvent(name) as HttpApiEvent;
  const { requestContext, headers } = recorded;
  const ours = ['x-amzn-trace-id', 'x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto'];
  const sent = Object.entries(headers).filter(([header]) => !ours.includes(header));
  const event = toEvent(
    {
      method: requestContext.http.method,
      target: recorded.rawPath,
      httpVersion: '1.1',
      rawHeaders: sent.flat(),
      body: Buffer.from(recorded.body ?? '', recorded.isBase64Encoded ? 'base64' : 'utf8'),
      address: requestContext.http.sourceIp,
      port: 443,
    },
    recorded.routeKey,
    new Date(requestContext.timeEpoch),
  );
  const trace = headers['x-amzn-trace-id'];
  expect(event.headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  expect(event.requestContext.requestId).toMatch(/^[A-Za-z0-9+/]{15}=$/);
  const { requestId, apiId, domainPrefix } = requestContext;
  expect({
    ...event,
    headers: { ...event.headers, 'x-amzn-trace-id': trace, 'x-forwarded-proto': 'https' },
    requestContext: { ...event.requestContext, requestId, apiId, domainPrefix },
  }).toEqual(recorded);
});

test('names of headers come in lower case, those given twice joined, cookies apart, and none that is for the hop alone', async () => {
  const { port } = await hostOf(echo);
  const socket = net.connect(port, '127.0.0.1');
  socket.write(
    'GET /model?a=1&b=%20x+y&a=2 HTTP/1.1\r\nHost: here\r\nX-One: 1\r\nx-ONE: 2\r\nCookie: a=1; b=2\r\nCookie: c=3\r\nConnection: close\r\n\r\n',
  );
  let said = '';
  for await (const chunk of socket) said += chunk;
  const { event } = JSON.parse(said.slice(said.indexOf('\r\n\r\n') + 4));
  expect(event.headers).toMatchObject({ host: 'here', 'x-one': '1,2', 'x-forwarded-for': '127.0.0.1', 'x-forwarded-port': String(port) });
  expect(Object.keys(event.headers)).not.toContain('cookie');
  expect(Object.keys(event.headers)).not.toContain('connection');
  expect(event).toMatchObject({
    routeKey: 'GET /model',
    rawQueryString: 'a=1&b=%20x+y&a=2',
    queryStringParameters: { a: '1,2', b: ' x y' },
    cookies: ['a=1', 'b=2', 'c=3'],
    isBase64Encoded: false,
  });
  expect(event).not.toHaveProperty('body');
});

test('paths come decoded, any that is no route of its own takes $default, and the stage is $default', async () => {
  const { url } = await hostOf(echo);
  const event = await eventOf(url, '/a%20b?x');
  expect(event).toMatchObject({ rawPath: '/a b', routeKey: '$default', requestContext: { stage: '$default', routeKey: '$default' } });
  expect(event.requestContext.http).toMatchObject({ method: 'GET', path: '/a b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' });
  const broken = await fetch(`${url}/%zz`);
  expect([broken.status, await broken.json()]).toEqual([400, { message: 'Bad Request' }]);
});

test.each([
  ['text/csv; charset=utf-8', false],
  ['text/plain', false],
  ['application/json', false],
  ['APPLICATION/JSON;charset=utf-8', false],
  ['application/javascript', false],
  ['application/xml', false],
  ['application/jsonlines', true],
  ['application/vnd.api+json', true],
  ['application/x-www-form-urlencoded', true],
  ['application/octet-stream', true],
])('a body of type %s comes as base64: %s', async (type, isBase64Encoded) => {
  const { url } = await hostOf(echo);
  const event = await eventOf(url, '/predict', { method: 'POST', body: Buffer.from('ä,1'), headers: { 'content-type': type } });
  expect(event).toMatchObject({ isBase64Encoded, body: isBase64Encoded ? Buffer.from('ä,1').toString('base64') : 'ä,1' });
});

test('a body in chunks has a length by the time it is an event', async () => {
  const { url } = await hostOf(echo);
  const body = new ReadableStream({
    start: (controller) => {
      for (const piece of ['[[5', '4]]']) controller.enqueue(Buffer.from(piece));
      controller.close();
    },
  });
  const event = await eventOf(url, '/predict', { method: 'POST', body, duplex: 'half', headers: { 'content-type': 'text/csv' } });
  expect(event).toMatchObject({ body: '[[54]]', headers: { 'content-length': '6' } });
  expect(event.headers).not.toHaveProperty('transfer-encoding');
});

test('a preflight is answered by the host itself, and the function never hears of it', async () => {
  let calls = 0;
  const { url } = await hostOf(async () => {
    calls += 1;
    return { statusCode: 200 };
  });
  const headers = { origin: 'https://a.example', 'access-control-request-method': 'POST' };
  const answer = await fetch(`${url}/predict`, { method: 'OPTIONS', headers });
  expect([answer.status, await answer.text(), calls]).toEqual([204, '', 0]);
  const { cors } = HTTP_API;
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-methods': cors.methods.join(','),
    'access-control-allow-headers': cors.headers.join(','),
    'access-control-max-age': String(cors.maxAge),
  });
  // An OPTIONS that is no preflight is a request like any other.
  await fetch(`${url}/predict`, { method: 'OPTIONS' });
  expect(calls).toBe(1);
});

test('answers to a page of another origin have the CORS headers configured, and not those of the function', async () => {
  const handler: Handler = async () => ({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': 'https://evil.example' } });
  const { url } = await hostOf(handler, { cors: { origins: ['https://a.example', 'http://*'] } });
  const allowed = async (origin?: string) => {
    const { headers } = await fetch(url, origin === undefined ? {} : { headers: { origin } });
    return [headers.get('access-control-allow-origin'), headers.get('access-control-expose-headers')];
  };
  const exposed = HTTP_API.cors.exposed.join(',');
  expect(await allowed('https://a.example')).toEqual(['https://a.example', exposed]);
  expect(await allowed('http://any.example')).toEqual(['http://any.example', exposed]);
  expect(await allowed('https://b.example')).toEqual([null, null]);
  expect(await allowed()).toEqual([null, null]);
});

test('a body over 10 MB, or too large for an event, and a head over 10,240 bytes are refused as the gateway does it', async () => {
  let calls = 0;
  const { url } = await hostOf(async () => {
    calls += 1;
    return { statusCode: 200 };
  });
  const post = async (bytes: number, type: string) => {
    const answer = await fetch(`${url}/predict`, { method: 'POST', body: Buffer.alloc(bytes, '1'), headers: { 'content-type': type } });
    return [answer.status, answer.status === 200 ? '' : await answer.json()];
  };
  expect(await post(LIMITS.body + 1, 'text/csv')).toEqual([413, { message: 'Request Entity Too Large' }]);
  expect(await post(6_300_000, 'text/csv')).toEqual([413, { message: 'Request Entity Too Large' }]);
  // As base64 it is a third longer.
  expect(await post(4_800_000, 'application/jsonlines')).toEqual([413, { message: 'Request Entity Too Large' }]);
  expect(await post(4_600_000, 'application/jsonlines')).toEqual([200, '']);
  expect(calls).toBe(1);
  // Each quote takes two bytes in the event.
  const quotes = await fetch(`${url}/predict`, { method: 'POST', body: '"'.repeat(3_200_000), headers: { 'content-type': 'text/csv' } });
  expect([quotes.status, calls]).toEqual([413, 1]);
  const head = await fetch(url, { headers: { 'x-long': 'x'.repeat(LIMITS.head) } });
  expect([head.status, await head.json()]).toEqual([431, { message: 'Request Header Fields Too Large' }]);
  expect((await fetch(url, { headers: { 'x-long': 'x'.repeat(9_000) } })).status).toBe(200);
  expect(calls).toBe(2);
});

test.each([
  ['two Host headers', 'Host: a\r\nHost: b\r\nContent-Length: 0\r\n\r\n', '400 Bad Request'],
  ['a transfer coding beside chunked', 'Host: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n', '501 Not Implemented'],
])('%s in a head are refused, as another server may read it otherwise', async (_, head, status) => {
  const { port } = await hostOf(echo);
  const socket = net.connect(port, '127.0.0.1');
  socket.write(`POST /predict HTTP/1.1\r\n${head}`);
  // The connection is closed, or this would wait for more.
  let said = '';
  for await (const chunk of socket) said += chunk;
  expect(said.split('\r\n')[0]).toBe(`HTTP/1.1 ${status}`);
});

test('what a function gives goes over the wire: text, bytes, cookies, a HEAD without its body, a value that is no answer', async () => {
  const results: Record<string, unknown> = {
    '/text': { statusCode: 201, body: 'ä', cookies: ['a=1', 'b=2'] },
    '/bytes': { statusCode: 200, headers: { 'Content-Type': 'image/png' }, body: 'AAH/', isBase64Encoded: true },
    '/value': { predictions: [1] },
    '/none': undefined,
  };
  const { url } = await hostOf(async ({ rawPath }) => results[rawPath]);
  const text = await fetch(`${url}/text`);
  expect([text.status, await text.text(), text.headers.getSetCookie()]).toEqual([201, 'ä', ['a=1', 'b=2']]);
  expect(text.headers.get('content-type')).toBe('text/plain;charset=UTF-8');
  const bytes = await fetch(`${url}/bytes`);
  expect([bytes.headers.get('content-type'), ...Buffer.from(await bytes.arrayBuffer())]).toEqual(['image/png', 0, 1, 255]);
  const head = await fetch(`${url}/text`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([201, '2', '']);
  expect(await (await fetch(`${url}/value`)).json()).toEqual({ predictions: [1] });
  expect((await fetch(`${url}/none`)).status).toBe(200);
});

test('a function that throws, gives no answer in time or nonsense is a 500 of the gateway, and the next request is answered', async () => {
  const { url, told } = await hostOf(
    ({ rawPath }) => {
      if (rawPath === '/throws') throw new Error('thrown');
      if (rawPath === '/rejects') return Promise.reject(new Error('rejected'));
      if (rawPath === '/never') return new Promise(() => {});
      if (rawPath === '/status') return Promise.resolve({ statusCode: 'fine' });
      if (rawPath === '/header') return Promise.resolve({ statusCode: 200, headers: { 'x-bad': 'a\r\nb' } });
      if (rawPath === '/large') return Promise.resolve({ statusCode: 200, body: 'x'.repeat(LIMITS.payload + 1) });
      return Promise.resolve({ statusCode: 200 });
    },
    { timeoutMs: 50 },
  );
  for (const path of ['/throws', '/rejects', '/never', '/status', '/large']) {
    const answer = await fetch(`${url}${path}`);
    expect([path, answer.status, await answer.json()]).toEqual([path, 500, { message: 'Internal Server Error' }]);
  }
  expect((await fetch(`${url}/header`)).status).toBe(500);
  expect((await fetch(`${url}/good`)).status).toBe(200);
  expect(told.map((problem) => problem.split('\n')[0])).toEqual([
    'Error: thrown',
    'Error: rejected',
    expect.stringContaining('the function timed out after 0.05 seconds'),
    expect.stringContaining('statusCode: found "fine", expected a whole number from 200 to 599'),
    expect.stringContaining('body: found 6291557 characters, expected at most 6291556'),
    expect.stringContaining('Invalid character in header content ["x-bad"]'),
  ]);
});

test('invocations overlap, each with a context of its own', async () => {
  const contexts: Context[] = [];
  const answers: (() => void)[] = [];
  const { url } = await hostOf((_, context) => {
    contexts.push(context);
    return new Promise((resolve) => {
      answers.push(() => resolve({ statusCode: 200, body: context.awsRequestId }));
      // None is answered before all have come.
      if (answers.length === 50) for (const answer of answers) answer();
    });
  });
  const bodies = await Promise.all(Array.from({ length: 50 }, async () => (await fetch(url)).text()));
  expect(new Set(bodies).size).toBe(50);
  expect(new Set(contexts.map(({ awsRequestId }) => awsRequestId))).toEqual(new Set(bodies));
  expect(contexts.every((context) => context.getRemainingTimeInMillis() <= HTTP_API.timeoutMs)).toBe(true);
});

test('a client that goes in the middle of its body, or of the answer, takes nobody with it', async () => {
  let calls = 0;
  const { url, port, told } = await hostOf(async () => {
    calls += 1;
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { statusCode: 200, body: 'x' };
  });
  await new Promise<void>((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.write('POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf', () => socket.destroy());
    });
    socket.on('close', () => resolve());
  });
  await new Promise<void>((resolve) => {
    const request = openRequest(`${url}/model`);
    request.on('error', () => resolve()).end();
    request.on('socket', (socket) => socket.on('connect', () => setTimeout(() => request.destroy(), 5)));
  });
  expect((await fetch(url)).status).toBe(200);
  expect(told).toEqual([]);
  expect(calls).toBeLessThanOrEqual(2);
});
