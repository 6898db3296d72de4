import { Worker } from 'node:worker_threads';
import { RequestError, stackOf } from '../../../shared/errors.ts';
import { overloaded } from '../refusals.ts';
import type { Order, Report } from './worker.ts';

/** What a load is bounded by: its time, and the memory that the whole process may have meanwhile. Milliseconds, and bytes. */
export type LoadLimits = { cutMs: number; mostRss: number };

/** How often the memory is looked at while a model is read, in milliseconds. */
const LOOK_MS = 20;
/** The job's number: a thread that loads has no other. */
const ONLY = 1;

/**
 * Loads the model of a folder in a thread of its own, which ends with it. So all that reading took is given back at once, and a file
 * that takes more memory than there is ends this thread, and not the process with all that it serves. `file` is the module that
 * calls runWorker in it.
 */
export function loadApart(file: URL, { dir, root }: { dir: string; root: string }, { cutMs, mostRss }: LoadLimits): Promise<Report> {
  const worker = new Worker(file);
  let timers: NodeJS.Timeout[] = [];
  return new Promise<Report>((settle, reject) => {
    const cut = setTimeout(() => reject(overloaded(`not loaded within ${cutMs / 1_000} s`)), cutMs);
    const look = setInterval(() => process.memoryUsage.rss() > mostRss && reject(tooMuch(mostRss)), LOOK_MS);
    timers = [cut, look];
    worker.on('message', settle);
    worker.on('error', (error) => settle({ job: ONLY, fault: `a thread that loads died: ${stackOf(error)}` }));
    worker.on('exit', (code) => settle({ job: ONLY, fault: `a thread that loads ended with ${code}` }));
    worker.postMessage({ job: ONLY, load: dir, root } satisfies Order);
  }).finally(() => {
    for (const timer of timers) clearTimeout(timer);
    return worker.terminate();
  });
}

function tooMuch(mostRss: number): RequestError {
  return new RequestError(507, `the process came to take more than ${mostRss} bytes while the model was read; expected a smaller one`);
}
