import type { PieceAsked, PieceDone } from '../../../shared/batch/piece.ts';
import { ModelError, RequestError } from '../../../shared/errors.ts';
import type { Asked, Computed, PartAsked, PartComputed } from '../compute.ts';
import { overloaded } from '../refusals.ts';
import { loadApart } from './load-apart.ts';
import type { Order, Report } from './worker.ts';
import { createPause, type OpenModels, startThread, type Thread } from './worker-thread.ts';

/** Jobs that may wait for each worker. */
const MOST_WAITING = 2;
/** How long a batch may wait and be computed, in milliseconds: less than the 60 s after which SageMaker no longer listens. */
const CUT_MS = 55_000;
/** Fewer bytes are copied to a thread. */
const LEAST_MOVED = 131_072;
/** Room for what lives shortly: by itself, V8 lets a thread grow by tens of megabytes before it looks what can go. */
const LIMITS = { maxYoungGenerationSizeMb: 4 };

/** Threads for what would keep the listening thread from listening: big batches, and loading models. */
export type Workers = {
  /** Makes a model known to all workers under a key, with the nodes that its kernel walks where there are such. */
  open(key: string, bytes: SharedArrayBuffer, table?: WebAssembly.Memory): void;
  /** `collects`: its memory is looked for at once. */
  close(key: string, collects?: boolean): void;
  /** Throws a RequestError: what is wrong with the body, or a 503 where the queue is full or the time is over. A big body goes to the thread: it is nobody else's any more. */
  answer(key: string, asked: Asked, isWanted: () => boolean): Promise<Computed>;
  /** The same for a part of a request, whose memory goes to the thread; undefined where it has to be answered as a whole. */
  part(key: string, asked: PartAsked, isWanted: () => boolean): Promise<PartComputed | undefined>;
  /** The same for a piece of a payload of batch transform. */
  piece(key: string, asked: PieceAsked, isWanted: () => boolean): Promise<PieceDone>;
  /**
   * The artifact of the one model in a folder below `root`, read in a thread of its own. Throws a ModelError where there is none that can
   * be used, and a 507 where the process came to take more than so many bytes.
   */
  load(dir: string, root: string, mostRss: number): Promise<SharedArrayBuffer>;
  /** Threads there are at most. */
  count: number;
  /** Threads that have started and have nothing to do. */
  idle(): number;
  /** Starts threads that are not there yet, as many as so many jobs at once would want: when it is asked for the third time. */
  prepare(jobs: number): void;
  /** Jobs that wait or are worked on. */
  jobs(): number;
  end(): Promise<void>;
};

type Job = {
  number: number;
  order: Extract<Order, { job: number }>;
  /** Memory that goes to the thread with the order, instead of a copy. */
  moved: ArrayBuffer[];
  isWanted: () => boolean;
  settle(report: Report): void;
  timer: NodeJS.Timeout;
};
/** A thread takes ten megabytes and more: a single big request, or one that looks slow at first, is no reason to start one. */
const ASKED_BEFORE = 2;

/**
 * Workers, up to `count` of them; `file` is the module that calls runWorker in a thread. Each is started when there is a job that the
 * others have no time for. One that dies is replaced at the next job. After one that could not start, none is started for a while,
 * and jobs that nobody can do are refused.
 */
export function startWorkers({ file, count, cutMs = CUT_MS }: { file: URL; count: number; cutMs?: number }): Workers {
  const models: OpenModels = new Map();
  const queue: Job[] = [];
  const pause = createPause();
  let threads: Thread<Job>[] = [];
  let [isEnding, last, asked] = [false, 0, 0];

  const next = () => {
    const missing = Math.min(queue.length - threads.filter(({ job }) => !job).length, count - threads.length);
    for (let one = 0; one < missing && pause.leftMs() === 0; one += 1) threads.push(start());
    for (const thread of threads) {
      while (thread.job === undefined) {
        const job = queue.shift();
        if (!job) return;
        if (job.isWanted()) {
          thread.job = job;
          thread.worker.postMessage(job.order, job.moved);
        } else finish(job, refusal(job.number, 'the time of this request was over before its turn came'));
      }
    }
    if (threads.length > 0) return;
    refuseAll(queue.splice(0), Math.ceil(pause.leftMs() / 1_000));
  };
  const start = (): Thread<Job> =>
    startThread<Job>(file, LIMITS, models, {
      ready: pause.noteSuccess,
      done: (job, report) => {
        if (job) finish(job, report);
        next();
      },
      ended: (thread, why) => {
        if (isEnding || !threads.includes(thread)) return;
        threads = threads.filter((one) => one !== thread);
        if (!thread.isReady) pause.noteFailure();
        if (thread.job) finish(thread.job, { job: thread.job.number, fault: why });
        next();
      },
    });
  const cut = (job: Job) => {
    const at = queue.indexOf(job);
    if (at !== -1) queue.splice(at, 1);
    finish(job, refusal(job.number, `not done within ${cutMs / 1_000} s`));
    const thread = threads.find((one) => one.job === job);
    if (!thread) return;
    // What computes cannot be asked to stop.
    threads = threads.filter((one) => one !== thread);
    void thread.worker.terminate();
    next();
  };
  const submit: Submit = (order, isWanted, moved = []) => {
    if (queue.length >= MOST_WAITING * count) throw overloaded('too many big requests are waiting; ask again soon');
    last += 1;
    const number = last;
    return new Promise((settle) => {
      const job: Job = { number, order: order(number), moved, isWanted, settle, timer: setTimeout(() => cut(job), cutMs).unref() };
      queue.push(job);
      next();
    });
  };

  const sendAll = (order: Order) => threads.map(({ worker }) => worker.postMessage(order));
  return {
    count,
    open: (key, bytes, table) => {
      models.set(key, { bytes, table });
      sendAll({ open: key, bytes, table });
    },
    close: (key, collects = false) => {
      models.delete(key);
      sendAll({ close: key, collects });
    },
    idle: () => (queue.length > 0 ? 0 : threads.filter(({ job, isReady }) => isReady && !job).length),
    prepare: (jobs) => {
      asked += 1;
      while (asked > ASKED_BEFORE && threads.length < Math.min(jobs, count) && pause.leftMs() === 0) threads.push(start());
    },
    ...jobsBy(submit),
    load: async (dir, root, mostRss) => partOf(await loadApart(file, { dir, root }, { cutMs, mostRss }), 'loaded'),
    jobs: () => queue.length + threads.filter(({ job }) => job !== undefined).length,
    end: async () => {
      isEnding = true;
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

type Submit = (order: (job: number) => Extract<Order, { job: number }>, isWanted: () => boolean, moved?: ArrayBuffer[]) => Promise<Report>;

/** What threads do, each as a job that is submitted. */
function jobsBy(submit: Submit): Pick<Workers, 'answer' | 'part' | 'piece'> {
  return {
    answer: async (key, asked, isWanted) => {
      const moved = [...ownMemory(asked.body), ...ownMemory(asked.query?.rows)];
      return partOf(await submit((job) => ({ job, answer: asked, key }), isWanted, moved), 'computed');
    },
    part: async (key, asked, isWanted) => {
      const moved = ownMemory('read' in asked ? asked.read.body : asked.query.rows);
      return partOf(await submit((job) => ({ job, part: asked, key }), isWanted, moved), 'part');
    },
    piece: async (key, asked, isWanted) => partOf(await submit((job) => ({ job, piece: asked, key }), isWanted), 'done'),
  };
}

/** The memory of an array that nothing else lies in: a small one may be a piece of what Node keeps for all of them. */
function ownMemory(array: Uint8Array | Float64Array | undefined): ArrayBuffer[] {
  return array && array.buffer instanceof ArrayBuffer && array.byteLength >= LEAST_MOVED ? [array.buffer] : [];
}

type Parts = { computed: Computed; part: PartComputed | undefined; done: PieceDone; loaded: SharedArrayBuffer };

/** What a job gave. Throws what went wrong with it. */
function partOf<Name extends keyof Parts>(report: Report, name: Name): Parts[Name] {
  if (name in report) return (report as unknown as Parts)[name];
  throw errorOf(report);
}

/** Ends jobs for which no thread can be started for so many seconds. */
function refuseAll(jobs: Job[], seconds: number): void {
  for (const job of jobs) finish(job, refusal(job.number, 'no worker thread can be started now; ask again soon', seconds));
}

function finish(job: Job, report: Report): void {
  clearTimeout(job.timer);
  job.settle(report);
}

function refusal(job: number, detail: string, seconds?: number): Report {
  const { status, headers, problems } = overloaded(detail, seconds);
  return { job, refused: { status, detail, problems, headers } };
}

/** The error a report stands for, as it was thrown in the worker. */
function errorOf(report: Report): Error {
  if ('refused' in report) {
    const { status, detail, problems, headers, advice } = report.refused;
    return new RequestError(status, detail, problems, headers, advice);
  }
  if ('unusable' in report) return new UnusableModel(report.unusable);
  return new WorkerFault('fault' in report ? report.fault : 'a report that fits no job');
}

/** An error in a worker. It carries the place where that error was thrown into the log, and not the place where it was made here. */
class WorkerFault extends Error {
  constructor(fault: string) {
    super('');
    this.name = fault.split('\n', 1)[0] as string;
    this.stack = fault;
  }
}

/** A ModelError whose sentence was made in another thread. */
class UnusableModel extends ModelError {
  constructor(message: string) {
    super('', '', '');
    this.message = message;
  }
}
