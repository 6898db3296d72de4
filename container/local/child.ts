import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How long a tree of processes may take to end by itself, in milliseconds. */
const GRACE = 5_000;
/** How long the system may take to clear away what was killed; a zombie whose parent is gone may stay for good. */
const KILLED = 1_000;
/** Ends a child once its standard input has ended. */
const LEASH = new URL('leash.ts', import.meta.url).href;

/** A process with all that it starts: one process group, so that a signal reaches every one of them. */
export type Child = { name: string; pid: number; exited: Promise<string> };

export type ChildOptions = {
  /** Stands before each of its lines. */
  name: string;
  /** A program for this very Node, and its arguments. */
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
};

/** Starts a process that ends when this one does, however that ends, and shows its lines. `exited` says how it ended; it never rejects. */
export function startChild({ name, args, cwd, env }: ChildOptions): Child {
  // In another group, a Ctrl-C reaches this process alone, which ends the others in order.
  const child = spawn(process.execPath, ['--import', LEASH, ...args], { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => console.log(`${name} | ${line}`));
  }
  return { name, pid: child.pid ?? 0, exited: endOf(child) };
}

/** What a program of this Node writes to its standard output; undefined where it fails. What it says of that goes where ours goes. */
export async function outputOf(args: string[], cwd: string): Promise<string | undefined> {
  const child = spawn(process.execPath, ['--import', LEASH, ...args], { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const closed = new Promise((resolve) => child.on('close', resolve));
  const how = await endOf(child);
  await closed;
  return how === 'exit code 0' ? output : undefined;
}

function endOf(child: ChildProcess): Promise<string> {
  // Nothing is written to it.
  child.stdin?.on('error', () => {});
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

/** Ends a child and all that it started: SIGTERM, and SIGKILL for whatever is left after 5 s. */
export async function stopChild(child: Child): Promise<void> {
  signalGroup(child, 'SIGTERM');
  if (await isGone(child, GRACE)) return;
  signalGroup(child, 'SIGKILL');
  await isGone(child, KILLED);
}

/** Waits until no process of a child's group is left, or until the time is over. */
async function isGone(child: Child, within: number): Promise<boolean> {
  for (const until = Date.now() + within; Date.now() < until; await sleep(20)) if (!signalGroup(child, 0)) return true;
  return false;
}

/** Sends a signal to every process of a child's group (0 only asks); whether there was one. */
export function signalGroup({ pid }: Child, signal: NodeJS.Signals | 0): boolean {
  if (pid === 0) return false;
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
