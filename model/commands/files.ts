import { accessSync, closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { ModelError } from '../../shared/errors.ts';
import type { DeclaredForm } from '../../shared/wire/media.ts';

/** Most bytes of rows: about as many as a text of JavaScript may have. */
const MAX_BYTES = 2 ** 29;
const PIECE = 2 ** 20;

/**
 * The bytes of a file of rows, or of a pipe. An error names the file, which that of a folder does not by itself. A device is refused: it
 * may have no end.
 */
export function readRowsFile(file: string, most = MAX_BYTES): Uint8Array {
  try {
    const handle = openSync(file, 'r');
    try {
      const stat = fstatSync(handle);
      if (stat.isCharacterDevice() || stat.isBlockDevice())
        throw new ModelError(file, 'a device', 'a file, a pipe, or - for standard input where the command takes it');
      if (stat.size > most) throw new ModelError(file, `${stat.size} bytes`, `at most ${most}`);
      return joined(pieces(handle), file, most);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw Object.assign(error as NodeJS.ErrnoException, { path: file });
  }
}

/** All of standard input. */
export async function readInput(most = MAX_BYTES): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    size += chunk.length;
    if (size > most) throw new ModelError('standard input', `more than ${most} bytes`, `at most ${most}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function* pieces(handle: number): Generator<Uint8Array> {
  for (;;) {
    const piece = new Uint8Array(PIECE);
    const read = readSync(handle, piece);
    if (read === 0) return;
    yield piece.subarray(0, read);
  }
}

/** Pieces side by side. Throws where they are more than `most` bytes. */
function joined(all: Iterable<Uint8Array>, label: string, most: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (const chunk of all) {
    size += chunk.length;
    if (size > most) throw new ModelError(label, `more than ${most} bytes`, `at most ${most}`);
    chunks.push(chunk);
  }
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

/** Throws, before work that may take hours, where replaceFile() could not write a file. The error names the file. */
export function checkReplaceable(file: string): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isDirectory()) throw new ModelError(file, 'a folder', 'a file, or a name that is free');
  if (stat && !stat.isFile()) return;
  try {
    accessSync(path.dirname(stat ? realpathSync(file) : file), constants.W_OK);
  } catch (error) {
    throw Object.assign(error as NodeJS.ErrnoException, { path: file });
  }
}

/** What the name of a file of rows says of its form; another name, or standard input, says nothing. */
export function formOf(file: string): DeclaredForm {
  const forms: Record<string, DeclaredForm> = {
    '.json': 'json',
    '.csv': 'csv',
    '.jsonl': 'jsonlines',
    '.ndjson': 'jsonlines',
    '.npy': 'npy',
  };
  return forms[path.parse(file.toLowerCase()).ext] ?? 'any';
}
