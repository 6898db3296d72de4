import net from 'node:net';
import { expect, test } from '@jest/globals';
import { joined } from '../../../container/server/http.ts';
import { Incoming } from '../../../container/server/incoming.ts';
import { RequestError } from '../../../shared/errors.ts';

const MOST = 10;

/** A body of these pieces, ended as `end` says, where there is room for `room` bytes: what came of it, and the bytes that are still held. */
async function receive(pieces: string[], end: 'ends' | 'breaks off', room = 1_000): Promise<{ came: string; held: number }> {
  const message = new Incoming(new net.Socket());
  let held = 0;
  const body = message.body(MOST, (bytes) => {
    held += bytes;
    return held > room ? new RequestError(503, 'no room') : undefined;
  });
  const came = body.then(
    (bytes) => Buffer.from(bytes).toString(),
    (error: RequestError) => `${error.status} ${error.message}`,
  );
  for (const piece of pieces) message.push(Buffer.from(piece));
  if (end === 'ends') message.push(null);
  else message.on('error', () => {}).destroy(new Error('aborted'));
  return { came: await came, held };
}

test.each([
  ['of no piece', [], 'ends', ''],
  ['of one', ['whole'], 'ends', 'whole'],
  ['of many', ['a', 'bc', '', 'defg', 'hij'], 'ends', 'abcdefghij'],
  ['of more than it may have', ['abcdef', 'ghijk', 'l'], 'ends', '413 the body has more than 10 bytes; expected at most 10'],
  ['that is cut off', ['ab', 'c'], 'breaks off', '400 the body was cut off'],
] as const)('a body %s comes as it was sent or is refused, and gives back what it held', async (_, pieces, end, came) => {
  expect(await receive([...pieces], end)).toEqual({ came, held: 0 });
});

test('a body of many small pieces is put into room that doubles, and no piece is kept by itself', () => {
  const pieces = 100_000;
  const rooms = new Set<Uint8Array>();
  let held: Uint8Array = new Uint8Array(0);
  for (let at = 0; at < pieces; at += 1) {
    held = joined(held, at, Uint8Array.of(at % 251), 150_000);
    rooms.add(held);
  }
  expect(rooms.size).toBeLessThan(20);
  expect(held.length).toBeLessThanOrEqual(150_000);
  expect(Buffer.from(held.subarray(0, pieces)).equals(Buffer.from(Array.from({ length: pieces }, (_, at) => at % 251)))).toBe(true);
});

test('a body that there is no room for gives back all that was counted of it, the piece that was too much among it', async () => {
  expect(await receive(['abc', 'def', 'g'], 'ends', 5)).toEqual({ came: '503 no room', held: 0 });
  expect(await receive(['abcdef'], 'breaks off', 5)).toEqual({ came: '503 no room', held: 0 });
});
