import { rmSync } from 'node:fs';
import type { Server } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Built, buildArtifact } from '../model/build.ts';
import { readCommandLine, UsageError } from '../model/command-line.ts';
import { exampleRecord } from '../shared/dialects.ts';
import { ModelError } from '../shared/errors.ts';
import { type Child, signalGroup, sleep, startChild, stopChild } from './child.ts';
import { onParentGone } from './parent.ts';
import { freePorts, HOST, type Ports, Refusal, readPorts } from './ports.ts';
import { createSageMakerRuntime } from './sagemaker-runtime.ts';

const HELP = `Runs all of canopy on this machine: the container, a stand-in for the SageMaker runtime, and the API.

  npm start -- [--model FILE] [--no-container]

  --model FILE     the model file, saved by saveRDS (model/heart-age.RDS)
  --no-container   no container and no endpoint: the API answers from its fallback
  --help           this text

Environment: API_PORT (3000), CONTAINER_PORT (8080), RUNTIME_PORT (8081); the settings of the function, such as
ENDPOINT_DEADLINE_MS, BREAKER_OPEN_MS or DUAL_SHARE (README.md lists them); POWERTOOLS_METRICS_DISABLED=false shows its metrics.
`;

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
/** By the convention of serverless.yml: service and stage. */
const ENDPOINT = 'canopy-dev';
/** Settings that are parameters of serverless.yml, whose values would win over those given here. */
const PARAMETERS = { ENDPOINT_DEADLINE_MS: 'endpointDeadlineMs', ENDPOINT_SHARE: 'endpointShare', DUAL_SHARE: 'dualShare' };
/** npm passes the SIGINT on that the terminal has sent already: one that comes this soon is the same Ctrl-C. In milliseconds. */
const SAME_SIGNAL = 500;
/** How long all may take until it answers, in milliseconds. */
const READY_WITHIN = 60_000;
/** Lines of serverless-offline that say nothing of this stack: its box of routes, its lambda port, its blank lines. */
const NOISE = /^\s*$|[│┌└]|^Starting Offline|^Offline \[|^Function names|^ +\* |^Server ready|^\(λ|^(?:GET|POST|HEAD) \//;

/** Read at once: it may end while the model is imported. */
const parent = process.ppid;
const children: Child[] = [];
let runtime: Server | undefined;
let endingSince: number | undefined;

await main().catch((error) => {
  const isTold = [ModelError, Refusal, UsageError].some((kind) => error instanceof kind);
  console.error(isTold ? error.message : error);
  return end(1);
});

async function main(): Promise<void> {
  const options = readOptions();
  const ports = await readPorts(process.env, options.container);
  // npm runs its scripts in the package's folder; a path is meant from where the person stands.
  const model = path.resolve((process.env.npm_lifecycle_event === 'start' && process.env.INIT_CWD) || '.', options.model);
  const built = buildArtifact(model, PROJECT);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0));
  if (process.env.npm_lifecycle_event === 'start') onParentGone(parent, () => end(0));
  // Whatever way this process ends, nothing it started or made is left.
  process.on('exit', () => {
    for (const child of children) signalGroup(child, 'SIGKILL');
    rmSync(path.join(PROJECT, workFolder(ports)), { recursive: true, force: true });
  });
  const container = options.container ? await startContainer(built, ports) : undefined;
  const api = await startApi(model, ports, options.container);
  api.exited.then((how) => {
    if (endingSince !== undefined) return;
    console.error(`the API ended (${how}), so all ends`);
    end(1);
  });
  await Promise.all([
    waitFor(`http://${HOST}:${ports.api}/health`, api),
    container && waitFor(`http://${HOST}:${ports.container}/ping`, container),
  ]);
  if (endingSince === undefined) console.log(guide(built, ports, container));
}

function readOptions(): { model: string; container: boolean } {
  const options = { model: { type: 'string' }, 'no-container': { type: 'boolean' }, help: { type: 'boolean' } } as const;
  const { values } = readCommandLine({ options });
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  return { model: values.model ?? path.join(PROJECT, 'model/heart-age.RDS'), container: !values['no-container'] };
}

/** The container as a process of its own, which can be killed, and the stand-in in front of it in this one. */
async function startContainer({ file }: Built, ports: Ports): Promise<Child> {
  const { SAGEMAKER_BIND_TO_PORT: _, ...env } = process.env;
  const child = startChild({
    name: 'container',
    command: process.execPath,
    args: [path.join(PROJECT, 'container/main.ts'), 'serve'],
    cwd: PROJECT,
    env: { ...env, MODEL_DIR: path.dirname(file), PORT: String(ports.container), HOST, DRAIN_MS: '0' },
  });
  children.push(child);
  child.exited.then((how) => {
    if (endingSince === undefined) console.log(`the container ended (${how}); the API goes on and answers from its fallback`);
  });
  const server = createSageMakerRuntime({ endpointName: ENDPOINT, containerUrl: `http://${HOST}:${ports.container}` });
  runtime = server;
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(ports.runtime, HOST, resolve));
  return child;
}

/** The API under serverless-offline, all its ports its own, so that two stacks run side by side. */
async function startApi(model: string, ports: Ports, hasEndpoint: boolean): Promise<Child> {
  const [lambda, websocket, alb] = await freePorts(3);
  const { AWS_PROFILE: _, AWS_SESSION_TOKEN: __, ...env } = process.env;
  const settings = Object.entries(PARAMETERS).flatMap(([name, parameter]) => (env[name] ? [`${parameter}=${env[name]}`] : []));
  const parameters = [`model=${model}`, `workFolder=${workFolder(ports)}`, ...(hasEndpoint ? [`endpoint=${ENDPOINT}`] : []), ...settings];
  const child = startChild({
    name: 'api',
    command: process.execPath,
    args: [
      path.join(PROJECT, 'node_modules/serverless/bin/serverless.js'),
      // With this process's environment, so that the function's settings reach it.
      ...['offline', 'start', '--noSponsor', '--localEnvironment', '--host', HOST, '--httpPort', String(ports.api)],
      ...['--lambdaPort', String(lambda), '--websocketPort', String(websocket), '--albPort', String(alb)],
      ...parameters.flatMap((parameter) => ['--param', parameter]),
    ],
    cwd: PROJECT,
    env: {
      // Metrics are lines for CloudWatch, which nobody reads here.
      POWERTOOLS_METRICS_DISABLED: 'true',
      ...env,
      AWS_REGION: 'sa-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      ...(hasEndpoint ? { AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: `http://${HOST}:${ports.runtime}` } : {}),
    },
    show: (line) => (NOISE.test(line) ? undefined : line),
  });
  children.push(child);
  return child;
}

/** Waits until an address answers 200; no longer than its process lives. Ends all where it takes too long. */
async function waitFor(url: string, child: Child): Promise<void> {
  let alive = true;
  child.exited.then(() => {
    alive = false;
  });
  for (const until = Date.now() + READY_WITHIN; alive && endingSince === undefined; await sleep(100)) {
    const { status, body } = await fetch(url).then(
      async (response) => ({ status: response.status, body: await response.text() }),
      () => ({ status: 0, body: '' }),
    );
    // Where the function does not load, serverless-offline answers 200 with the error.
    if (status === 200 && body.startsWith('{"errorMessage":'))
      throw new Refusal((JSON.parse(body) as { errorMessage: string }).errorMessage);
    if (status === 200) return;
    if (Date.now() > until) throw new Refusal(`${url}: found ${status || 'no answer'} after ${READY_WITHIN / 1000} s, expected 200`);
  }
}

/** Where the API's bundle lies, from the project: a folder of its own, so that neither another stack nor a deploy takes it away. */
function workFolder(ports: Ports): string {
  return `.canopy/api-${ports.api}`;
}

function guide({ model }: Built, ports: Ports, container: Child | undefined): string {
  const record = JSON.stringify(exampleRecord(model.schema)).replaceAll("'", "'\\''");
  const endpoint = container
    ? `  container      http://${HOST}:${ports.container}  (kill ${container.pid} and see the fallback answer)
  SageMaker      http://${HOST}:${ports.runtime}  (a stand-in for its runtime: endpoint ${ENDPOINT})`
    : '  no container, so every answer is the fallback’s';
  return `
${model.card.name} (sha256 ${model.sha256.slice(0, 8)}) is ready; Ctrl-C ends all of it
  page and API   http://${HOST}:${ports.api}
${endpoint}

  curl -d '${record}' http://${HOST}:${ports.api}/predict
`;
}

/** Ends every process that was started, then this one; called again (a second Ctrl-C) at once. */
async function end(code: number): Promise<void> {
  if (endingSince !== undefined) {
    if (performance.now() - endingSince > SAME_SIGNAL) process.exit(1);
    return;
  }
  endingSince = performance.now();
  runtime?.close();
  runtime?.closeAllConnections();
  await Promise.all(children.map(stopChild));
  process.exit(code);
}
