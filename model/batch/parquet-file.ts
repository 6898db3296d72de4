import { createHash } from 'node:crypto';
import { fstatSync, openSync, readSync } from 'node:fs';
import zlib from 'node:zlib';
import { codecsOf } from '../../shared/batch/parquet-codecs.ts';
import { openParquet, type Parquet } from '../../shared/batch/parquet-input.ts';
import { Changed } from './errors.ts';

/** A Parquet file on this machine. `identity` tells it from any other, and from itself once it was written to. */
export type ParquetFile = { parquet: Parquet; identity: { bytes: number; changed: number; footer: string }; check(): void };

/**
 * Opens one for as long as the process or thread lives. `memory`: bytes that may be kept of a row group. Throws as openParquet. `check` throws
 * a Changed where the file is another by now.
 */
export async function openParquetFile(file: string, memory?: number): Promise<ParquetFile> {
  const handle = openSync(file, 'r');
  const { size, mtimeMs } = fstatSync(handle);
  const slice = (start: number, end = size): ArrayBuffer => {
    const bytes = new Uint8Array(Math.max(0, end - start));
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(handle, bytes, at, bytes.length - at, start + at);
      if (read === 0) throw new Changed(`${file}: found ${start + at} bytes, expected ${size}: it shrank while it was read`);
      at += read;
    }
    return bytes.buffer;
  };
  const parquet = await openParquet({ byteLength: size, slice }, codecsOf(zlib), memory);
  const footer = new DataView(slice(size - 8)).getUint32(0, true) + 8;
  const hash = createHash('sha256').update(new Uint8Array(slice(size - footer)));
  const check = () => {
    const now = fstatSync(handle);
    if (now.size !== size) throw new Changed(`${file}: found ${now.size} bytes, expected ${size}: it changed while it was read`);
    if (now.mtimeMs !== mtimeMs) throw new Changed(`${file}: it was written to while it was read`);
  };
  return { parquet, identity: { bytes: size, changed: mtimeMs, footer: hash.digest('hex') }, check };
}
