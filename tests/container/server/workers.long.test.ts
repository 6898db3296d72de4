import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadShared } from '../../../container/server/shared-model.ts';
import { createPause } from '../../../container/server/threads/worker-thread.ts';
import { startWorkers } from '../../../container/server/threads/workers.ts';
import { RequestError, stackOf } from '../../../shared/errors.ts';
import { golden } from '../../support/golden.ts';

const ages = golden('heart-age');
const WORKER = new URL('../../../container/worker-main.ts', import.meta.url);
const asked = { body: Buffer.from('[[54]]'), form: 'json', accepted: 'json' } as const;
const wanted = () => true;
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'canopy-workers-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** A module for workers that writes a byte at each start, and then throws while there is no file `healthy`. */
function brittle(name: string): { file: URL; starts: () => number; heal: () => void } {
  const [file, log, healthy] = ['mjs', 'starts', 'healthy'].map((ending) => path.join(dir, `${name}.${ending}`)) as [
    string,
    string,
    string,
  ];
  writeFileSync(log, '');
  writeFileSync(
    file,
    `import { appendFileSync, existsSync } from 'node:fs';
    appendFileSync(${JSON.stringify(log)}, '.');
    if (!existsSync(${JSON.stringify(healthy)})) throw new Error('the secret 54.25');
    await import(${JSON.stringify(WORKER.href)});`,
  );
  return { file: pathToFileURL(file), starts: () => readFileSync(log, 'utf8').length, heal: () => appendFileSync(healthy, '') };
}

const outcome = (answer: Promise<unknown>) =>
  answer.then(
    () => 'computed',
    (error) => (error instanceof RequestError ? `${error.status} ${error.message}` : stackOf(error).split('\n')[0]),
  );

test('a worker that cannot start is not started again until there is a job, and jobs meanwhile are refused', async () => {
  const { file, starts, heal } = brittle('start');
  const workers = startWorkers({ file, count: 2 });
  workers.open('ages', (await loadShared(ages.file)).bytes);
  expect(await outcome(workers.answer('ages', asked, wanted))).toBe('a worker thread died: Error');
  expect(starts()).toBe(1);
  expect(await outcome(workers.answer('ages', asked, wanted))).toBe('503 no worker thread can be started now; ask again soon');
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(starts()).toBe(1);
  heal();
  expect(await outcome(workers.answer('ages', asked, wanted))).toBe('computed');
  expect(starts()).toBe(2);
  await workers.end();
});

test('the pause after a failed start doubles up to half a minute, and ends with a start that works', () => {
  let time = 1_000;
  const pause = createPause(() => time);
  expect(pause.leftMs()).toBe(0);
  const lengths = Array.from({ length: 9 }, () => {
    pause.noteFailure();
    return pause.leftMs();
  });
  expect(lengths).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  time += 29_999;
  expect(pause.leftMs()).toBe(1);
  time += 1;
  expect(pause.leftMs()).toBe(0);
  pause.noteFailure();
  pause.noteSuccess();
  expect(pause.leftMs()).toBe(0);
});

test('a model that a worker cannot open is its own fault alone: others are computed', async () => {
  const workers = startWorkers({ file: WORKER, count: 1 });
  workers.open('broken', new SharedArrayBuffer(100));
  workers.open('ages', (await loadShared(ages.file)).bytes);
  expect(await outcome(workers.answer('broken', asked, wanted))).toBe('the model could not be opened in this thread: ModelError');
  expect(await outcome(workers.answer('ages', asked, wanted))).toBe('computed');
  workers.close('ages');
  expect(await outcome(workers.answer('ages', asked, wanted))).toBe('404 the model was unloaded while the request came in');
  await workers.end();
});

test('a refusal keeps its advice for the log on its way from a worker', async () => {
  const workers = startWorkers({ file: WORKER, count: 1 });
  workers.open('ages', (await loadShared(ages.file)).bytes);
  const answer = workers.answer('ages', { ...asked, body: Buffer.from('{"age":"fifty-four"}') }, wanted);
  await expect(answer).rejects.toMatchObject({ status: 422, advice: expect.stringContaining('model.json') });
  await workers.end();
});

test('a stack for the log has no part of the message, whatever that looks like', () => {
  const error = new TypeError('row 54.25\n    at secret (54.25)\nmore');
  expect(stackOf(error)).toMatch(/^TypeError\n {4}at .*workers\.long\.test\.ts/);
  expect(stackOf(error)).not.toContain('54.25');
  expect(stackOf(Object.assign(new Error('no'), { code: 'ERR_WORKER_INIT_FAILED' }))).toMatch(/^Error ERR_WORKER_INIT_FAILED\n/);
  expect(stackOf('54.25')).toBe('what was thrown is no Error but a string');
});

const onLinux = process.platform === 'linux' ? test : test.skip;
onLinux('a thread lets the listening one go first', async () => {
  // Of /proc/PID/task/TID/stat, behind the name in brackets.
  const niceOf = (thread: string) => {
    // One that ended meanwhile has none.
    if (!existsSync(`/proc/self/task/${thread}/stat`)) return Number.NaN;
    return Number(readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(') ')[1]?.split(' ')[16]);
  };
  const nices = () => readdirSync('/proc/self/task').map(niceOf);
  const [main, before] = [niceOf(String(process.pid)), nices()];
  const expected = Math.min(main + 5, 19);
  const workers = startWorkers({ file: WORKER, count: 1 });
  workers.open('ages', (await loadShared(ages.file)).bytes);
  expect(await outcome(workers.answer('ages', asked, wanted))).toBe('computed');
  const count = (all: number[]) => all.filter((one) => one === expected).length;
  expect(count(nices())).toBeGreaterThan(count(before));
  expect(niceOf(String(process.pid))).toBe(main);
  await workers.end();
});

test('threads are started ahead of their jobs when that is asked for the third time', async () => {
  const { file, starts, heal } = brittle('ahead');
  heal();
  const workers = startWorkers({ file, count: 2 });
  try {
    workers.prepare(2);
    workers.prepare(2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(starts()).toBe(0);
    workers.prepare(2);
    while (workers.idle() < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(starts()).toBe(2);
  } finally {
    await workers.end();
  }
});
