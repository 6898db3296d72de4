import { expect, test } from '@jest/globals';
import { type Keys, openKeys } from '../../../functions/access/keys.ts';
import { sharedTable, stored } from '../../support/access/keys.ts';

const KEY = 'a-key-of-the-shop';

/** Lets everything that waits for a promise go on. */
const settle = async () => {
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
};

/** Environments that share a table, with one clock; `ask` is how many of the requests are let through that each environment gets at once. */
function world(perSecond: number, count: number) {
  const clock = { now: 1_000_000 };
  const table = sharedTable([stored('shop', KEY, perSecond)]);
  const open = () => openKeys({ table, now: () => clock.now, report: () => {} });
  const all: Keys[] = Array.from({ length: count }, open);
  const ask = async (keys: Keys) => ((await keys.judge(KEY)).refusal ? 0 : 1);
  return { clock, table, all, ask };
}

test.each([5, 50, 0.5])('in one environment a key of %d a second gets within 1 %% of it, asked ten times as often', async (perSecond) => {
  const { clock, all, ask } = world(perSecond, 1);
  const seconds = 400 / Math.min(1, perSecond);
  const step = 100 / perSecond;
  // The full bucket at the beginning is not part of the rate.
  for (let at = 0; at < 10; at += 1) await ask(all[0] as Keys);
  for (let at = 0; at < 200; at += 1) await ask(all[0] as Keys);
  let through = 0;
  for (let at = 0; at < (seconds * 1_000) / step; at += 1) {
    clock.now += step;
    through += await ask(all[0] as Keys);
  }
  expect(Math.abs(through / seconds / perSecond - 1)).toBeLessThan(0.01);
});

test.each([5, 20])('20 environments, all asked too much, let at most twice %d a second through in any minute', async (perSecond) => {
  const { clock, table, all, ask } = world(perSecond, 20);
  const perTick: number[] = [];
  const TICK = 50;
  // The table answers a tick after it was asked.
  const waiting: (() => void)[] = [];
  const { add } = table;
  table.add = (name, count, signal) => {
    const total = add(name, count, signal);
    return new Promise((resolve) => void waiting.push(() => resolve(total)));
  };
  for (let at = 0; at < (120 * 1_000) / TICK; at += 1) {
    clock.now += TICK;
    for (const answer of waiting.splice(0)) answer();
    await settle();
    let through = 0;
    for (const keys of all) for (let again = 0; again < 1 + perSecond / 20; again += 1) through += await ask(keys);
    perTick.push(through);
  }
  const share = (from: number, seconds: number) => {
    const ticks = (seconds * 1_000) / TICK;
    return perTick.slice(from, from + ticks).reduce((one, other) => one + other, 0) / seconds / perSecond;
  };
  const minutes = Array.from({ length: 61 }, (_, second) => share((second * 1_000) / TICK, 60));
  expect(Math.max(...minutes)).toBeLessThanOrEqual(2);
  // The caller is not starved either: in the end it gets what it may.
  expect(minutes.at(-1)).toBeGreaterThan(0.8);
  expect(minutes.at(-1)).toBeLessThan(1.1);
  // Counts go out where there are some, and not at every call.
  expect(table.adds).toBeLessThanOrEqual(perTick.reduce((one, other) => one + other, 0));
});

test('a table that never answers holds no call back, and each environment keeps to its own bucket', async () => {
  const { table, all, ask } = world(5, 1);
  table.add = () => new Promise(() => {});
  const through: number[] = [];
  for (let at = 0; at < 20; at += 1) through.push(await ask(all[0] as Keys));
  expect(through.filter((one) => one === 1)).toHaveLength(5);
});

test('an environment that was frozen for an hour while others worked within the limit owes nothing', async () => {
  const { clock, table, all, ask } = world(5, 1);
  await ask(all[0] as Keys);
  await settle();
  clock.now += 3_600_000;
  table.used.set('shop', (table.used.get('shop') ?? 0) + 5 * 3_600);
  await ask(all[0] as Keys);
  clock.now += 300;
  await ask(all[0] as Keys);
  await settle();
  clock.now += 1_000;
  expect(await ask(all[0] as Keys)).toBe(1);
});

test.each(['late', 'away'])('a table that is %s for ten minutes shuts the caller out for two at most', async (how) => {
  const { clock, table, all, ask } = world(10, 5);
  const { add } = table;
  table.add = (name, count, signal) => {
    const late = Object.assign(new Error('no answer in time'), { name: 'TimeoutError' });
    if (how === 'away') return Promise.reject(new Error('the table is away'));
    return add(name, count, signal).then(() => Promise.reject(late));
  };
  const run = async (seconds: number) => {
    let through = 0;
    for (let at = 0; at < seconds * 10; at += 1) {
      clock.now += 100;
      for (const keys of all) through += await ask(keys);
      await settle();
    }
    return through;
  };
  const through = await run(600);
  expect(table.used.get('shop') ?? 0).toBeLessThanOrEqual(through);
  table.add = add;
  await run(125);
  expect(await run(60)).toBeGreaterThan(0.8 * 600);
});
