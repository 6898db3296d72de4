import { type BreakerSettings, type BreakerState, createCircuitBreaker, type Verdict } from './circuit-breaker.ts';
import { now as monotonic } from './clock.ts';
import { createBudget, type DeadlineSettings } from './deadline.ts';
import type { Endpoint, Outcome, Reason } from './endpoint.ts';
import type { Question } from './sagemaker.ts';
import { createThrottle } from './throttle.ts';

/** An outcome, with what the guard learned by it. */
export type Guarded = Outcome & {
  /** The breaker opened on this very call. */
  opened?: boolean;
  /** Figures to log, once an environment: over half of its calls timed out. */
  deadlineTooShort?: { calls: number; timeouts: number; deadlineMs: number };
};

/** When the endpoint is asked: the share of requests it gets (0 to 1), for how long, and when the breaker opens. Times in milliseconds. */
export type GuardSettings = { endpointShare: number; deadline: DeadlineSettings; breaker: BreakerSettings };

/** What is asked, how long the invocation may still take, and whether nobody else can answer. */
export type Asked = Question & { remainingMs: number; isAlone?: boolean };

export type Guard = {
  ask(asked: Asked): Promise<Guarded>;
  /** What this environment knows of the endpoint, for /health. */
  state(): { breaker: BreakerState['is']; deadlineMs: number; calls: number; timeouts: number; last: string[] };
};

/** How many of the last outcomes /health shows. */
const LAST = 10;

/** What each reason says of the endpoint's health (the table of errors in ARCHITECTURE.md). */
const VERDICTS: Record<Reason, Verdict> = {
  'no-endpoint': 'broken',
  'access-denied': 'broken',
  timeout: 'timeout',
  'endpoint-error': 'failure',
  'bad-answer': 'failure',
  throttled: 'ignored',
  'contract-mismatch': 'ignored',
  'breaker-open': 'ignored',
  'endpoint-share': 'ignored',
  'too-large': 'ignored',
  mismatch: 'ignored',
};

/**
 * Asks an endpoint only where that makes sense: for its share of the requests, while the breaker is closed or wants a probe,
 * no more than it accepts, and within the deadline. `now` gives milliseconds, `random` a number from 0 up to 1.
 */
export function guardEndpoint(endpoint: Endpoint, settings: GuardSettings, now = monotonic, random = Math.random): Guard {
  const breaker = createCircuitBreaker(settings.breaker, now, random);
  const throttle = createThrottle(now, random);
  const budget = createBudget(settings.deadline);
  let last: string[] = [];
  const refused = (reason: Reason, detail: string): Outcome => ({ answered: false, reason, detail, ms: 0 });

  const ask = async ({ remainingMs, isAlone = false, ...question }: Asked): Promise<Guarded> => {
    if (!isAlone && random() >= settings.endpointShare) return refused('endpoint-share', 'a share of the requests is for the fallback');
    const start = now();
    const permit = breaker.admit();
    if (!permit) return refused('breaker-open', `the breaker is ${breaker.state().is}`);
    if (!throttle.admit()) {
      permit('ignored');
      return refused('throttled', 'held back here, since the endpoint throttles');
    }
    await endpoint.prepare();
    const left = remainingMs - (now() - start);
    // Where the fallback must not answer there is nothing to hurry for.
    const deadlineMs = isAlone ? Math.floor(left - settings.deadline.reserveMs) : budget.next(question.query.count, left);
    if (deadlineMs <= 0) {
      permit('ignored');
      return refused('timeout', `${Math.round(left)} ms left, expected more than ${settings.deadline.reserveMs}`);
    }
    // The container computes nothing that comes too late.
    const attributes = [question.attributes, `deadline-ms=${deadlineMs}`].filter((part) => part !== undefined).join(';');
    const outcome = await endpoint.ask({ ...question, attributes }, deadlineMs);
    const isStall = !outcome.answered && outcome.stalled === true;
    const isTimeout = !outcome.answered && outcome.reason === 'timeout';
    throttle.note(outcome.answered || outcome.reason !== 'throttled');
    if ((outcome.answered || isTimeout) && !isStall) budget.note(question.query.count, isTimeout ? deadlineMs : outcome.ms, isTimeout);
    const opened = permit(outcome.answered ? 'success' : isStall ? 'ignored' : VERDICTS[outcome.reason]);
    last = [...last, outcome.answered ? 'answered' : outcome.reason].slice(-LAST);
    return {
      ...outcome,
      ...(opened ? { opened } : {}),
      ...(budget.isTooShort() ? { deadlineTooShort: budget.figures() } : {}),
    };
  };
  return { ask, state: () => ({ breaker: breaker.state().is, ...budget.figures(), last }) };
}
