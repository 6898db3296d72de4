import type { OnError } from '../../../shared/batch/piece.ts';

/**
 * A transform job of SageMaker: what a bad row does, whether each payload is all of a file, and what there is to compute with: threads,
 * and memory in bytes. `slots` bounds the pieces that wait for the threads, of all payloads together; `underWay` counts the payloads.
 */
export type Batch = { onError: OnError; isWhole: boolean; threads: number; memory: number; slots: Slots; underWay: number };

/** So many at once: others wait, each in its turn. */
export type Slots = { take(): Promise<void>; give(): void };

/** Pieces that are computed or wait for each thread: fewer than the threads refuse. */
const PIECES_EACH = 2;

export function createBatch(given: Pick<Batch, 'onError' | 'isWhole' | 'threads' | 'memory'>): Batch {
  return { ...given, slots: createSlots(PIECES_EACH * given.threads), underWay: 0 };
}

function createSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  return {
    take: async () => {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    give: () => {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
}
