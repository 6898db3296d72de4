import { gunzip as gunzipWith } from 'node:zlib';
import type { Inflate } from '../../shared/wire/encoding.ts';

/** As many as Node's pool has threads: each may take the room of the largest body. */
const AT_ONCE = 4;

/** Inflates gzip in a thread of Node's pool. It stops as soon as there are too many bytes: a bomb takes no more than a body may. */
const inflate: Inflate = (bytes, most) =>
  new Promise((resolve, reject) => {
    gunzipWith(bytes, { maxOutputLength: most }, (error, plain) => {
      if (error && (error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') reject(error);
      else resolve(error ? undefined : plain);
    });
  });

let free = AT_ONCE;
const waiting: (() => void)[] = [];

/** Inflates gzip, a few bodies at once; others wait for their turn, so that small bodies which become large ones take no more memory. */
export const gunzip: Inflate = async (bytes, most) => {
  if (free > 0) free -= 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await inflate(bytes, most);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  }
};
