import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from '@jest/globals';
import { createContainer, MODEL_KEY } from '../../../container/server/server.ts';
import { loadShared } from '../../../container/server/shared-model.ts';
import { startWorkers, type Workers } from '../../../container/server/threads/workers.ts';
import { answerQuery } from '../../../shared/predict.ts';
import { explainMs, STEPS_PER_MS } from '../../../shared/schema/explanation.ts';
import { exampleRecord } from '../../../shared/wire/cells.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { PROJECT } from '../../support/project.ts';

const { model, bytes } = await loadShared(`${PROJECT}model/examples/heart/heart.canopy`);
const workers = startWorkers({ file: new URL('../../../container/worker-main.ts', import.meta.url), count: 1 });
workers.open(MODEL_KEY, bytes);
let open = () => {};
const gate = new Promise<void>((resolve) => {
  open = resolve;
});
let handed = 0;
/** The real threads, behind a gate: what is handed to them waits until it is opened. */
const gated: Workers = {
  ...workers,
  answer: async (...asked) => {
    handed += 1;
    await gate;
    return workers.answer(...asked);
  },
};
const server = createContainer(model, { mode: 'sagemaker', log: () => {}, workers: gated });
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await workers.end();
});

const row = exampleRecord(model.schema);
const asking = (rows: number, explain: unknown) => ({ instances: Array.from({ length: rows }, () => row), parameters: { explain } });
const post = async (body: object) => {
  const answer = await fetch(`${url}/invocations`, { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(30_000) });
  return (await answer.json()) as { explanations: unknown };
};

test('explained work goes to a thread, and meanwhile the container answers pings and small requests', async () => {
  const body = asking(8, { background: 'rows' });
  const query = readValue(model.schema, body);
  expect(explainMs(model.schema, query)).toBeGreaterThan(50);
  const answer = post(body);
  while (handed === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect((await fetch(`${url}/ping`)).status).toBe(200);
  expect((await post(asking(1, true))).explanations).toHaveLength(1);
  expect(handed).toBe(1);
  open();
  expect((await answer).explanations).toEqual(answerQuery(model, query).explanations);
});

test('rows that turn out to take long go to a thread, too, whatever the estimate is', async () => {
  const { ways, ...rest } = model.schema.explain!;
  const explain = { ...rest, ways: ways.map((way) => ({ ...way, work: 10 * STEPS_PER_MS, msOf: () => 1_000 })) };
  const other = createContainer({ ...model, schema: { ...model.schema, explain } }, { mode: 'sagemaker', log: () => {}, workers: gated });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const before = handed;
  const body = asking(1, true);
  const place = `http://127.0.0.1:${(other.address() as AddressInfo).port}/invocations`;
  const answer = await fetch(place, { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(30_000) });
  expect(await answer.json()).toMatchObject({ explanations: answerQuery(model, readValue(model.schema, body)).explanations! });
  expect(handed).toBe(before + 1);
  other.closeAllConnections();
  await new Promise((resolve) => other.close(resolve));
});
