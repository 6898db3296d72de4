import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { firstOf, joined } from '../../shared/batch/chunks.ts';
import { ModelError } from '../../shared/errors.ts';
import { Changed } from './errors.ts';

/** The bytes of an input, inflated where it is gzip; to be read once, from the start. `share`: which part of it was read, where its size is known. */
export type Bytes = {
  isFile: boolean;
  /** The first four bytes of a file, as Latin-1; not known of a pipe. */
  start: string | undefined;
  chunks(): AsyncGenerator<Uint8Array>;
  share(): number | undefined;
  close(): Promise<void>;
};

const CHUNK = 2 ** 20;
const GZIP = [0x1f, 0x8b];
const LOOKED_AT = 4;

/** The bytes of a file or a pipe. At its end they throw a Changed where the file is no longer as long as at its start, or was written to. */
export async function openBytes(file: string): Promise<Bytes> {
  const handle = await open(file, 'r');
  try {
    const stat = await handle.stat();
    if (stat.isDirectory()) throw Object.assign(new Error(file), { code: 'EISDIR', path: file });
    if (stat.isCharacterDevice() || stat.isBlockDevice()) throw new ModelError(file, 'a device', 'a file or a pipe');
    if (!stat.isFile()) return piped(file, handle.createReadStream());
    const count = { read: 0 };
    const first = Buffer.alloc(LOOKED_AT);
    const { bytesRead } = await handle.read(first, 0, first.length, 0);
    const raw = () => pieces(file, handle, stat, count);
    return {
      isFile: true,
      start: first.subarray(0, bytesRead).toString('latin1'),
      chunks: isGzip(first) ? () => inflated(file, raw()) : raw,
      share: () => (stat.size === 0 ? 1 : count.read / stat.size),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The bytes of a pipe, of which nobody knows how many come. */
export function piped(label: string, stream: Readable): Bytes {
  const close = async () => {
    stream.destroy();
  };
  return { isFile: false, start: undefined, chunks: () => unpacked(label, stream), share: () => undefined, close };
}

async function* unpacked(label: string, stream: Readable): AsyncGenerator<Uint8Array> {
  const chunks: AsyncGenerator<Uint8Array> = (async function* () {
    yield* stream;
  })();
  // A pipe may give one byte at a time.
  const first = await firstOf(chunks, GZIP.length);
  const all = joined(first, chunks);
  yield* isGzip(first) ? inflated(label, all) : all;
}

async function* pieces(
  label: string,
  handle: FileHandle,
  { size, mtimeMs }: { size: number; mtimeMs: number },
  count: { read: number },
): AsyncGenerator<Uint8Array> {
  const expected = `expected ${size}`;
  for (let at = 0; at < size; ) {
    const bytes = new Uint8Array(Math.min(CHUNK, size - at));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, at);
    if (bytesRead === 0) throw new Changed(`${label}: found ${at} bytes, ${expected}: it shrank while it was read`);
    at += bytesRead;
    count.read = at;
    // A file that is still being written may end within a row: its last bytes are not handed on before it is known to be whole.
    if (at === size) await checkSame(label, handle, { size, mtimeMs });
    yield bytes.subarray(0, bytesRead);
  }
  await checkSame(label, handle, { size, mtimeMs });
}

async function checkSame(label: string, handle: FileHandle, { size, mtimeMs }: { size: number; mtimeMs: number }): Promise<void> {
  const now = await handle.stat();
  if (now.size !== size) {
    const how = now.size > size ? 'it grew' : 'it shrank';
    throw new Changed(`${label}: found ${now.size} bytes, expected ${size}: ${how} while it was read`);
  }
  if (now.mtimeMs !== mtimeMs) throw new Changed(`${label}: it was written to while it was read`);
}

async function* inflated(label: string, raw: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: CHUNK });
  const source = Readable.from(raw, { objectMode: false, highWaterMark: CHUNK });
  source.on('error', (error) => gunzip.destroy(error));
  try {
    yield* source.pipe(gunzip) as AsyncIterable<Uint8Array>;
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!code.startsWith('Z_')) throw error;
    throw new ModelError(label, `gzip that is damaged or cut off (${message})`, 'a whole gzip file');
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

function isGzip(bytes: Uint8Array): boolean {
  return GZIP.every((code, at) => bytes[at] === code);
}
