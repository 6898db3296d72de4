import { recordEnds } from '../../shared/batch/cutter.ts';
import { RequestError } from '../../shared/errors.ts';

const [LINE, QUOTE] = [0x0a, 0x22];

/** Most bytes of one record, as in a transform job. */
export const MOST_RECORD = 1_048_576;

/**
 * Which bytes of a file are to be read for a range: from the byte before it, which says whether a record starts with the range, to as far
 * as a record may go on behind it.
 */
export function bytesToRead({ start, end, size }: { start: number; end: number; size: number }): [number, number] {
  return [Math.max(0, start - 1), Math.min(size, end + MOST_RECORD)];
}

/**
 * The whole lines of a range, of a stream that begins where bytesToRead says. A line belongs to the range in which its first byte lies: so
 * each line of a file is in one range, wherever the ranges are cut. Throws a RequestError (413) where a line goes on for more than
 * MOST_RECORD behind the range.
 */
export async function* linesOfRange(
  chunks: AsyncIterable<Uint8Array>,
  { start, end, size }: { start: number; end: number; size: number },
): AsyncGenerator<Uint8Array> {
  let [at, isIn] = [Math.max(0, start - 1), start === 0];
  for await (const chunk of chunks) {
    let from = 0;
    if (!isIn) {
      const first = chunk.indexOf(LINE);
      if (first === -1) {
        at += chunk.length;
        if (at >= end) return;
        continue;
      }
      from = first + 1;
      isIn = true;
      // The first line end lies behind the range: no line starts in it.
      if (at + from >= end) return;
    }
    // The line that starts last in the range ends with the first line end from the range's last byte on.
    const last = chunk.indexOf(LINE, Math.max(from, end - 1 - at));
    if (last !== -1) {
      yield chunk.subarray(from, last + 1);
      return;
    }
    if (from < chunk.length) yield chunk.subarray(from);
    at += chunk.length;
  }
  if (isIn && at < size) throw new RequestError(413, `a line of it has more than ${MOST_RECORD} bytes; expected fewer in one line`);
}

/**
 * Whether each line of some whole lines of CSV closes its quotes. A file of several ranges is cut at line ends, which must be records' ends: a
 * line that opens a quote and does not close it is in just one range, so a line break in quotes is always seen.
 */
export function closesQuotes(bytes: Uint8Array): boolean {
  if (!bytes.includes(QUOTE)) return true;
  const ended = bytes.at(-1) === LINE ? bytes : Buffer.concat([bytes, Buffer.from('\n')]);
  // One more line is one more record, unless it stands in quotes.
  const more = Buffer.concat([ended, Buffer.from('\n')]);
  return recordEnds(more, true).length === recordEnds(more, false).length;
}
