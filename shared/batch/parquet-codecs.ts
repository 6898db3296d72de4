import type { Compressors } from 'hyparquet/src/types.js';

type Inflate = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
/** What of node:zlib inflates the pages of a Parquet file. Zstandard came with Node 22.15. */
export type Zlib = { gunzipSync: Inflate; brotliDecompressSync: Inflate; zstdDecompressSync?: Inflate };

/** What inflates pages, beside Snappy; never to more than a page's header says. */
export function codecsOf({ gunzipSync, brotliDecompressSync, zstdDecompressSync }: Zlib): Compressors {
  const limited = (inflate: Inflate) => (bytes: Uint8Array, most: number) => inflate(bytes, { maxOutputLength: Math.max(most, 1) });
  return {
    GZIP: limited(gunzipSync),
    BROTLI: limited(brotliDecompressSync),
    ...(zstdDecompressSync ? { ZSTD: limited(zstdDecompressSync) } : {}),
  };
}
