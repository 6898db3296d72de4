import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createContainer, MODEL_KEY } from '../../../container/server/server.ts';
import { loadShared } from '../../../container/server/shared-model.ts';
import { startWorkers, type Workers } from '../../../container/server/threads/workers.ts';
import { golden } from '../../support/golden.ts';

const FILE = new URL('../../../container/worker-main.ts', import.meta.url);
/** A model that takes long enough on any machine for a request to be shared. */
const { model, bytes } = await loadShared(golden('knn3-matrix').file);
const NAMES = model.schema.features.map(({ name }) => name);
const closing: (() => unknown)[] = [];
/** Parts that threads were given. */
let parts = 0;
/** Two threads, which share a request, and one, which has each alone. */
let shared: string;
let alone: string;

async function serve(workers: Workers, mode: 'alone' | 'sagemaker'): Promise<string> {
  workers.open(MODEL_KEY, bytes);
  const server: Server = createContainer(model, { mode, log: () => {}, workers });
  closing.push(() => workers.end());
  closing.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  const workers = startWorkers({ file: FILE, count: 2 });
  const counting: Workers = {
    ...workers,
    part: (...asked) => {
      parts += 1;
      return workers.part(...asked);
    },
  };
  [shared, alone] = [await serve(counting, 'alone'), await serve(startWorkers({ file: FILE, count: 1 }), 'alone')];
  // As three big requests ask for it.
  for (let asked = 0; asked < 3; asked += 1) workers.prepare(2);
  while (workers.idle() < 2) await new Promise((resolve) => setTimeout(resolve, 10));
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

const value = (row: number, column: number) => ((row * 7919 + column * 104_729) % 80) / 7;
const rowsOf = (count: number) => Array.from({ length: count }, (_, row) => NAMES.map((_, column) => value(row, column)));
const recordsOf = (count: number) =>
  rowsOf(count).map((row) => Object.fromEntries(row.map((one, column) => [NAMES[column] as string, one])));

/** What both answer, and how many parts it was computed in. */
async function ask(
  body: string | Buffer<ArrayBuffer>,
  type: string,
  accept: string,
  path = '/predict',
): Promise<{ together: string; byOne: string; status: number; parts: number }> {
  parts = 0;
  const post = async (url: string) => {
    const reply = await fetch(`${url}${path}`, { method: 'POST', body, headers: { 'content-type': type, accept } });
    // What differs from request to request.
    const text = Buffer.from(await reply.arrayBuffer()).toString('latin1');
    return { status: reply.status, text: text.replace(/"requestId":"[^"]*"/, '') };
  };
  const [together, byOne] = [await post(shared), await post(alone)];
  expect(together.status).toBe(byOne.status);
  return { together: together.text, byOne: byOne.text, status: together.status, parts };
}

const ROWS = 9_000;
const BODIES = {
  'application/json': () => JSON.stringify(recordsOf(ROWS)),
  'application/jsonlines': () =>
    recordsOf(ROWS)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join(''),
  'text/csv': () =>
    `${NAMES.join(',')}\n${rowsOf(ROWS)
      .map((row) => `${row.join(',')}\n`)
      .join('')}`,
};

test.each(Object.entries(BODIES))('two threads give the bytes of one to %s, in every form of answer', async (type, body) => {
  const text = body();
  expect(text.length).toBeGreaterThan(262_144);
  for (const accept of ['application/json', 'application/jsonlines', 'text/csv', 'text/csv;header=present']) {
    const { together, byOne, status, ...rest } = await ask(text, type, accept);
    expect({ status, isSame: together === byOne, ...rest }).toEqual({ status: 200, isSame: true, parts: 2 });
  }
});

/** What numpy.save() writes of the rows. */
function arrayOf(rows: number[][]): Buffer<ArrayBuffer> {
  const text = `{'descr': '<f8', 'fortran_order': False, 'shape': (${rows.length}, ${NAMES.length}), }`.padEnd(117);
  return Buffer.concat([Buffer.from(`\x93NUMPY\x01\0v\0${text}\n`, 'latin1'), Buffer.from(Float64Array.from(rows.flat()).buffer)]);
}

test('two threads give the bytes of one to an array, and an array of their answers', async () => {
  const body = arrayOf([...rowsOf(9_000), ...rowsOf(1_000), ...rowsOf(10_000)]);
  expect(body.length).toBeGreaterThan(262_144);
  const many = await ask(body, 'application/x-npy', 'application/json');
  expect({ status: many.status, isSame: many.together === many.byOne, parts: many.parts }).toEqual({ status: 413, isSame: true, parts: 2 });
  for (const accept of ['application/json', 'application/x-npy']) {
    const { together, byOne, status, ...rest } = await ask(body, 'application/x-npy', accept, '/invocations');
    expect({ status, isSame: together === byOne, ...rest }).toEqual({ status: 200, isSame: true, parts: 2 });
  }
  const bad = arrayOf([...rowsOf(19_999), [Number.NaN, Number.POSITIVE_INFINITY]]);
  const { together, byOne, status } = await ask(bad, 'application/x-npy', 'application/json', '/invocations');
  expect({ status, isSame: together === byOne }).toEqual({ status: 422, isSame: true });
});

test('rows that were read already are shared, too', async () => {
  const body = JSON.stringify(Array.from({ length: ROWS }, (_, row) => NAMES.map((_, column) => Math.round(value(row, column)))));
  expect(body.length).toBeLessThan(262_144);
  const { together, byOne, status, parts } = await ask(body, 'application/json', 'application/json');
  expect({ status, isSame: together === byOne, parts }).toEqual({ status: 200, isSame: true, parts: 2 });
});

test.each([
  [
    'a bad value in the second half',
    (rows: unknown[]) => Object.assign(rows, { [ROWS - 5]: { ...recordsOf(1)[0], [NAMES[1] as string]: 'x' } }),
  ],
  ['bad rows in both halves', (rows: unknown[]) => Object.assign(rows, { 3: 1, [ROWS - 5]: null })],
  ['another kind of row in the second half', (rows: unknown[]) => Object.assign(rows, { [ROWS - 5]: rowsOf(1)[0] })],
  ['too many rows', (rows: unknown[]) => [...rows, ...rows]],
])('a request is refused in the words of one thread: %s', async (_, spoil) => {
  const { together, byOne, status, parts } = await ask(JSON.stringify(spoil(recordsOf(ROWS))), 'application/json', 'application/json');
  expect(status).toBeGreaterThanOrEqual(400);
  expect(together).toBe(byOne);
  expect(parts).toBe(2);
});

test('what asks for anything but the default answer is one thread’s', async () => {
  const body = JSON.stringify({ instances: recordsOf(ROWS), parameters: { type: 'response' } });
  const { together, byOne } = await ask(body, 'application/json', 'application/json');
  expect(together).toBe(byOne);
});
