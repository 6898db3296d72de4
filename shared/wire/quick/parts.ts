import type { Schema } from '../../schema/features.ts';
import type { BodyForm } from '../media.ts';
import { npyHeader, npyRows } from '../npy.ts';
import { quickCsv, quickCsvLines } from './csv.ts';
import { type Part, type Place, quickJsonPart, quickLines, type Rows } from './json.ts';

/*
 * A large body in parts that are read at the same time, cut between two rows. A cut is a guess, made without reading what is before it: a text
 * may hold what looks like a row's end. It needs no more, since every part has to be read to its very end: where a guess was wrong, the
 * part before it is not, and the whole body goes the way of all others.
 */

/** A part of a body. `first`: a CSV's first line, where this is not the part with it; an array's header, of each part. */
export type BodyPart = Place & { body: Uint8Array; form: BodyForm; first?: Uint8Array };

const [COMMA, LINE, SPACE] = [0x2c, 0x0a, 0x20];
const [OPEN_ARRAY, OPEN_OBJECT] = [0x5b, 0x7b];
/** How far behind its place a cut is looked for: more than any row of the many in a body of some hundred KB takes. */
const MOST_ROW = 16_384;

/** How a row begins: of JSON by the bracket of the first element, of lines by the end of the line before. */
type Border = { from: number; next(at: number): number };

/** The bytes of a body's first row: a guess as a cut is. Undefined where it has no second one, or has another form than parts are made of. */
export function firstRowBytes(body: Uint8Array, form: BodyForm): number | undefined {
  if (form === 'npy') {
    const { shape, data } = npyHeader(body);
    return shape.length === 2 && shape[0]! > 1 ? data.length / shape[0]! : undefined;
  }
  const border = borderOf(body, form);
  const end = border ? border.next(border.from + 1) : -1;
  return border && end !== -1 ? end - border.from : undefined;
}

/** Up to `most` parts of a body, of about the same size; undefined where fewer than two are found. */
export function cutBody(body: Uint8Array, form: BodyForm, most: number): BodyPart[] | undefined {
  if (form === 'npy') return cutArray(body, most);
  const border = borderOf(body, form);
  if (!border) return undefined;
  const cuts = [0];
  for (let part = 1; part < most; part += 1) {
    const at = border.next(Math.max(Math.floor((body.length / most) * part), border.from + 1));
    if (at !== -1 && at > cuts[cuts.length - 1]!) cuts.push(at);
  }
  if (cuts.length === 1) return undefined;
  const first = form === 'csv' ? body.subarray(0, body.indexOf(LINE) + 1) : undefined;
  return cuts.map((start, at) => {
    const place = { isFirst: at === 0, isLast: at === cuts.length - 1 };
    return { ...place, body: body.subarray(start, cuts[at + 1] ?? body.length), form, ...(first && at > 0 ? { first } : {}) };
  });
}

/** The same of an array: as many rows for each part. */
function cutArray(body: Uint8Array, most: number): BodyPart[] | undefined {
  const { shape, data, kind } = npyHeader(body);
  const [count = 0, width = 0] = shape;
  const rowBytes = width * kind.bytes;
  const parts = Math.min(most, count);
  if (shape.length !== 2 || parts < 2 || count * rowBytes !== data.length) return undefined;
  const first = body.subarray(0, body.length - data.length);
  return evenParts(count, parts).map(([from, to]) => ({
    ...{ isFirst: from === 0, isLast: to === count, form: 'npy', first },
    body: data.subarray(from * rowBytes, to * rowBytes),
  }));
}

/** From which row to which each of so many parts goes, of at least as many rows. Multiplied first: (7801 / 7) * 7 is less than 7801. */
export function evenParts(count: number, parts: number): [from: number, to: number][] {
  const start = (part: number) => Math.floor((count * part) / parts);
  return Array.from({ length: parts }, (_, part) => [start(part), start(part + 1)]);
}

/** The rows of a part of an array, whose header says how many there are in all. */
function arrayRows(schema: Schema, first: Uint8Array, data: Uint8Array): Rows | undefined {
  const header = npyHeader(first);
  const [, width = 0] = header.shape;
  return npyRows(schema, { ...header, shape: [data.length / (width * header.kind.bytes), width], data });
}

/** The rows of a part in one pass over its bytes; undefined where it has anything else, good or bad, than readBody's quick way knows. */
export function readPart(schema: Schema, { body, form, first, ...place }: BodyPart): Part | undefined {
  if (form === 'json') return quickJsonPart(schema, body, place);
  const rows = linesOrArray(schema, body, form, first);
  return rows && { ...rows, isRecords: false, isWrapped: false };
}

function linesOrArray(schema: Schema, body: Uint8Array, form: BodyForm, first: Uint8Array | undefined): Rows | undefined {
  if (form === 'jsonlines') return quickLines(schema, body);
  if (form === 'npy') return first && arrayRows(schema, first, body);
  return first ? quickCsvLines(schema, first, body) : quickCsv(schema, body);
}

/** Whether parts that were read are those of one body: all elements of one kind, and the wrapper closed that was opened. */
export function belongTogether(parts: readonly Pick<Part, 'isRecords' | 'isWrapped'>[]): boolean {
  const [first, last] = [parts[0], parts[parts.length - 1]];
  return parts.every(({ isRecords }) => isRecords === first?.isRecords) && first?.isWrapped === last?.isWrapped;
}

function borderOf(body: Uint8Array, form: BodyForm): Border | undefined {
  if (form === 'npy') return undefined;
  // A CSV's first line may be names.
  if (form !== 'json') return { from: form === 'csv' ? Math.max(0, lineAfter(body, 0)) : 0, next: (at) => lineAfter(body, at) };
  const from = body.subarray(0, MOST_ROW).indexOf(OPEN_ARRAY) + 1;
  const start = skipSpace(body, from);
  const open = body[start];
  if (from === 0 || (open !== OPEN_OBJECT && open !== OPEN_ARRAY)) return undefined;
  return { from: start, next: (at) => elementFrom(body, open, at) };
}

/** Where a line begins behind a place; -1 where none does soon. */
function lineAfter(body: Uint8Array, at: number): number {
  const end = body.subarray(at, at + MOST_ROW).indexOf(LINE);
  return end === -1 || at + end + 1 >= body.length ? -1 : at + end + 1;
}

/** Where an element begins behind a comma. */
function elementFrom(body: Uint8Array, open: number, from: number): number {
  const near = body.subarray(0, from + MOST_ROW);
  for (let at = near.indexOf(open, from); at !== -1; at = near.indexOf(open, at + 1)) {
    let before = at - 1;
    while (before > 0 && body[before]! <= SPACE) before -= 1;
    if (body[before] === COMMA) return before + 1;
  }
  return -1;
}

function skipSpace(body: Uint8Array, start: number): number {
  let at = start;
  while (at < body.length && body[at]! <= SPACE) at += 1;
  return at;
}
