import type { Hold } from '../server/http.ts';
import { overloaded } from '../server/refusals.ts';
import { LIMITS } from './http-api.ts';

/** Most bytes of all bodies together that a server of the local stack holds: from the first that comes in until the answer is sent. */
export const MOST_BODY_BYTES = 16 * LIMITS.payload;

/** A request's share of the room: `hold` hears of the bytes that come in, `leave` gives all of them back. */
export type Share = { hold: Hold; leave(): void };

/**
 * Room for the bodies of all requests of one server. What counts is what came in, not what a head announces. A body for which there is no
 * room is refused with a 503, and takes none.
 */
export function createBodyRoom(most: number): () => Share {
  let all = 0;
  return () => {
    let held = 0;
    const leave = () => {
      all -= held;
      held = 0;
    };
    const hold: Hold = (bytes) => {
      held += bytes;
      all += bytes;
      if (all <= most) return undefined;
      leave();
      return overloaded('too many big bodies are coming in; ask again soon');
    };
    return { hold, leave };
  };
}
