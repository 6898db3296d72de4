import { expect, test } from '@jest/globals';
import { createRooms } from '../../../container/server/rooms.ts';

const MB = 1_048_576;

test('a big body has memory that threads share, and what was given back is taken for the next that fits', () => {
  const rooms = createRooms();
  const first = rooms.take(MB) as Uint8Array;
  expect([first.length, first.buffer instanceof SharedArrayBuffer]).toEqual([MB, true]);
  const second = rooms.take(MB) as Uint8Array;
  expect(second.buffer).not.toBe(first.buffer);
  // As a body that came in with fewer bytes than there was room for.
  rooms.give(first.subarray(0, 1_000));
  const third = rooms.take(MB - 8) as Uint8Array;
  expect([third.length, third.buffer]).toEqual([MB - 8, first.buffer]);
  // It is nobody else's until it is given back again.
  expect(rooms.take(MB)?.buffer).not.toBe(first.buffer);
});

test('memory that is too small, too large or of a small body is not taken again', () => {
  const rooms = createRooms();
  rooms.give(rooms.take(MB) as Uint8Array);
  expect(rooms.take(2 * MB)?.buffer.byteLength).toBe(2 * MB);
  rooms.give(rooms.take(6 * MB) as Uint8Array);
  expect(rooms.take(5 * MB)?.buffer.byteLength).toBe(5 * MB);
  rooms.give(new Uint8Array(MB));
  expect(rooms.take(MB)?.buffer instanceof SharedArrayBuffer).toBe(true);
  expect(rooms.take(1_000)).toBeUndefined();
});
