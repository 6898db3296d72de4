import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Share } from './alone-main.ts';
import { interleave, median, ratios, short, times } from './figures.ts';
import { type Files, readDoubles } from './forests.ts';
import type { Report } from './report.ts';
import type { Asker, Server } from './servers.ts';

/** How much longer an array may take than its rows alone, on as many threads. */
const BAR = 1.2;

/** 10,000 rows as an array of NumPy, and an array of answers, against computing the rows alone on as many threads, in milliseconds. */
export async function benchArrays(files: Files, width: number, ours: Server, ask: Asker, rounds: number, report: Report): Promise<void> {
  const doubles = readDoubles(files.rows);
  const body = arrayBytes(doubles, width);
  const parts = availableParallelism();
  const threads = await Promise.all(Array.from({ length: parts }, (_, part) => startAlone({ ...files, part, parts })));
  const alone = async () => {
    const done = threads.map((thread) => once(thread, 'message'));
    for (const thread of threads) thread.postMessage('compute');
    await Promise.all(done);
  };
  const timed = async (way: () => Promise<unknown>) => {
    const start = performance.now();
    await way();
    return performance.now() - start;
  };
  const ways = [() => ask(ours.url, body, 'application/x-npy'), alone];
  for (let round = 0; round < 5; round += 1) for (const way of ways) await way();
  const [took = [], bare = []] = await interleave(5 * rounds, ways, timed);
  for (const thread of threads) await thread.terminate();
  const what = `container, ${files.name}, 10,000 rows of npy (${short(body.length / 1e6)} MB)`;
  const peer = `computing alone on ${parts} threads`;
  report.speed(what, 'ms', took, [[peer, bare]]);
  const share = ratios(took, bare);
  report.judge(`${what}, against ${peer}`, `<= ${BAR} x`, times(share), median(share) <= BAR);
}

async function startAlone({ artifact, rows, part, parts }: Share): Promise<Worker> {
  const thread = new Worker(new URL('./alone-main.ts', import.meta.url), { workerData: { artifact, rows, part, parts } satisfies Share });
  await once(thread, 'message');
  return thread;
}

/** What numpy.save() writes of rows side by side. */
function arrayBytes(doubles: Float64Array, width: number): Buffer {
  const text = `{'descr': '<f8', 'fortran_order': False, 'shape': (${doubles.length / width}, ${width}), }`.padEnd(117);
  return Buffer.concat([
    Buffer.from(`\x93NUMPY\x01\0v\0${text}\n`, 'latin1'),
    new Uint8Array(doubles.buffer, doubles.byteOffset, doubles.byteLength),
  ]);
}
