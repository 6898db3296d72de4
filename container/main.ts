import { existsSync } from 'node:fs';
import { createServer, Server } from 'node:net';
import { totalmem } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readWhole } from '../model/artifact/read-file.ts';
import type { OnError } from '../shared/batch/piece.ts';
import { ModelError, stackOf } from '../shared/errors.ts';
import type { PageParts } from '../shared/page/base/parts.ts';
import { prepareKernel } from '../shared/predict.ts';
import { SettingsError } from '../shared/settings/variables.ts';
import { onParentGone, readParents } from './local/parent.ts';
import { openAccessLog } from './server/access-log.ts';
import { createBatch } from './server/batch/batch.ts';
import { openKeysFile } from './server/keys.ts';
import { loadModelDir } from './server/model-dir.ts';
import { createContainer, MODEL_KEY } from './server/server.ts';
import { type ContainerSettings, readContainerSettings } from './server/settings.ts';
import { startWorkers } from './server/threads/workers.ts';

const HELP = `Serves one model over HTTP.

  npm run serve            what SageMaker asks: GET /ping, POST /invocations, GET /execution-parameters
  node container/main.ts   the same, and the page and the API: /, /predict, /model, /openapi.json, /health
  node container/main.ts train   a training job, as SageMaker runs it; ML_DIR is its folder (/opt/ml)

The image does the first with the argument serve, the second without one, the third with train.

Environment:
  MODEL_DIR   the folder with the model: a *.canopy, an *.RDS or a booster's own file (/opt/ml/model)
  PORT        the port, 0 for any that is free (8080); SAGEMAKER_BIND_TO_PORT wins over it
  HOST        the address to listen on (127.0.0.1)
  PAGE_FILE   the page's parts as the image holds them; without it they are built from the sources
  WORKERS     threads for big requests (as many as there are processors)
  API_KEYS_FILE   the keys that callers are asked for (container/README.md says how the file is made); without it nobody is asked.
              SageMaker's paths never ask (/ping, /invocations, /execution-parameters, /models)
  DRAIN_MS    how long requests are still taken after SIGTERM, in milliseconds (5000); up to 4 s more while they go on coming
  MODELS_DIR  where POST /models may load from (/opt/ml/models)
  SAGEMAKER_BATCH   true: a transform job. Payloads of CSV and JSON Lines have any size, and a line of answer for each of their lines
  BATCH_ON_ERROR    what a row does in a transform job that cannot be read or has no answer. fail: the payload fails (the default);
              line: an error stands in its line, and its reason in the log
  SAGEMAKER_MULTI_MODEL   true: no model at the start, only those that are loaded
`;

/** What holds the page's parts: some 100 kB. */
const PAGE = { most: 2 ** 24, expected: 'a file' };
/** How long after SIGTERM the process may live, in milliseconds; SageMaker waits 30 s. */
const STOP_WITHIN = 20_000;
/** Who sends us requests has learned not to once nothing came for this long; it is waited for this much more. In milliseconds. */
const SILENT_MS = 250;
const SILENT_WITHIN = 4_000;
/** A turn of the event loop in which nothing happened takes less, in milliseconds. */
const QUIET_MS = 0.03;
/** The part of the memory that loaded models may take. */
const MODELS_SHARE = 0.5;

/** Read at once: it may end while the model is loaded. */
const parents = readParents();

await main();

async function main(): Promise<void> {
  const given = process.argv.slice(2);
  const [command, ...rest] = given;
  if (given.some((one) => one === '--help' || one === '-h')) {
    // On a full disk.
    process.stdout.on('error', ({ message }) => fail(`standard output: ${message}`));
    process.stdout.write(HELP);
    return;
  }
  const training = given.join(' ') === 'train' ? trainingFile() : undefined;
  if (training !== undefined) return becomeTraining(training);
  if ((command !== undefined && command !== 'serve') || rest.length > 0) {
    const unknown = command === 'serve' ? rest : given;
    fail(
      `arguments: found ${unknown.join(' ')}, expected serve, train or nothing; settings are environment variables, such as PORT (see --help)`,
    );
  }
  // As the first process of a container it would not hear a signal that it has no handler for, and a model may take long to load.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, leaveAtOnce);
  try {
    // Before anything that takes time.
    const settings = readContainerSettings(process.env);
    if (command === 'serve') await serve('sagemaker', settings);
    else await serve('alone', settings, await loadPage(settings.PAGE_FILE));
  } catch (error) {
    if (error instanceof ModelError || error instanceof SettingsError) fail(error.message);
    throw error;
  }
}

/** The training's own file, beside this one in the sources and in the image, so that what serves does not carry it; the package has none. */
function trainingFile(): string | undefined {
  const place = import.meta.url.endsWith('.ts') ? './train/main.ts' : './train.mjs';
  const file = fileURLToPath(new URL(place, import.meta.url));
  return existsSync(file) ? file : undefined;
}

/** The same process goes on as the training, so that a signal reaches it, with the memory that Node chooses for its young heap. */
async function becomeTraining(file: string): Promise<void> {
  const flags = process.execArgv.filter((flag) => !/^--(?:max-semi-space-size|initial-old-space-size|v8-pool-size)=/.test(flag));
  if (process.execve) process.execve(process.execPath, [process.execPath, ...flags, file], process.env);
  else await import(pathToFileURL(file).href);
}

/** The page's parts: read where the image has them, else built. Predictions do not wait for a page that cannot be had. */
async function loadPage(file: string): Promise<PageParts | undefined> {
  try {
    if (file !== '') return JSON.parse(Buffer.from(readWhole(file, PAGE)).toString());
    const { buildPage } = await import('../model/bundle/build-page.ts');
    return (await buildPage(fileURLToPath(new URL('..', import.meta.url)))).page;
  } catch (error) {
    console.error(`the page has no script and no style: ${(error as Error).message}`);
    return undefined;
  }
}

async function serve(mode: 'sagemaker' | 'alone', settings: ContainerSettings, page?: PageParts): Promise<void> {
  const { PORT: port, DRAIN_MS: drainMs, WORKERS: count, HOST: host } = settings;
  const loaded = settings.SAGEMAKER_MULTI_MODEL === 'true' ? undefined : await loadModelDir(settings.MODEL_DIR);
  // An import gives no signal its turn: one that came meanwhile is heard here, and nothing is served any more.
  await turn();
  const model = loaded?.model;
  const workers = startWorkers({ file: new URL('./worker-main.ts', import.meta.url), count: Math.max(count, 1) });
  if (loaded) workers.open(MODEL_KEY, loaded.bytes, prepareKernel(loaded.model)?.table);
  const memory = Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem());
  const models = { root: settings.MODELS_DIR, mostBytes: Math.floor(memory * MODELS_SHARE), memory };
  const accessLog = openAccessLog();
  let stopping = false;
  const isBatch = mode === 'sagemaker' && settings.SAGEMAKER_BATCH.toLowerCase() === 'true';
  const [onError, isWhole] = [settings.BATCH_ON_ERROR as OnError, settings.SAGEMAKER_MAX_PAYLOAD_IN_MB === 0];
  const batch = isBatch ? createBatch({ onError, isWhole, threads: Math.max(count, 1), memory }) : undefined;
  const keys = settings.API_KEYS_FILE === '' ? undefined : openKeysFile(settings.API_KEYS_FILE, (problem) => console.error(problem));
  const server = createContainer(model, {
    mode,
    page,
    log: accessLog.write,
    isStopping: () => stopping,
    workers,
    keys,
    batch,
    ...(mode === 'sagemaker' ? { models } : {}),
  });
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') fail(`port ${port} on ${host} is taken by another process; set PORT to another`);
    fail(`cannot listen on ${host}:${port}: ${error.message}`);
  });
  server.listen(port, host, () => {
    const address = server.address();
    const bound = typeof address === 'object' && address ? address.port : port;
    const since = Math.round(performance.now());
    const what = model ? `${model.card.name} (sha256 ${model.sha256.slice(0, 8)})` : 'whatever is loaded';
    console.log(`${what} is served on http://${host.includes(':') ? `[${host}]` : host}:${bound}, ready after ${since} ms`);
  });
  const leave = (code: number) => accessLog.end(() => process.exit(code));
  // What sends us requests needs a moment to learn that it should not: those that still come are answered.
  const stop = (waitMs: number, silentWithin: number) => {
    if (stopping) return;
    stopping = true;
    const latest = performance.now() + waitMs + silentWithin;
    let heard = 0;
    // Requests too: a pool of kept connections goes on without a new one.
    for (const event of ['connection', 'request']) {
      server.on(event, () => {
        heard = performance.now();
      });
    }
    let closing = false;
    const end = () => {
      if (closing) return;
      closing = true;
      atQuietMoment(() => {
        stopListening(server, () => leave(0));
        server.closeIdleConnections();
      });
    };
    const close = () => {
      const left = Math.min(heard + SILENT_MS, latest) - performance.now();
      if (left > 0) return setTimeout(close, left);
      // Of requests that go on coming, the next is furthest away right after one.
      server.once('request', end);
      return setTimeout(end, performance.now() - heard < SILENT_MS ? SILENT_MS : 0);
    };
    // What runs for the first time is compiled first, and connections would come meanwhile: another listener goes before.
    const wait = () => setTimeout(close, waitMs);
    const other = createServer().on('error', wait);
    other.listen(0, host, () => atQuietMoment(() => stopListening(other, wait)));
    setTimeout(() => leave(0), STOP_WITHIN);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, leaveAtOnce);
  process.on('SIGTERM', () => stop(drainMs, SILENT_WITHIN));
  process.on('SIGINT', () => stop(0, 0));
  if (process.env.npm_lifecycle_event === 'serve') onParentGone(parents, () => stop(0, 0));
  // What state the process is in is not known then, so it ends, and SageMaker starts another.
  process.on('uncaughtException', (error) => {
    console.error(JSON.stringify({ time: new Date().toISOString(), error: stackOf(error) }));
    leave(1);
  });
}

/** Closes a listener at once; that of an HTTP server looks for idle connections before. `then` hears that all is closed. */
function stopListening(listener: Server, then: () => void): void {
  Server.prototype.close.call(listener, then);
}

/**
 * Calls back right after a look at the sockets that found nothing, which takes some 10 us: a listener that closes resets the
 * connections that the system has taken on and this process has not, and none should have come since.
 */
function atQuietMoment(then: () => void, turns = 5_000): void {
  const before = performance.now();
  setImmediate(() => (performance.now() - before < QUIET_MS || turns === 0 ? then() : atQuietMoment(then, turns - 1)));
}

/** Ends a process that does not serve yet. */
function leaveAtOnce(): void {
  process.exit(0);
}

/** Says what is wrong and ends the process. */
function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
