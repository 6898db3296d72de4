import { RequestError } from '../errors.ts';

/** Some whole records of a payload. `line` is the number of the first of its lines, from 1. */
export type Piece = { bytes: Uint8Array; records: number; line: number; isLast: boolean };

/** How large a piece becomes: it is cut behind the record that reaches either. */
export type PieceSize = { bytes: number; records: number };

/** Cuts a payload into pieces as it comes in. `end` gives the last piece, which may have no record. */
export type Cutter = { add(chunk: Uint8Array): Piece[]; end(): Piece };

/** Most bytes of one record. More is refused before it is held. */
export const MOST_RECORD = 1_048_576;

const [LINE, QUOTE, COMMA] = [0x0a, 0x22, 0x2c];
/** Where in a record of CSV a byte stands (RFC 4180): at a field's start, in a plain one, in quotes, or behind a quote within quotes. */
const [START, PLAIN, QUOTED, CLOSED] = [0, 1, 2, 3];
const NOTHING = new Uint8Array(0);

/**
 * Cuts at line ends. With `quotes` (CSV) a line end within quotes is none; where a quote is not closed within MOST_RECORD, the record
 * ends at the last line end before that. Throws a 413 for a longer line. Linear in the bytes, and holds one piece and one record.
 */
export function createCutter(quotes: boolean, size: PieceSize): Cutter {
  let held: Uint8Array[] = [];
  let [heldBytes, recordBytes, records, state] = [0, 0, 0, START];
  let [line, lines] = [1, 0];

  const take = (rest: Uint8Array, isLast: boolean): Piece => {
    const bytes = held.length === 0 ? rest : Buffer.concat([...held, rest]);
    const piece = { bytes, records, line, isLast };
    line += lines;
    held = [];
    [heldBytes, recordBytes, records, lines, state] = [0, 0, 0, 0, START];
    return piece;
  };
  /** Whether the record that ends with some bytes, of which it may have more than these, has nothing in it. */
  const endsBlank = (bytes: Uint8Array, length: number): boolean => {
    const parts = [bytes.subarray(-length)];
    // No more than the record is joined: what is held may have any number of others, and each of them may have begun in an earlier chunk.
    for (let [at, missing] = [held.length - 1, length - bytes.length]; missing > 0; at -= 1) {
      parts.push(held[at]!.subarray(-missing));
      missing -= held[at]!.length;
    }
    return isBlank(parts.length === 1 ? parts[0]! : Buffer.concat(parts.reverse()));
  };
  /** What of the record that is too long ends in a line end, as a piece; the rest is looked at again. */
  const cutLong = (chunk: Uint8Array): { piece: Piece; rest: Uint8Array } => {
    const all = Buffer.concat([...held, chunk]);
    const end = all.lastIndexOf(LINE) + 1;
    if (state !== QUOTED || end <= all.length - recordBytes) {
      throw new RequestError(413, `line ${line + lines} has more than ${MOST_RECORD} bytes; expected fewer in one line`);
    }
    held = [];
    records += 1;
    return { piece: take(all.subarray(0, end), false), rest: all.subarray(end) };
  };
  const add = (chunk: Uint8Array): Piece[] => {
    const pieces: Piece[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const code = chunk[at]!;
      recordBytes += 1;
      if (quotes) state = nextState(state, code);
      if (code === LINE) {
        lines += 1;
        if (state !== QUOTED) {
          records += 1;
          const bytes = heldBytes + at + 1 - start;
          const isFull = bytes >= size.bytes || records >= size.records;
          // A piece does not end with a blank line, so that those at the payload's end are in its last piece.
          const isEnd = isFull && (bytes >= MOST_RECORD || !endsBlank(chunk.subarray(start, at + 1), recordBytes));
          recordBytes = 0;
          if (isEnd) {
            pieces.push(take(chunk.subarray(start, at + 1), false));
            start = at + 1;
          }
          continue;
        }
      }
      if (recordBytes > MOST_RECORD) {
        const { piece, rest } = cutLong(chunk.subarray(start, at + 1));
        return [...pieces, piece, ...add(Buffer.concat([rest, chunk.subarray(at + 1)]))];
      }
    }
    if (start < chunk.length) {
      held.push(chunk.subarray(start));
      heldBytes += chunk.length - start;
    }
    return pieces;
  };
  return {
    add,
    end: () => {
      if (recordBytes > 0) records += 1;
      return take(NOTHING, true);
    },
  };
}

function nextState(state: number, code: number): number {
  if (state === QUOTED) return code === QUOTE ? CLOSED : QUOTED;
  if (code === LINE || code === COMMA) return START;
  if (code === QUOTE) return state === START || state === CLOSED ? QUOTED : PLAIN;
  // What stands behind a closed quote is refused by whoever reads the record.
  return PLAIN;
}

/** Where each record ends, for the bytes of a piece. */
export function recordEnds(bytes: Uint8Array, quotes: boolean): number[] {
  const ends: number[] = [];
  let state = START;
  for (let at = 0; at < bytes.length; at += 1) {
    if (quotes) state = nextState(state, bytes[at]!);
    if (bytes[at] === LINE && state !== QUOTED) ends.push(at + 1);
  }
  if ((ends.at(-1) ?? 0) < bytes.length) ends.push(bytes.length);
  return ends;
}

/** Whether there is nothing but white space between two places, as String.trim() knows it. */
export function isBlank(bytes: Uint8Array, start = 0, end = bytes.length): boolean {
  for (let at = start; at < end; at += 1) {
    const code = bytes[at]!;
    // A tab, the ends of lines and pages; or what is not ASCII, which is seldom.
    if (code > 0x7f)
      return (
        Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at)
          .toString()
          .trim() === ''
      );
    if (code !== 0x20 && (code < 0x09 || code > 0x0d)) return false;
  }
  return true;
}
