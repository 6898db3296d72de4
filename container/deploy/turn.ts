import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError } from './aws.ts';

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
  return () => rmSync(lock, { force: true });
}

/** Whether the lock was taken now; false where another has it. */
function isTaken(lock: string): boolean {
  try {
    mkdirSync(path.dirname(lock), { recursive: true });
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new AwsError(`its lock cannot be made: ${(error as Error).message}`);
  }
}

/** Takes a lock away whose process is gone. Of two that do so at once, one may have taken the lock anew: it gets it back. */
function clearLeft(lock: string): void {
  if (isHeld(lock)) return;
  const left = `${lock}.${process.pid}`;
  try {
    renameSync(lock, left);
    if (isHeld(left)) linkSync(left, lock);
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

/** Whether the process of a lock runs, as far as is known. */
function isHeld(lock: string): boolean {
  const holder = holderOf(lock);
  if (holder === undefined) return true;
  try {
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
