import { once } from 'node:events';
import net from 'node:net';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createBatch } from '../../../../container/server/batch/batch.ts';
import { loadModel } from '../../../../model/artifact/import.ts';
import type { OnError } from '../../../../shared/batch/piece.ts';
import { answerQuery } from '../../../../shared/predict.ts';
import { CONTENT_TYPES } from '../../../../shared/wire/media.ts';
import { readValue } from '../../../../shared/wire/wire.ts';
import { openContainers, post, problem } from '../../../support/containers.ts';
import { golden } from '../../../support/golden.ts';

const { start, logged } = openContainers();
const age = loadModel(golden('heart-age').file);
const iris = loadModel(golden('iris').file);
const missing = loadModel(golden('na-class').file);
const batchOf = (onError: OnError, isWhole = false) => createBatch({ onError, isWhole, threads: 1, memory: 2 ** 32 });

let [fail, line, shares, whole] = ['', '', '', ''];
beforeAll(async () => {
  fail = await start(age, { batch: batchOf('fail') });
  line = await start(age, { batch: batchOf('line') });
  shares = await start(iris, { batch: batchOf('line') });
  whole = await start(iris, { batch: batchOf('line', true) });
});

const CSV = { 'content-type': 'text/csv' };
const LINES = { 'content-type': 'application/jsonlines' };
const send = (url: string, body: string | ReadableStream, headers: Record<string, string> = CSV) =>
  post(`${url}/invocations`, body, headers);
const textOf = async (answer: Promise<Response>) => (await answer).text();
/** What the model answers to ages by the general way, each alone. */
const alone = (ages: number[]) => ages.map((one) => answerQuery(age, readValue(age.schema, [[one]])).predictions[0]);
const ages = Array.from({ length: 30_000 }, (_, at) => 18 + ((at * 7_919) % 60_000) / 1_000);
const expected = alone(ages.slice(0, 3_000)).concat(alone(ages.slice(3_000)));

describe('a payload of lines is answered by as many lines, with the bits of requests of one row', () => {
  test('of CSV, however it comes in', async () => {
    const body = ages.join('\n');
    const stream = new ReadableStream({
      start(controller) {
        for (let at = 0; at < body.length; at += 7_001) controller.enqueue(Buffer.from(body.slice(at, at + 7_001)));
        controller.close();
      },
    });
    for (const one of [body, `${body}\n`, `\uFEFF${body.replaceAll('\n', '\r\n')}\r\n`, stream]) {
      const answer = await send(fail, one);
      expect(answer.headers.get('content-type')).toBe('text/csv');
      expect((await answer.text()).trimEnd().split('\n').map(Number)).toEqual(expected);
    }
  });

  test('of JSON Lines, which may be called JSON or nothing at all; the answer has the form of the payload where no other is asked for', async () => {
    const body = ages.map((one) => `{"age":${one}}\n`).join('');
    for (const headers of [LINES, { 'content-type': 'application/json' }, { 'content-type': 'application/octet-stream' }]) {
      const answer = await send(fail, body, { ...headers, accept: '*/*' });
      expect(answer.headers.get('content-type')).toBe('application/jsonlines');
      expect((await answer.text()).trimEnd().split('\n').map(Number)).toEqual(expected);
    }
    const asCsv = await send(fail, '{"age":54}\n{"age":61}\n', { ...LINES, accept: 'text/csv' });
    expect(asCsv.headers.get('content-type')).toBe('text/csv');
    expect(await textOf(send(fail, '54\n61\n', { ...CSV, accept: 'application/json' }))).toBe(`${alone([54, 61]).join('\n')}\n`);
  });

  test('of JSON a record alone too, as the last payload of a file may be', async () => {
    const [answer] = alone([54]);
    const nested = ['{"features":[54]}', '{"age":[54]}', '{"age":54,"meta":{"id":1}}\n', '{"age":54,"tags":["a","b"]}'];
    for (const body of ['{"age":54}', '{"age":54}\n', '[54]\r\n', '\uFEFF[54]\n\n', ...nested]) {
      for (const type of ['application/json', 'application/octet-stream', 'application/jsonlines']) {
        const found = await send(fail, body, { 'content-type': type });
        expect([found.status, found.headers.get('content-type'), await found.text()]).toEqual([
          200,
          CONTENT_TYPES.jsonlines,
          `${answer}\n`,
        ]);
      }
    }
    expect(await textOf(send(line, '{}\n', { 'content-type': 'application/json' }))).toMatch(/^\{"error":".*"\}\n$/);
    expect(await textOf(send(line, '["old"]\n', { 'content-type': 'application/json' }))).toMatch(/^\{"error":".*"\}\n$/);
    for (const document of ['[[54]]', '{"age":[54,61]}', '{"features":[[54]]}', '[{"age":54}]', '{"inputs":{"age":54}}', '{\n"age":54\n}'])
      expect(await textOf(send(fail, document, { 'content-type': 'application/json' }))).toMatch(/^\{"predictions":/);
  });

  test('one JSON value is answered as ever', async () => {
    const answer = await send(fail, '{"instances":[[54]]}', { 'content-type': 'application/json' });
    expect(await answer.json()).toMatchObject({ predictions: alone([54]), model: { sha256: age.sha256 } });
    expect((await send(fail, `[[54]${' '.repeat(6_291_456)}]`, { 'content-type': 'application/json' })).status).toBe(413);
  });

  test('of no other model than the one that the request names', async () => {
    expect(await textOf(send(fail, '54\n', { ...CSV, 'x-model-sha256': age.sha256 }))).toBe(`${alone([54])[0]}\n`);
    const refused = await send(fail, '54\n', { ...CSV, 'x-model-sha256': iris.sha256 });
    expect([refused.status, (await problem(refused)).detail]).toEqual([412, expect.stringContaining('was replaced by another')]);
  });

  test('no lines, no answer', async () => {
    for (const headers of [CSV, LINES, {}]) expect(await textOf(send(fail, '', headers))).toBe('');
  });
});

describe('a bad row', () => {
  const bad = [...ages.slice(0, 20_000), 'old', ...ages.slice(20_000), '', 'x'];
  const good = (text: string) => text.split('\n').filter((one) => one !== '' && one !== '""' && !one.startsWith('{'));

  test('fails the payload by default, with its line, wherever it stands', async () => {
    const refused = await send(fail, bad.join('\n'));
    expect(refused.status).toBe(422);
    expect((await problem(refused)).detail).toBe('line 20001: feature "age": found the text "old", expected a finite number');
    expect(logged.at(-1)).toMatchObject({ status: 422, advice: 'line 20001: age: expected a finite number' });
  });

  test('has an empty field in CSV, and its reason in the log, which has no value', async () => {
    const text = await textOf(send(line, bad.join('\n')));
    const lines = text.split('\n');
    expect(lines).toHaveLength(bad.length + 1);
    expect([lines[20_000], lines[30_001], lines[30_002], lines[30_003]]).toEqual(['""', '""', '""', '']);
    expect(good(text).map(Number)).toEqual(expected);
    expect(logged.at(-1)).toMatchObject({
      status: 200,
      rows: 30_000,
      bad: 3,
      badLines: ['line 20001: age: expected a finite number', 'line 30002: the line is blank', 'line 30003: age: expected a finite number'],
    });
    expect(JSON.stringify(logged.at(-1))).not.toContain('old');
  });

  test('has an error in JSON Lines', async () => {
    const body = '{"age":54}\n{"age":"old"}\n\n{"age":\n[61,2]\n[61]';
    const lines = (await textOf(send(line, body, LINES)))
      .trimEnd()
      .split('\n')
      .map((one) => JSON.parse(one));
    expect(lines).toEqual([
      alone([54])[0],
      { error: 'feature "age": found the text "old", expected a finite number' },
      { error: 'the line is blank' },
      { error: expect.stringContaining('JSON') },
      { error: expect.stringContaining('found an array of 2') },
      alone([61])[0],
    ]);
  });

  test('has as many empty fields as an answer has', async () => {
    const lines = (await textOf(send(shares, '5.1,3.5,1.4,0.2\n5.1,3.5,1.4\n'))).trimEnd().split('\n');
    const fields = (lines[0] as string).split(',').length;
    expect(lines[1]).toBe(fields === 1 ? '""' : ','.repeat(fields - 1));
    expect(logged.at(-1)?.badLines).toEqual(['line 2: expected 4 fields']);
  });

  test('with a quote that nobody closed takes no other line with it', async () => {
    const lines = (await textOf(send(line, '54\n"61\n61\n"62"\n63\n'))).split('\n');
    expect(lines).toEqual([...alone([54]).map(String), '""', ...alone([61, 62, 63]).map(String), '']);
  });

  test('that says what the features are called, in the midst of the rows, is a bad row and no header', async () => {
    const rows = ages.slice(0, 20_000);
    const lines = (await textOf(send(line, [...rows, 'age', ...rows].join('\n')))).trimEnd().split('\n');
    expect(lines).toHaveLength(40_001);
    expect(lines[20_000]).toBe('""');
  });
});

test('many bad rows, few, and runs of blank lines: each has its line, and every other row its number', async () => {
  for (const [every, bad] of [
    [1, 'x'],
    [2, ''],
    [3, '"61'],
    [7, '1,2'],
    [1_000, ' '],
  ] as const) {
    const isBad = (at: number) => at % every === 0 || (at > 4_000 && at < 5_000);
    const rows = ages.slice(0, 10_000).map((one, at) => (isBad(at) ? bad : String(one)));
    const lines = (await textOf(send(line, `${rows.join('\n')}\n`))).trimEnd().split('\n');
    expect(lines).toEqual(rows.map((_, at) => (isBad(at) ? '""' : String(expected[at]))));
    expect(logged.at(-1)).toMatchObject({ bad: rows.filter((_, at) => isBad(at)).length });
  }
});

describe('blank lines', () => {
  test('by the hundred thousand, of one piece, are as many bad rows', async () => {
    const lines = (await textOf(send(line, `54\n${'\n'.repeat(300_000)}`))).split('\n');
    expect([lines.length, lines[0], new Set(lines.slice(1, -1))]).toEqual([300_002, String(alone([54])[0]), new Set(['""'])]);
  });

  test('at the end are hardly meant, but within the rows one is a bad row', async () => {
    expect(await textOf(send(fail, '54\n\n\n'))).toBe(`${alone([54])[0]}\n`);
    expect((await problem(await send(fail, '54\n\n61\n'))).detail).toBe('line 2: the line is blank');
  });

  test('are missing values in a CSV of one column of a model that answers those', async () => {
    const url = await start(missing, { batch: batchOf('line') });
    const width = missing.schema.features.length;
    const row = ','.repeat(width - 1) || '';
    const answer = await textOf(send(url, `${row}\n${row}\n`));
    expect(answer.trimEnd().split('\n')).toHaveLength(2);
  });
});

describe('a header line', () => {
  const row = [5.1, 3.5, 1.4, 0.2];
  const names = iris.schema.features.map(({ name }) => name);
  const [plain] = iris.schema.features.length === 4 ? [row.join(',')] : [''];

  test("with the model's columns in their order has a line in the answer, with the answer's names", async () => {
    const lines = (await textOf(send(shares, `${names.join(',')}\n${plain}\n${plain}\n`))).trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines.slice(1)).toEqual((await textOf(send(shares, `${plain}\n${plain}\n`))).trimEnd().split('\n'));
    expect(lines[0]).toContain('predictions');
  });

  test('in another order is refused, since the other payloads of its file would be read wrong; but not where a payload is all of a file', async () => {
    const body = `${[...names].reverse().join(',')}\n${[...row].reverse().join(',')}\n`;
    const refused = await send(shares, body);
    expect(refused.status).toBe(422);
    expect((await problem(refused)).detail).toMatch(/^the header line has not the model's columns in their order/);
    const taken = (await textOf(send(whole, body))).trimEnd().split('\n');
    expect(taken[1]).toBe((await textOf(send(shares, `${plain}\n`))).trimEnd());
  });

  test.each(['5.1;3.5;1.4;0.2\n', 'sep=,\n5.1,3.5,1.4,0.2\n'])('%s: another delimiter is refused', async (body) => {
    expect((await send(shares, body)).status).toBe(415);
  });
});

describe('what a transform job cannot have', () => {
  test('a content encoding: 415; a table: 406', async () => {
    expect((await send(fail, '54\n', { ...CSV, 'content-encoding': 'gzip' })).status).toBe(415);
    expect((await send(fail, '54\n', { ...CSV, accept: 'application/x-npy' })).status).toBe(406);
  });

  test('a content type that nobody reads: 415, and all of the payload is taken where the connection closes', async () => {
    const socket = net.connect(Number(new URL(fail).port), '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (part) => {
      answer += part;
    });
    const payload = Buffer.alloc(33_554_432, '5\n');
    socket.write(
      `POST /invocations HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: text/xml\r\nContent-Length: ${payload.length}\r\n\r\n`,
    );
    socket.write(payload);
    await once(socket, 'end');
    expect(answer).toMatch(/^HTTP\/1\.1 415 /);
  });

  test('a line of more than a megabyte: 413', async () => {
    expect((await send(line, `54\n${'5'.repeat(1_048_577)}\n`)).status).toBe(413);
  });
});

test('a payload that is under way when the process is told to stop closes its connection, so that the end need not wait for it', async () => {
  let isStopping = false;
  const url = await start(age, { batch: batchOf('fail'), isStopping: () => isStopping });
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from('54\n'));
      setTimeout(() => {
        isStopping = true;
        controller.enqueue(Buffer.from('61\n'));
        controller.close();
      }, 50);
    },
  });
  const answer = await send(url, stream);
  expect([answer.headers.get('connection'), await answer.text()]).toEqual(['close', `${alone([54, 61]).join('\n')}\n`]);
});
