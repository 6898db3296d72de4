import { expect, test } from '@jest/globals';
import { openKeys } from '../../../functions/access/keys.ts';
import type { KeysTable } from '../../../functions/access/keys-table.ts';
import { sharedTable, stored } from '../../support/access/keys.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** An environment with a clock of its own. */
function environment(keys = [stored('shop', 'one-key')]) {
  const clock = { now: 5_000_000 };
  const table = sharedTable(keys);
  const errors: unknown[] = [];
  const said: string[] = [];
  const opened = openKeys({
    table,
    now: () => clock.now,
    report: (error) => void errors.push(error),
    unusable: (problems) => void said.push(problems.join()),
    patienceMs: 20,
  });
  const status = async (credential: string) => {
    const { refusal } = await opened.judge(credential);
    return refusal?.status ?? 200;
  };
  return { clock, table, errors, said, status };
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

test('a table that never answers holds nobody for good, and is asked again', async () => {
  const { clock, table, errors, status } = environment();
  await status('one-key');
  const { read } = table;
  table.read = () => new Promise(() => {});
  clock.now += 70_000;
  expect(await status('one-key')).toBe(200);
  expect(errors).toMatchObject([{ name: 'TimeoutError' }]);
  table.read = read;
  table.keys.push(stored('lab', 'new-key'));
  clock.now += 5_001;
  expect([await status('one-key'), await status('new-key')]).toEqual([200, 200]);
});

test('an environment that never heard of its table answers 503, and opens once it does', async () => {
  const { clock, table, status } = environment();
  const waits: KeysTable = { ...table, read: () => new Promise(() => {}) };
  const opened = openKeys({ table: waits, now: () => clock.now, report: () => {}, patienceMs: 20 });
  expect((await opened.judge('one-key')).refusal?.status).toBe(503);
  waits.read = table.read;
  clock.now += 1;
  expect((await opened.judge('one-key')).caller).toBe('shop');
  expect(await status('one-key')).toBe(200);
});

test('what the table said before an environment was frozen is old when it comes', async () => {
  const { clock, table, status } = environment();
  await status('one-key');
  const before = await table.read(new AbortController().signal);
  const answers: (() => void)[] = [];
  const { read } = table;
  table.read = () => new Promise((resolve) => void answers.push(() => resolve(before)));
  clock.now += 31_000;
  expect(await status('one-key')).toBe(200);
  clock.now += 3_600_000;
  table.keys.length = 0;
  table.read = read;
  const first = status('one-key');
  for (const answer of answers) answer();
  expect(await first).toBe(401);
  expect(await status('one-key')).toBe(401);
});

test('a count that may have arrived, since its answer only came too late, is not told again', async () => {
  const { clock, table, status } = environment([stored('shop', 'one-key', 100)]);
  const { add } = table;
  table.add = () => new Promise(() => {});
  await status('one-key');
  clock.now += 1_000;
  await status('one-key');
  await new Promise((resolve) => setTimeout(resolve, 40));
  table.add = add;
  clock.now += 1_000;
  await status('one-key');
  await turn();
  expect(table.used.get('shop')).toBe(1);
});

test('items that are no keys are named once, and again where they are others', async () => {
  const { clock, table, said, status } = environment();
  const { read } = table;
  let unusable = ['shop: perSecond: expected a number'];
  table.read = async (signal) => ({ ...(await read(signal)), unusable });
  for (let at = 0; at < 3; at += 1) {
    clock.now += 61_000;
    await status('one-key');
  }
  unusable = [];
  clock.now += 61_000;
  await status('one-key');
  expect(said).toEqual(['shop: perSecond: expected a number', '']);
});
