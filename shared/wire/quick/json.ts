import type { Schema } from '../../schema/features.ts';
import { QUICK_WRAPPERS } from '../dialects/wrappers.ts';
import { type Cursor, nextRow, openCursor, peek, planOf, readNumber, readQuoted, readSoFar, take, takeWord } from './cells.ts';

/** Rows side by side, and their number. */
export type Rows = { rows: Float64Array; count: number };

const [QUOTE, COMMA, COLON, LINE, MINUS, ZERO, NINE] = [0x22, 0x2c, 0x3a, 0x0a, 0x2d, 0x30, 0x39];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const [T, F, N] = [0x74, 0x66, 0x6e];
/** Rows that there is room for at first. */
const ROOM = 64;

/**
 * Reads a JSON body in one pass over its bytes, without a text or an object, where it is as most are: a record, records or
 * rows, alone or within a wrapper, with the model's features and nothing else. The wrappers are those of the dialects that say `quick`. Undefined for every other body, good or bad:
 * the general way (wire.ts) reads those and says what is wrong. What is read here reads the same there.
 */
export function quickJson(schema: Schema, body: Uint8Array, wrappers = QUICK_WRAPPERS): Rows | undefined {
  const reader = openReader(schema, body, false);
  if (!reader) return undefined;
  let isWrapped = false;
  if (peek(reader) === OPEN_OBJECT) {
    const start = reader.at;
    isWrapped = takeWrapper(reader, wrappers);
    if (!isWrapped) {
      reader.at = start;
      return readRecord(reader) ? ended(reader) : undefined;
    }
  }
  if (!take(reader, OPEN_ARRAY)) return undefined;
  const readElement = peek(reader) === OPEN_OBJECT ? readRecord : readRow;
  do {
    if (!readElement(reader)) return undefined;
  } while (take(reader, COMMA));
  if (!take(reader, CLOSE_ARRAY) || (isWrapped && !take(reader, CLOSE_OBJECT))) return undefined;
  return ended(reader);
}

/** Where a part of a body is: `isFirst` with the body's begin, `isLast` with its end. */
export type Place = { isFirst: boolean; isLast: boolean };
/** What was read of a part: its rows, and what the other parts must have in common with it. `isWrapped` of the first and the last alone. */
export type Part = Rows & { isRecords: boolean; isWrapped: boolean };

/**
 * Reads a part of such a body, whose first element begins where the part does, or behind the body's begin, and whose last element has its comma
 * at the part's end, or the body's end behind it. Parts that are all read, and agree in what they are, are together what quickJson reads.
 */
export function quickJsonPart(schema: Schema, body: Uint8Array, { isFirst, isLast }: Place): Part | undefined {
  const reader = openReader(schema, body, false);
  if (!reader) return undefined;
  let isWrapped = false;
  if (isFirst) {
    isWrapped = peek(reader) === OPEN_OBJECT && takeWrapper(reader, QUICK_WRAPPERS);
    if (!take(reader, OPEN_ARRAY)) return undefined;
  }
  const isRecords = peek(reader) === OPEN_OBJECT;
  const readElement = isRecords ? readRecord : readRow;
  do {
    if (!readElement(reader)) return undefined;
  } while (take(reader, COMMA) && (isLast || reader.at < body.length));
  if (isLast) {
    if (!take(reader, CLOSE_ARRAY)) return undefined;
    isWrapped = take(reader, CLOSE_OBJECT);
  } else if (body[reader.at - 1] !== COMMA) return undefined;
  const rows = ended(reader);
  return rows && { ...rows, isRecords, isWrapped };
}

/** The same of JSON Lines: a record or a row a line. */
export function quickLines(schema: Schema, body: Uint8Array): Rows | undefined {
  const reader = openReader(schema, body, true);
  if (!reader) return undefined;
  do {
    if (!(peek(reader) === OPEN_OBJECT ? readRecord(reader) : readRow(reader))) return undefined;
  } while (take(reader, LINE) && reader.at < reader.bytes.length);
  return ended(reader);
}

function openReader(schema: Schema, body: Uint8Array, isLine: boolean): Cursor | undefined {
  const plan = planOf(schema);
  if (!plan) return undefined;
  return openCursor(plan, body, isLine, body.length > ROOM * plan.names.length ? ROOM : 1);
}

function ended(reader: Cursor): Rows | undefined {
  peek(reader);
  return reader.at === reader.bytes.length ? { rows: readSoFar(reader), count: reader.count } : undefined;
}

/** Whether an object begins with one of the wrappers, up to whose value the cursor then is. A feature of that name wins. */
function takeWrapper(reader: Cursor, wrappers: readonly string[]): boolean {
  reader.at += 1;
  if (peek(reader) !== QUOTE) return false;
  const name = readQuoted(reader);
  if (name === undefined || reader.plan.columns.has(name)) return false;
  return wrappers.includes(name) && take(reader, COLON);
}

/** Reads an object with every feature once and nothing else. */
function readRecord(reader: Cursor): boolean {
  const { order, seen } = reader.plan;
  const start = nextRow(reader);
  reader.plan.records += 1;
  const record = reader.plan.records;
  if (!take(reader, OPEN_OBJECT)) return false;
  for (let place = 0; place < order.length; place += 1) {
    if (place > 0 && !take(reader, COMMA)) return false;
    const column = readKey(reader, order[place]!);
    if (column === -1 || seen[column] === record) return false;
    order[place] = column;
    seen[column] = record;
    if (!take(reader, COLON) || !readCell(reader, column, start + column)) return false;
  }
  reader.count += 1;
  return take(reader, CLOSE_OBJECT);
}

/** The feature a key names, most likely `guess`; -1 where it names none. */
function readKey(reader: Cursor, guess: number): number {
  if (peek(reader) !== QUOTE) return -1;
  const { bytes, plan } = reader;
  const name = plan.names[guess] as Uint8Array;
  const start = reader.at + 1;
  let length = 0;
  while (length < name.length && bytes[start + length] === name[length]) length += 1;
  if (length === name.length && bytes[start + length] === QUOTE) {
    reader.at = start + length + 1;
    return guess;
  }
  const key = readQuoted(reader);
  return (key === undefined ? undefined : plan.columns.get(key)) ?? -1;
}

/** Reads an array with a value for each feature, in their order. */
function readRow(reader: Cursor): boolean {
  const width = reader.plan.names.length;
  const start = nextRow(reader);
  if (!take(reader, OPEN_ARRAY)) return false;
  for (let column = 0; column < width; column += 1) {
    if (column > 0 && !take(reader, COMMA)) return false;
    if (!readCell(reader, column, start + column)) return false;
  }
  reader.count += 1;
  return take(reader, CLOSE_ARRAY);
}

/** Reads a value to its place; false where it does not fit its feature. */
function readCell(reader: Cursor, column: number, place: number): boolean {
  const code = peek(reader);
  const labels = reader.plan.labels[column];
  if (code === MINUS || (code >= ZERO && code <= NINE)) {
    if (labels || !readNumber(reader, place, false)) return false;
    return labels === undefined || reader.rows[place] === 0 || reader.rows[place] === 1;
  }
  if (code === QUOTE && labels) {
    const label = readQuoted(reader);
    const at = label === undefined ? undefined : labels.get(label);
    reader.rows[place] = at ?? 0;
    return at !== undefined;
  }
  if (code === N && reader.plan.optional[column]) {
    reader.rows[place] = Number.NaN;
    return takeWord(reader, 'null');
  }
  if (labels || (code !== T && code !== F)) return false;
  reader.rows[place] = code === T ? 1 : 0;
  return takeWord(reader, code === T ? 'true' : 'false');
}
