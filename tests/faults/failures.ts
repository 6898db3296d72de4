import { histogram, openLoop, percentile } from './load.ts';
import type { Fault } from './proxy.ts';
import { type packageOnce, type Stack, startStack } from './stack.ts';

/** What a run under one fault showed. Times in milliseconds. */
export type Row = {
  fault: string;
  requests: number;
  failed: number;
  wrong: number;
  /** From the intended start, before the fault and during it; those that waited for a deadline (Answer.waited) are left out of the second. */
  p99Before: number;
  p99During: number;
  /** The longest a single environment took for one request. */
  mostServed: number;
  /** The endpoint's share in the last tenth of the run. */
  endpointShare: number;
  reasons: Record<string, number>;
};

/** How each fault is made and ended. */
type Scenario = { name: string; begin(stack: Stack): unknown; end(stack: Stack): unknown };

const proxied = (name: string, fault: Fault): Scenario => ({
  name,
  begin: ({ runtime }) => runtime.set(fault),
  end: ({ runtime }) => runtime.set('none'),
});
export const SCENARIOS: Scenario[] = [
  { name: 'container killed', begin: (stack) => stack.container().stop(), end: (stack) => stack.restart() },
  {
    name: 'container hung (SIGSTOP)',
    begin: (stack) => stack.container().process.kill('SIGSTOP'),
    end: (stack) => stack.restart(),
  },
  proxied('slow by 5 s', 'slow'),
  proxied('dripping', 'drip'),
  proxied('50 % 5xx', 'server-errors'),
  proxied('throttled (90 %)', 'throttle'),
  proxied('resets', 'reset'),
  proxied('cut off', 'cut'),
  proxied('garbage', 'garbage'),
  proxied('truncated JSON', 'truncated'),
  proxied('flapping at 1 Hz', 'flap'),
];
/** These begin before the first request. */
export const ABSENT = proxied('endpoint absent from the start', 'absent');

/** Seconds of load before anything is measured; before, during and after a fault. `back`: after its end, for the endpoint to come back in. */
export type Timing = { rate: number; warm: number; before: number; during: number; back: number };

export async function runFault(packaged: Awaited<ReturnType<typeof packageOnce>>, scenario: Scenario, timing: Timing): Promise<Row> {
  const { rate, before, during, back } = timing;
  const isAbsent = scenario === ABSENT;
  const stack = await startStack(packaged);
  try {
    if (isAbsent) await scenario.begin(stack);
    await warm(stack, timing, isAbsent);
    const seen = { failed: 0, wrong: 0, mostServed: 0, reasons: {} as Record<string, number> };
    const latencies = { before: histogram(), during: histogram() };
    const last = { asked: 0, endpoint: 0 };
    const end = before + during + back;
    const ask = async (number: number, intended: number) => {
      const second = number / rate;
      const answer = await stack.ask(number);
      if (!answer.ok) seen.failed += 1;
      if (answer.ok && !answer.isRight) seen.wrong += 1;
      const who = answer.servedBy === 'endpoint' ? 'endpoint' : answer.reason;
      seen.reasons[who] = (seen.reasons[who] ?? 0) + 1;
      seen.mostServed = Math.max(seen.mostServed, answer.sentMs);
      if (second >= before + during + back * 0.9) {
        last.asked += 1;
        if (who === 'endpoint') last.endpoint += 1;
      }
      const latency = Math.round((performance.now() - intended) * 1_000);
      if (second < before) latencies.before.recordValue(latency);
      else if (second < before + during && !answer.waited) latencies.during.recordValue(latency);
    };
    const events: [number, () => unknown][] = isAbsent
      ? []
      : [
          [before, () => scenario.begin(stack)],
          [before + during, () => scenario.end(stack)],
        ];
    await openLoop(rate, end, ask, events);
    return {
      fault: scenario.name,
      requests: Math.round(rate * end),
      ...seen,
      p99Before: percentile(latencies.before, 99),
      p99During: percentile(latencies.during, 99),
      endpointShare: last.asked === 0 ? 0 : last.endpoint / last.asked,
    };
  } finally {
    await stack.close();
  }
}

/**
 * Load that is not measured: what V8 compiles in an environment's first seconds, and some 10 ms of it at its first failure, would
 * else be counted. Twenty of Lambda's would each do that on a processor of its own; here they share two.
 */
async function warm({ ask, runtime }: Stack, { rate, warm: seconds }: Timing, isAbsent: boolean): Promise<void> {
  const failing: [number, () => unknown][] = [
    [seconds * 0.4, () => runtime.set('server-errors')],
    [seconds * 0.5, () => runtime.set('none')],
  ];
  await openLoop(rate, seconds, async (number) => void (await ask(number)), isAbsent ? [] : failing);
}
