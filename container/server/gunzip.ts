import { gunzip as gunzipWith } from 'node:zlib';
import type { Inflate } from '../../shared/wire/encoding.ts';
import { overloaded } from './refusals.ts';

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

/** How many times as many bytes gzip becomes at most (https://zlib.net/zlib_tech.html: 1032 to 1). */
const MOST_RATIO = 1_032;
/** Most bytes that bodies may become which wait or are inflated: a second or two of all that inflates. */
const MOST_INFLATED = 2 ** 30;

let free = AT_ONCE;
let expected = 0;
const waiting: (() => void)[] = [];

/**
 * Inflates gzip, a few bodies at once; others wait for their turn, so that small bodies which become large ones take no more memory. Throws a 503
 * where those before could become too many bytes: a few megabytes of bombs would have everybody wait for a minute.
 */
export const gunzip: Inflate = async (bytes, most) => {
  const mine = Math.min(MOST_RATIO * bytes.length, most);
  if (expected + mine > MOST_INFLATED) throw overloaded('too many compressed bodies are waiting; ask again soon');
  expected += mine;
  if (free > 0) free -= 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await inflate(bytes, most);
  } finally {
    expected -= mine;
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  }
};
