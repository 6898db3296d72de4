import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type FuzzReport, fuzz } from './fuzz.ts';

/*
 * node tests/fuzz-main.ts [COUNT] [SEED]: reads COUNT changed model files in a thread of bounded memory, and ends with status 1
 * where one was read as none may be, or where the thread crashed or hung.
 */

const HUNG_MS = 20_000;
const HEAP_MB = 512;

if (isMainThread) {
  const count = Number(process.argv[2] ?? 100_000);
  const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
  process.stdout.write(`fuzz: ${count} files from seed ${seed}\n`);
  const worker = new Worker(new URL(import.meta.url), { workerData: { count, seed }, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
  let at = 'the start';
  const hung = () => {
    process.stderr.write(`fuzz: seed ${seed} hung at ${at}\n`);
    process.exit(1);
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
  const { count, seed } = workerData as { count: number; seed: number };
  const done = fuzz(count, seed, (report, file) => {
    if (report.files % 500 === 0) parentPort?.postMessage({ at: file });
  });
  parentPort?.postMessage({ at: 'the end', done });
}
