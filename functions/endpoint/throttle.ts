/** How much of the past counts, in milliseconds; short, so that an endpoint with room again is found within seconds. */
const MEMORY_MS = 5_000;
/** Requests sent for each one accepted, so that a little more than is accepted is always tried (Google's SRE book, chapter 21). */
const TRIED = 2;
/** Even an endpoint that accepts nothing is asked now and then. */
const MOST_HELD_BACK = 0.95;

export type Throttle = {
  /** Whether a request should be sent. One that should not counts at once, one that is sent when it is known what came of it: of those under way nothing is. */
  admit(): boolean;
  /** Notes whether the endpoint took a request on, whatever came of it, or throttled it. */
  note(isAccepted: boolean): void;
};

/**
 * Adaptive throttling: requests are held back with probability (requests - 2 x accepted) / (requests + 1), both counted over
 * the last seconds. The counts fade as times are compared: no timer runs.
 */
export function createThrottle(now: () => number, random: () => number): Throttle {
  let [requests, accepts, at] = [0, 0, now()];
  const fade = () => {
    const time = now();
    const left = Math.exp((at - time) / MEMORY_MS);
    [requests, accepts, at] = [requests * left, accepts * left, time];
  };
  return {
    admit: () => {
      fade();
      const heldBack = Math.min((requests - TRIED * accepts) / (requests + 1), MOST_HELD_BACK);
      const isSent = random() >= heldBack;
      if (!isSent) requests += 1;
      return isSent;
    },
    note: (isAccepted) => {
      fade();
      requests += 1;
      if (isAccepted) accepts += 1;
    },
  };
}
