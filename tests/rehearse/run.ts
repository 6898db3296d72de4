import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's top folder. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** Where the rehearsal's tools lie and it works; git ignores it. `bash .ci/run rehearse` installs the tools into it. */
export const TOOLS = path.join(PROJECT, '.canopy/rehearse');
mkdirSync(TOOLS, { recursive: true });

/** A program of the Python environment or the package of Lambda's runtime client, as `.ci/run rehearse` lays them. */
export const PYTHON = path.join(TOOLS, 'venv/bin');
export const RIC = path.join(TOOLS, 'ric/node_modules/aws-lambda-ric/bin/index.mjs');
export const RIE = path.join(TOOLS, 'rie/aws-lambda-rie');

/** Whether a program is there: a path, or a name on PATH. */
export function has(program: string): [string, boolean] {
  if (program.includes('/')) return [path.basename(program), existsSync(program)];
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const isThere = folders.some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return [program, isThere];
}

/** Throws an Error unless `holds`. */
export function check(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

/** Asks again every 10 ms until the answer is true; throws an Error after `seconds`. How long it took, in milliseconds. */
export async function until(what: string, seconds: number, ask: () => Promise<boolean> | boolean): Promise<number> {
  const start = performance.now();
  while (!(await ask())) {
    if (performance.now() - start > seconds * 1000) throw new Error(`${what}: not so after ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return performance.now() - start;
}

/** The status of a GET; 0 where nobody answers within 2 s. */
export function statusOf(url: string): Promise<number> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status;
    },
    () => 0,
  );
}

/** Posts JSON; the status and the parsed answer. */
export async function post(url: string, body: unknown): Promise<{ status: number; answer: Record<string, unknown> }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(20_000) });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** A server that runs beside the rehearsal, with all it printed so far. It ends with the rehearsal at the latest. */
export type Service = { output: () => string; stop: () => Promise<void> };

/** Starts a server. */
export function startService(
  command: string,
  args: string[],
  { cwd = TOOLS, env = {} }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Service {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      output += error.message;
      resolve();
    });
    child.on('exit', () => {
      children.delete(child);
      resolve();
    });
  });
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(timer);
  };
  return { output: () => output, stop };
}
