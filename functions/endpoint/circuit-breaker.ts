/** How a call to the endpoint ended, for the breaker. `broken`: no call can succeed soon. `ignored`: says nothing of its health. */
export type Verdict = 'success' | 'failure' | 'timeout' | 'broken' | 'ignored';

/** When the breaker opens, and for how long. Times in milliseconds. */
export type BreakerSettings = {
  /** Time-outs in a row that open it. */
  timeouts: number;
  /** Failures in a row that open it, time-outs among them. */
  failures: number;
  /** It opens when half of this many recent calls failed. */
  window: number;
  /** How long it is open at first; twice as long each time a probe fails. */
  openMs: number;
  openMostMs: number;
  /** Probes in a row that must succeed to close it. */
  probes: number;
};

/** Each state carries what belongs to it alone; times are those of the clock passed in. */
export type BreakerState =
  | { is: 'closed'; recent: Verdict[] }
  | { is: 'open'; until: number; openings: number }
  | { is: 'half-open'; successes: number; probing: boolean; openings: number };

/** Leave for one call, which reports how it ended, once. True where that report opened the breaker. */
export type Permit = (verdict: Verdict) => boolean;

export type CircuitBreaker = {
  /** Leave for a call now; undefined while open, and half open for all calls but one probe at a time. */
  admit(): Permit | undefined;
  state(): BreakerState;
};

/**
 * A circuit breaker for one environment, never shared. It compares times and starts no timer, since an environment is
 * frozen between invocations. `now` gives milliseconds, `random` a number from 0 up to 1.
 */
export function createCircuitBreaker(settings: BreakerSettings, now: () => number, random: () => number): CircuitBreaker {
  let state: BreakerState = { is: 'closed', recent: [] };
  let changes = 0;

  const change = (next: BreakerState) => {
    changes += 1;
    state = next;
  };
  const open = (openings: number, ms = openFor(settings, openings, random)) => {
    change({ is: 'open', until: now() + ms, openings });
    return true;
  };

  const report = (verdict: Verdict): boolean => {
    if (state.is === 'open') return false;
    if (verdict === 'broken') return open(0, settings.openMostMs);
    if (state.is === 'closed') {
      if (verdict === 'ignored') return false;
      state = { is: 'closed', recent: [...state.recent, verdict].slice(-settings.window) };
      return mustOpen(state.recent, settings) && open(0);
    }
    if (verdict === 'ignored') state = { ...state, probing: false };
    else if (verdict !== 'success') return open(state.openings + 1);
    else if (state.successes + 1 < settings.probes) state = { ...state, probing: false, successes: state.successes + 1 };
    else change({ is: 'closed', recent: [] });
    return false;
  };

  return {
    state: () => state,
    admit: () => {
      if (state.is === 'open') {
        if (now() < state.until) return undefined;
        change({ is: 'half-open', successes: 0, probing: false, openings: state.openings });
      }
      if (state.is === 'half-open') {
        if (state.probing) return undefined;
        state = { ...state, probing: true };
      }
      const given = changes;
      // Calls of a shared environment overlap: one that was admitted before the state changed must not speak for the new one, not
      // even where the breaker has been through the others and is closed again.
      return (verdict) => changes === given && report(verdict);
    },
  };
}

function mustOpen(recent: Verdict[], { timeouts, failures, window }: BreakerSettings): boolean {
  const inARow = (count: number, fits: (verdict: Verdict) => boolean) => recent.length >= count && recent.slice(-count).every(fits);
  const failed = recent.filter((verdict) => verdict !== 'success').length;
  return (
    inARow(timeouts, (verdict) => verdict === 'timeout') ||
    inARow(failures, (verdict) => verdict !== 'success') ||
    (recent.length === window && 2 * failed >= window)
  );
}

/** 1 s x 2^n up to 30 s by default, of which 50 to 100 %, so that environments do not probe all at once. */
function openFor({ openMs, openMostMs }: BreakerSettings, openings: number, random: () => number): number {
  return Math.min(openMs * 2 ** openings, openMostMs) * (0.5 + random() / 2);
}
