import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { expect, test } from '@jest/globals';
import { openBatch } from '../../../support/batch/start-batch.ts';
import { golden } from '../../../support/golden.ts';

const MB = 1_048_576;
/** A megabyte of rows, more or less: ages with all the digits that a double has. */
const BLOCK = Array.from({ length: 56_000 }, (_, at) => `${20 + ((at * 7_919) % 55_001) / 1_001}\n`).join('');

const batch = openBatch('heart-age');

function open(url: string): http.ClientRequest {
  const request = http.request(`${url}/invocations`, { method: 'POST', headers: { 'content-type': 'text/csv' } });
  request.on('error', () => {});
  return request;
}

/** Sends blocks, each once there is room for it. */
async function sendBlocks(request: http.ClientRequest, blocks: number): Promise<void> {
  for (let sent = 0; sent < blocks; sent += 1) if (!request.write(BLOCK)) await once(request, 'drain');
}

test('100 MB in chunks are answered while they come in, each row with the bits of a small request, and memory stays flat', async () => {
  const { url, peak } = await batch.start();
  const small = await (await fetch(`${url}/invocations`, { method: 'POST', body: BLOCK, headers: { 'content-type': 'text/csv' } })).text();
  expect(small.split('\n')).toHaveLength(56_001);
  // What one payload of a megabyte takes is what any takes.
  const before = peak();
  const blocks = Math.ceil((100 * MB) / BLOCK.length);
  const hash = createHash('sha256');
  const request = open(url);
  const answered = once(request, 'response').then(async ([response]) => {
    for await (const chunk of response as http.IncomingMessage) hash.update(chunk);
    return (response as http.IncomingMessage).statusCode;
  });
  await sendBlocks(request, blocks);
  request.end();
  expect(await answered).toBe(200);
  const expected = createHash('sha256');
  for (let block = 0; block < blocks; block += 1) expected.update(small);
  expect(hash.digest('hex')).toBe(expected.digest('hex'));
  expect(peak() - before).toBeLessThan(192 * MB);
}, 120_000);

test('a client that does not read is not read from, and its going stops the work', async () => {
  const { url, peak } = await batch.start();
  const request = open(url);
  let sent = 0;
  let isOver = false;
  const pump = () => {
    while (!isOver && request.write(BLOCK)) sent += BLOCK.length;
    if (!isOver) request.once('drain', pump);
  };
  pump();
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.pause();
  // Once both ends' buffers are full, nothing moves any more.
  let [before, same] = [-1, 0];
  for (let tries = 0; tries < 300 && same < 20; tries += 1) {
    same = sent === before ? same + 1 : 0;
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(same).toBe(20);
  expect(sent).toBeLessThan(100 * MB);
  expect(peak()).toBeLessThan(512 * MB);
  isOver = true;
  request.destroy();
  const after = await fetch(`${url}/invocations`, { method: 'POST', body: '54\n', headers: { 'content-type': 'text/csv' } });
  expect(await after.text()).toBe(`${golden('heart-age').predictions[54]}\n`);
}, 60_000);

test('a bad row behind an answer that has begun breaks the connection, so that nobody takes the answer for whole', async () => {
  const { url } = await batch.start();
  const request = open(url);
  const ended = once(request, 'response').then(async ([response]) => {
    try {
      for await (const _ of response as http.IncomingMessage);
      return 'whole';
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    }
  });
  await sendBlocks(request, 40);
  request.end('old\n');
  expect(await ended).toBe('ECONNRESET');
}, 60_000);
