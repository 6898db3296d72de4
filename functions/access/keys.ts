import { hash } from 'node:crypto';
import { takeOthers } from '../../shared/access/bucket.ts';
import { judge, type KeyRing, type KnownKey, keyRing } from '../../shared/access/key-ring.ts';
import type { Verdict } from '../../shared/access/kinds.ts';
import { keysUnread } from '../../shared/access/refusals.ts';
import type { KeysTable } from './keys-table.ts';

/** Times in milliseconds. Keys are read again beside the work of a call once they are this old ... */
const FRESH_MS = 30_000;
/** ... and before its work once they are this old, since an environment may have been frozen for hours. */
const STALE_MS = 60_000;
/** A key that is not known may be new, so the table is asked; whoever guesses keys makes it be asked this often at most. */
const AGAIN_MS = 5_000;
/** How often the counts of a key are exchanged at most. */
export const EXCHANGE_MS = 250;

/** What an environment knows of the keys; `digest` gives the SHA-256 of a text, and `report` hears that the table could not be asked. */
export type KeysOptions = { table: KeysTable; now: () => number; report: (error: unknown) => void };

/** What decides by keys. */
export type Keys = { judge(credential: string | undefined): Promise<Verdict> };

type Exchange = { total: number; at: number; isUnderWay: boolean };

/** The keys of an environment, which are read at once. They live on where the table cannot be read. */
export function openKeys({ table, now, report }: KeysOptions): Keys {
  let ring: KeyRing | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  const exchanges = new Map<string, Exchange>();

  const read = () => {
    triedAt = now();
    reading ??= table
      .read()
      .then(({ keys, used }) => {
        ring = keyRing(keys, digest, ring);
        readAt = now();
        for (const [name, total] of used) if (!exchanges.has(name)) exchanges.set(name, { total, at: now(), isUnderWay: false });
      })
      .catch(report)
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  /** Tells the table what was let through, and takes away what the others did. Nobody waits for it. */
  const exchange = (known: KnownKey) => {
    const { key, bucket } = known;
    const state = exchanges.get(key.name);
    if (!bucket || !state || state.isUnderWay || known.let === 0 || now() - state.at < EXCHANGE_MS) return;
    const count = known.let;
    known.let = 0;
    Object.assign(state, { at: now(), isUnderWay: true });
    table
      .add(key.name, count)
      .then((total) => {
        takeOthers(bucket, Math.max(0, total - state.total - count), now());
        state.total = total;
      })
      .catch((error) => {
        known.let += count;
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
      else if (!ring) await reading;
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

function digest(text: string): Uint8Array {
  return hash('sha256', text, 'buffer');
}
