import { readFileSync } from 'node:fs';

/** How often it is looked whether the parent is still there, in milliseconds. */
const LOOK_EVERY = 500;

/** What a process's end is known by: its parent, and npm where that is the shell through which npm started it. */
export type Parents = { parent: number; npm: number | undefined };

/** Those of this process. To be read at once: either may end while a model is loaded. */
export function readParents(): Parents {
  const parent = process.ppid;
  return { parent, npm: isShell(parent) ? parentOf(parent) : undefined };
}

/**
 * Calls back once npm, which started this process, has ended, however it did. npm starts its scripts through a shell: where that
 * becomes the script (bash, Debian's dash for a simple command), npm is this process's parent. Else the shell is, and it may live
 * on without npm, or end before it: on Linux both are watched, elsewhere the shell alone. A process's id is all that is known of its
 * end on every system.
 */
export function onParentGone(parents: Parents, then: () => void): void {
  const timer = setInterval(() => {
    if (!isParentGone(parents)) return;
    clearInterval(timer);
    then();
  }, LOOK_EVERY);
  timer.unref();
}

/** Whether npm has ended since these were read, or had before. */
export function isParentGone({ parent, npm }: Parents): boolean {
  if (process.ppid !== parent || (npm !== undefined && parentOf(parent) !== npm)) return true;
  const first = npm ?? parent;
  return isHeir(first, read(`/proc/${first}/cmdline`));
}

/**
 * Whether a process is the system's first, which inherits those whose parent has ended, by its command line (undefined where that cannot be read).
 * In a container npm itself may be the first.
 */
export function isHeir(pid: number, command: string | undefined): boolean {
  return pid === 1 && command !== undefined && !/npm|yarn|bun|node/.test(command);
}

/** Whether a process is a shell that runs one command. Where npm itself is the parent, npm's parent is a person's shell, which may end before. */
function isShell(pid: number): boolean {
  return read(`/proc/${pid}/cmdline`)?.split('\0')[1] === '-c';
}

/** A process's parent, on Linux; undefined elsewhere, and where there is no such process. */
function parentOf(pid: number): number | undefined {
  // The name stands in brackets and may hold any character.
  const after = read(`/proc/${pid}/stat`)?.replace(/^.*\) /s, '');
  return after === undefined ? undefined : Number(after.split(' ')[1]);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
