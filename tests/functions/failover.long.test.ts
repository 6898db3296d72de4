import type { RequestListener } from 'node:http';
import { expect, test } from '@jest/globals';
import { json, openFailover, SETTINGS } from '../support/failover.ts';
import { golden } from '../support/golden.ts';

const { local, entries, metrics, handlerFor, runtime } = openFailover();
const heartAge = golden('heart-age');
const at54 = heartAge.predictions[heartAge.rows.findIndex((row) => row.age === 54)];

test.each<[string, RequestListener]>([
  ['says nothing', () => {}],
  [
    'sends its answer a byte at a time',
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    },
  ],
])('an endpoint that %s is left at the deadline', async (_, listener) => {
  const deadline = { ...SETTINGS.deadline, deadlineMs: 100, leastDeadlineMs: 100, firstDeadlineMs: 100 };
  const handler = handlerFor(await runtime(listener), { deadline });
  await handler({ age: 54 }); // The first loads the SDK.
  const start = performance.now();
  expect(await handler({ age: 54 })).toMatchObject({ predictions: [at54], servedBy: 'fallback', reason: 'timeout' });
  expect(performance.now() - start).toBeLessThan(750);
});

test('of many answers about the share is computed twice, and one bit that differs is a Mismatch, logged as an error and corrected', async () => {
  let planted = 0;
  const predictions = [nextUp(at54 as number)];
  const url = await runtime((request, response) => {
    planted += 1;
    json(200, { predictions, model: { name: 'heart-age', sha256: local.model.sha256 } })(request, response);
  });
  const handler = handlerFor(url, { dualShare: 0.1 });
  const answers = [];
  for (let call = 0; call < 400; call += 1) answers.push(await handler({ age: 54 }));
  expect(planted).toBe(400);
  const found = metrics.filter((name) => name === 'Mismatch').length;
  // Binomial, 400 x 0.1: four standard deviations each way, and the first that is always computed.
  expect(found).toBeGreaterThanOrEqual(16);
  expect(found).toBeLessThanOrEqual(65);
  expect(answers[0]).toMatchObject({ predictions: [at54], servedBy: 'fallback', reason: 'mismatch' });
  expect(answers.filter((answer) => answer.servedBy === 'fallback')).toHaveLength(found);
  expect(entries[0]).toMatchObject({ level: 'error', events: ['RemoteSuccess', 'Mismatch'] });
});

/** The next double up. */
function nextUp(value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + 1n);
  return view.getFloat64(0);
}

test('calls that overlap time out and open the breaker, though the process is busy with others all the while', async () => {
  const handler = handlerFor(await runtime(() => {}), {
    deadline: { ...SETTINGS.deadline, deadlineMs: 300, firstDeadlineMs: 300, leastDeadlineMs: 300 },
  });
  // What is compiled at the first call would stall the others.
  await handler({ age: 54 });
  let isBusy = true;
  const work = () => {
    // Most of the time, but never for long at once.
    for (const end = performance.now() + 5; performance.now() < end; );
    if (isBusy) setTimeout(work, 1);
  };
  work();
  // A machine that itself stands still for a while may spoil a round.
  for (let round = 0; round < 5 && !metrics.includes('BreakerOpen'); round += 1) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => handler({ age: 54 })));
    expect(answers.every(({ predictions }) => Object.is((predictions as number[])[0], at54))).toBe(true);
  }
  isBusy = false;
  expect(metrics.filter((name) => name === 'BreakerOpen')).toHaveLength(1);
});
