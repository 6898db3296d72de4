import { describe, expect, test } from '@jest/globals';
import { ConsecutiveBreaker, CountBreaker } from 'cockatiel';
import fc from 'fast-check';
import { type BreakerSettings, createCircuitBreaker, type Verdict } from '../../functions/endpoint/circuit-breaker.ts';
import { readSettings } from '../../functions/settings.ts';
import { clock } from '../support/clock.ts';

const SETTINGS = readSettings({ MODEL_FILE: 'x', ENDPOINT_NAME: 'test' });
const NEVER = 1_000;

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
