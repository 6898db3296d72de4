import net from 'node:net';
import { expect, test } from '@jest/globals';
import { createBodies } from '../../../container/server/bodies.ts';
import { type Hold, joined, type RoomFor, readAttributes } from '../../../container/server/http.ts';
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

/** Bodies for which there is room for so many bytes beside the first 64 KB of each, at a time that the test sets. */
function bodiesAt(most = 1_000_000) {
  const clock = { ms: 0 };
  const bodies = createBodies(most, () => clock.ms);
  const open = () => {
    const message = new Incoming(new net.Socket());
    const body = {
      came: 'nothing' as 'nothing' | number,
      send: (bytes: number) => void message.push(Buffer.alloc(bytes)),
      end: () => void message.push(null),
    };
    bodies.read(message).then(
      ({ length }) => Object.assign(body, { came: length }),
      ({ status }: RequestError) => Object.assign(body, { came: status }),
    );
    return body;
  };
  return { clock, bodies, open };
}
const FREE = 65_536;
/** The promises of bodies are settled. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('where there is no room a body is refused that stands still, and none that comes in slowly', async () => {
  const { clock, open } = bodiesAt();
  const [large, steady, trickling] = [open(), open(), open()];
  large.send(FREE + 500_000);
  trickling.send(FREE + 200_000);
  for (let second = 0; second < 9; second += 1) {
    steady.send(17_000);
    trickling.send(100);
    clock.ms += 1_000;
  }
  const [quick, next] = [open(), open()];
  quick.send(FREE + 400_000);
  next.send(FREE + 400_000);
  await settled();
  expect([large.came, trickling.came, steady.came]).toEqual([503, 503, 'nothing']);
  for (const one of [steady, quick, next]) one.end();
  await settled();
  expect([steady.came, quick.came, next.came]).toEqual([9 * 17_000, FREE + 400_000, FREE + 400_000]);
});

test('a body that trickles is refused itself where all others come in faster, and what is refused leaves its room', async () => {
  const { clock, open } = bodiesAt();
  const trickling = open();
  trickling.send(FREE + 100_000);
  clock.ms = 3_000;
  const quick = [open(), open(), open()];
  for (const one of quick) one.send(FREE + 300_000);
  trickling.send(1);
  await settled();
  expect([trickling.came, ...quick.map(({ came }) => came)]).toEqual([503, 'nothing', 'nothing', 'nothing']);
  const last = open();
  last.send(FREE + 100_000);
  for (const one of [...quick, last]) one.end();
  await settled();
  expect([last.came, ...quick.map(({ came }) => came)]).toEqual([FREE + 100_000, FREE + 300_000, FREE + 300_000, FREE + 300_000]);
});

test('large bodies that begin again and again keep out neither a small slow one nor a quick one', async () => {
  const { clock, open } = bodiesAt(20_000_000);
  const slow = open();
  const large = Array.from({ length: 6 }, () => {
    const one = open();
    one.send(6_000_000);
    for (let piece = 0; piece < 15; piece += 1) {
      clock.ms += 100;
      slow.send(1_700);
    }
    return one;
  });
  const quick = open();
  for (let piece = 0; piece < 90; piece += 1) quick.send(65_536);
  for (const one of [slow, quick]) one.end();
  await settled();
  expect([slow.came, quick.came]).toEqual([6 * 15 * 1_700, 90 * 65_536]);
  expect(large.map(({ came }) => came)).toEqual([503, 503, 503, 503, 'nothing', 'nothing']);
});

test('where too many come in at one pace some are read to their end', async () => {
  const { clock, open } = bodiesAt();
  const bodies = Array.from({ length: 8 }, () => open());
  for (let turn = 0; turn < 90; turn += 1) {
    clock.ms += 10;
    for (const [at, one] of bodies.entries()) {
      if (turn >= 5 * at && turn < 5 * at + 50) one.send(10_000);
      if (turn === 5 * at + 50) one.end();
    }
  }
  await settled();
  const came = bodies.map((one) => one.came);
  expect([came[0], came.includes(503), came.includes('nothing')]).toEqual([500_000, true, false]);
});

test('no body is refused for the sake of one that has no room beside those that are inflated', async () => {
  const { clock, bodies, open } = bodiesAt();
  const waiting = open();
  waiting.send(FREE + 100_000);
  clock.ms = 1_000;
  await bodies.during(Buffer.alloc(800_000), async () => {
    const asking = open();
    asking.send(FREE + 300_000);
    await settled();
    expect([waiting.came, asking.came]).toEqual(['nothing', 503]);
  });
  const later = open();
  later.send(FREE + 900_000);
  await settled();
  expect([waiting.came, later.came]).toEqual(['nothing', 'nothing']);
});

test('of custom attributes no more are looked at than SageMaker takes characters', () => {
  const read = (custom: string) => {
    const message = new Incoming(new net.Socket());
    message.headers['x-amzn-sagemaker-custom-attributes'] = custom;
    return readAttributes(message);
  };
  expect(read(`${';'.repeat(1_000)}deadline-ms=5`)).toEqual({ deadlineMs: 5 });
  expect(read(`${';'.repeat(15_000)}deadline-ms=5`)).toEqual({});
});

test('where many bodies come in, none has more room than for twice what came, whatever its head announces', async () => {
  const roomsOf = async (isCrowded: boolean, pieces: number) => {
    const message = new Incoming(new net.Socket());
    message.headers['content-length'] = '1000000';
    const taken: number[] = [];
    const take = (bytes: number) => {
      taken.push(bytes);
      return undefined;
    };
    const body = message.body(6_291_456, () => undefined, { take, isCrowded: () => isCrowded });
    for (let piece = 0; piece < pieces; piece += 1) message.push(Buffer.alloc(40_000));
    message.push(null);
    return { bytes: (await body).length, taken };
  };
  expect(await roomsOf(false, 25)).toEqual({ bytes: 1_000_000, taken: [1_000_000] });
  expect(await roomsOf(true, 2)).toEqual({ bytes: 80_000, taken: [160_000] });
  expect(await roomsOf(true, 25)).toEqual({ bytes: 1_000_000, taken: [160_000, 400_000, 880_000, 1_000_000] });
});

test('bodies are many from seventeen on, the small ones too, until they end', () => {
  const bodies = createBodies();
  const begin = () => {
    let [hold, room]: [Hold, RoomFor] = [() => undefined, {}];
    const request = {
      body: (_most: number, given: Hold, found: RoomFor) => {
        [hold, room] = [given, found];
        return new Promise<Uint8Array>(() => {});
      },
    } as unknown as Incoming;
    void bodies.read(request);
    return { hold, room };
  };
  const all = Array.from({ length: 40 }, begin);
  const isCrowded = () => all[0]?.room.isCrowded?.();
  for (const { hold } of all.slice(0, 16)) hold(1_000);
  expect(isCrowded()).toBe(false);
  all[16]?.hold(1);
  expect(isCrowded()).toBe(true);
  all[16]?.hold(1);
  all[16]?.hold(-2);
  expect(isCrowded()).toBe(false);
  // One without a body.
  for (const { hold } of all.slice(20)) hold(-0);
  expect(isCrowded()).toBe(false);
});
