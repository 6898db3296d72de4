import { Worker } from 'node:worker_threads';
import { RequestError } from '../../shared/errors.ts';
import { Changed } from './errors.ts';
import type { Done, Order, Report, Task, Work } from './task.ts';

/** Threads that answer rows. `compute` throws a RequestError for rows that have no answer, and any other error where a thread fails. */
export type Threads = { compute(work: Work): Promise<Done>; close(): Promise<void> };

type Waiting = { resolve(done: Done): void; reject(error: Error): void };
/** `ended`: why it is no more. */
type Thread = { worker: Worker; waiting: Map<number, Waiting>; ended: Error | undefined };

/** V8 lets a thread grow by tens of megabytes before it looks what can go: pieces live shortly. */
const LIMITS = { maxYoungGenerationSizeMb: 16 };

/** Starts `count` threads that know the task. What one of them has no time for waits in the order in which it came. */
export function startThreads(task: Task, count: number): Threads {
  let isEnding = false;
  let last = 0;
  const threads = Array.from({ length: count }, (): Thread => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: task, resourceLimits: LIMITS });
    const thread: Thread = { worker, waiting: new Map(), ended: undefined };
    const fail = (error: Error) => {
      if (isEnding) return;
      thread.ended ??= error;
      for (const { reject } of thread.waiting.values()) reject(error);
      thread.waiting.clear();
    };
    worker.on('message', (report: Report) => {
      const one = thread.waiting.get(report.number);
      thread.waiting.delete(report.number);
      if (one) settle(one, report);
    });
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`a thread ended with ${code}`)));
    return thread;
  });
  return {
    compute: (work) =>
      new Promise((resolve, reject) => {
        last += 1;
        const thread = threads.reduce((least, one) => (one.waiting.size < least.waiting.size ? one : least));
        // One that ended while it had nothing to do is told at the next rows, which it would never answer.
        if (thread.ended) return reject(thread.ended);
        thread.waiting.set(last, { resolve, reject });
        if ('range' in work) return thread.worker.postMessage({ number: last, work } satisfies Order);
        const bytes = alone(work.piece.bytes);
        const order: Order = { number: last, work: { piece: { ...work.piece, bytes } } };
        thread.worker.postMessage(order, [bytes.buffer as ArrayBuffer]);
      }),
    close: async () => {
      isEnding = true;
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

/** Bytes that have their memory for themselves, so that it can go to another thread: of a view all of its memory would be copied. */
function alone(bytes: Uint8Array): Uint8Array {
  const { byteOffset, byteLength, buffer } = bytes;
  // One of no bytes may be a constant that others have, too.
  return byteOffset === 0 && byteLength === buffer.byteLength && byteLength > 0 ? bytes : new Uint8Array(bytes);
}

function settle({ resolve, reject }: Waiting, report: Report): void {
  if ('done' in report) resolve(report.done);
  else if ('refused' in report) reject(new RequestError(report.refused.status, report.refused.message));
  else if ('changed' in report) reject(new Changed(report.changed));
  else reject(Object.assign(new Error(report.fault.split('\n', 1)[0]), { stack: report.fault }));
}
