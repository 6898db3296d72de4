import { Worker } from 'node:worker_threads';
import { ModelError, RequestError } from '../shared/errors.ts';
import { overloaded } from './admission.ts';
import type { Asked, Computed } from './compute.ts';
import type { Order, Report } from './worker.ts';

/** Jobs that may wait for each worker. */
const MOST_WAITING = 2;
/** How long a batch may wait and be computed, in milliseconds: less than the 60 s after which SageMaker no longer listens. */
const CUT_MS = 55_000;
/** Room for what lives shortly: V8's own choice lets a thread grow by tens of megabytes before it looks what can go. */
const LIMITS = { maxYoungGenerationSizeMb: 8 };

/** Threads for what would keep the listening thread from listening: big batches, and loading models. */
export type Workers = {
  /** Makes a model known to all workers under a key, with the nodes that its kernel walks where there are such. */
  open(key: string, bytes: SharedArrayBuffer, table?: WebAssembly.Memory): void;
  close(key: string): void;
  /** Throws a RequestError: what is wrong with the body, or a 503 where the queue is full or the time is over. */
  answer(key: string, asked: Asked, isWanted: () => boolean): Promise<Computed>;
  /** The artifact of the one model in a folder. Throws a ModelError where there is none that can be used. */
  load(dir: string): Promise<SharedArrayBuffer>;
  /** Threads there are at most. */
  count: number;
  /** Jobs that wait or are worked on. */
  jobs(): number;
  end(): Promise<void>;
};

type Job = {
  number: number;
  order: Extract<Order, { job: number }>;
  isWanted: () => boolean;
  settle(report: Report): void;
  timer: NodeJS.Timeout;
};
type Thread = { worker: Worker; job: Job | undefined; replace(why: string): void };

const always = () => true;

/** Workers, up to `count` of them, started as there is work; `file` is the module that calls runWorker in a thread. A worker that dies is replaced. */
export function startWorkers({ file, count, cutMs = CUT_MS }: { file: URL; count: number; cutMs?: number }): Workers {
  const models = new Map<string, { bytes: SharedArrayBuffer; table: WebAssembly.Memory | undefined }>();
  const queue: Job[] = [];
  let threads: Thread[] = [];
  let [isEnding, last] = [false, 0];

  const next = () => {
    // A thread costs memory, so each starts when there is work that the others have no time for.
    const missing = Math.min(queue.length - threads.filter(({ job }) => !job).length, count - threads.length);
    for (let one = 0; one < missing; one += 1) threads.push(start());
    for (const thread of threads) {
      while (thread.job === undefined) {
        const job = queue.shift();
        if (!job) return;
        if (!job.isWanted()) {
          finish(job, refusal(job.number, 'the time of this request was over before its turn came'));
          continue;
        }
        thread.job = job;
        thread.worker.postMessage(job.order);
      }
    }
  };
  const start = (): Thread => {
    function replace(why: string): void {
      if (isEnding || !threads.includes(thread)) return;
      threads = threads.map((one) => (one === thread ? start() : one));
      if (thread.job) finish(thread.job, { job: thread.job.number, fault: why });
      next();
    }
    const thread: Thread = { worker: new Worker(file, { resourceLimits: LIMITS }), job: undefined, replace };
    for (const [open, model] of models) thread.worker.postMessage({ open, ...model } satisfies Order);
    thread.worker.on('message', (report: Report) => {
      const { job } = thread;
      thread.job = undefined;
      if (job) finish(job, report);
      next();
    });
    thread.worker.on('error', (error) => replace(`a worker died: ${error.stack ?? error.message}`));
    thread.worker.on('exit', (code) => replace(`a worker ended with ${code}`));
    return thread;
  };
  const cut = (job: Job) => {
    const at = queue.indexOf(job);
    if (at !== -1) queue.splice(at, 1);
    finish(job, refusal(job.number, `not done within ${cutMs / 1_000} s`));
    const thread = threads.find((one) => one.job === job);
    if (!thread) return;
    // What computes cannot be asked to stop.
    thread.job = undefined;
    thread.replace('cut');
    void thread.worker.terminate();
  };
  const submit = (order: (job: number) => Extract<Order, { job: number }>, isWanted: () => boolean): Promise<Report> => {
    if (queue.length >= MOST_WAITING * count) throw overloaded('too many big requests are waiting; ask again soon');
    last += 1;
    const number = last;
    return new Promise((settle) => {
      const job: Job = { number, order: order(number), isWanted, settle, timer: setTimeout(() => cut(job), cutMs).unref() };
      queue.push(job);
      next();
    });
  };

  const tell = (order: Order) => threads.map(({ worker }) => worker.postMessage(order));
  return {
    count,
    open: (key, bytes, table) => {
      models.set(key, { bytes, table });
      tell({ open: key, bytes, table });
    },
    close: (key) => {
      models.delete(key);
      tell({ close: key });
    },
    answer: async (key, asked, isWanted) => {
      const report = await submit((job) => ({ job, answer: asked, key }), isWanted);
      if ('computed' in report) return report.computed;
      throw errorOf(report);
    },
    load: async (dir) => {
      const report = await submit((job) => ({ job, load: dir }), always);
      if ('loaded' in report) return report.loaded;
      throw errorOf(report);
    },
    jobs: () => queue.length + threads.filter(({ job }) => job !== undefined).length,
    end: async () => {
      isEnding = true;
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

function finish(job: Job, report: Report): void {
  clearTimeout(job.timer);
  job.settle(report);
}

function refusal(job: number, detail: string): Report {
  const { status, headers, problems } = overloaded(detail);
  return { job, refused: { status, detail, problems, headers } };
}

/** The error a report stands for, as it was thrown in the worker. */
function errorOf(report: Report): Error {
  if ('refused' in report) {
    const { status, detail, problems, headers } = report.refused;
    return new RequestError(status, detail, problems, headers);
  }
  if ('unusable' in report) return new UnusableModel(report.unusable);
  return new Error('fault' in report ? report.fault : 'a report that fits no job');
}

/** A ModelError whose sentence was made in another thread. */
class UnusableModel extends ModelError {
  constructor(message: string) {
    super('', '', '');
    this.message = message;
  }
}
