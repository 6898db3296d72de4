import { constants, existsSync, lstatSync, realpathSync } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { ModelError } from '../../shared/errors.ts';
import { isNamed, writeAll } from './journal.ts';

/** The files of a run: the output, what is written of it so far, and the journal. All lie in one folder. */
export type Files = { output: string; part: string; journal: string };

/** An output that is written from a place on. Errors name the file. */
export type Output = {
  /** Adds bytes at the end. */
  write(bytes: Uint8Array): Promise<void>;
  /** Has all that was written on the disk. */
  sync(): Promise<void>;
  /** The bytes that were written, those of an earlier run among them. */
  written(): number;
  /** Whether no other run has begun the output anew. */
  isOwn(): Promise<boolean>;
  close(): Promise<void>;
};

/** The files of a run into a name. A link stays one, and the file that it leads to is replaced: else whoever reads that would go on with the old one. */
export function filesOf(name: string): Files {
  const isLink = lstatSync(name, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  const output = isLink && existsSync(name) ? realpathSync(name) : name;
  return { output, part: `${output}.part`, journal: `${output}.journal` };
}

/** The size of a file; undefined where there is none. */
export async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Opens what is written of an output, and takes off what stands behind the last place of its journal. Throws a ModelError where it has less than that. */
export async function openOutput({ output, part }: Files, written: number): Promise<Output> {
  // Nobody may read the answers who could not read those that they replace.
  const mode = (await stat(output).catch(() => undefined))?.mode ?? 0o666;
  const handle = await open(part, constants.O_RDWR | constants.O_CREAT, (mode & 0o777) | 0o600);
  let at = written;
  const named = async <Result>(work: Promise<Result>): Promise<Result> => {
    try {
      return await work;
    } catch (error) {
      throw Object.assign(error as Error, { path: part });
    }
  };
  try {
    const { size } = await handle.stat();
    if (size < written) throw new ModelError(part, `${size} bytes`, `${written} or more, as its journal says; begin anew with --force`);
    await named(handle.truncate(written));
  } catch (error) {
    await handle.close();
    throw error;
  }
  return {
    write: async (bytes) => {
      await named(writeAll(handle, bytes, at));
      at += bytes.length;
    },
    sync: () => named(handle.datasync()),
    written: () => at,
    isOwn: () => isNamed(handle, part),
    close: () => handle.close(),
  };
}

/** Gives a whole output its name, which it gets at once and with all its bytes, and takes the journal away. */
export async function finish({ output, part, journal }: Files): Promise<void> {
  // It has its name already where a run ended between this step and the last.
  if ((await sizeOf(part)) !== undefined) await rename(part, output);
  await syncFolder(path.dirname(output));
  await rm(journal, { force: true });
}

/** Has a folder's names on the disk, where the system can do so. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch {
    // Not every system opens a folder; the names are then as sure as it makes them.
  } finally {
    await handle?.close();
  }
}

/** Takes away what an unfinished run left. */
export async function discard({ part, journal }: Files): Promise<void> {
  await rm(part, { force: true });
  await rm(journal, { force: true });
}
