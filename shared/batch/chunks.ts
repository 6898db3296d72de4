import { markLength } from '../wire/form.ts';

/** Bytes of the mark of UTF-8. */
export const MOST_MARK = 3;

/** All bytes of a stream that is known to be short. */
export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/** The first bytes of a stream: at least so many, where there are. They are taken off it: `joined` puts them back. */
export async function firstOf(chunks: AsyncGenerator<Uint8Array>, least: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let length = 0; length < least; ) {
    const { value, done } = await chunks.next();
    if (done) break;
    parts.push(value);
    length += value.length;
  }
  return Buffer.concat(parts);
}

/** Bytes, then a stream. */
export async function* joined(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  yield* rest;
}

/** Bytes without the mark of UTF-8 (BOM) that may begin a text. */
export function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(markLength(bytes));
}

/** A stream without the mark that may begin it. */
export async function* markless(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const generator = joined(new Uint8Array(0), chunks);
  yield* joined(withoutMark(await firstOf(generator, MOST_MARK)), generator);
}
