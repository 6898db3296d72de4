import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { ModelError } from '../../shared/errors.ts';
import { CUT } from './bits.ts';
import { inflateBzip2 } from './bzip2.ts';
import { inflateXz } from './xz.ts';

/** The compressions that R's saveRDS() and save() have. */
export type Compression = 'none' | 'gzip' | 'bzip2' | 'xz' | 'zstd';

/** What is believed of how far gzip brought a model's bytes down: they are mostly doubles. */
const USUAL_RATIO = 32;
const LEAST_CHUNK = 1 << 14;
/** A first piece of fewer bytes says too little to be looked at. */
const LEAST_START = 1 << 12;

/** Which compression a file's bytes are in, by how they start. */
export function compressionOf(bytes: Uint8Array): Compression {
  const start = Buffer.from(bytes.subarray(0, 6)).toString('latin1');
  if (start.startsWith('\x1f\x8b')) return 'gzip';
  if (start.startsWith('BZh')) return 'bzip2';
  if (start === '\xfd7zXZ\0') return 'xz';
  return start.startsWith('\x28\xb5\x2f\xfd') ? 'zstd' : 'none';
}

/**
 * The bytes inside the compression, at most `most`. `checkStart` is given the first of them where they come slowly, and throws
 * a ModelError where the rest is not worth the wait. Throws a ModelError.
 */
export function inflate(bytes: Uint8Array, label: string, most: number, checkStart: (start: Uint8Array) => void = () => {}): Uint8Array {
  const compression = compressionOf(bytes);
  try {
    switch (compression) {
      case 'none':
        return bytes;
      case 'gzip':
        return gunzipSync(bytes, { maxOutputLength: most, chunkSize: gzipSize(bytes, most) });
      case 'zstd':
        return zstdDecompressSync(bytes, { maxOutputLength: most });
      case 'xz':
        return joinChunks(inflateXz(bytes), most, checkStart);
      case 'bzip2':
        return joinChunks(inflateBzip2(bytes), most, checkStart);
    }
  } catch (error) {
    if (error instanceof ModelError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE' || error instanceof TooLarge) {
      const found = `more than ${most} bytes when inflated, of a file of ${bytes.length}`;
      throw new ModelError(label, found, 'a smaller model, or one saved by saveRDS(model, file, compress = FALSE)');
    }
    if (code === 'Z_BUF_ERROR' || message === CUT) {
      throw new ModelError(label, `${compression} data that ends before its end, at byte ${bytes.length} (cut off?)`, 'the whole file');
    }
    throw new ModelError(label, `${compression} data that does not inflate (${message})`, 'the file as saveRDS wrote it');
  }
}

class TooLarge extends Error {}

/**
 * A first guess of a gzip file's inflated size: what its last four bytes say (RFC 1952), within reason, so that zlib's
 * output need not be pieced together. A wrong one costs time alone.
 */
function gzipSize(bytes: Uint8Array, most: number): number {
  const declared = bytes.length < 18 ? 0 : new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true);
  return Math.max(LEAST_CHUNK, Math.min(declared + 1, most, bytes.length * USUAL_RATIO));
}

/** Chunks as one; stops where they are more than `most` bytes. */
function joinChunks(chunks: Iterable<Uint8Array>, most: number, checkStart: (start: Uint8Array) => void): Uint8Array {
  const kept: Uint8Array[] = [];
  let total = 0;
  for (const chunk of chunks) {
    if (total === 0 && chunk.length >= LEAST_START) checkStart(chunk);
    total += chunk.length;
    if (total > most) throw new TooLarge();
    kept.push(chunk);
  }
  return kept.length === 1 ? (kept[0] as Uint8Array) : Buffer.concat(kept);
}
