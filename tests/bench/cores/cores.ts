import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { loadModel } from '../../../model/artifact/import.ts';
import { interleave, median, ratios, short, times } from '../figures.ts';
import { type Files, readDoubles, toObjects } from '../forests.ts';
import type { Report } from '../report.ts';
import { openAsker, startOurs, startReading } from '../servers.ts';
import type { Work } from './part-main.ts';

/** How many times as fast as one thread two have to be. */
const BAR = 1.7;
/** Where the machine can hardly do that: the part of what it can do. A server also parses heads, cuts, sends messages, joins and collects garbage. */
const OF_LIMIT = 0.8;
const THREADS = 2;
/** Bytes of an answer to 10,000 rows of one number. */
const ANSWER = 190_000;
const WARM_UP = 8;

/**
 * 10,000 rows of JSON by the container with two threads, against the same with one. Beside it stands what no server can beat here: a bare one
 * that reads the body and answers as many bytes, and then two threads that do nothing but read, compute and write half of the rows each.
 */
export async function benchCores(
  forests: Files[],
  bundle: string,
  folder: string,
  { rounds }: { rounds: number },
  report: Report,
): Promise<void> {
  for (const files of forests) {
    const { schema } = loadModel(files.artifact);
    const body = Buffer.from(JSON.stringify(toObjects(schema, readDoubles(files.rows))));
    const servers = [];
    for (const count of [1, THREADS]) {
      const own = path.join(folder, `threads-${count}`);
      mkdirSync(own, { recursive: true });
      servers.push(await startOurs(bundle, files.artifact, own, { WORKERS: String(count) }));
    }
    servers.push(await startReading(ANSWER));
    const threads = await startThreads(files.artifact, body);
    const { ask, end } = openAsker();
    const ways = [
      ...servers.map(
        ({ url }) =>
          () =>
            ask(url, body, 'application/json'),
      ),
      () => computeParts(threads),
    ];
    try {
      for (let time = 0; time < WARM_UP; time += 1) for (const way of ways) await way();
      const [one = [], two = [], reading = [], computing = []] = await interleave(5 * rounds, ways, timed);
      const most = median(one) / (median(reading) + median(computing));
      const what = `container, ${files.name}, 10,000 rows of JSON (${short(body.length / 1e6)} MB), ${THREADS} threads`;
      report.speed(what, 'ms', two, [
        ['1 thread', one],
        ['reading the body alone', reading],
        [`computing alone on ${THREADS} threads`, computing],
      ]);
      const faster = ratios(one, two);
      const bar = Math.min(BAR, OF_LIMIT * most);
      const limit = `${short(OF_LIMIT * 100)} % of what is left without any server's work but to read, ${short(most)} x`;
      report.judge(`${what}, against 1`, `>= ${BAR} x, or ${limit}`, times(faster), median(faster) >= bar);
    } finally {
      end();
      for (const server of servers) await server.close();
      for (const thread of threads) await thread.terminate();
    }
  }
}

async function timed(way: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await way();
  return performance.now() - start;
}

async function startThreads(artifact: string, bytes: Buffer): Promise<Worker[]> {
  const body = new SharedArrayBuffer(bytes.length);
  new Uint8Array(body).set(bytes);
  const threads = Array.from({ length: THREADS }, (_, part) => {
    const work: Work = { artifact, body, part, parts: THREADS };
    return new Worker(new URL('./part-main.ts', import.meta.url), { workerData: work });
  });
  await Promise.all(threads.map((thread) => once(thread, 'message')));
  return threads;
}

async function computeParts(threads: Worker[]): Promise<void> {
  const done = threads.map((thread) => once(thread, 'message'));
  for (const thread of threads) thread.postMessage('compute');
  for (const [rows] of await Promise.all(done)) if (!(rows > 0)) throw new Error('a part of the body was not read');
}
