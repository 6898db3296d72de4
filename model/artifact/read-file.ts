import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { ModelError } from '../../shared/errors.ts';

/** What a file may be: most bytes, and what a ModelError says was expected; `within`: the folder below which it must lie, links followed. */
export type FileLimits = { most: number; expected: string; within?: string | undefined };

/** What a model file or an artifact may be. */
export const MODEL_FILE: FileLimits = { most: 2 ** 31, expected: 'a file' };

/** How a file is opened: a pipe without a writer is not waited for, so that it can be refused. */
export const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
/** Most bytes that the system reads at once. */
const PIECE = 2 ** 30;

/** The bytes of a model file, which lies `within` a folder where one is given. Throws as sizeOfModelFile. */
export function readModelFile(file: string, within?: string): Uint8Array {
  sizeOfModelFile(file);
  return readWhole(file, { ...MODEL_FILE, within });
}

/** How many bytes a model file has. Throws a ModelError where there is none, or one too large. */
export function sizeOfModelFile(file: string): number {
  let found: Stats;
  try {
    found = statSync(file);
  } catch {
    throw new ModelError(file, 'no such file', 'a model saved by saveRDS, or an artifact');
  }
  return checkOpened(file, found, MODEL_FILE);
}

/**
 * The bytes of a file. What counts is the file that was opened, not what its name leads to before or after: somebody may put another
 * file, a link or a pipe in its place meanwhile. Throws a ModelError where it is no file, too large or elsewhere, and the system's
 * errors where it cannot be opened.
 */
export function readWhole(file: string, limits: FileLimits): Uint8Array {
  const handle = openFile(file, limits.expected);
  try {
    const size = checkOpened(file, fstatSync(handle), limits);
    const bytes = Buffer.allocUnsafeSlow(size);
    for (let at = 0; at < size; ) {
      const read = readSync(handle, bytes, at, Math.min(size - at, PIECE), at);
      if (read === 0) throw cutMeanwhile(file, at, size);
      at += read;
    }
    return bytes;
  } finally {
    closeSync(handle);
  }
}

/** The size of an open file. Throws a ModelError where it is none, too large, or not the one that its name leads to below the folder. */
export function checkOpened(file: string, opened: Stats, { most, expected, within }: FileLimits): number {
  if (!opened.isFile()) throw new ModelError(file, opened.isDirectory() ? 'a folder' : 'a pipe or a device', expected);
  if (opened.size > most) throw new ModelError(file, `${opened.size} bytes`, `at most ${most}`);
  if (within !== undefined) {
    const [top, real] = [realpathSync(within), realpathSync(file)];
    if (!real.startsWith(top.endsWith(path.sep) ? top : top + path.sep))
      throw new ModelError(file, 'a link to another place', `a file below ${within}`);
    const { dev, ino } = statSync(real);
    if (dev !== opened.dev || ino !== opened.ino) throw new ModelError(file, 'another file than was opened', 'one that stays in its place');
  }
  return opened.size;
}

/** A file lost bytes while it was read. */
export function cutMeanwhile(file: string, found: number, size: number): ModelError {
  return new ModelError(file, `${found} bytes`, `${size}, as many as when its reading began`);
}

function openFile(file: string, expected: string): number {
  try {
    return openSync(file, OPEN_FLAGS);
  } catch (error) {
    // Of a socket.
    if ((error as NodeJS.ErrnoException).code === 'ENXIO') throw new ModelError(file, 'a pipe or a device', expected);
    throw error;
  }
}
