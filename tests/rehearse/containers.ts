import { chmodSync, copyFileSync, mkdtempSync } from 'node:fs';
import path from 'node:path';
import { must, run } from '../../container/deploy/command.ts';
import { buildArtifact } from '../../model/artifact/build.ts';
import { freePort } from '../support/ports.ts';
import { check, PROJECT, statusOf, TOOLS, until } from './run.ts';

/** How SageMaker's platform, or a careful one, would run the image: nothing to write to, nothing to become. */
const RESTRICTIONS = [
  ...['--init', '--no-healthcheck', '--read-only', '--read-only-tmpfs=false', '--tmpfs', '/tmp'],
  ...['--cap-drop', 'all', '--security-opt', 'no-new-privileges', '--memory', '256m'],
];

/** A container of the image under podman. */
export type Container = { id: string; url: string; readyMs: number };

/** A folder with one model's artifact, to be mounted at /opt/ml/model; an empty one where no model is named. */
export function modelFolder(modelFile?: string): string {
  const folder = mkdtempSync(path.join(TOOLS, 'model-'));
  if (modelFile !== undefined) copyFileSync(buildArtifact(modelFile, PROJECT).file, path.join(folder, 'model.canopy'));
  // For whatever user the container runs as.
  chmodSync(folder, 0o755);
  return folder;
}

const left = new Set<string>();

/** Removes what a failed step left running, and nobody else's. */
export async function removeLeft(env: NodeJS.ProcessEnv): Promise<void> {
  if (left.size > 0) await run('podman', ['rm', '-f', ...left], { env, seconds: 60 });
}

/** Starts a container with those restrictions; `readyMs` is how long its /ping took to say 200, the start included. */
export async function startContainer(
  env: NodeJS.ProcessEnv,
  folder: string | undefined,
  more: string[] = [],
  args = ['serve'],
): Promise<Container> {
  const port = await freePort();
  const mount = folder === undefined ? [] : ['-v', `${folder}:/opt/ml/model:ro`];
  const start = performance.now();
  const all = ['run', '-d', '-p', `127.0.0.1:${port}:8080`, ...RESTRICTIONS, ...mount, ...more, 'canopy', ...args];
  const id = (await must('podman', all, { env, seconds: 60 })).trim();
  left.add(id);
  const url = `http://127.0.0.1:${port}`;
  if (!more.includes('none')) await until(`${url}/ping`, 20, async () => (await statusOf(`${url}/ping`)) === 200);
  return { id, url, readyMs: performance.now() - start };
}

/** Runs a training job in a folder that stands for /opt/ml, to its end. */
export function trainOnce(env: NodeJS.ProcessEnv, folder: string, more: string[] = []) {
  return run('podman', ['run', '--rm', ...RESTRICTIONS, '-v', `${folder}:/opt/ml`, ...more, 'canopy', 'train'], { env, seconds: 120 });
}

/** Starts one, and does not wait; its id. */
export async function startTraining(env: NodeJS.ProcessEnv, folder: string): Promise<string> {
  const id = (
    await must('podman', ['run', '-d', ...RESTRICTIONS, '-v', `${folder}:/opt/ml`, 'canopy', 'train'], { env, seconds: 60 })
  ).trim();
  left.add(id);
  return id;
}

/** Stops a container as SageMaker does, with SIGTERM; its exit code and its log. It is removed. */
export async function stopContainer(env: NodeJS.ProcessEnv, id: string): Promise<{ code: number; log: string }> {
  await must('podman', ['stop', '--time', '30', id], { env, seconds: 60 });
  const code = Number((await must('podman', ['inspect', id, '--format', '{{.State.ExitCode}}'], { env })).trim());
  const log = (await run('podman', ['logs', id], { env })).output;
  await must('podman', ['rm', '-f', id], { env });
  left.delete(id);
  return { code, log };
}

/** Runs JavaScript inside a container: it has Node and no shell. */
export async function inside(env: NodeJS.ProcessEnv, id: string, script: string): Promise<string> {
  const { code, stdout, output } = await run('podman', ['exec', id, '/usr/bin/node', '-e', script], { env, seconds: 60 });
  check(code === 0, `inside the container: found exit code ${code}, expected 0: ${output.slice(-300)}`);
  return stdout.trim();
}
