const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** All bytes of a stream that is known to be short. */
export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/** Bytes without the mark of UTF-8 (BOM) that may begin a file. */
export function withoutMark(bytes: Uint8Array): Uint8Array {
  return MARK.equals(bytes.subarray(0, MARK.length)) ? bytes.subarray(MARK.length) : bytes;
}

/** A file's stream without the mark that may begin it. */
export async function* markless(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let first: Uint8Array | undefined = new Uint8Array(0);
  for await (const chunk of chunks) {
    if (first === undefined) {
      yield chunk;
      continue;
    }
    first = Buffer.concat([first, chunk]);
    if (first.length < MARK.length) continue;
    yield withoutMark(first);
    first = undefined;
  }
  if (first !== undefined && first.length > 0) yield withoutMark(first);
}
