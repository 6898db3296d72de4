import { describe, expect, test } from '@jest/globals';
import { ConsecutiveBreaker, CountBreaker } from 'cockatiel';
import fc from 'fast-check';
import { type BreakerSettings, createCircuitBreaker, type Verdict } from '../../functions/endpoint/circuit-breaker.ts';
import { createBudget, type DeadlineSettings } from '../../functions/endpoint/deadline.ts';
import type { Endpoint, Outcome } from '../../functions/endpoint/endpoint.ts';
import { guardEndpoint } from '../../functions/endpoint/guard.ts';
import { createThrottle } from '../../functions/endpoint/throttle.ts';
import { readSettings } from '../../functions/settings.ts';
import type { Query } from '../../shared/wire/wire.ts';

const SETTINGS = readSettings({ MODEL_FILE: 'x', ENDPOINT_NAME: 'test' });
const NEVER = 1_000;

/** A clock that stands until it is moved. */
function clock() {
  let time = 0;
  return { now: () => time, pass: (ms: number) => (time += ms) };
}
/** The same sequence of numbers from 0 up to 1 every time (mulberry32). */
function seeded(seed = 1) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('the circuit breaker', () => {
  const breakerOf = (changed: Partial<BreakerSettings> = {}) => {
    const { now, pass } = clock();
    return { pass, ...createCircuitBreaker({ ...SETTINGS.breaker, ...changed }, now, () => 1) };
  };
  const report = (breaker: ReturnType<typeof breakerOf>, ...verdicts: Verdict[]) => {
    return verdicts.map((verdict) => breaker.admit()?.(verdict));
  };

  test.each<[string, Verdict[]]>([
    ['3 time-outs in a row', ['timeout', 'timeout', 'timeout']],
    ['5 failures in a row, time-outs among them', ['failure', 'timeout', 'failure', 'timeout', 'failure']],
    ['half of the last 20', [...Array(9).fill(['failure', 'success']).flat(), 'success', 'failure']],
    ['an endpoint that is not there', ['broken']],
  ])('opens on %s, and on nothing less', (_, verdicts) => {
    const breaker = breakerOf();
    expect(report(breaker, ...verdicts)).toEqual(verdicts.map((_, at) => at === verdicts.length - 1));
    expect(breaker.admit()).toBeUndefined();
  });

  test('does not count what says nothing of the health', () => {
    const breaker = breakerOf();
    report(breaker, 'timeout', 'timeout', ...Array(50).fill('ignored'));
    expect(breaker.state().is).toBe('closed');
    expect(report(breaker, 'timeout')).toEqual([true]);
  });

  test('lets one probe through after 1 s, then 2, 4, 8, 16 and at most 30 s; two successes close it', () => {
    const breaker = breakerOf();
    report(breaker, 'timeout', 'timeout', 'timeout');
    for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
      breaker.pass(seconds * 1_000 - 1);
      expect(breaker.admit()).toBeUndefined();
      breaker.pass(1);
      const probe = breaker.admit();
      expect(breaker.admit()).toBeUndefined();
      expect(probe?.('failure')).toBe(true);
    }
    breaker.pass(30_000);
    report(breaker, 'success');
    expect(breaker.state()).toMatchObject({ is: 'half-open', successes: 1 });
    report(breaker, 'success');
    expect(breaker.state()).toEqual({ is: 'closed', recent: [] });
    report(breaker, 'timeout', 'timeout', 'timeout');
    expect(breaker.state()).toMatchObject({ openings: 0 });
  });

  test('gives the probe back where it said nothing', () => {
    const breaker = breakerOf();
    report(breaker, 'broken');
    breaker.pass(30_000);
    report(breaker, 'ignored', 'success', 'ignored', 'success');
    expect(breaker.state().is).toBe('closed');
  });

  test('hears nothing from a call that began before it opened', () => {
    const breaker = breakerOf();
    const early = breaker.admit();
    report(breaker, 'timeout', 'timeout', 'timeout');
    breaker.pass(1_000);
    const probe = breaker.admit();
    expect(early?.('success')).toBe(false);
    expect(breaker.state()).toMatchObject({ is: 'half-open', successes: 0, probing: true });
    expect(probe?.('success')).toBe(false);
    expect(breaker.state()).toMatchObject({ successes: 1 });
  });

  test('hears nothing from a call that began when it was closed before, once it is closed again', () => {
    const breaker = breakerOf();
    const early = [breaker.admit(), breaker.admit(), breaker.admit()];
    report(breaker, 'timeout', 'timeout', 'timeout');
    breaker.pass(1_000);
    report(breaker, 'success', 'success');
    expect(breaker.state()).toEqual({ is: 'closed', recent: [] });
    expect(early.map((permit) => permit?.('timeout'))).toEqual([false, false, false]);
    expect(breaker.state()).toEqual({ is: 'closed', recent: [] });
  });

  test('is open for 50 to 100 % of its time', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
        const breaker = createCircuitBreaker(
          SETTINGS.breaker,
          () => 0,
          () => random,
        );
        for (let call = 0; call < 3; call += 1) breaker.admit()?.('timeout');
        const state = breaker.state();
        return state.is === 'open' && state.until >= 500 && state.until <= 1_000;
      }),
    );
  });

  const outcomes = fc.array(fc.constantFrom<Verdict>('success', 'failure'), { maxLength: 80 });
  test("opens on the very call on which cockatiel's ConsecutiveBreaker does", () => {
    fc.assert(
      fc.property(outcomes, fc.integer({ min: 1, max: 8 }), (verdicts, failures) => {
        const breaker = breakerOf({ timeouts: NEVER, failures, window: NEVER });
        const oracle = new ConsecutiveBreaker(failures);
        return verdicts.every((verdict) => {
          const permit = breaker.admit();
          if (!permit) return true;
          if (verdict === 'success') oracle.success();
          return permit(verdict) === (verdict === 'failure' && oracle.failure());
        });
      }),
    );
  });

  test("opens with cockatiel's CountBreaker on a share of the last calls", () => {
    fc.assert(
      fc.property(outcomes, fc.integer({ min: 2, max: 30 }), (verdicts, size) => {
        const breaker = breakerOf({ timeouts: NEVER, failures: NEVER, window: size });
        // Cockatiel opens over its threshold, ours at half.
        const oracle = new CountBreaker({ threshold: 0.5 - 1e-9, size, minimumNumberOfCalls: size });
        return verdicts.every((verdict) => {
          const permit = breaker.admit();
          if (!permit) return true;
          if (verdict === 'failure') return permit(verdict) === oracle.failure(0 as never);
          oracle.success(0 as never);
          // Cockatiel looks only after a failure; a success that completes the window may open ours.
          const { recent } = breaker.state() as { recent: Verdict[] };
          const failed = [...recent, verdict].slice(-size).filter((one) => one === 'failure').length;
          return permit(verdict) === (recent.length >= size - 1 && 2 * failed >= size);
        });
      }),
    );
  });
});

describe('the deadline', () => {
  const budgetOf = (changed: Partial<DeadlineSettings> = {}) => createBudget({ ...SETTINGS.deadline, ...changed });

  test('is 800 ms for the first call, then 250, and 0.05 ms more a row up to 2 s', () => {
    const budget = budgetOf();
    expect(budget.next(0, 8_000)).toBe(800);
    budget.note(0, 10, false);
    expect([0, 1_000, 10_000, 1_000_000].map((rows) => budget.next(rows, 8_000))).toEqual([250, 300, 750, 2_250]);
  });

  test('always leaves the fallback its 300 ms', () => {
    const budget = budgetOf();
    budget.note(0, 10, false);
    expect([500, 301, 300, 10].map((left) => budget.next(0, left))).toEqual([200, 1, 0, -290]);
  });

  test('adapts from 100 samples on, to 1.5 x p99, no less than 100 ms and no more than the setting', () => {
    const settled = (ms: number, calls: number) => {
      const budget = budgetOf();
      for (let call = 0; call < calls; call += 1) budget.note(0, ms, false);
      return budget.next(0, 8_000);
    };
    expect([settled(5, 99), settled(5, 100), settled(100, 100), settled(200, 100)]).toEqual([250, 100, 150, 250]);
  });

  test('does not ratchet down: time-outs lengthen it back to the setting', () => {
    const budget = budgetOf();
    for (let call = 0; call < 100; call += 1) budget.note(0, 5, false);
    expect(budget.next(0, 8_000)).toBe(100);
    for (let call = 0; call < 100; call += 1) budget.note(0, budget.next(0, 8_000), true);
    expect(budget.next(0, 8_000)).toBe(250);
  });

  test('keeps within its bounds whatever the latencies', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.boolean()), { maxLength: 800 }), (notes) => {
        const budget = budgetOf();
        return notes.every(([ms, timedOut]) => {
          budget.note(1, ms, timedOut);
          const next = budget.next(0, 8_000);
          return next >= 100 && next <= 250;
        });
      }),
    );
  });

  test('is told to be too short once, where over half of 20 calls or more timed out', () => {
    const budget = budgetOf();
    for (let call = 0; call < 19; call += 1) budget.note(0, 250, true);
    expect(budget.isTooShort()).toBe(false);
    budget.note(0, 250, true);
    expect([budget.isTooShort(), budget.isTooShort()]).toEqual([true, false]);
    expect(budget.figures()).toMatchObject({ calls: 20, timeouts: 20 });
  });
});

describe('adaptive throttling', () => {
  /** The share of requests sent in each second, at 25 a second, to an endpoint that accepts so many of them. */
  const run = (throttle: ReturnType<typeof createThrottle>, time: ReturnType<typeof clock>, seconds: number, accepts: () => boolean) => {
    const shares = Array.from({ length: seconds }, () => {
      let sent = 0;
      for (let call = 0; call < 25; call += 1) {
        time.pass(40);
        if (!throttle.admit()) continue;
        sent += 1;
        if (accepts()) throttle.accepted();
      }
      return sent / 25;
    });
    return { shares, mean: (last: number) => shares.slice(-last).reduce((sum, share) => sum + share, 0) / last };
  };

  test('holds nothing back while all is accepted', () => {
    const time = clock();
    const { shares } = run(createThrottle(time.now, seeded()), time, 20, () => true);
    expect(Math.min(...shares)).toBe(1);
  });

  test('sends about twice what is accepted, hardly anything where nothing is, and all again soon after', () => {
    const time = clock();
    const random = seeded();
    const throttle = createThrottle(time.now, random);
    const some = run(throttle, time, 60, () => random() < 0.5);
    expect(some.mean(30)).toBeGreaterThan(0.6);
    const none = run(throttle, time, 60, () => false);
    expect(none.mean(30)).toBeLessThan(0.1);
    expect(none.mean(30)).toBeGreaterThan(0);
    expect(run(throttle, time, 35, () => true).mean(5)).toBeGreaterThan(0.9);
  });
});

describe('the guard', () => {
  const QUERY: Query = { rows: Float64Array.of(1), count: 1, parameters: { type: 'response', predictAll: false } };
  const ASKED = { body: new Uint8Array(), contentType: 'application/json', query: QUERY, remainingMs: 8_000 };
  const failed = (reason: 'timeout' | 'throttled' | 'endpoint-error' | 'contract-mismatch', stalled = false): Outcome => {
    return { answered: false, reason, detail: '', ms: 1, stalled };
  };
  /** A guard of an endpoint whose every call ends so. */
  const guardOf = (outcome: Outcome) => {
    const time = clock();
    const asked: number[] = [];
    const endpoint: Endpoint = {
      prepare: async () => {},
      ask: async (_, deadlineMs) => {
        asked.push(deadlineMs);
        return outcome;
      },
    };
    return { asked, time, guard: guardEndpoint(endpoint, SETTINGS, time.now, seeded()) };
  };

  test('asks no more after three time-outs, unless they were stalls of our own', async () => {
    const dead = guardOf(failed('timeout'));
    for (let call = 0; call < 6; call += 1) await dead.guard.ask(ASKED);
    expect(dead.asked).toEqual([800, 250, 250]);
    const stalled = guardOf(failed('timeout', true));
    for (let call = 0; call < 6; call += 1) await stalled.guard.ask(ASKED);
    expect(stalled.asked).toHaveLength(6);
  });

  test('keeps the breaker closed where an endpoint throttles or refuses, and sends less to one that throttles', async () => {
    for (const [reason, least, most] of [
      ['throttled', 1, 60],
      ['contract-mismatch', 200, 200],
    ] as const) {
      const { guard, asked, time } = guardOf(failed(reason));
      for (let call = 0; call < 200; call += 1) {
        time.pass(40);
        await guard.ask(ASKED);
      }
      expect(guard.state().breaker).toBe('closed');
      expect(asked.length).toBeGreaterThanOrEqual(least);
      expect(asked.length).toBeLessThanOrEqual(most);
    }
  });

  test('takes all the time there is where nobody else can answer, and none where there is none', async () => {
    const { guard, asked } = guardOf(failed('contract-mismatch'));
    await guard.ask({ ...ASKED, isAlone: true });
    expect(asked).toEqual([7_700]);
    expect(await guard.ask({ ...ASKED, remainingMs: 200 })).toMatchObject({ answered: false, reason: 'timeout' });
    expect(asked).toHaveLength(1);
  });
});
