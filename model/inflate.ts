import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import bunzip from 'seek-bzip';
import { ModelError } from '../shared/errors.ts';
import { CUT, inflateXz } from './xz.ts';

/** The compressions that R's saveRDS() and save() have. */
export type Compression = 'none' | 'gzip' | 'bzip2' | 'xz' | 'zstd';

/** What is believed of how far gzip brought a model's bytes down: they are mostly doubles. */
const USUAL_RATIO = 32;
const LEAST_CHUNK = 1 << 14;
const CHUNK = 1 << 20;

/** Which compression a file's bytes are in, by how they start. */
export function compressionOf(bytes: Uint8Array): Compression {
  const start = Buffer.from(bytes.subarray(0, 6)).toString('latin1');
  if (start.startsWith('\x1f\x8b')) return 'gzip';
  if (start.startsWith('BZh')) return 'bzip2';
  if (start === '\xfd7zXZ\0') return 'xz';
  return start.startsWith('\x28\xb5\x2f\xfd') ? 'zstd' : 'none';
}

/** The bytes inside the compression, at most `most`. Throws a ModelError. */
export function inflate(bytes: Uint8Array, thing: string, most: number): Uint8Array {
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
        return joinChunks(inflateXz(bytes), most);
      case 'bzip2':
        return joinChunks([...inflateBzip2(bytes, most)], most);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE' || error instanceof TooLarge) {
      throw new ModelError(thing, `more than ${most} bytes when inflated`, 'a smaller model');
    }
    if (code === 'Z_BUF_ERROR' || message === CUT) {
      throw new ModelError(thing, `${compression} data that ends before its end, at byte ${bytes.length} (cut off?)`, 'the whole file');
    }
    throw new ModelError(thing, `${compression} data that does not inflate (${message})`, 'the file as saveRDS wrote it');
  }
}

class TooLarge extends Error {}

/**
 * A first guess of a gzip file's inflated size: what its last four bytes say (RFC 1952), within reason, so that zlib's
 * output need not be pieced together. A wrong one costs time alone.
 */
function gzipSize(bytes: Uint8Array, most: number): number {
  const told = bytes.length < 18 ? 0 : new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true);
  return Math.max(LEAST_CHUNK, Math.min(told + 1, most, bytes.length * USUAL_RATIO));
}

/** Chunks as one; stops where they are more than `most` bytes. */
function joinChunks(chunks: Iterable<Uint8Array>, most: number): Uint8Array {
  const kept: Uint8Array[] = [];
  let total = 0;
  for (const chunk of chunks) {
    total += chunk.length;
    if (total > most) throw new TooLarge();
    kept.push(chunk);
  }
  return kept.length === 1 ? (kept[0] as Uint8Array) : Buffer.concat(kept);
}

/** The chunks inside a bzip2 file. The package writes byte by byte into whatever has a writeByte; an input with an eof() it would let end anywhere. */
function inflateBzip2(bytes: Uint8Array, most: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let chunk = new Uint8Array(CHUNK);
  let put = 0;
  let at = 0;
  const input = {
    readByte: () => {
      if (at >= bytes.length) throw new Error(CUT);
      return bytes[at++] as number;
    },
    read: (buffer: Uint8Array, from: number, length: number) => {
      for (let k = 0; k < length; k += 1) buffer[from + k] = input.readByte();
      return length;
    },
  };
  const writeByte = (byte: number) => {
    if (put === CHUNK) {
      chunks.push(chunk);
      if (chunks.length * CHUNK > most) throw new TooLarge();
      chunk = new Uint8Array(CHUNK);
      put = 0;
    }
    chunk[put++] = byte;
  };
  bunzip.decode(input, { writeByte }, false);
  chunks.push(chunk.subarray(0, put));
  return chunks;
}
