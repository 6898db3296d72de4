import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ModelError } from '../shared/errors.ts';
import type { PageParts } from '../shared/page/parts.ts';
import { loadModelDir } from './model-dir.ts';
import { createContainer } from './server.ts';

const HELP = `Serves one model over HTTP.

  node container/main.ts serve   what SageMaker asks: GET /ping, POST /invocations, GET /execution-parameters
  node container/main.ts         the same, and the page and the API: /, /predict, /model, /openapi.json, /health

Environment:
  MODEL_DIR   the folder with the model, a *.canopy or an *.RDS (/opt/ml/model)
  PORT        the port, 0 for any that is free (8080); SAGEMAKER_BIND_TO_PORT wins over it
  HOST        the address to listen on (127.0.0.1)
  PAGE_FILE   the page's parts as the image holds them; without it they are built from the sources
`;

/** How long after a signal what is in flight may take, in milliseconds; SageMaker waits 30 s. */
const STOP_WITHIN = 8_000;

await main();

async function main(): Promise<void> {
  const [command, ...rest] = process.argv.slice(2);
  if (command === '--help' || command === '-h') {
    process.stdout.write(HELP);
    return;
  }
  if ((command !== undefined && command !== 'serve') || rest.length > 0) {
    fail(`arguments: found ${process.argv.slice(2).join(' ')}, expected serve or nothing (see --help)`);
  }
  try {
    if (command === 'serve') serve('sagemaker');
    else serve('alone', await loadPage());
  } catch (error) {
    if (error instanceof ModelError) fail(error.message);
    throw error;
  }
}

/** The page's parts: read where the image has them, else built. Predictions do not wait for a page that cannot be had. */
async function loadPage(): Promise<PageParts | undefined> {
  try {
    if (process.env.PAGE_FILE) return JSON.parse(readFileSync(process.env.PAGE_FILE, 'utf8'));
    const { buildPage } = await import('../model/build-page.ts');
    return (await buildPage(fileURLToPath(new URL('..', import.meta.url)))).page;
  } catch (error) {
    console.error(`the page has no script and no style: ${(error as Error).message}`);
    return undefined;
  }
}

function serve(mode: 'sagemaker' | 'alone', page?: PageParts): void {
  const port = readPort();
  const host = process.env.HOST || '127.0.0.1';
  const model = loadModelDir(process.env.MODEL_DIR || '/opt/ml/model');
  let stopping = false;
  const server = createContainer(model, {
    mode,
    page,
    log: (entry) => console.log(JSON.stringify(entry)),
    isStopping: () => stopping,
  });
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') fail(`port ${port} on ${host} is taken by another process; set PORT to another`);
    fail(`cannot listen on ${host}:${port}: ${error.message}`);
  });
  server.listen(port, host, () => {
    const address = server.address();
    const bound = typeof address === 'object' && address ? address.port : port;
    const since = Math.round(performance.now());
    console.log(`${model.card.name} (sha256 ${model.sha256.slice(0, 8)}) is served on http://${host}:${bound}, ready after ${since} ms`);
  });
  const stop = () => {
    if (stopping) return;
    stopping = true;
    server.close(() => process.exit(0));
    setTimeout(() => server.closeAllConnections(), STOP_WITHIN).unref();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // What state the process is in is not known then, so it ends, and SageMaker starts another.
  process.on('uncaughtException', (error) => {
    console.error(JSON.stringify({ time: new Date().toISOString(), error: error.stack ?? String(error) }));
    process.exit(1);
  });
}

/** The port to listen on: SAGEMAKER_BIND_TO_PORT where it is set, else PORT, else 8080. */
function readPort(): number {
  const name = process.env.SAGEMAKER_BIND_TO_PORT ? 'SAGEMAKER_BIND_TO_PORT' : 'PORT';
  const text = process.env[name] || '8080';
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) fail(`${name}: found ${JSON.stringify(text)}, expected a whole number from 0 to 65535`);
  return port;
}

/** Says what is wrong and ends the process. */
function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
