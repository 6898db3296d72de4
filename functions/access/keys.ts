import { hash } from 'node:crypto';
import { takeOthers } from '../../shared/access/bucket.ts';
import { judge, type KeyRing, type KnownKey, keyRing } from '../../shared/access/key-ring.ts';
import type { Verdict } from '../../shared/access/kinds.ts';
import { keysUnread } from '../../shared/access/refusals.ts';
import type { KeysRead, KeysTable } from './keys-table.ts';

/** Times in milliseconds. Keys are read again beside the work of a call once they are this old ... */
const FRESH_MS = 30_000;
/** ... and before its work once they are this old, since an environment may have been frozen for hours. */
const STALE_MS = 60_000;
/** A key that is not known may be new, so the table is asked; whoever guesses keys makes it be asked this often at most. */
const AGAIN_MS = 5_000;
/** So long is the table waited for: longer, and what is asked of it counts as failed, so that no caller waits for an answer that hangs. */
const PATIENCE_MS = 3_000;
/** How often the counts of a key are exchanged at most. */
export const EXCHANGE_MS = 250;

/**
 * What an environment needs to know keys: `report` hears that the table could not be asked, `unusable` which of its items are no keys,
 * whenever these are others than before.
 */
export type KeysOptions = {
  table: KeysTable;
  now: () => number;
  report: (error: unknown) => void;
  unusable?: (problems: string[]) => void;
  /** How long the table is waited for, in milliseconds. */
  patienceMs?: number;
};

/** What decides by keys. */
export type Keys = { judge(credential: string | undefined): Promise<Verdict> };

type Exchange = { total: number; at: number; isUnderWay: boolean };

/** A reading of the table, and when it began. */
type Reading = { since: number; done: Promise<void> };

/** The keys of an environment, which are read at once. They live on where the table cannot be read. */
export function openKeys({ table, now, report, unusable, patienceMs = PATIENCE_MS }: KeysOptions): Keys {
  let ring: KeyRing | undefined;
  /** When the reading began that gave the ring: what the table said may be as old as that, where the environment was frozen meanwhile. */
  let readAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let reading: Reading | undefined;
  let unusableBefore = '';
  const exchanges = new Map<string, Exchange>();

  const keep = ({ keys, used, unusable: problems = [] }: KeysRead, since: number) => {
    // One that began before the environment was frozen may come after a later one.
    if (since < readAt) return;
    ring = keyRing(keys, digest, ring);
    readAt = since;
    for (const [name, total] of used) if (!exchanges.has(name)) exchanges.set(name, { total, at: now(), isUnderWay: false });
    const said = problems.join();
    if (said !== unusableBefore) unusable?.(problems);
    unusableBefore = said;
  };
  const begin = (): Reading => {
    const since = now();
    const one: Reading = {
      since,
      done: patiently(patienceMs, (signal) => table.read(signal))
        .then((read) => keep(read, since))
        .catch(report)
        .finally(() => {
          if (reading === one) reading = undefined;
        }),
    };
    return one;
  };
  const read = () => {
    triedAt = now();
    // Such a one is not waited for.
    if (!reading || triedAt - reading.since > patienceMs) reading = begin();
    return reading.done;
  };
  /** Tells the table what was let through, and takes away what the others did. Nobody waits for it. */
  const exchange = (known: KnownKey) => {
    const { key, bucket } = known;
    const state = exchanges.get(key.name);
    if (!bucket || !state || state.isUnderWay || known.let === 0 || now() - state.at < EXCHANGE_MS) return;
    const count = known.let;
    known.let = 0;
    Object.assign(state, { at: now(), isUnderWay: true });
    patiently(patienceMs, (signal) => table.add(key.name, count, signal))
      .then((total) => {
        takeOthers(bucket, Math.max(0, total - state.total - count), now());
        state.total = total;
      })
      .catch((error) => {
        // What may have arrived is not told again: a table that is late would count it many times, and the caller would owe all of it.
        if (!mayHaveArrived(error)) known.let += count;
        report(error);
      })
      .finally(() => {
        state.isUnderWay = false;
      });
  };
  const decide = (credential: string | undefined): ReturnType<typeof judge> =>
    ring ? judge(ring, credential, now()) : { refusal: keysUnread() };

  void read();
  return {
    judge: async (credential) => {
      const age = now() - readAt;
      if (age > STALE_MS && now() - triedAt > (ring ? AGAIN_MS : 0)) await read();
      else if (!ring) await reading?.done;
      else if (age > FRESH_MS && now() - triedAt > AGAIN_MS) void read();
      let verdict = decide(credential);
      if (verdict.caller === undefined && credential !== undefined && now() - triedAt > AGAIN_MS) {
        await read();
        verdict = decide(credential);
      }
      if (verdict.known) exchange(verdict.known);
      return verdict;
    },
  };
}

/** Whether a count may be in the table although its answer never came: ours to wait for, or the SDK's (both call it so), was over. */
function mayHaveArrived(error: unknown): boolean {
  return error instanceof Error && ['TimeoutError', 'AbortError'].includes(error.name);
}

function digest(text: string): Uint8Array {
  return hash('sha256', text, 'buffer');
}

/** What the table answers within a time, in milliseconds; rejects with a TimeoutError else. */
async function patiently<Result>(ms: number, ask: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = Object.assign(new Error(`no answer within ${ms} ms`), { name: 'TimeoutError' });
      reject(error);
      // An answer that has begun and never ends holds its connection otherwise.
      over.abort(error);
    }, ms);
  });
  try {
    return await Promise.race([ask(over.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
