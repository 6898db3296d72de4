import { type Feature, type Schema, takesMissing } from '../../schema/features.ts';

/**
 * What a schema's names and labels are in the bytes of a body. Keys are UTF-8 bytes written one a character (latin1), which
 * is how a piece of a body becomes a text without being decoded.
 */
export type Plan = {
  names: Uint8Array[];
  columns: Map<string, number>;
  /** For a factor its labels' places, from 1; undefined for a number, null for a logical. */
  labels: (Map<string, number> | null | undefined)[];
  /** Whether each feature's value may be missing. */
  optional: boolean[];
  /** The feature at each place of the last record read: most records have one order. */
  order: Uint32Array;
  /** The number of the record each feature was last seen in, over all bodies, and of the last one. */
  seen: Float64Array;
  records: number;
};

/** A place in a body, and the rows read so far. */
export type Cursor = {
  bytes: Buffer;
  at: number;
  plan: Plan;
  /** True where a new line ends a value, as in JSON Lines and CSV. */
  isLine: boolean;
  rows: Float64Array;
  count: number;
  /** The body a character a byte, once it is asked for. */
  text: string | undefined;
};

const [QUOTE, BACKSLASH, SPACE, TAB, LINE, RETURN] = [0x22, 0x5c, 0x20, 0x09, 0x0a, 0x0d];
const [MINUS, PLUS, POINT, ZERO, E_LOW, E_HIGH] = [0x2d, 0x2b, 0x2e, 0x30, 0x65, 0x45];
/** Below it every whole number is a double; most digits that one can have; and the powers of ten, which are exact up to 10^22. */
const EXACT = 2 ** 53;
const EXACT_DIGITS = 16;
const POWERS = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => Number(`1e${power}`));
/** Most bytes of a body whose pieces are cut one by one. */
const SMALL_BODY = 1_024;
const PLANS = new WeakMap<Schema, { plan: Plan | undefined }>();

/** The plan of a schema, made once; undefined where a name is not known by its bytes, or a value is of a rarer kind. */
export function planOf(schema: Schema): Plan | undefined {
  let kept = PLANS.get(schema);
  if (!kept) {
    kept = { plan: makePlan(schema) };
    PLANS.set(schema, kept);
  }
  return kept.plan;
}

function makePlan(schema: Schema): Plan | undefined {
  const names = schema.features.map(({ name }) => name);
  if (!names.every((name) => isPlain(name) && name !== '__proto__')) return undefined;
  if (schema.features.some(isGeneral)) return undefined;
  const labels = schema.features.map((feature) => {
    if (feature.type !== 'factor') return feature.type === 'logical' ? null : undefined;
    const places = feature.levels.map((level, at): [string, number] => [latin1(level as string), at + 1]);
    return new Map(places.filter((_, at) => isPlain(feature.levels[at] as string)));
  });
  return {
    names: names.map((name) => Buffer.from(name)),
    columns: new Map(names.map((name, column) => [latin1(name), column])),
    labels,
    optional: schema.features.map((feature) => takesMissing(schema, feature)),
    order: Uint32Array.from(names.keys()),
    seen: new Float64Array(names.length),
    records: 0,
  };
}

/** Whether the general way alone knows a feature: dates, 64-bit integers and a null that is a level. */
function isGeneral(feature: Feature): boolean {
  const { type } = feature;
  return type === 'date' || type === 'datetime' || type === 'integer64' || (type === 'factor' && feature.levels.includes(null));
}

/** Whether a text stands in JSON as it is, without an escape, and has bytes that no other text has. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < SPACE || code === QUOTE || code === BACKSLASH) return false;
  }
  return text.isWellFormed();
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** A cursor at the first byte of a body, with room for some rows. */
export function openCursor(plan: Plan, body: Uint8Array, isLine: boolean, room: number): Cursor {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return { bytes, at: 0, plan, isLine, rows: new Float64Array(plan.names.length * room), count: 0, text: undefined };
}

/** A piece of the body as latin1. A small body is cut as bytes; of a large one a text is made once, whose pieces cost less. */
export function piece(cursor: Cursor, start: number, end: number): string {
  if (cursor.bytes.length <= SMALL_BODY) return cursor.bytes.toString('latin1', start, end);
  cursor.text ??= cursor.bytes.toString('latin1');
  return cursor.text.slice(start, end);
}

/** Where the next row's doubles lie; there is room for them then. */
export function nextRow(cursor: Cursor): number {
  const width = cursor.plan.names.length;
  const start = cursor.count * width;
  if (start + width > cursor.rows.length) {
    const grown = new Float64Array(width * roomFor(cursor));
    grown.set(cursor.rows);
    cursor.rows = grown;
  }
  return start;
}

/** How much more than the rows so far make likely there is room for, so that a body has new memory twice, and not at each doubling. */
const SPARE = 1.02;
const LEAST_MORE = 16;

/** For how many rows there is room next: those of the body, if all are as long as those that were read. No row has fewer bytes than features. */
function roomFor({ bytes, at, count, plan }: Cursor): number {
  const most = count + Math.ceil((bytes.length - at) / plan.names.length) + 1;
  const likely = at > 0 ? Math.ceil((SPARE * count * bytes.length) / at) : 0;
  return Math.min(most, Math.max(likely, Math.ceil(SPARE * count))) + LEAST_MORE;
}

/** The part of its room that a body's rows have to fill, so as not to be copied. */
const MOSTLY = 0.9;

/** The rows read, without the room behind them. */
export function readSoFar({ rows, count, plan }: Cursor): Float64Array {
  const length = count * plan.names.length;
  // What is a little too long is not copied for that.
  return length === rows.length ? rows : length >= MOSTLY * rows.length ? rows.subarray(0, length) : rows.slice(0, length);
}

/** The next byte that is no white space, where the cursor then stands; 0 at the end. */
export function peek(cursor: Cursor): number {
  const { bytes, isLine } = cursor;
  const end = bytes.length;
  let { at } = cursor;
  while (at < end) {
    const code = bytes[at]!;
    if (code > SPACE || (code !== SPACE && code !== TAB && code !== RETURN && (code !== LINE || isLine))) {
      cursor.at = at;
      return code;
    }
    at += 1;
  }
  cursor.at = at;
  return 0;
}

/** Whether the next byte that is no white space is this one, which is then behind the cursor. */
export function take(cursor: Cursor, code: number): boolean {
  if (peek(cursor) !== code) return false;
  cursor.at += 1;
  return true;
}

/** The bytes of a text in quotes, up to the closing one, as latin1; undefined where it has an escape or a control character. */
export function readQuoted(cursor: Cursor): string | undefined {
  const { bytes } = cursor;
  const start = cursor.at + 1;
  for (let at = start; at < bytes.length; at += 1) {
    const code = bytes[at]!;
    if (code === BACKSLASH || code < SPACE) return undefined;
    if (code !== QUOTE) continue;
    cursor.at = at + 1;
    return piece(cursor, start, at);
  }
  return undefined;
}

/**
 * Reads a decimal number to a place of the rows. What it is as a double is exact: digits below 2^53 and a
 * small power of ten are two exact doubles, of which one division gives the double nearest to their quotient; the rest is
 * left to Number(). False where there is none, or none that is finite. `isLoose`: as CSV spells it (+1, .5, 5., 007), else as JSON does.
 */
export function readNumber(cursor: Cursor, place: number, isLoose: boolean): boolean {
  const { bytes } = cursor;
  const start = cursor.at;
  const isNegative = bytes[start] === MINUS;
  if (isNegative || (isLoose && bytes[start] === PLUS)) cursor.at += 1;
  const first = cursor.at;
  let whole = readDigits(cursor, 0);
  let digits = cursor.at - first;
  if (!isLoose && (digits === 0 || (digits > 1 && bytes[first] === ZERO))) return false;
  let fraction = 0;
  if (cursor.at < bytes.length && bytes[cursor.at] === POINT) {
    cursor.at += 1;
    const from = cursor.at;
    whole = readDigits(cursor, whole);
    fraction = cursor.at - from;
    if (fraction === 0 && !isLoose) return false;
    digits += fraction;
  }
  if (digits === 0) return false;
  const hasExponent = cursor.at < bytes.length && (bytes[cursor.at] === E_LOW || bytes[cursor.at] === E_HIGH);
  if (hasExponent && !passExponent(cursor)) return false;
  if (digits <= EXACT_DIGITS && whole < EXACT && !hasExponent) {
    const size = fraction === 0 ? whole : whole / POWERS[fraction]!;
    cursor.rows[place] = isNegative ? -size : size;
    return true;
  }
  const number = Number(piece(cursor, start, cursor.at));
  cursor.rows[place] = number;
  return Number.isFinite(number);
}

/** The digits from the cursor on, behind those that were read before, as a whole number. */
function readDigits(cursor: Cursor, before: number): number {
  const { bytes } = cursor;
  const end = bytes.length;
  let whole = before;
  let { at } = cursor;
  while (at < end) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) break;
    whole = whole * 10 + digit;
    at += 1;
  }
  cursor.at = at;
  return whole;
}

function passExponent(cursor: Cursor): boolean {
  const { bytes } = cursor;
  cursor.at += 1;
  if (cursor.at < bytes.length && (bytes[cursor.at] === PLUS || bytes[cursor.at] === MINUS)) cursor.at += 1;
  const from = cursor.at;
  readDigits(cursor, 0);
  return cursor.at > from;
}

/** Whether the cursor stands before a word, which is then behind it. */
export function takeWord(cursor: Cursor, word: string): boolean {
  const { bytes, at } = cursor;
  if (at + word.length > bytes.length) return false;
  for (let place = 0; place < word.length; place += 1) if (bytes[at + place] !== word.charCodeAt(place)) return false;
  cursor.at = at + word.length;
  return true;
}
