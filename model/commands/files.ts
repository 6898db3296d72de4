import { readFileSync, realpathSync, statSync } from 'node:fs';

/** The bytes of a file of rows. An error names the file, which that of a folder does not by itself. */
export function readRowsFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw Object.assign(error as NodeJS.ErrnoException, { path: file });
  }
}

/** All of standard input. */
export async function readInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Whether two paths lead to one file, links followed. */
export function isSameFile(one: string, other: string): boolean {
  try {
    const [a, b] = [statSync(one), statSync(other)];
    return realpathSync(one) === realpathSync(other) || (a.dev === b.dev && a.ino === b.ino);
  } catch {
    return false;
  }
}
