import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { stackOf } from '../../shared/errors.ts';
import { failureOf, UNEXPECTED, writeFailure } from './failure.ts';
import { EXIT, type Failure, type Result, runJob, writeResult } from './job.ts';
import { type Places, placesBelow } from './places.ts';

// What the image does with the argument train: a training job of SageMaker. ML_DIR is the folder in place of /opt/ml.
//
// The forest grows in a thread, so that this one hears SIGTERM, and hears it where that thread has no memory left. What is written is
// written here, in one go, so that a signal never leaves half of it.

type Message = { grown: number; trees: number } | { result: Result } | { failure: Failure };

/** Milliseconds between two lines of progress (a log is paid for by its size), and between two messages of the thread. */
const [BETWEEN_LINES, BETWEEN_MESSAGES] = [10_000, 200];
const SIGNALS = { SIGTERM: EXIT.stopped, SIGINT: 130 } as const;

if (isMainThread) main(placesBelow(process.env.ML_DIR || '/opt/ml'), process.env.TRAINING_JOB_NAME);
else await thread(workerData as Places);

function main(places: Places, job = 'a training job'): void {
  let state = 'no tree grown';
  let said = performance.now();
  const end = ({ sentence, code }: Failure) => {
    console.error(sentence);
    writeFailure(places, sentence, console.error);
    process.exit(code);
  };
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      const seconds = Math.round(process.uptime());
      end({ sentence: `the job: found ${signal} after ${seconds} s with ${state}, expected to go on; there is no model`, code });
    });
  }
  console.log(`${job} is read from ${places.hyperparameters} and ${places.data}`);
  const training = new Worker(new URL(import.meta.url), { workerData: places });
  training.on('message', (message: Message) => {
    if ('failure' in message) return end(message.failure);
    if ('result' in message) return finish(places, message.result, end);
    state = `${message.grown} of ${message.trees} trees grown`;
    if (performance.now() - said < BETWEEN_LINES) return;
    said = performance.now();
    console.log(state);
  });
  training.on('error', (error) => end(failureOf(error)));
}

function finish(places: Places, result: Result, end: (failure: Failure) => void): void {
  try {
    writeResult(places, result, console.log);
  } catch (error) {
    end(failureOf(error));
  }
}

async function thread(places: Places): Promise<void> {
  let last = 0;
  const send = (message: Message) => parentPort?.postMessage(message);
  try {
    const result = await runJob(places, (grown, trees) => {
      const now = performance.now();
      if (now - last < BETWEEN_MESSAGES) return;
      last = now;
      send({ grown, trees });
    });
    send({ result });
  } catch (error) {
    const failure = failureOf(error);
    // A slip of ours shows where it happened.
    if (failure.sentence === UNEXPECTED) console.error(stackOf(error));
    send({ failure });
  }
}
