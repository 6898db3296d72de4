import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { ModelError } from '../../shared/errors.ts';

/**
 * How far a run is. `read`: what of the input is answered, in bytes of its text or in rows of Parquet, and `hash`, the SHA-256 of those
 * bytes; `line`: the number of the next line. `written`: bytes of the output; `rows` with an answer and `bad` ones without.
 */
export type Place = { read: number; hash: string; line: number; written: number; rows: number; bad: number };

/** What must be the same when a run goes on: the model's sha256, what is asked of it, and of which kind input and output are. */
export type Head = Record<string, unknown>;

/** A run that was broken off. `groups`: what the footer of a Parquet output will say of what is written; `isWhole`: all is written. */
export type Kept = { head: string; place: Place | undefined; groups: string[]; isWhole: boolean; bytes: number };

/** A journal that is written. Each entry is on the disk when it returns. `isOwn`: whether no other run has begun it anew, or gone on with it. */
export type Journal = {
  add(place: Place, groups: string[], isWhole?: boolean): Promise<void>;
  isOwn(): Promise<boolean>;
  close(): Promise<void>;
};

type Entry = { place: Place; groups: string[]; isWhole: boolean };

/** The characters of a line's check, and of what stands around it. */
const CHECK = 16;

/** Begins a journal at a file that is not there yet, or goes on with one behind its last whole line. */
export async function openJournal(file: string, head: Head, kept?: Kept): Promise<Journal> {
  if (kept) await renew(file, kept.bytes);
  const handle = await open(file, kept ? 'r+' : 'wx');
  let at = kept?.bytes ?? 0;
  const write = async (value: unknown) => {
    const line = Buffer.from(lineOf(JSON.stringify(value)));
    await writeAll(handle, line, at);
    await handle.datasync();
    at += line.length;
  };
  try {
    if (!kept) await write(head);
  } catch (error) {
    await handle.close();
    throw Object.assign(error as Error, { path: file });
  }
  return {
    add: async (place, groups, isWhole = false) => {
      try {
        await write({ place, groups, isWhole } satisfies Entry);
      } catch (error) {
        throw Object.assign(error as Error, { path: file });
      }
    },
    isOwn: () => isNamed(handle, file),
    close: () => handle.close(),
  };
}

/** Makes the first bytes of a journal a file of its own, so that a run which still goes on with the old one finds that it is another's. */
async function renew(file: string, bytes: number): Promise<void> {
  const unfinished = `${file}.new`;
  try {
    await writeFile(unfinished, (await readFile(file)).subarray(0, bytes), { flush: true });
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw Object.assign(error as Error, { path: file });
  }
}

/** Whether an open file still has this name, in its folder. */
export async function isNamed(handle: FileHandle, name: string): Promise<boolean> {
  const [own, named] = [await handle.stat(), await stat(name).catch(() => undefined)];
  return own.ino === named?.ino;
}

/** What a journal says, up to its first line that is not whole: a kill or a full disk may have cut the last one. Undefined where there is none. */
export async function readJournal(file: string): Promise<Kept | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const kept: Kept = { head: '', place: undefined, groups: [], isWhole: false, bytes: 0 };
  for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, kept.bytes)) {
    const text = textOf(bytes.subarray(kept.bytes, end).toString('utf8'));
    if (text === undefined) break;
    if (kept.bytes === 0) kept.head = text;
    else {
      const { place, groups, isWhole } = JSON.parse(text) as Partial<Entry>;
      // A head where an entry should be: what stands behind it is of another run.
      if (!place || !groups) break;
      Object.assign(kept, { place, isWhole });
      for (const group of groups) kept.groups.push(group);
    }
    kept.bytes = end + 1;
  }
  return kept;
}

/** Throws a ModelError that says what is another than in the run that is to go on. */
export function checkHead(file: string, kept: Kept, head: Head): void {
  const [before, now] = [JSON.parse(kept.head) as Head, JSON.parse(JSON.stringify(head)) as Head];
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const other = names.find((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]));
  if (other === undefined) return;
  const shown = (value: unknown) => `${other} ${JSON.stringify(value) ?? 'none'}`;
  throw new ModelError(`${file}, of the run that is to go on`, shown(before[other]), `${shown(now[other])}, as asked now`);
}

/** Writes all of some bytes at a place of a file: a disk that is nearly full takes only a part. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let from = 0; from < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, from, bytes.length - from, at + from);
    from += bytesWritten;
  }
}

/** A line: the first characters of its text's SHA-256, and the text. */
function lineOf(text: string): string {
  return `${checkOf(text)} ${text}\n`;
}

function textOf(line: string): string | undefined {
  const text = line.slice(CHECK + 1);
  return line.startsWith(`${checkOf(text)} `) ? text : undefined;
}

function checkOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, CHECK);
}
