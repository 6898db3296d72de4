import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createBudget, type DeadlineSettings } from '../../functions/endpoint/deadline.ts';
import type { Endpoint, Outcome } from '../../functions/endpoint/endpoint.ts';
import { guardEndpoint } from '../../functions/endpoint/guard.ts';
import { createThrottle } from '../../functions/endpoint/throttle.ts';
import { readSettings } from '../../functions/settings.ts';
import { generator } from '../../shared/math/generator.ts';
import type { Query } from '../../shared/wire/wire.ts';
import { clock } from '../support/clock.ts';

const SETTINGS = readSettings({ MODEL_FILE: 'x', ENDPOINT_NAME: 'test' });

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

  test('is reported as too short once, where over half of 20 calls or more timed out', () => {
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
        throttle.note(accepts());
      }
      return sent / 25;
    });
    return { shares, mean: (last: number) => shares.slice(-last).reduce((sum, share) => sum + share, 0) / last };
  };

  test('holds nothing back while all is accepted', () => {
    const time = clock();
    const { shares } = run(createThrottle(time.now, generator(1)), time, 20, () => true);
    expect(Math.min(...shares)).toBe(1);
  });

  test('holds nothing back while calls overlap, as in a local host: what came of them is not known yet', () => {
    const throttle = createThrottle(clock().now, generator(1));
    expect(Array.from({ length: 1_000 }, () => throttle.admit())).not.toContain(false);
    throttle.note(false);
    for (let call = 0; call < 1_000; call += 1) throttle.note(true);
    expect(Array.from({ length: 1_000 }, () => throttle.admit())).not.toContain(false);
  });

  test('sends about twice what is accepted, hardly anything where nothing is, and all again soon after', () => {
    const time = clock();
    const random = generator(1);
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
    return { asked, time, guard: guardEndpoint(endpoint, SETTINGS, time.now, generator(1)) };
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
