import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type LogEntry, logLine } from '../../../container/server/access-log.ts';
import { createContainer } from '../../../container/server/server.ts';
import { loadModel } from '../../../model/artifact/import.ts';
import type { Model } from '../../../shared/artifact.ts';
import type { Forest } from '../../../shared/bodies/forest/forest.ts';
import { forestBody, forestOf } from '../../support/bodies.ts';
import { golden, variety as goldens } from '../../support/golden.ts';

const open: http.Server[] = [];
let logged: LogEntry[] = [];

/** Starts a container on a free port; its address. */
async function start(model: Model, mode: 'sagemaker' | 'alone' = 'sagemaker', isStopping?: () => boolean): Promise<string> {
  const log = (entry: LogEntry) => logged.push(entry);
  const server = createContainer(model, { mode, log, ...(isStopping ? { isStopping } : {}) });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function post(url: string, body: string | Uint8Array | ReadableStream, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body: body as string, headers, duplex: 'half' } as RequestInit);
}

/** The problem document of a refusal, after a look at its form. */
async function problem(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const document = (await response.json()) as { status: number; detail: string; requestId: string; errors?: { path: string }[] };
  expect(document.status).toBe(response.status);
  expect(document.requestId).toBe(response.headers.get('x-request-id'));
  return document;
}

/** A model whose check rows say that another number came out at import. */
function tampered(model: Model): Model {
  const outputs = model.checks.outputs.slice();
  outputs[3] = outputs[3]! + 1;
  return { ...model, checks: { ...model.checks, outputs } };
}

const models = new Map(goldens().map((one) => [one.name, loadModel(one.file)]));
const age = models.get('heart-age') as Model;
const wool = models.get('warpbreaks-partition') as Model;
const ages = golden('heart-age');
const R54 = ages.predictions[54]!;
const R61 = ages.predictions[61]!;
const wools = golden('warpbreaks-partition');

let url: string;
let alone: string;
let woolUrl: string;
beforeAll(async () => {
  url = await start(age);
  alone = await start(age, 'alone');
  woolUrl = await start(wool);
});
afterEach(() => {
  logged = [];
});
afterAll(async () => {
  for (const server of open) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

describe('the numbers', () => {
  // Survival's exp() has bits of its own in R's libm: golden.test.ts holds its bound.
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

describe('every dialect is read', () => {
  const [AL, BM] = [wools.predictions[0], wools.predictions[4]];
  const both = [AL, BM];
  const json: [string, unknown, unknown[]][] = [
    ['a record', { wool: 'A', tension: 'L' }, [AL]],
    ['a record with a column the model does not know', { wool: 'A', tension: 'L', breaks: 26 }, [AL]],
    [
      'records',
      [
        { wool: 'A', tension: 'L' },
        { tension: 'M', wool: 'B' },
      ],
      both,
    ],
    [
      'rows in the order of the features',
      [
        ['A', 'L'],
        ['B', 'M'],
      ],
      both,
    ],
    ['columns', { wool: ['A', 'B'], tension: ['L', 'M'] }, both],
    ['columns with one recycled', { wool: 'A', tension: ['L', 'M'] }, wools.predictions.slice(0, 2)],
    ['columns with one of length 1 recycled', { wool: ['A'], tension: ['L', 'M', 'H'] }, wools.predictions.slice(0, 3)],
    ['instances of records', { instances: [{ wool: 'A', tension: 'L' }] }, [AL]],
    [
      'instances of rows',
      {
        instances: [
          ['A', 'L'],
          ['B', 'M'],
        ],
      },
      both,
    ],
    ['instances of features', { instances: [{ features: ['A', 'L'] }, { features: ['B', 'M'] }] }, both],
    [
      'dataframe_split',
      {
        dataframe_split: {
          columns: ['tension', 'wool'],
          data: [
            ['L', 'A'],
            ['M', 'B'],
          ],
        },
      },
      both,
    ],
    ['dataframe_records', { dataframe_records: [{ wool: 'B', tension: 'M' }] }, [BM]],
    ['inputs as columns', { inputs: { wool: ['A', 'B'], tension: ['L', 'M'] } }, both],
    [
      'inputs as records',
      {
        inputs: [
          { wool: 'A', tension: 'L' },
          { wool: 'B', tension: 'M' },
        ],
      },
      both,
    ],
    ['the Open Inference Protocol', { inputs: [tensor('tension', ['L', 'M']), tensor('wool', ['A', 'B'])] }, both],
    ['parameters that name the only answer there is', { instances: [['A', 'L']], parameters: { type: 'response' } }, [AL]],
  ];
  test.each(json)('%s', async (_, body, expected) => {
    const response = await post(`${woolUrl}/invocations`, JSON.stringify(body), { 'content-type': 'application/json' });
    expect(await response.json()).toMatchObject({ predictions: expected });
  });

  const texts: [string, string, string, unknown[]][] = [
    ['CSV with a header in another order', 'text/csv', 'tension,wool\nL,A\nM,B\n', both],
    ['CSV without a header, as SageMaker sends it', 'text/csv', 'A,L\r\nB,M', both],
    ['CSV in quotes, with its charset', 'text/csv; charset=UTF-8', '"wool","tension"\n"B","M"\n', [BM]],
    ['JSON Lines of records', 'application/jsonlines', '{"wool":"A","tension":"L"}\n{"wool":"B","tension":"M"}\n', both],
    ['JSON Lines of rows', 'application/x-ndjson', '["A","L"]\n["B","M"]', both],
    ['JSON under the type that a plain curl -d says', 'application/x-www-form-urlencoded', '[["A","L"]]', [AL]],
    ['JSON as octets, as the SDK sends it by default', 'application/octet-stream', '[["A","L"]]', [AL]],
  ];
  test.each(texts)('%s', async (_, type, body, expected) => {
    const response = await post(`${woolUrl}/invocations`, body, { 'content-type': type });
    expect(await response.json()).toMatchObject({ predictions: expected });
  });

  test('JSON without any content type, its body in chunks', async () => {
    const bytes = new TextEncoder().encode('[["A","L"]]');
    const body = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const response = await post(`${woolUrl}/invocations`, body);
    expect(await response.json()).toMatchObject({ predictions: [AL] });
  });

  function tensor(name: string, data: string[]) {
    return { name, shape: [data.length], datatype: 'BYTES', data };
  }
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

describe('what cannot be answered is refused with a problem document', () => {
  const refusals: [string, number, string | Uint8Array, Record<string, string>, string][] = [
    ['an empty body', 400, '', {}, 'the body is empty'],
    ['a body of blanks', 400, ' \n', {}, 'the body is empty'],
    ['what is not JSON', 400, '{"age": 54', {}, 'not JSON'],
    ['what is not UTF-8', 400, Uint8Array.of(0x5b, 0xff, 0x5d), {}, 'not UTF-8'],
    ['NaN as text', 400, '{"age": NaN}', {}, 'not JSON'],
    ['null', 400, 'null', { 'content-type': 'application/json' }, 'no dialect fits'],
    ['a number', 400, '54', { 'content-type': 'application/json' }, 'no dialect fits'],
    ['an array of numbers', 400, '[54]', {}, 'no dialect fits'],
    ['a duplicate key', 400, '{"age": 54, "age": 61}', {}, 'duplicate key'],
    ['__proto__', 400, '{"age": 54, "__proto__": {"age": 1}}', {}, '__proto__'],
    ['nesting nine deep', 400, '[[[[[[[[[54]]]]]]]]]', {}, 'nested more than 8 deep'],
    ['a quote that is never closed', 400, 'age\n"54', { 'content-type': 'text/csv' }, 'never closed'],
    ['a line that is not JSON', 400, '[54]\n[', { 'content-type': 'application/jsonlines' }, 'line 2'],
    ['an Accept that cannot be given', 406, '[[54]]', { accept: 'text/html' }, 'Accept'],
    ['an Accept of weight 0', 406, '[[54]]', { accept: 'application/json;q=0' }, 'Accept'],
    ['an unknown content type', 415, '[[54]]', { 'content-type': 'application/xml' }, 'content type'],
    ['a charset that is not UTF-8', 415, '[[54]]', { 'content-type': 'text/csv; charset=latin1' }, 'charset'],
    ['another compression', 415, '[[54]]', { 'content-encoding': 'br' }, 'expected gzip'],
    ['what is no gzip', 400, '[[54]]', { 'content-encoding': 'gzip' }, 'not gzip'],
    ['form fields', 415, 'age=54', { 'content-type': 'application/x-www-form-urlencoded' }, 'send JSON'],
    ['a multipart form', 415, 'x', { 'content-type': 'multipart/form-data; boundary=x' }, '--data-binary'],
    ['no rows', 422, '[]', {}, 'no rows'],
    ['no instances', 422, '{"instances": []}', {}, 'no rows'],
    ['a number too large for a double', 422, '{"age": 1e999}', {}, 'does not fit'],
    ['a missing feature', 422, '{"sex": 1}', {}, 'does not fit'],
    ['null for a model without an answer to it', 422, '{"age": null}', {}, 'does not fit'],
    ['text for a number', 422, '{"age": "54"}', {}, 'does not fit'],
    ['a CSV line with a field too many', 422, 'age\n54,1\n', { 'content-type': 'text/csv' }, 'does not fit'],
    ['an unknown parameter', 422, '{"instances": [[54]], "parameters": {"typ": "response"}}', {}, 'does not fit'],
  ];
  test.each(refusals)('%s: %d', async (_, status, body, headers, detail) => {
    const response = await post(`${url}/invocations`, body, headers);
    expect(response.status).toBe(status);
    expect((await problem(response)).detail).toContain(detail);
    expect(logged).toMatchObject([{ status, path: '/invocations', method: 'POST' }]);
    expect(logged[0]).not.toHaveProperty('error');
  });

  test('all that is wrong at once, each with its path', async () => {
    const response = await post(`${woolUrl}/invocations`, '[{"wool":"C","tension":"L"},{"wool":"A"}]');
    expect(response.status).toBe(422);
    expect((await problem(response)).errors?.map((error) => error.path)).toEqual(['/0/wool', '/1/tension']);
  });

  test.each([
    ['POST', '/ping', 'GET, HEAD'],
    ['GET', '/invocations', 'POST'],
    ['DELETE', '/invocations', 'POST'],
    ['PUT', '/execution-parameters', 'GET, HEAD'],
  ])('%s %s: 405 with Allow', async (method, where, allow) => {
    const response = await fetch(url + where, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allow);
    await problem(response);
  });

  test.each(['/', '/model', '/health', '/openapi.json', '/constructor'])('%s where SageMaker asks: 404', async (where) => {
    const response = await fetch(url + where);
    expect(response.status).toBe(404);
    expect((await problem(response)).detail).toContain('/ping, /invocations, /execution-parameters');
  });
});

describe('sizes', () => {
  const MB = 1_048_576;
  const padded = (bytes: number) => `[[54]]${' '.repeat(bytes - 6)}`;

  test('a body of exactly 6 MB is read', async () => {
    const response = await post(`${url}/invocations`, padded(6 * MB));
    expect(await response.json()).toMatchObject({ predictions: [R54] });
  });

  test('7 MB by content-length: 413 before they are sent', async () => {
    const request = http.request(`${url}/invocations`, { method: 'POST', headers: { 'content-length': 7 * MB } });
    request.flushHeaders();
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => request.on('response', resolve).on('error', reject));
    expect(response.statusCode).toBe(413);
    request.on('error', () => {});
    request.destroy();
  });

  test('7 MB that are sent nevertheless: 413, and the sender hears it', async () => {
    const response = await post(`${url}/invocations`, padded(7 * MB));
    expect(response.status).toBe(413);
    expect((await problem(response)).detail).toBe(`the body has ${7 * MB} bytes; expected at most ${6 * MB}`);
  });

  test('7 MB in chunks without a content-length: 413, and the connection goes on', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const send = (chunks: string[]) =>
      new Promise<number>((resolve, reject) => {
        const request = http.request(`${url}/invocations`, { method: 'POST', agent, headers: { 'transfer-encoding': 'chunked' } });
        request.on('response', (response) => response.resume().on('end', () => resolve(response.statusCode as number)));
        request.on('error', reject);
        for (const chunk of chunks) request.write(chunk);
        request.end();
      });
    expect(await send(Array.from({ length: 7 }, () => ' '.repeat(MB)))).toBe(413);
    expect(await send(['[[54]]'])).toBe(200);
    agent.destroy();
  });

  test('bodies that nobody asked for are thrown away, and late pieces are put together, all over one connection', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    const send = (path: string, pieces: string[]) =>
      new Promise<{ status: number; body: string }>((resolve, reject) => {
        const request = http.request(`${url}${path}`, { method: 'POST', agent });
        request.on('response', async (response) => {
          ports.add(response.socket.localPort);
          resolve({ status: response.statusCode as number, body: await text(response) });
        });
        request.on('error', reject);
        const next = () => {
          const piece = pieces.shift();
          if (piece === undefined) request.end();
          else request.write(piece, () => setTimeout(next, 5));
        };
        next();
      });
    const thrown = await send('/ping', ['[[5', '4]]', ' '.repeat(MB)]);
    const read = await send('/invocations', ['[[5', '4]', ',[54]', ']']);
    const empty = await send('/invocations', []);
    const again = await send('/invocations', ['[[54]]']);
    agent.destroy();
    expect([thrown.status, read.status, empty.status, again.status]).toEqual([405, 200, 400, 200]);
    expect(JSON.parse(read.body)).toMatchObject({ predictions: [R54, R54] });
    expect(JSON.parse(again.body)).toMatchObject({ predictions: [R54] });
    expect(ports.size).toBe(1);
  });

  test('half a megabyte in chunks of one byte is put together in room of about its size', async () => {
    const body = `[[54]${' '.repeat(500_000)}]`;
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST /invocations HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n');
    const chunks = Array.from(body, (character) => `1\r\n${character}\r\n`);
    while (chunks.length > 0) {
      if (!socket.write(chunks.splice(0, 20_000).join(''))) await new Promise((resolve) => socket.once('drain', resolve));
    }
    const before = process.memoryUsage().arrayBuffers;
    socket.write('0\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*0\.6265681888490/);
    expect(before).toBeLessThan(100 * MB);
  });

  test('an answer that could grow over its limit: 413 that names the rows that fit, nothing computed', async () => {
    const response = await post(`${url}/invocations`, `[${'[54],'.repeat(219_999)}[54]]`);
    expect(response.status).toBe(413);
    expect((await problem(response)).detail).toBe(
      'the answer to 220000 rows could exceed 5500000 bytes; expected at most 219960 rows in one request',
    );
  });

  test('headers over 16 KB: 431', async () => {
    const response = await fetch(`${url}/ping`, { headers: { 'x-long': 'x'.repeat(17_000) } });
    expect(response.status).toBe(431);
  });

  test('more than 10,000 rows: 413 at /predict, taken at /invocations', async () => {
    const body = `[${'[54],'.repeat(10_000)}[54]]`;
    const refused = await post(`${alone}/predict`, body);
    expect(refused.status).toBe(413);
    expect((await problem(refused)).detail).toBe('10001 rows; expected at most 10000 in one request');
    const taken = await post(`${alone}/invocations`, body);
    expect(((await taken.json()) as { predictions: number[] }).predictions).toHaveLength(10_001);
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
    const address = await start(tampered(age), 'alone');
    const reason = /^the model does not give its own numbers here: check row 4 gives [\d.]+, at import it gave [\d.]+$/;
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
    const address = await start(age, 'sagemaker', () => true);
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

describe('what is not HTTP', () => {
  /** All that the server says to some bytes until it closes the connection. */
  function say(bytes: string): Promise<string> {
    return new Promise((resolve) => {
      let heard = '';
      const socket = net.connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes));
      socket.on('data', (chunk) => {
        heard += chunk;
      });
      socket.on('close', () => resolve(heard));
    });
  }

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
    expect(heard).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(heard).toMatch(/\r\nConnection: close\r\n/);
  });

  test('but an address in absolute form is', async () => {
    const heard = await say('GET http://any.host/ping?now HTTP/1.1\r\nhost: any.host\r\nconnection: close\r\n\r\n');
    expect(heard).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
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
