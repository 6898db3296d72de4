import { ModelError } from '../../../shared/errors.ts';

/**
 * `key=value` lines by their keys: the bytes of each value, as views on the file. A line may have hundreds of megabytes, so that it is never
 * one text.
 */
export type Members = ReadonlyMap<string, Buffer>;

const BLANK = 0x20;
/** Bytes of a value that are a text at once, while its words are read. */
const PIECE = 2 ** 16;
/** Most bytes of a value that is read as one text: the widest has the names of all features. */
const MAX_TEXT = 2 ** 25;
/** Most characters of a number: 25 are written. */
const MAX_NUMBER = 400;

const INTEGER = /^-?\d{1,10}$/;
const DOUBLE = /^[-+]?(?:\d+(?:\.\d*)?(?:[eE][-+]?\d{1,4})?|inf|nan)$/;

/** The whole numbers of a member, so many of them, each from `least` to 2^32 - 1. Throws a ModelError. */
export function integersIn(members: Members, key: string, count: number, label: string, least = 0): number[] {
  const numbers: number[] = [];
  eachWord(members, key, count, label, (word) => {
    const number = Number(word);
    if (!INTEGER.test(word) || number < least || number >= 2 ** 32)
      throw new ModelError(`${label}'s ${key}`, JSON.stringify(word.slice(0, 40)), `a whole number from ${least} on`);
    numbers.push(number);
  });
  return numbers;
}

/** The doubles of a member, so many of them, rounded as strtod() does. Throws a ModelError. */
export function doublesIn(members: Members, key: string, count: number, label: string): Float64Array {
  let numbers: Float64Array | undefined;
  eachWord(members, key, count, label, (word, place) => {
    numbers ??= new Float64Array(count);
    numbers[place] = doubleOf(word, `${label}'s ${key}`);
  });
  return numbers ?? new Float64Array(0);
}

function doubleOf(word: string, label: string): number {
  if (word.length > MAX_NUMBER || !DOUBLE.test(word)) throw new ModelError(label, JSON.stringify(word.slice(0, 40)), 'a number');
  if (word.endsWith('nan')) return Number.NaN;
  return word.endsWith('inf') ? (word.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY) : Number(word);
}

/** A whole number that a member is alone; `missing` where there is none. */
export function integerIn(members: Members, key: string, label: string, missing?: number): number {
  if (!members.has(key) && missing !== undefined) return missing;
  return integersIn(members, key, 1, label)[0]!;
}

/** A member as one text; undefined where there is none. Throws a ModelError where it is too long. */
export function textIn(members: Members, key: string, label: string): string | undefined {
  const value = members.get(key);
  return value && textOf(value, `${label}'s ${key}`);
}

/** Bytes as one text. Throws a ModelError where they are too many. */
export function textOf(bytes: Buffer, label: string): string {
  if (bytes.length > MAX_TEXT) throw new ModelError(label, `${bytes.length} bytes`, `at most ${MAX_TEXT}`);
  return bytes.toString('utf8');
}

/** How many words with blanks between them a value has. */
export function countWords(value: Uint8Array): number {
  let count = 0;
  let before = BLANK;
  for (const byte of value) {
    if (byte !== BLANK && before === BLANK) count += 1;
    before = byte;
  }
  return count;
}

/** Visits the words of a member, of which there are so many: they are counted first, so that nothing is made for another number. */
function eachWord(members: Members, key: string, count: number, label: string, visit: (word: string, place: number) => void): void {
  const value = members.get(key);
  if (value === undefined) throw new ModelError(label, `no ${key}`, 'a model as LightGBM saves it');
  const found = countWords(value);
  if (found !== count) throw new ModelError(`${label}'s ${key}`, `${found} values`, String(count));
  let place = 0;
  for (let from = 0; from < value.length; ) {
    const end = endOfPiece(value, from);
    for (const word of value.toString('latin1', from, end).split(' ')) if (word !== '') visit(word, place++);
    from = end + 1;
  }
}

/** Where a piece of a value ends: at a blank, or at the value's end. A word that is longer than a piece is one by itself. */
function endOfPiece(value: Buffer, from: number): number {
  if (value.length - from <= PIECE) return value.length;
  const last = value.lastIndexOf(BLANK, from + PIECE);
  if (last > from) return last;
  const next = value.indexOf(BLANK, from + PIECE);
  return next === -1 ? value.length : next;
}
