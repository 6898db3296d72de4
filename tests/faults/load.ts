import { build, type Histogram } from 'hdr-histogram-js';

/** Latencies in microseconds, to three digits, up to two minutes. */
export function histogram(): Histogram {
  return build({ lowestDiscernibleValue: 1, highestTrackableValue: 120_000_000, numberOfSignificantValueDigits: 3 });
}

/** A percentile in milliseconds. */
export function percentile(one: Histogram, percent: number): number {
  return one.totalCount === 0 ? 0 : one.getValueAtPercentile(percent) / 1_000;
}

/** One request of an open loop: its number, and when it should have started (performance.now). */
export type Ask = (number: number, intended: number) => Promise<void>;

/**
 * Open-loop load: requests start at their times whether or not those before are answered, as people's do. A closed loop
 * would wait with the server and hide the queue. `at` runs things in between, at seconds from the start. Ends once all are answered, and
 * gives how many milliseconds that was after the time of the first.
 */
export async function openLoop(rate: number, seconds: number, ask: Ask, at: [second: number, what: () => unknown][] = []): Promise<number> {
  const start = performance.now() + 20;
  const total = Math.round(rate * seconds);
  const asked: Promise<void>[] = [];
  const events = [...at].sort(([one], [other]) => one - other);
  for (let number = 0; number < total; ) {
    const now = performance.now();
    while (events[0] && now >= start + events[0][0] * 1_000) events.shift()?.[1]();
    for (; number < total && now >= start + (number * 1_000) / rate; number += 1) asked.push(ask(number, start + (number * 1_000) / rate));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(asked);
  return performance.now() - start;
}
