/** What the deadline of a call is made of, in milliseconds. */
export type DeadlineSettings = {
  /** A warm call's, and the most that an adapted one can be. */
  deadlineMs: number;
  /** The first call's of an environment: it looks up a name and shakes hands. */
  firstDeadlineMs: number;
  /** The least that an adapted deadline can be. */
  leastDeadlineMs: number;
  msPerRow: number;
  /** Most that rows can add. */
  rowsMostMs: number;
  /** Kept back from the remaining time, so that the fallback always fits. */
  reserveMs: number;
};

/** Calls before the deadline adapts, and how many of the last ones it looks at. */
const SAMPLES = { least: 100, most: 500 };
/** Calls before an environment may say that its deadline is too short. */
const JUDGED = 20;

export type Budget = {
  /** The deadline of the next call, in whole milliseconds; 0 or less where there is no time for one. */
  next(rows: number, remainingMs: number): number;
  /** Notes how long a call took; a time-out's is the deadline it had. */
  note(rows: number, ms: number, timedOut: boolean): void;
  /** Once true, where over half of this environment's calls timed out: an endpoint that is paid for and never heard. */
  isTooShort(): boolean;
  /** What is known: calls, time-outs, and the deadline of a warm call with no rows. */
  figures(): { calls: number; timeouts: number; deadlineMs: number };
};

/**
 * The deadline of each call. From 100 samples on a warm one's is 1.5 x the recent p99, between the least and the setting; a
 * time-out counts as twice the deadline, so that time-outs lengthen it and it cannot ratchet down. A false time-out costs
 * nothing but the endpoint's work: the fallback's answer is the same.
 */
export function createBudget(settings: DeadlineSettings): Budget {
  let samples: number[] = [];
  let warm = settings.deadlineMs;
  let [calls, timeouts] = [0, 0];
  let isTold = false;
  const forRows = (rows: number) => Math.min(rows * settings.msPerRow, settings.rowsMostMs);
  return {
    next: (rows, remainingMs) => {
      const base = calls === 0 ? Math.max(settings.firstDeadlineMs, warm) : warm;
      return Math.floor(Math.min(base + forRows(rows), remainingMs - settings.reserveMs));
    },
    note: (rows, ms, timedOut) => {
      calls += 1;
      if (timedOut) timeouts += 1;
      samples.push(timedOut ? 2 * ms : Math.max(ms - forRows(rows), 0));
      // Halved and not shifted, so that a call costs no copy; sorted now and then, for the same reason.
      if (samples.length >= SAMPLES.most) samples = samples.slice(-SAMPLES.most / 2);
      if (samples.length >= SAMPLES.least && calls % 10 === 0) warm = adapted(samples, settings);
    },
    isTooShort: () => {
      if (isTold || calls < JUDGED || 2 * timeouts <= calls) return false;
      isTold = true;
      return true;
    },
    figures: () => ({ calls, timeouts, deadlineMs: warm }),
  };
}

function adapted(samples: number[], { leastDeadlineMs, deadlineMs }: DeadlineSettings): number {
  const sorted = Float64Array.from(samples).sort();
  const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1]!;
  return Math.min(Math.max(1.5 * p99, leastDeadlineMs), deadlineMs);
}
