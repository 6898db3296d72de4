import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { AwsError } from './aws.ts';

/** Asks whether a job is wanted. Throws an AwsError where there is nobody to ask. */
export async function isWanted(): Promise<boolean> {
  if (!process.stdin.isTTY) throw new AwsError('found nobody to ask whether to start it, expected --yes');
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  // Ctrl-C and the end of the input are a no.
  const gone = once(lines, 'close').then(() => '');
  const answer = await Promise.race([lines.question('start it? [y/N] '), gone]).catch(() => '');
  lines.close();
  return /^y(?:es)?$/i.test(answer.trim());
}

/**
 * Shows how a job is: a line for each status and for each minute; on a terminal one line that counts. What was shown, for the next call.
 * `seconds` is how long it runs, `isOpen` whether it goes on.
 */
export function showState(status: string, seconds: number, isOpen: boolean, before: string): string {
  const [minutes, rest] = [Math.floor(seconds / 60), Math.floor(seconds % 60)];
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[2K${status} ${minutes}:${String(rest).padStart(2, '0')}${isOpen ? '' : '\n'}`);
  const now = `${status} ${minutes}`;
  if (!process.stdout.isTTY && now !== before) console.log(`${status}, ${minutes} min`);
  return now;
}

/** A size in words, by steps of a thousand. */
export function sizeInWords(bytes: number): string {
  const [unit, size] = bytes >= 1e9 ? ['GB', 1e9] : bytes >= 1e6 ? ['MB', 1e6] : ['kB', 1e3];
  return `${(bytes / size).toFixed(1)} ${unit}`;
}
