import { closeSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError } from './aws.ts';

/** How long a process may take to write its id into the lock that it has made, in milliseconds; longer, and it was killed. */
const MOST_WRITING_MS = 10_000;

/** The locks that this process has. */
const OWN = new Set<string>();

export type Turn = {
  /** What the other command may be doing: "at work on the keys". */
  doing: string;
  /** How long the other is waited for, and how often it is looked at, in milliseconds. */
  mostMs: number;
  againMs: number;
  /** Hears once that another is waited for. */
  onWait?: (sentence: string) => void;
};

/**
 * Waits for the turn of this process among commands that would write the same files, and gives what ends it. A file with the id of the
 * process that has the turn is the lock; one that a killed process left is taken away. Throws an AwsError that names the file where the
 * other does not end, or the file cannot be made.
 */
export async function takeTurn(lock: string, { doing, mostMs, againMs, onWait }: Turn): Promise<() => void> {
  const until = Date.now() + mostMs;
  for (let isTold = false; !isTaken(lock); await sleep(againMs)) {
    clearLeft(lock);
    const holder = holderOf(lock);
    const other = `another command${holder === undefined ? '' : ` (process ${holder})`} is ${doing}`;
    if (Date.now() > until) throw new AwsError(`${lock}: ${other}; expected it to end; delete that file where none runs any more`);
    if (!isTold) onWait?.(`${other}; it is waited for`);
    isTold = true;
  }
  return () => {
    OWN.delete(lock);
    rmSync(lock, { force: true });
  };
}

/** Whether the lock was taken now; false where another has it. */
function isTaken(lock: string): boolean {
  let file: number | undefined;
  try {
    mkdirSync(path.dirname(lock), { recursive: true });
    file = openSync(lock, 'wx');
    writeSync(file, String(process.pid));
    OWN.add(lock);
    return true;
  } catch (error) {
    if (file === undefined && (error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // A full disk takes the file and not what is in it: left there, it would be waited for.
    if (file !== undefined) rmSync(lock, { force: true });
    throw new AwsError(`its lock cannot be made: ${(error as Error).message}`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Takes a lock away whose process is gone. Of two that do so at once, one may have taken the lock anew: it gets it back. */
function clearLeft(lock: string): void {
  if (isHeld(lock, lock)) return;
  const left = `${lock}.${process.pid}`;
  try {
    renameSync(lock, left);
    if (isHeld(left, lock)) linkSync(left, lock);
  } catch {
    // The other has taken it away, or given it back.
  }
  rmSync(left, { force: true });
}

/** The id in a lock; undefined where there is none, or its process has not written it yet. */
function holderOf(lock: string): number | undefined {
  try {
    return Number(readFileSync(lock, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether the process of a lock runs, as far as is known; `file` is where the lock stands. In a container each command has the same id, so
 * that one with this process's own may be of a command before it, which was killed.
 */
function isHeld(file: string, lock: string): boolean {
  const holder = holderOf(file);
  if (holder === undefined) return isYoung(file);
  if (holder === process.pid) return OWN.has(lock);
  try {
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function isYoung(lock: string): boolean {
  const made = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  return made === undefined || Date.now() - made < MOST_WRITING_MS;
}
