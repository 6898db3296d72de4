import { rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Built, buildArtifact } from '../model/build.ts';
import { exampleRecord } from '../shared/dialects.ts';
import { ModelError } from '../shared/errors.ts';
import { type Child, signalGroup, sleep, startChild, stopChild } from './child.ts';
import { createSageMakerRuntime } from './sagemaker-runtime.ts';

const HELP = `Runs all of canopy on this machine: the container, a stand-in for the SageMaker runtime, and the API.

  npm start -- [--model FILE] [--no-container]

  --model FILE     the model file, saved by saveRDS (model/heart-age.RDS)
  --no-container   no container and no endpoint: the API answers from its fallback
  --help           this text

Environment: API_PORT (3000), CONTAINER_PORT (8080), RUNTIME_PORT (8081).
`;

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const HOST = '127.0.0.1';
/** By the convention of serverless.yml: service and stage. */
const ENDPOINT = 'canopy-dev';
/** How long all may take until it answers, in milliseconds. */
const READY_WITHIN = 60_000;
/** Lines of serverless-offline that say nothing of this stack: its box of routes, its lambda port, its blank lines. */
const NOISE = /^\s*$|[│┌└]|^Starting Offline|^Offline \[|^Function names|^ +\* |^Server ready|^\(λ|^(?:GET|POST|HEAD) \//;

/** What keeps the stack from starting, in words for whoever started it. */
class Refusal extends Error {}

type Ports = { api: number; container: number; runtime: number };

const children: Child[] = [];
let runtime: Server | undefined;
let ending = false;

await main().catch((error) => {
  console.error(error instanceof ModelError || error instanceof Refusal ? error.message : error);
  return end(1);
});

async function main(): Promise<void> {
  const options = readOptions();
  const ports = await readPorts(options.container);
  // npm runs its scripts in the package's folder; a path is meant from where the person stands.
  const model = path.resolve((process.env.npm_lifecycle_event === 'start' && process.env.INIT_CWD) || '.', options.model);
  const built = buildArtifact(model, PROJECT);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0));
  // Whatever way this process ends, nothing it started or made is left.
  process.on('exit', () => {
    for (const child of children) signalGroup(child, 'SIGKILL');
    rmSync(path.join(PROJECT, workFolder(ports)), { recursive: true, force: true });
  });
  const container = options.container ? await startContainer(built, ports) : undefined;
  const api = await startApi(model, ports, options.container);
  api.exited.then((how) => {
    if (ending) return;
    console.error(`the API ended (${how}), so all ends`);
    end(1);
  });
  await Promise.all([
    waitFor(`http://${HOST}:${ports.api}/health`, api),
    container && waitFor(`http://${HOST}:${ports.container}/ping`, container),
  ]);
  if (!ending) console.log(guide(built, ports, container));
}

function readOptions(): { model: string; container: boolean } {
  const options = { model: { type: 'string' }, 'no-container': { type: 'boolean' }, help: { type: 'boolean' } } as const;
  try {
    const { values } = parseArgs({ options });
    if (values.help) {
      process.stdout.write(HELP);
      process.exit(0);
    }
    return { model: values.model ?? path.join(PROJECT, 'model/heart-age.RDS'), container: !values['no-container'] };
  } catch (error) {
    throw new Refusal(`${(error as Error).message} (see --help)`);
  }
}

/** The ports this stack takes, each by its variable. Throws a Refusal where one is no port, given twice or taken. */
async function readPorts(withContainer: boolean): Promise<Ports> {
  const ports = { api: readPort('API_PORT', 3000), container: readPort('CONTAINER_PORT', 8080), runtime: readPort('RUNTIME_PORT', 8081) };
  const needed = [
    ['API_PORT', ports.api],
    ...(withContainer
      ? [
          ['CONTAINER_PORT', ports.container],
          ['RUNTIME_PORT', ports.runtime],
        ]
      : []),
  ] as [string, number][];
  const problems: string[] = [];
  for (const [at, [name, port]] of needed.entries()) {
    const other = needed.slice(0, at).find(([, taken]) => taken === port)?.[0];
    if (other !== undefined) problems.push(`${name} and ${other} are both ${port}, expected two ports`);
    else if (!(await isFree(port))) problems.push(`port ${port} on ${HOST} is taken by another process; set ${name} to another`);
  }
  if (problems.length > 0) throw new Refusal(problems.join('\n'));
  return ports;
}

function readPort(name: string, otherwise: number): number {
  const text = process.env[name] || String(otherwise);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port >= 1 && port <= 65_535)) throw new Refusal(`${name}: found ${JSON.stringify(text)}, expected a whole number from 1 to 65535`);
  return port;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });
}

/** Ports nobody listens on now, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = servers.map(
    (server) =>
      new Promise<number>((resolve) => {
        server.listen(0, HOST, () => resolve((server.address() as { port: number }).port));
      }),
  );
  const found = await Promise.all(ports);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return found;
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
    if (!ending) console.log(`the container ended (${how}); the API goes on and answers from its fallback`);
  });
  const server = createSageMakerRuntime({ endpointName: ENDPOINT, containerUrl: `http://${HOST}:${ports.container}` });
  runtime = server;
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(ports.runtime, HOST, resolve));
  return child;
}

/** The API under serverless-offline, all its ports its own, so that two stacks run side by side. */
async function startApi(model: string, ports: Ports, hasEndpoint: boolean): Promise<Child> {
  const [lambda, websocket, alb] = await freePorts(3);
  const parameters = [`model=${model}`, `workFolder=${workFolder(ports)}`, ...(hasEndpoint ? [`endpoint=${ENDPOINT}`] : [])];
  const { AWS_PROFILE: _, AWS_SESSION_TOKEN: __, ...env } = process.env;
  const child = startChild({
    name: 'api',
    command: process.execPath,
    args: [
      path.join(PROJECT, 'node_modules/serverless/bin/serverless.js'),
      ...['offline', 'start', '--noSponsor', '--host', HOST, '--httpPort', String(ports.api)],
      ...['--lambdaPort', String(lambda), '--websocketPort', String(websocket), '--albPort', String(alb)],
      ...parameters.flatMap((parameter) => ['--param', parameter]),
    ],
    cwd: PROJECT,
    env: {
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
  for (const until = Date.now() + READY_WITHIN; alive && !ending; await sleep(100)) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => 0,
    );
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
async function end(code: number): Promise<never> {
  if (ending) process.exit(1);
  ending = true;
  runtime?.close();
  runtime?.closeAllConnections();
  await Promise.all(children.map(stopChild));
  process.exit(code);
}
