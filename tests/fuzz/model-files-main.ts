import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { FUZZ_SEEDS, type FuzzReport, type FuzzSeeds, fuzz } from '../support/fuzz.ts';

/*
 * node tests/fuzz/model-files-main.ts [r|boosters|pipelines] [COUNT] [SEED]: reads COUNT changed model files, of R, of boosters or R's
 * pipelines, in a thread of bounded memory, and ends with status 1 where one was read as none may be, or where the thread crashed or hung.
 */

/** How long the thread may be silent, which it is for 50 files: a machine that is busy with other things is no hang. */
const HUNG_MS = 60_000;
const FILES_A_WORD = 50;
const HEAP_MB = 512;

if (isMainThread) {
  const [first, ...rest] = process.argv.slice(2);
  const isNamed = first !== undefined && Object.hasOwn(FUZZ_SEEDS, first);
  const seeds = isNamed ? (first as FuzzSeeds) : 'r';
  const given = isNamed ? rest : process.argv.slice(2);
  const count = Number(given[0] ?? 100_000);
  const seed = Number(given[1] ?? process.env.CI_SEED ?? Date.now() % 2 ** 31);
  process.stdout.write(`fuzz: ${count} files (${seeds}) from seed ${seed}\n`);
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { count, seed, seeds },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  let at = 'the start';
  const hung = () => {
    process.stderr.write(`fuzz: seed ${seed} hung after ${at}\n`);
    process.exitCode = 1;
    void worker.terminate();
  };
  let watch = setTimeout(hung, HUNG_MS);
  worker.on('message', (message: { at: string; done?: FuzzReport }) => {
    clearTimeout(watch);
    watch = setTimeout(hung, HUNG_MS);
    at = message.at;
    if (!message.done) return;
    clearTimeout(watch);
    const { files, refused, models, slowestMs, wrong } = message.done;
    process.stdout.write(
      `fuzz: ${files} files, ${refused} refused, ${models} models, slowest ${slowestMs.toFixed(0)} ms, ${wrong.length} wrong\n`,
    );
    for (const one of wrong.slice(0, 10)) process.stderr.write(`${one}\n`);
    process.exitCode = wrong.length > 0 ? 1 : 0;
  });
  worker.on('error', (error) => {
    clearTimeout(watch);
    process.stderr.write(`fuzz: seed ${seed} crashed near ${at}: ${error}\n`);
    process.exitCode = 1;
  });
} else {
  const { count, seed, seeds } = workerData as { count: number; seed: number; seeds: FuzzSeeds };
  const tell = (report: FuzzReport, file: string) => {
    if (report.files % FILES_A_WORD === 0) parentPort?.postMessage({ at: file });
  };
  const done = fuzz(count, seed, tell, seeds);
  parentPort?.postMessage({ at: 'the end', done });
}
