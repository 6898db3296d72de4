import { expect, test } from '@jest/globals';
import { openKeys } from '../../../functions/access/keys.ts';
import { sharedTable, stored } from '../../support/access/keys.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** An environment with a clock of its own. */
function environment(keys = [stored('shop', 'one-key')]) {
  const clock = { now: 5_000_000 };
  const table = sharedTable(keys);
  const errors: unknown[] = [];
  const opened = openKeys({ table, now: () => clock.now, report: (error) => void errors.push(error) });
  const status = async (credential: string) => {
    const { refusal } = await opened.judge(credential);
    return refusal?.status ?? 200;
  };
  return { clock, table, errors, status };
}

test('a key that is new is known at once: the table is asked, every five seconds at most', async () => {
  const { clock, table, status } = environment();
  expect(await status('one-key')).toBe(200);
  table.keys.push(stored('lab', 'new-key'));
  expect([await status('new-key'), table.reads]).toEqual([401, 1]);
  clock.now += 5_001;
  expect([await status('new-key'), table.reads]).toEqual([200, 2]);
  for (let at = 0; at < 100; at += 1) await status(`guess-${at}`);
  expect(table.reads).toBe(2);
});

test('a key that was removed opens nothing after a minute, in an environment that was frozen too', async () => {
  const { clock, table, status } = environment();
  expect(await status('one-key')).toBe(200);
  table.keys.length = 0;
  clock.now += 3_600_000;
  expect(await status('one-key')).toBe(401);
});

test('keys are read again beside the work of a call, which does not wait', async () => {
  const { clock, table, status } = environment();
  await status('one-key');
  table.keys.length = 0;
  clock.now += 31_000;
  expect(await status('one-key')).toBe(200);
  await turn();
  expect(await status('one-key')).toBe(401);
});

test('a table that is away leaves the keys as they were, is asked every five seconds, and is reported', async () => {
  const { clock, table, errors, status } = environment();
  await status('one-key');
  table.broken = true;
  clock.now += 120_000;
  for (let at = 0; at < 50; at += 1) expect(await status('one-key')).toBe(200);
  expect([table.reads, errors.length]).toEqual([2, 1]);
});

test('a count that did not arrive goes with the next one', async () => {
  const { clock, table, status } = environment([stored('shop', 'one-key', 100)]);
  await status('one-key');
  table.broken = true;
  clock.now += 1_000;
  await status('one-key');
  await turn();
  table.broken = false;
  clock.now += 1_000;
  await status('one-key');
  await turn();
  expect(table.used.get('shop')).toBe(3);
});
