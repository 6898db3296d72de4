import { expect, test } from '@jest/globals';
import { createAdmission, createPace, type Pace } from '../../../container/server/admission.ts';
import type { Container } from '../../../container/server/container.ts';
import { serveModel } from '../../../container/server/models.ts';
import { answerBody } from '../../../container/server/predict.ts';
import type { Workers } from '../../../container/server/threads/workers.ts';
import { loadModel } from '../../../model/artifact/import.ts';
import type { Model } from '../../../shared/artifact.ts';
import type { Parameters } from '../../../shared/schema/parameters.ts';
import { exampleRecord } from '../../../shared/wire/cells.ts';
import { golden } from '../../support/golden.ts';

test('takes 50 ms of waiting work and no more, computes in turn, and yields between', async () => {
  let time = 0;
  const admission = createAdmission(() => time);
  const order: number[] = [];
  const ask = (job: number) =>
    admission
      .run(
        5,
        () => true,
        () => {
          time += 5;
          order.push(job);
          return 'computed';
        },
      )
      .catch((error) => `${error.status} after ${error.headers['retry-after']}`);
  const answers = Array.from({ length: 14 }, (_, job) => ask(job));
  expect(admission.waitingMs()).toBe(50);
  expect(admission.refusal()?.message).toMatch(/too much is waiting/);
  expect(await Promise.all(answers)).toEqual([...Array(10).fill('computed'), ...Array(4).fill('503 after 1')]);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(admission.waitingMs()).toBe(0);
  expect(await ask(14)).toBe('computed');
});

test('what would not be taken is refused before its body is read, by what the last requests took', async () => {
  const admission = createAdmission(() => 0);
  const ask = (ms: number) =>
    admission
      .run(
        ms,
        () => true,
        () => 'computed',
      )
      .catch(() => 'refused');
  for (let call = 0; call < 100; call += 1) await ask(6);
  const eight = Array.from({ length: 8 }, () => ask(6));
  expect(admission.waitingMs()).toBe(48);
  expect(admission.refusal()?.message).toMatch(/too much is waiting/);
  expect(await ask(6)).toBe('refused');
  await Promise.all(eight);
  // Long ones that are refused do not keep out a short one, for which there is room.
  const four = Array.from({ length: 4 }, () => ask(6));
  expect(await Promise.all(Array.from({ length: 100 }, () => ask(45)))).toEqual(Array(100).fill('refused'));
  expect(admission.waitingMs()).toBe(24);
  expect(admission.refusal()).toBeUndefined();
  expect(await Promise.all([...four, ask(0.1)])).toEqual(Array(5).fill('computed'));
});

test('takes one that is long by itself where nobody waits, and computes nothing nobody waits for', async () => {
  const admission = createAdmission();
  expect(
    await admission.run(
      1_000,
      () => true,
      () => 1,
    ),
  ).toBe(1);
  let computed = false;
  const late = admission.run(
    1,
    () => false,
    () => {
      computed = true;
    },
  );
  await expect(late).rejects.toMatchObject({ status: 503 });
  expect(computed).toBe(false);
});

test('does what takes little at once, until it took 5 ms in all since the last look at the sockets; then in turn', async () => {
  let time = 0;
  const admission = createAdmission(() => time);
  const done: number[] = [];
  const ask = (job: number) =>
    admission.soon(
      1,
      () => true,
      () => {
        time += 2;
        done.push(job);
        return job;
      },
    );
  expect([ask(1), ask(2), ask(3)]).toEqual([1, 2, 3]);
  const later = [ask(4), ask(5)];
  expect(done).toEqual([1, 2, 3]);
  expect(admission.waitingMs()).toBe(2);
  expect(await Promise.all(later)).toEqual([4, 5]);
  expect([ask(6), ask(7)]).toEqual([6, 7]);
});

test('of work that takes longer than was thought no more waits than a second takes', async () => {
  let time = 0;
  const admission = createAdmission(() => time);
  const ask = (took: number) =>
    Promise.resolve(
      admission.soon(
        0.001,
        () => true,
        () => {
          time += took;
          return 'done';
        },
      ),
    ).catch((error) => error.status);
  const count = async (many: number, took: number) => {
    const answers = await Promise.all(Array.from({ length: many }, () => ask(took)));
    return answers.filter((answer) => answer === 'done').length;
  };
  // As 300 clients do, whose bodies of 23 KB take 0.3 ms to be read.
  expect(await count(300, 0.3)).toBe(300);
  expect(await count(30_000, 0.3)).toBeLessThan(3_500);
  // What long work took counts for what comes behind it, but not any more once nothing came for a while.
  await count(100, 10);
  expect(await count(1_000, 0.3)).toBeLessThan(1_000);
  await count(100, 10);
  time += 101;
  expect(await count(1_000, 0.3)).toBe(1_000);
  // One pause of the machine is no such work.
  const paused = createAdmission(() => time);
  await paused.run(
    1,
    () => true,
    () => (time += 5_000),
  );
  const more = Array.from({ length: 300 }, () =>
    paused.run(
      0.1,
      () => true,
      () => 'done',
    ),
  );
  expect(await Promise.all(more)).toEqual(new Array(300).fill('done'));
});

test('connections that come in put the queue off for a few looks at the sockets, and for no more', async () => {
  const looksUntilDone = async (isCrowded: boolean) => {
    const admission = createAdmission(() => 0);
    let isDone = false;
    const done = admission.run(
      1,
      () => true,
      () => {
        isDone = true;
      },
    );
    let looks = 0;
    for (; !isDone; looks += 1) {
      if (isCrowded) admission.noteConnection();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await done;
    return looks;
  };
  expect(await looksUntilDone(false)).toBeLessThan(3);
  expect(await looksUntilDone(true)).toBeGreaterThan(15);
  expect(await looksUntilDone(true)).toBeLessThan(20);
});

test('small bodies that come in together are read in turn, once some milliseconds went into reading', async () => {
  let time = 0;
  const admission = createAdmission(() => {
    time += 1;
    return time;
  });
  const served = serveModel('model', loadModel(golden('heart-age').file));
  const container = { admission, mode: 'sagemaker' } as Container;
  const body = Buffer.from(','.repeat(8_192));
  const answers = Array.from({ length: 20 }, () => answerBody(container, served, { body, form: 'csv', accepted: 'json' }, () => true));
  // Each looks at the time before and behind its reading.
  expect(admission.waitingMs()).toBeCloseTo(15 * 8_192 * 3e-6, 9);
  const settled = await Promise.allSettled(answers);
  expect(settled.map((one) => one.status === 'rejected' && one.reason.status)).toEqual(Array(20).fill(422));
});

test('learns the pace of a model, and one pause does not make it slow', () => {
  const pace = createPace(0.1);
  for (let call = 0; call < 100; call += 1) pace.note(10, 50);
  expect(pace.ms(1)).toBeCloseTo(5, 0);
  pace.note(1, 100_000);
  expect(pace.ms(1)).toBeLessThan(7);
});

test('many rows can show that a model is quicker than its first rows were, and never that it is slower', () => {
  const pace = createPace(0.1);
  pace.noteMany(10_000, 50);
  expect(pace.ms(1)).toBeCloseTo(0.005, 9);
  pace.noteMany(10_000, 5_000);
  expect(pace.ms(1)).toBeCloseTo(0.005, 9);
  pace.noteMany(0, 0);
  expect(pace.ms(1)).toBeCloseTo(0.005, 9);
});

/** Asks a model of a container whose threads compute nothing, but tell how many rows they were handed. */
function askWith(model: Model, pace?: Pace) {
  const handed: number[] = [];
  const workers = {
    count: 1,
    answer: async (_key, { query }) => {
      handed.push(query?.count ?? 0);
      return { text: '', rows: query?.count ?? 0, ms: 100 * (query?.count ?? 0) };
    },
  } as Pick<Workers, 'count' | 'answer'> as Workers;
  const container = { workers, admission: createAdmission(), mode: 'sagemaker' } as Container;
  const served = { ...serveModel('model', model), ...(pace ? { pace } : {}) };
  const row = exampleRecord(model.schema);
  const ask = (rows: number, parameters: object) => {
    const body = Buffer.from(JSON.stringify({ instances: Array.from({ length: rows }, () => row), parameters }));
    return answerBody(container, served, { body, form: 'json', accepted: 'json' }, () => true);
  };
  return { ask, handed };
}

/** A model whose standard errors take so many milliseconds a row at the least; `msOf` is asked at each computation of them. */
function slowErrors(model: Model, msOf: (parameters: Parameters) => number): Model {
  const { kind } = model.body;
  const predict: typeof kind.predict = (schema, data, rows, parameters) => {
    const each = parameters.type === 'se' ? msOf(parameters) : 0;
    const until = performance.now() + (each * rows.length) / schema.features.length;
    while (performance.now() < until);
    return kind.predict(schema, data, rows, parameters);
  };
  return { ...model, body: { ...model.body, kind: { ...kind, predict } } };
}

test('standard errors, which take long of many training rows, keep no ping waiting: their pace is their own, and that of fewer trees another', async () => {
  const slow = slowErrors(loadModel(golden('se-many-trees').file), ({ numTrees }) => (numTrees === undefined ? 20 : 0));
  const { ask, handed } = askWith(slow);
  await ask(100, { type: 'se', seMethod: 'jack', numTrees: 2 });
  expect(handed).toEqual([]);
  await ask(5, { type: 'se', seMethod: 'jack' });
  expect(handed).toEqual([5]);
  await ask(100, {});
  await ask(100, { type: 'response' });
  await ask(1, { type: 'terminalNodes' });
  expect(handed).toEqual([5]);
});

test('many at once that ask for a type nobody asked for before are computed here, as they are later, and not all left to a few threads', async () => {
  const { ask, handed } = askWith(loadModel(golden('se-many-trees').file));
  await Promise.all(Array.from({ length: 20 }, () => ask(5, { type: 'terminalNodes' })));
  expect(handed).toEqual([]);
});

test("two at once that ask a slow model for a type nobody asked for before are its threads', and none is refused", async () => {
  const { ask, handed } = askWith(loadModel(golden('se-many-trees').file), createPace(60));
  await Promise.all([ask(1, { type: 'terminalNodes' }), ask(1, { type: 'terminalNodes' })]);
  expect(handed).toEqual([1, 1]);
});

test('each number of trees is a kind of its own, and of a type that is slow few are tried here', async () => {
  let tried = 0;
  const slow = slowErrors(loadModel(golden('se-many-trees').file), () => {
    tried += 1;
    return 10;
  });
  const { ask, handed } = askWith(slow);
  const trees = Array.from({ length: 20 }, (_, one) => one + 2);
  await Promise.all(trees.map((numTrees) => ask(10, { type: 'se', seMethod: 'jack', numTrees })));
  expect(handed).toEqual(trees.map(() => 10));
  expect(tried).toBeLessThan(10);
});
