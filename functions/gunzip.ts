import type { Inflate } from '../shared/wire/encoding.ts';

/** Inflates gzip in a thread of Node's pool. It stops as soon as there are too many bytes: a bomb takes no more than a body may. */
export const gunzip: Inflate = async (bytes, most) => {
  // Loaded for the first compressed body: most environments see none, and a start need not wait for it.
  const zlib = await import('node:zlib');
  return new Promise((resolve, reject) => {
    zlib.gunzip(bytes, { maxOutputLength: most }, (error, plain) => {
      if (error && (error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') reject(error);
      else resolve(error ? undefined : plain);
    });
  });
};
