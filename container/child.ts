import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How long a tree of processes may take to end by itself, in milliseconds. */
const GRACE = 5_000;
/** How long the system may take to clear away what was killed; a zombie whose parent is gone may stay for good. */
const KILLED = 1_000;

/** A process with all that it starts: a process group of its own, so that a signal reaches every one of them. */
export type Child = { name: string; pid: number; exited: Promise<string> };

export type ChildOptions = {
  /** Stands before each of its lines. */
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** A line of its output as it is shown; undefined leaves it away. */
  show?: (line: string) => string | undefined;
};

/** Starts a process and shows its lines. `exited` tells how it ended; it never rejects. */
export function startChild({ name, command, args, cwd, env, show = (line) => line }: ChildOptions): Child {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      const shown = show(line);
      if (shown !== undefined) console.log(`${name} | ${shown}`);
    });
  }
  const exited = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  return { name, pid: child.pid ?? 0, exited };
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
