import type { Schema } from '../../schema/features.ts';
import { utf8Text } from '../../schema/utf8.ts';
import { columnPlaces } from '../cells.ts';
import { parseCsv } from '../csv.ts';
import { csvHeader } from '../delimiter.ts';
import { type Cursor, nextRow, openCursor, piece, planOf, readNumber, readSoFar, takeWord } from './cells.ts';
import type { Rows } from './json.ts';

const [COMMA, QUOTE, LINE, RETURN, SPACE, DELETE] = [0x2c, 0x22, 0x0a, 0x0d, 0x20, 0x7f];
/** Rows that there is room for at first. */
const ROOM = 64;
/**
 * Reads a CSV body in one pass over its bytes where no field but those of the header stands in quotes, and every field is a
 * number, a label or a missing value in its plain spelling. Undefined for every other body, as quickJson.
 */
export function quickCsv(schema: Schema, body: Uint8Array): Rows | undefined {
  const plan = planOf(schema);
  // A body of nothing but space is empty, and a byte order mark is no part of a name: the general way knows both.
  if (!plan || body.length === 0 || body[0]! <= SPACE || body[0]! >= DELETE) return undefined;
  const cursor = openCursor(plan, body, true, ROOM);
  const columns = readHeader(schema, cursor);
  return columns && readLines(cursor, columns);
}

/** Reads lines of a CSV behind its first one, as quickCsv does. `first` is that line: it says which column is where. */
export function quickCsvLines(schema: Schema, first: Uint8Array, body: Uint8Array): Rows | undefined {
  const plan = planOf(schema);
  const columns = plan && readHeader(schema, openCursor(plan, first, true, 1));
  return columns && readLines(openCursor(plan, body, true, ROOM), columns);
}

function readLines(cursor: Cursor, columns: Int32Array): Rows | undefined {
  while (cursor.at < cursor.bytes.length) if (!readLine(cursor, columns)) return undefined;
  return cursor.count === 0 ? undefined : { rows: readSoFar(cursor), count: cursor.count };
}

/** The feature at each place of a line, -1 for a column that is ignored; the cursor is then at the first row. */
function readHeader(schema: Schema, cursor: Cursor): Int32Array | undefined {
  const { bytes } = cursor;
  const newLine = bytes.indexOf(LINE);
  const end = newLine === -1 ? bytes.length : newLine + 1;
  try {
    const first = utf8Text(bytes.subarray(0, end));
    // Excel's line that names the delimiter, even where a level is called so: the general way knows it.
    if (/^"?sep=/i.test(first)) return undefined;
    const { header, isHeader } = csvHeader(schema, parseCsv(first)[0] ?? []);
    const columns = new Int32Array(header.length).fill(-1);
    const places = columnPlaces(schema, header, '');
    for (let column = 0; column < places.length; column += 1) {
      const place = places[column];
      if (place === undefined) return undefined;
      columns[place] = column;
    }
    if (isHeader) cursor.at = end;
    return columns;
  } catch {
    // It has something wrong, or a field that goes on in the next line.
    return undefined;
  }
}

/** Reads a line and its end. */
function readLine(cursor: Cursor, columns: Int32Array): boolean {
  const { bytes } = cursor;
  // A blank line is skipped, or, in a CSV of one column, a missing value: the general way knows which.
  if (columns.length === 1 && isEnd(cursor, cursor.at)) return false;
  const start = nextRow(cursor);
  for (let place = 0; place < columns.length; place += 1) {
    if (place > 0) {
      if (bytes[cursor.at] !== COMMA) return false;
      cursor.at += 1;
    }
    const column = columns[place]!;
    if (!(column === -1 ? skipField(cursor) : readField(cursor, column, start + column))) return false;
  }
  cursor.count += 1;
  if (cursor.at < bytes.length && bytes[cursor.at] === RETURN) cursor.at += 1;
  if (cursor.at < bytes.length && bytes[cursor.at] !== LINE) return false;
  cursor.at += 1;
  return true;
}

/** Whether a field ends at a place: before a comma, a line's end or the body's. */
function isEnd({ bytes }: Cursor, at: number): boolean {
  if (at >= bytes.length) return true;
  const code = bytes[at];
  return code === COMMA || code === LINE || (code === RETURN && (at + 1 >= bytes.length || bytes[at + 1] === LINE));
}

/** Passes by a field of a column that is no feature; false where it is not plain ASCII. */
function skipField(cursor: Cursor): boolean {
  const { bytes } = cursor;
  let { at } = cursor;
  for (; !isEnd(cursor, at); at += 1) {
    const code = bytes[at]!;
    if (code < SPACE || code === QUOTE || code >= DELETE) return false;
  }
  cursor.at = at;
  return true;
}

/** Reads a field to its place; false where it does not fit its feature or is spelled in another way. */
function readField(cursor: Cursor, column: number, place: number): boolean {
  const { plan, bytes, rows } = cursor;
  const labels = plan.labels[column];
  const start = cursor.at;
  if (labels) {
    let at = start;
    while (!isEnd(cursor, at)) at += 1;
    const code = labels.get(piece(cursor, start, at));
    if (code !== undefined && bytes[start] !== QUOTE) {
      rows[place] = code;
      cursor.at = at;
      return true;
    }
  } else {
    if (readNumber(cursor, place, true) && isEnd(cursor, cursor.at)) return labels === undefined || rows[place] === 0 || rows[place] === 1;
    cursor.at = start;
    for (const [word, value] of labels === null ? LOGICALS : []) {
      if (takeWord(cursor, word) && isEnd(cursor, cursor.at)) {
        rows[place] = value;
        return true;
      }
      cursor.at = start;
    }
  }
  rows[place] = Number.NaN;
  return plan.optional[column] === true && (isEnd(cursor, start) || (takeWord(cursor, 'NA') && isEnd(cursor, cursor.at)));
}

const LOGICALS: [string, number][] = [
  ['TRUE', 1],
  ['FALSE', 0],
  ['true', 1],
  ['false', 0],
  ['True', 1],
  ['False', 0],
  ['T', 1],
  ['F', 0],
];
