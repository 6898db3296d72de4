import { rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { run } from '../../container/deploy/command.ts';
import { createSageMakerRuntime, type RuntimeOptions } from '../../container/local/sagemaker-runtime.ts';
import { golden } from '../support/golden.ts';
import { type Environment, openEnvironment, type Packaged, packageFunction } from '../support/lambda.ts';
import { type Container, modelFolder, startContainer, stopContainer } from './containers.ts';
import { check, has, statusOf, until } from './run.ts';
import type { Step } from './table.ts';

const NAME = 'canopy-dev';
const NOBODY = 'nobody';
/** How often at least every state is asked. */
const LEAST = 40;

const old = golden('heart-age');
const next = golden('heart-probability');
/** A row both models take: what the one does not know it leaves alone. */
const ROW = next.rows[0] as Record<string, number>;

/** The endpoint's life, played: each of its states is what podman's containers make of it, and requests never stop. */
export function downtimeSteps(env: NodeJS.ProcessEnv): Step[] {
  return [
    {
      step: 'zero downtime',
      real: 'the packaged function, the SDK, podman’s containers, one request after another',
      other: 'SageMaker’s states (container/local/sagemaker-runtime.ts), Lambda’s environments (a process)',
      needs: () => [has('podman')],
      work: () => play(env),
    },
  ];
}

type Answer = { predictions?: unknown[]; servedBy?: string; reason?: string; model?: { sha256: string } };
type Seen = { state: string; who: Map<string, number> };

/** Asks without a pause, and keeps who answered in each state; `api` is the environment that is asked. */
function openTraffic(api: { environment: Environment }, expected: Map<string, string>) {
  const states: Seen[] = [];
  let state: Seen = { state: '', who: new Map() };
  let problem: string | undefined;
  let count = 0;
  let isOpen = true;
  const work = (async () => {
    while (isOpen && problem === undefined) {
      const answer = (await api.environment.invoke(ROW)) as Answer;
      const sha256 = answer.model?.sha256 ?? '';
      const found = JSON.stringify(answer.predictions);
      if (found === undefined || found !== expected.get(sha256))
        problem = `in ${state.state}: found ${JSON.stringify(answer).slice(0, 200)}`;
      const who = `${answer.servedBy} ${sha256.slice(0, 8)}`;
      state.who.set(who, (state.who.get(who) ?? 0) + 1);
      count += 1;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })().catch((error: Error) => {
    problem = `in ${state.state}: ${error.message}`;
  });
  const total = () => [...state.who.values()].reduce((sum, one) => sum + one, 0);
  return {
    /** Goes on to a state, once the one before was asked often enough. */
    async enter(name: string) {
      if (states.length > 0) await until(`requests in ${state.state}`, 30, () => problem !== undefined || total() >= LEAST);
      check(problem === undefined, problem ?? '');
      state = { state: name, who: new Map() };
      states.push(state);
    },
    /** Waits until somebody answers in this state. */
    heard: (who: string) => until(`${who} in ${state.state}`, 75, () => problem !== undefined || (state.who.get(who) ?? 0) > 0),
    /** Waits until what is under way was answered. */
    next: () => {
      const from = count;
      return until('the next request', 30, () => problem !== undefined || count > from + 1);
    },
    async close() {
      isOpen = false;
      await work;
      check(problem === undefined, problem ?? '');
      return { states, count };
    },
  };
}

async function play(env: NodeJS.ProcessEnv): Promise<string> {
  const packages = [
    await packageFunction('predict', [`endpoint=${NAME}`, `model=${old.file}`]),
    await packageFunction('predict', [`endpoint=${NAME}`, `model=${next.file}`]),
  ] as const;
  const folders = [modelFolder(old.file), modelFolder(next.file), modelFolder()] as const;
  const runtime: RuntimeOptions = { endpointName: NOBODY, containerUrl: 'http://127.0.0.1:1' };
  const server = createSageMakerRuntime(runtime);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const variables = { AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const open = (packaged: Packaged) => openEnvironment(packaged, variables);
  const api = { environment: await open(packages[0]) };
  const started: Container[] = [];
  const start = async (folder: string) => {
    const container = await startContainer(env, folder);
    started.push(container);
    return container;
  };
  const sha = await shas(packages);
  const traffic = openTraffic(
    api,
    new Map([
      [sha[0], JSON.stringify([old.predictions[old.rows.findIndex(({ age }) => age === ROW.age)]])],
      [sha[1], JSON.stringify([next.predictions[0]])],
    ]),
  );
  const by = { old: `endpoint ${sha[0].slice(0, 8)}`, next: `endpoint ${sha[1].slice(0, 8)}` };
  const fallback = { old: `fallback ${sha[0].slice(0, 8)}`, next: `fallback ${sha[1].slice(0, 8)}` };
  try {
    await traffic.enter('absent');
    await traffic.heard(fallback.old);
    await traffic.enter('Creating');
    const first = await start(folders[0]);
    await traffic.heard(fallback.old);
    await traffic.enter('InService');
    Object.assign(runtime, { endpointName: NAME, containerUrl: first.url });
    await traffic.heard(by.old);
    await traffic.enter('API with the new model');
    const before = api.environment;
    api.environment = await open(packages[1]);
    await traffic.heard(by.old);
    await traffic.next();
    before.close();
    await traffic.enter('Updating');
    const second = await start(folders[1]);
    await traffic.heard(by.old);
    await traffic.enter('Updated');
    runtime.containerUrl = second.url;
    await traffic.heard(by.next);
    check((await stopContainer(env, first.id)).code === 0, 'the old container: expected that it stops with 0');
    await traffic.enter('Updating to a container that fails, rolled back');
    // Its folder is empty, so it ends by itself and its /ping never says 200: SageMaker keeps the one before.
    await startContainer(env, folders[2]).catch((error: Error) => check(/not so after/.test(error.message), error.message));
    await traffic.heard(by.next);
    await traffic.enter('container killed');
    await run('podman', ['kill', second.id], { env });
    await traffic.heard(fallback.next);
    await traffic.enter('container replaced');
    const third = await start(folders[1]);
    check((await statusOf(`${third.url}/ping`)) === 200, 'the third container: expected that it is ready');
    runtime.containerUrl = third.url;
    await traffic.heard(by.next);
    await traffic.enter('Failed');
    runtime.endpointName = NOBODY;
    await traffic.heard(fallback.next);
    await traffic.enter('deleted');
    check((await stopContainer(env, third.id)).code === 0, 'the third container: expected that it stops with 0');
    await traffic.heard(fallback.next);
    await traffic.enter('the end');
    const { states, count } = await traffic.close();
    const told = states.slice(0, -1).map(({ state, who }) => `${state} (${[...who].map(([one, times]) => `${one}: ${times}`).join(', ')})`);
    return `${count} requests, 0 failed, every answer the number of the model it names: ${told.join('; ')}`;
  } finally {
    await traffic.close().catch(() => {});
    api.environment.close();
    server.close();
    server.closeAllConnections();
    for (const { id } of started) await run('podman', ['rm', '-f', id], { env, seconds: 60 });
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    for (const packaged of packages) packaged.remove();
  }
}

/** The sha256 of the models in the packages, as the functions themselves say it. */
async function shas(packages: readonly [Packaged, Packaged]): Promise<[string, string]> {
  const found = await Promise.all(
    packages.map(async (packaged) => {
      const environment = await openEnvironment({ ...packaged, environment: { ...packaged.environment, ENDPOINT_NAME: 'none' } });
      const { model } = (await environment.invoke(ROW)) as Answer;
      environment.close();
      return model?.sha256 ?? '';
    }),
  );
  return found as [string, string];
}
