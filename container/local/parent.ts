import { readFileSync } from 'node:fs';

/** How often it is looked whether the parent is still there, in milliseconds. */
const LOOK_EVERY = 500;

/**
 * Calls back once npm, which started this process, has ended, however it did. npm starts its scripts through a shell: where that
 * becomes the script (bash, Debian's dash for a simple command), npm is this process's parent. Else the shell is, and it may live
 * on without npm, or end before it: on Linux both are watched, elsewhere the shell alone. A process's id is all that is known of its
 * end on every system; `parent` is the parent's as it was when this process began.
 */
export function onParentGone(parent: number, then: () => void): void {
  const npm = isShell(parent) ? parentOf(parent) : undefined;
  const timer = setInterval(() => {
    if (process.ppid === parent && (npm === undefined || parentOf(parent) === npm)) return;
    clearInterval(timer);
    then();
  }, LOOK_EVERY);
  timer.unref();
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
