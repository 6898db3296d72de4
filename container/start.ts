import type { Server } from 'node:http';
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { printable } from '../model/artifact/printable.ts';
import { print, readCommandLine, UsageError } from '../model/commands/command-line.ts';
import { chooseModel, EXAMPLE_HELP } from '../model/examples/examples.ts';
import { SettingsError } from '../shared/settings/variables.ts';
import { type Child, outputOf, signalGroup, sleep, startChild, stopChild } from './local/child.ts';
import { loadHandler } from './local/functions.ts';
import { createHost } from './local/host.ts';
import { HTTP_API } from './local/http-api.ts';
import { onParentGone, readParents } from './local/parent.ts';
import { PLACES } from './local/places.ts';
import { HOST, type Ports, Refusal, readPorts } from './local/ports.ts';
import type { Prepared } from './local/prepare-main.ts';
import { createSageMakerRuntime } from './local/sagemaker-runtime.ts';
import { checkSettings, functionVariables } from './local/settings.ts';

const HELP = `Runs all of canopy on this machine: the container, a stand-in for the SageMaker runtime, and the API.

  npm start -- [--model FILE | --example NAME] [--no-container]

  --model FILE     the model file: saved by saveRDS, a booster's own file, or an artifact (*.canopy)
  --example NAME   ${EXAMPLE_HELP}; heart-age without --model
  --no-container   no container and no endpoint: the API answers from its fallback
  --help           this text

Environment: API_PORT (3000), CONTAINER_PORT (8080), RUNTIME_PORT (8081); the settings of the function, such as
ENDPOINT_DEADLINE_MS, BREAKER_OPEN_MS or DUAL_SHARE (functions/README.md lists them); POWERTOOLS_METRICS_DISABLED=false shows its metrics.
`;

/** By the convention of serverless.yml: service and stage. */
const ENDPOINT = 'canopy-dev';
/** npm passes the SIGINT on that the terminal has sent already: one that comes this soon is the same Ctrl-C. In milliseconds. */
const SAME_SIGNAL = 500;
/** How long the container may take until it answers, in milliseconds. */
const READY_WITHIN = 60_000;

/** Read at once: it may end while the model is imported. */
const parents = readParents();
const children: Child[] = [];
const servers: Server[] = [];
let endingSince: number | undefined;

/** It failed, and the reason was shown. */
class Told extends Error {}

await main().catch(async (error) => {
  // What fails while all ends fails because of that.
  if (endingSince !== undefined) return;
  const isSentence = [Refusal, SettingsError, UsageError].some((kind) => error instanceof kind);
  // A folder that cannot be written to, such as what TMPDIR names, is no fault of ours.
  const shown = typeof error.path === 'string' ? (await import('../model/commands/explain.ts')).explain(error) : error;
  if (!(error instanceof Told)) console.error(isSentence ? error.message : shown);
  return end(1);
});

async function main(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0));
  const options = readOptions();
  checkSettings(process.env);
  const ports = await readPorts(process.env, options.container);
  if (process.env.npm_lifecycle_event === 'start') onParentGone(parents, () => end(0));
  // SIGKILL ends the children by their standard input; any other way does it here.
  process.on('exit', () => {
    for (const child of children) signalGroup(child, 'SIGKILL');
    PLACES.clear();
  });
  // What Node stripped of types and compiled is kept, so that the next start takes half the time.
  if (PLACES.compileCache !== undefined) {
    process.env.NODE_COMPILE_CACHE ??= PLACES.compileCache;
    enableCompileCache(process.env.NODE_COMPILE_CACHE);
  }
  const prepared = await prepare(options.model);
  const container = options.container ? await startContainer(prepared, ports) : undefined;
  await startApi(prepared, ports, options.container && PLACES.missing === undefined);
  if (container) await waitFor(`http://${HOST}:${ports.container}/ping`, container);
  if (endingSince === undefined) console.log(guide(prepared, ports, container));
}

function readOptions(): { model: string; container: boolean } {
  const options = {
    model: { type: 'string' },
    example: { type: 'string' },
    'no-container': { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  const { values } = readCommandLine({ options });
  if (values.help) {
    print(HELP);
    process.exit(0);
  }
  // npm runs its scripts in the package's folder; a path is meant from where the person stands.
  const from = (process.env.npm_lifecycle_event === 'start' && process.env.INIT_CWD) || '.';
  const model = chooseModel({ model: values.model, example: values.example, project: PLACES.folder, from });
  return { model, container: !values['no-container'] };
}

/** Imports the model and builds the page. Where that fails, the child has said why. */
async function prepare(model: string): Promise<Prepared> {
  const output = await outputOf(PLACES.prepare(model), PLACES.folder);
  if (output === undefined) throw new Told();
  return JSON.parse(output);
}

/** The container as a separate process, which can be killed, and the stand-in in front of it in this one. */
async function startContainer({ file }: Prepared, ports: Ports): Promise<Child> {
  const { SAGEMAKER_BIND_TO_PORT: _, ...env } = process.env;
  const child = startChild({
    name: 'container',
    args: [PLACES.container, 'serve'],
    cwd: PLACES.folder,
    env: { ...env, MODEL_DIR: path.dirname(file), PORT: String(ports.container), HOST, DRAIN_MS: '0' },
  });
  children.push(child);
  child.exited.then((how) => {
    if (endingSince === undefined) console.log(`the container ended (${how}); the API goes on and answers from its fallback`);
  });
  await listen(createSageMakerRuntime({ endpointName: ENDPOINT, containerUrl: `http://${HOST}:${ports.container}` }), ports.runtime);
  return child;
}

/** The API in this process: the function from its sources, behind what stands for API Gateway. */
async function startApi({ file, page }: Prepared, ports: Ports, hasEndpoint: boolean): Promise<void> {
  const place = { artifact: file, page, endpoint: hasEndpoint ? ENDPOINT : undefined, runtime: `http://${HOST}:${ports.runtime}` };
  for (const [name, value] of Object.entries(functionVariables(place, process.env))) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  const handler = await loadHandler(PLACES.handler, HTTP_API.handler);
  await listen(createHost({ api: HTTP_API, handler, report: (problem) => console.error(problem) }), ports.api);
}

function listen(server: Server, port: number): Promise<void> {
  servers.push(server);
  return new Promise((resolve, reject) => server.on('error', reject).listen(port, HOST, resolve));
}

/** Waits until an address answers 200; no longer than its process lives. */
async function waitFor(url: string, child: Child): Promise<void> {
  let alive = true;
  child.exited.then(() => {
    alive = false;
  });
  for (const until = Date.now() + READY_WITHIN; alive && endingSince === undefined; await sleep(50)) {
    const status = await fetch(url).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => 0,
    );
    if (status === 200) return;
    if (Date.now() > until) throw new Refusal(`${url}: found ${status || 'no answer'} after ${READY_WITHIN / 1000} s, expected 200`);
  }
}

function guide({ name, sha256, example, notes }: Prepared, ports: Ports, container: Child | undefined): string {
  const record = JSON.stringify(example).replaceAll("'", "'\\''");
  const kill = PLACES.missing === undefined ? `  (kill ${container?.pid} and see the fallback answer)` : '';
  const runtime =
    PLACES.missing === undefined
      ? `  SageMaker      http://${HOST}:${ports.runtime}  (a stand-in for its runtime: endpoint ${ENDPOINT})`
      : `  the API answers from its fallback alone; npm install ${PLACES.missing} has it ask the container`;
  const endpoint = container
    ? `  container      http://${HOST}:${ports.container}${kill}\n${runtime}`
    : '  no container, so every answer is the fallback’s';
  return `
${name} (sha256 ${sha256.slice(0, 8)}) is ready; Ctrl-C ends all of it
  page and API   http://${HOST}:${ports.api}
${endpoint}

  curl -d '${record}' http://${HOST}:${ports.api}/predict
${notes.map((note) => `\n${printable(`note: ${note}`)}\n`).join('')}`;
}

/** Ends every process that was started, then this one; called again (a second Ctrl-C) at once. */
async function end(code: number): Promise<void> {
  if (endingSince !== undefined) {
    if (performance.now() - endingSince > SAME_SIGNAL) process.exit(1);
    return;
  }
  endingSince = performance.now();
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  await Promise.all(children.map(stopChild));
  process.exit(code);
}
