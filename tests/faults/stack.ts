import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildArtifact } from '../../model/artifact/build.ts';
import { golden } from '../support/golden.ts';
import { type Environment, openEnvironments, packageFunction } from '../support/lambda.ts';
import { PROJECT, recordedEvent } from '../support/project.ts';
import type { Fault } from './proxy.ts';

/** The container as a process of its own, which can be killed. */
export type Container = { url: string; process: ChildProcess; exited: Promise<number | null>; stop(): Promise<void> };

/** Starts the container with an artifact, given as its file or its bytes; on a given port where that was one's before. */
export async function startContainer(artifact: string | Uint8Array, env: Record<string, string> = {}): Promise<Container> {
  const dir = mkdtempSync(path.join(tmpdir(), 'canopy-fault-'));
  writeFileSync(path.join(dir, 'model.canopy'), typeof artifact === 'string' ? readFileSync(artifact) : artifact);
  const child = spawn(process.execPath, [path.join(PROJECT, 'container/main.ts'), 'serve'], {
    env: { PATH: process.env.PATH, MODEL_DIR: dir, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
  void exited.then(() => rmSync(dir, { recursive: true, force: true }));
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      if (said.length > 10_000) return;
      said += chunk;
      const found = /http:\/\/[\d.]+:\d+/.exec(said)?.[0];
      if (found) resolve(found);
    });
    child.on('exit', (code) => reject(new Error(`the container ended with ${code}: ${said}`)));
  });
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  return { url, process: child, exited, stop };
}

/** The runtime with faults, in a process of its own. */
export type Runtime = { url: string; set(fault: Fault): Promise<number>; stop(): void };

async function startRuntime(containerUrl: string): Promise<Runtime> {
  const child = fork(path.join(PROJECT, 'tests/faults/proxy-main.ts'), [containerUrl], { execArgv: [] });
  const heard = () => new Promise<{ port?: number; calls?: number }>((resolve) => child.once('message', (one) => resolve(one as object)));
  const { port } = await heard();
  return {
    url: `http://127.0.0.1:${port}`,
    set: async (fault) => {
      const answer = heard();
      child.send(fault);
      return (await answer).calls ?? 0;
    },
    stop: () => child.kill('SIGKILL'),
  };
}

/** An answer to one of our questions. */
export type Answer = {
  ok: boolean;
  isRight: boolean;
  servedBy: string;
  reason: string;
  sentMs: number;
  /** It waited for a deadline: its own, or that of one before it in its environment's queue, where Lambda would have opened another. */
  waited: boolean;
};

/** 20 serial environments of the packaged function in two processes, a runtime with faults, a container. */
export type Stack = {
  runtime: Runtime;
  container(): Container;
  restart(): Promise<void>;
  /** Asks question `number` in the next free environment, at most one request at a time in each. */
  ask(number: number): Promise<Answer>;
  close(): Promise<void>;
};

const ages = golden('heart-age');
/** The very artifact the function is packaged with. */
export const ARTIFACT = buildArtifact(path.join(PROJECT, 'model/heart/heart-age.RDS'), PROJECT).file;

/** The packaged function is shared by all stacks of a run: packaging takes seconds. */
export async function packageOnce() {
  return packageFunction('predict', ['endpoint=canopy-test']);
}

export async function startStack(packaged: Awaited<ReturnType<typeof packageOnce>>, count = 20): Promise<Stack> {
  let container = await startContainer(ARTIFACT);
  const port = new URL(container.url).port;
  const runtime = await startRuntime(container.url);
  const env = { AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: runtime.url, HOST_QUIET: '1' };
  const environments = (await Promise.all([0, 1].map(() => openEnvironments(packaged, env, count / 2)))).flat();
  const event = recordedEvent('predict-json');
  type Taken = { environment: Environment; waited: boolean };
  const free = [...environments];
  const waiting: ((taken: Taken) => void)[] = [];
  const take = (): Promise<Taken> => {
    // The one that was idle longest, so that all are used.
    const environment = free.shift();
    return environment ? Promise.resolve({ environment, waited: false }) : new Promise((resolve) => waiting.push(resolve));
  };
  const give = (taken: Taken) => {
    const next = waiting.shift();
    if (next) next(taken);
    else free.push(taken.environment);
  };
  return {
    runtime,
    container: () => container,
    restart: async () => {
      await container.stop();
      container = await startContainer(ARTIFACT, { PORT: port });
    },
    ask: async (number) => {
      const row = number % ages.rows.length;
      const { environment, waited } = await take();
      let hasWaited = waited;
      const sent = performance.now();
      try {
        const answer = (await environment.invoke({ ...event, body: JSON.stringify(ages.rows[row]), isBase64Encoded: false })) as {
          statusCode: number;
          body: string;
        };
        const body = JSON.parse(answer.body);
        const isRight = body.predictions?.length === 1 && Object.is(body.predictions[0], ages.predictions[row]);
        hasWaited ||= body.reason === 'timeout';
        return {
          waited: hasWaited,
          ok: answer.statusCode === 200,
          isRight,
          servedBy: body.servedBy,
          reason: body.reason ?? '',
          sentMs: performance.now() - sent,
        };
      } finally {
        give({ environment, waited: hasWaited });
      }
    },
    close: async () => {
      for (const one of environments) one.close();
      runtime.stop();
      await container.stop();
    },
  };
}
