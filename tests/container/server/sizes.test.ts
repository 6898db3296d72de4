import http from 'node:http';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { openContainers, post, problem } from '../../support/containers.ts';
import { golden } from '../../support/golden.ts';

const { start } = openContainers();
const ages = golden('heart-age');
const R54 = ages.predictions[54]!;

let url: string;
let alone: string;
beforeAll(async () => {
  const age = loadModel(ages.file);
  url = await start(age);
  alone = await start(age, { mode: 'alone' });
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

  test('fifty thousand chunks of one byte are one body', async () => {
    const body = `[[54]${' '.repeat(50_000)}]`;
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST /invocations HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n');
    socket.write(Array.from(body, (character) => `1\r\n${character}\r\n`).join(''));
    socket.write('0\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*0\.6265681888490/);
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
