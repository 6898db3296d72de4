/*
 * A look at thrift's compact protocol before hyparquet makes objects of it. A footer of a megabyte can otherwise be a number of a million
 * bytes, which takes a time quadratic in them; some hundred bytes lists in lists for which it takes gigabytes before it reads what is in them.
 *
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */

/** Its types, as far as Parquet has them. */
const TYPE = { stop: 0, true: 1, false: 2, byte: 3, i16: 4, i32: 5, i64: 6, double: 7, binary: 8, list: 9, struct: 12 } as const;
/** Most bytes of a number of 64 bits, seven in each. */
const MOST_NUMBER_BYTES = 10;
/** Parquet's footer has seven structs in each other. */
const MOST_DEPTH = 32;
/** Parquet's largest struct has 17 fields. */
const MOST_FIELDS = 256;
/** More elements than these, of as many bytes, are in no list: of a footer of 64 MB each row group would have 16. */
const MOST_ELEMENTS = 2 ** 22;
/** What becomes an object of its own has at least so many bytes (writers' footers have 3 to 7 for each), but for some in a small part. */
const BYTES_EACH = 2;
const SPARE = 1_024;

/** What is read, and how many objects it would become so far. */
type Scan = Numbers & { objects: number };

/**
 * Looks through the struct that begins at a place, in a time linear in its bytes. Gives how many objects it becomes. Throws an Error where it
 * is none, or would become more, or larger ones, than any struct of a Parquet file.
 */
export function checkStruct(view: DataView, from: number): number {
  const scan = { view, at: from, objects: 0 };
  passStruct(scan, 0);
  return scan.objects;
}

function passStruct(scan: Scan, depth: number): void {
  if (depth > MOST_DEPTH) throw new Error('structs that lie too deep in each other');
  let fields = 0;
  for (let byte = nextByte(scan); (byte & 0x0f) !== TYPE.stop; byte = nextByte(scan)) {
    fields += 1;
    if (fields > MOST_FIELDS) throw new Error(`a struct of more than ${MOST_FIELDS} fields`);
    if (byte >> 4 === 0) numberOf(scan);
    passValue(scan, byte & 0x0f, depth);
  }
}

function passValue(scan: Scan, type: number, depth: number): void {
  switch (type) {
    case TYPE.true:
    case TYPE.false:
      return;
    case TYPE.byte:
      nextByte(scan);
      return;
    case TYPE.i16:
    case TYPE.i32:
      numberOf(scan);
      return;
    case TYPE.i64:
      count(scan);
      numberOf(scan);
      return;
    case TYPE.double:
      count(scan);
      skip(scan, 8);
      return;
    case TYPE.binary:
      count(scan);
      skip(scan, numberOf(scan));
      return;
    case TYPE.list:
      count(scan);
      passList(scan, depth);
      return;
    case TYPE.struct:
      count(scan);
      passStruct(scan, depth + 1);
      return;
    default:
      throw new Error(`thrift's type ${type}`);
  }
}

function passList(scan: Scan, depth: number): void {
  const head = nextByte(scan);
  const size = head >> 4 === 15 ? numberOf(scan) : head >> 4;
  if (size > Math.min(MOST_ELEMENTS, left(scan))) throw new Error(`a list of ${size} in ${left(scan)} bytes`);
  const type = head & 0x0f;
  // In a list a logical has a byte of its own.
  const each = type === TYPE.true || type === TYPE.false ? TYPE.byte : type;
  if (depth >= MOST_DEPTH) throw new Error('lists that lie too deep in each other');
  for (let element = 0; element < size; element += 1) passValue(scan, each, depth + 1);
}

function count(scan: Scan): void {
  scan.objects += 1;
  if (scan.objects > SPARE + scan.view.byteLength / BYTES_EACH) throw new Error(`more than ${scan.objects - 1} parts`);
}

function left({ view, at }: Numbers): number {
  return view.byteLength - at;
}

function nextByte(numbers: Numbers): number {
  const byte = numbers.view.getUint8(numbers.at);
  numbers.at += 1;
  return byte;
}

function skip(scan: Scan, bytes: number): void {
  if (bytes > left(scan)) throw new Error(`${bytes} bytes where ${left(scan)} are left`);
  scan.at += bytes;
}

/** What numbers are read from, and where. */
export type Numbers = { view: DataView; at: number };

/** A number of at most 64 bits, seven in each byte; one of more than 53 is near it. Throws an Error where it does not end. */
export function numberOf(numbers: Numbers): number {
  let number = 0;
  for (let at = 0; ; at += 1) {
    if (at === MOST_NUMBER_BYTES || left(numbers) <= 0) throw new Error('a number whose bytes do not end');
    const byte = nextByte(numbers);
    number += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return number;
  }
}

export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
