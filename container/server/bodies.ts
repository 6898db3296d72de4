import { MAX_BODY_BYTES } from '../../shared/wire/limits.ts';
import type { Incoming } from './incoming.ts';
import { overloaded } from './refusals.ts';
import { createRooms, type Rooms } from './rooms.ts';

/** Most bytes of bodies that are held while they come in. */
const MOST_BYTES = 16 * MAX_BODY_BYTES;
/** So many bytes of each body count for nothing: a connection has one body that comes in, so that all together are few. */
const FREE_BYTES = 65_536;
/** A byte that came in so many milliseconds ago counts for 1 / e of one that comes in now, where it is asked which body moves. */
const LATELY_MS = 1_000;
/** A body that came in at one pace for so many seconds, which is as long as it may take, still has a part of its bytes among those of the last one. */
const MOST_STEADY_S = 10;
/** No body is taken to be younger, so that a first piece alone makes none the quickest. */
const YOUNGEST_MS = 10;
/** With more bodies that come in none is given the room that its head announces: a sixteenth of its bytes would take all of it. */
const MOST_AHEAD = 16;

/** A body that comes in: how many of its bytes count and since when, how many of those came in lately, and when the last did. */
type Coming = { request: Incoming; length: number; counted: number; since: number; moved: number; at: number };

/** The bodies of a container while they come in. */
export type Bodies = {
  rooms: Rooms;
  /** A request's body, of at most so many bytes, 6 MB by default. Rejects with a 503 where there is no room, or no more, since others came in faster. */
  read(request: Incoming, most?: number): Promise<Uint8Array>;
  /** Counts a body that came in while `work` needs its bytes. */
  during<T>(body: Uint8Array, work: () => Promise<T>): Promise<T>;
};

/**
 * Holds no more than `mostOfAll` bytes of all bodies together. What counts is what came in, not what a head announces: else a few heads without bodies
 * would keep everybody out; and small bodies always have room. Where there is none for a larger one, a body that stands still is refused, so
 * that those that never end keep nobody out; else the slowest, and not the oldest: where honest ones are too many, some are read to their end. The
 * rest of what is refused is thrown away: the sender hears why.
 */
export function createBodies(mostOfAll = MOST_BYTES, now = () => performance.now()): Bodies {
  const coming = new Set<Coming>();
  /** Bytes of bodies that came in whole, of which none can be refused, and of the others. */
  let [kept, bytes] = [0, 0];
  /** Bodies of which some came in, the small ones too. */
  let begun = 0;
  const full = () => overloaded('too many big bodies are coming in; ask again soon');
  const stillest = (time: number) => {
    let [found, least]: [Coming | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
    for (const one of coming) {
      const moved = one.moved * Math.exp((one.at - time) / LATELY_MS);
      // Of what has just begun little can have come in yet; and what is below nothing stands still.
      const part = 1 - Math.exp((one.since - YOUNGEST_MS - time) / LATELY_MS);
      const pace = moved < one.counted / MOST_STEADY_S ? moved / one.counted - 1 : moved / part;
      if (pace < least) [found, least] = [one, pace];
    }
    return found;
  };
  /** Makes room for the body that takes more than there is; a refusal where it is the one to go. */
  const makeRoom = (asking: Coming, time: number) => {
    while (kept + bytes > mostOfAll) {
      const one = kept + asking.counted > mostOfAll ? asking : stillest(time);
      if (!one || one === asking) return full();
      one.request.refuse(full());
    }
    return undefined;
  };
  const hold = (one: Coming, more: number) => {
    if (more < 0) begun -= 1;
    else if (one.length === 0 && more > 0) begun += 1;
    one.length += more;
    const counted = Math.max(one.length - FREE_BYTES, 0);
    const moved = counted - one.counted;
    if (moved === 0) return undefined;
    bytes += moved;
    one.counted = counted;
    if (moved < 0) {
      coming.delete(one);
      return undefined;
    }
    const time = now();
    if (moved === counted) one.since = time;
    one.moved = one.moved * Math.exp((one.at - time) / LATELY_MS) + moved;
    one.at = time;
    coming.add(one);
    return makeRoom(one, time);
  };
  const rooms = createRooms();
  return {
    rooms,
    read: (request, most = MAX_BODY_BYTES) => {
      const one: Coming = { request, length: 0, counted: 0, since: 0, moved: 0, at: 0 };
      return request.body(most, (more) => hold(one, more), { take: rooms.take, isCrowded: () => begun > MOST_AHEAD });
    },
    during: async (body, work) => {
      kept += body.length;
      try {
        return await work();
      } finally {
        kept -= body.length;
      }
    },
  };
}
