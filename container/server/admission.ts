import type { RequestError } from '../../shared/errors.ts';
import { overloaded } from './refusals.ts';

/** Most computing, in milliseconds, that small requests may wait for. */
const MOST_WAITING_MS = 50;
/** Most that is thought of a request whose body is not read yet, in milliseconds: a few long ones must not keep short ones out. */
const MOST_EXPECTED_MS = MOST_WAITING_MS / 2;
/**
 * Most that the queue may really take, in milliseconds: what is wrong with a body takes longer to say than its bytes to read, and nobody knows
 * before. Not as little as is thought of: each of 300 clients with 23 KB waits its turn.
 */
const MOST_REALLY_MS = 1_000;
/** One pause of the machine must not look like work that takes longer than was thought. */
const PAUSE_MS = 0.2;
/** What was learnt of work is forgotten after so long without any, in milliseconds: other work may come now. */
const FORGET_MS = 100;
/** How long computing goes on before the next look at the sockets, in milliseconds. */
const SLICE_MS = 5;
/** Most looks at the sockets that take in a connection each before computing goes on. */
const MOST_PUT_OFF = 16;
const FULL = 'too much is waiting to be computed; ask again soon';

type Job = { ms: number; enter(): void };

/** A queue in front of this thread's computing. */
export type Admission = {
  /**
   * Computes `work` in its turn, which is thought to take `ms`. Throws a 503 at once where the queue is full, and at its
   * turn where nobody is waiting any more.
   */
  run<T>(ms: number, isWanted: () => boolean, work: () => T): Promise<T>;
  /**
   * The same for what takes little: at once, until such work took a few milliseconds since the last look at the sockets; then in its turn. Of
   * thousands of requests that come in together each takes little, too.
   */
  soon<T>(ms: number, isWanted: () => boolean, work: () => T): T | Promise<T>;
  /** A connection was taken in. Node takes one in at a look at the sockets: where more wait, there are some more looks before the next turn of the queue. */
  noteConnection(): void;
  /** Computing that waits, in milliseconds. */
  waitingMs(): number;
  /**
   * A 503 where a request like the last ones would not be taken: before its body is read. Under overload most are refused, and to
   * read their bodies first took a tenth of what could be answered. It is given and not thrown, since a throw costs more than it.
   */
  refusal(): RequestError | undefined;
  /**
   * Since when this thread may not have looked at the sockets: whatever is heard now came in after that. Now, where nothing is
   * computed.
   */
  unheardSince(): number;
};

/**
 * Bounded admission for requests that are computed in this thread. Without it they would queue up in the sockets, each to be
 * computed long after its caller has gone; with it what cannot be answered soon is refused at once, and what is taken is
 * answered. Computing yields to the sockets every few milliseconds, so that refusals and /ping stay quick.
 */
export function createAdmission(now = () => performance.now()): Admission {
  const queue: Job[] = [];
  let waiting = 0;
  // What a request takes, and how much longer work takes than was thought: means in which the latest count most.
  let [expected, beyond] = [0, 0];
  /** When work was last done. */
  let ended = 0;
  let isRunning = false;
  let pumped = 0;
  /** How long work took that was done at once since the last look at the sockets. */
  let spent = 0;
  /** Whether a connection was taken in at the last look at the sockets, and how many of them in a row have put off the queue. */
  let [isConnecting, putOff] = [false, 0];

  const pump = () => {
    pumped = now();
    if (isConnecting && putOff < MOST_PUT_OFF) {
      [isConnecting, putOff] = [false, putOff + 1];
      setImmediate(pump);
      return;
    }
    [isConnecting, putOff, spent] = [false, 0, 0];
    const end = pumped + SLICE_MS;
    for (let job = queue.shift(); job; job = queue.shift()) {
      waiting -= job.ms;
      job.enter();
      if (now() >= end) break;
    }
    // Sums of estimates drift; an empty queue is a chance to set that right.
    if (queue.length === 0) waiting = 0;
    isRunning = queue.length > 0;
    if (isRunning) setImmediate(pump);
    else pumped = 0;
  };
  const start = () => {
    if (!isRunning) setImmediate(pump);
    if (!isRunning && now() - ended > FORGET_MS) beyond = 0;
    isRunning = true;
  };
  const isFull = (ms: number) => queue.length > 0 && (waiting + ms > MOST_WAITING_MS || waiting + queue.length * beyond > MOST_REALLY_MS);
  /** Does work that was thought to take `ms`; `done` hears how long it took. */
  const timed = <T>(ms: number, work: () => T, done: (took: number) => void): T => {
    const began = now();
    try {
      return work();
    } finally {
      ended = now();
      const took = ended - began;
      beyond += 0.1 * (Math.min(Math.max(took - ms, 0), 4 * beyond + PAUSE_MS) - beyond);
      done(took);
    }
  };
  const run: Admission['run'] = (ms, isWanted, work) => {
    expected += 0.1 * (ms - expected);
    if (isFull(ms)) return Promise.reject(overloaded(FULL));
    waiting += ms;
    return new Promise((resolve, reject) => {
      const enter = () => {
        try {
          if (!isWanted()) throw overloaded('the time of this request was over before its turn came');
          resolve(timed(ms, work, () => {}));
        } catch (error) {
          reject(error);
        }
      };
      queue.push({ ms, enter });
      start();
    });
  };
  return {
    run,
    soon: (ms, isWanted, work) => {
      if (spent >= SLICE_MS) return run(ms, isWanted, work);
      start();
      return timed(ms, work, (took) => {
        spent += took;
      });
    },
    noteConnection: () => {
      isConnecting = true;
    },
    waitingMs: () => waiting,
    refusal: () => (isFull(Math.min(expected, MOST_EXPECTED_MS)) ? overloaded(FULL) : undefined),
    // While a queue is worked off, each look at the sockets stands between two turns of it.
    unheardSince: () => (pumped > 0 ? pumped : now()),
  };
}

export type Pace = {
  ms(rows: number): number;
  note(rows: number, ms: number): void;
  /** Of many rows: they can show that a row takes less than was thought; that they took longer may have other reasons. */
  noteMany(rows: number, ms: number): void;
};

/** What a row takes on this machine now, in milliseconds: a mean in which the latest computations count most. */
export function createPace(firstMs: number): Pace {
  let each = firstMs;
  return {
    ms: (rows) => rows * each,
    note: (rows, ms) => {
      // One pause of the machine must not look like a slow model.
      if (rows > 0) each += 0.1 * (Math.min(ms / rows, 4 * each) - each);
    },
    noteMany: (rows, ms) => {
      if (rows > 0) each = Math.min(each, ms / rows);
    },
  };
}
