import { type ResourceLimits, Worker } from 'node:worker_threads';
import { stackOf } from '../../../shared/errors.ts';
import type { Order, Report } from './worker.ts';

/** The models that every thread knows, by their keys. */
export type OpenModels = Map<string, { bytes: SharedArrayBuffer; table: WebAssembly.Memory | undefined }>;

/** A thread and the job it works on. `isReady` once it has answered: one that ends before that could not start. */
export type Thread<Job> = { worker: Worker; job: Job | undefined; isReady: boolean };

/** Who hears of a thread. `ended` may be called twice. */
export type Listener<Job> = {
  ready(): void;
  done(job: Job | undefined, report: Report): void;
  ended(thread: Thread<Job>, why: string): void;
};

/** How long no thread is started after one that could not: at first, and at most, in milliseconds. */
const PAUSE_MS = { first: 250, most: 30_000 };

/** Starts a thread that knows the models; `file` is the module that calls runWorker in it. */
export function startThread<Job>(file: URL, resourceLimits: ResourceLimits, models: OpenModels, listener: Listener<Job>): Thread<Job> {
  const worker = new Worker(file, { resourceLimits });
  const thread: Thread<Job> = { worker, job: undefined, isReady: false };
  for (const [open, model] of models) worker.postMessage({ open, ...model } satisfies Order);
  worker.postMessage({ ready: true } satisfies Order);
  worker.on('message', (report: Report) => {
    if ('ready' in report) {
      thread.isReady = true;
      listener.ready();
      return;
    }
    const { job } = thread;
    thread.job = undefined;
    listener.done(job, report);
  });
  worker.on('error', (error) => listener.ended(thread, `a worker thread died: ${stackOf(error)}`));
  worker.on('exit', (code) => listener.ended(thread, `a worker thread ended with ${code}`));
  return thread;
}

/** How long no thread is started after one that could not: twice as long after each further one. `now` gives milliseconds. */
export function createPause(now = () => performance.now()) {
  let [failures, until] = [0, 0];
  return {
    leftMs: () => Math.max(0, until - now()),
    noteFailure: () => {
      until = now() + Math.min(PAUSE_MS.first * 2 ** failures, PAUSE_MS.most);
      failures += 1;
    },
    noteSuccess: () => {
      [failures, until] = [0, 0];
    },
  };
}
