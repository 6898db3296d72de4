import { BitReader } from './bits.ts';

/*
 * bzip2 (there is no RFC; the format is that of bzip2 1.0.8's decompress.c): blocks of up to 900,000 bytes, each Huffman-coded,
 * moved to front, sorted (Burrows-Wheeler) and run-length-coded. It is ours because the packages that there are run on for
 * ever on a run of 2^31 bytes, or give no bytes before the end. Whatever a file says, a step here takes bits of the file or
 * makes a byte of the answer.
 */

/** The first 48 bits of a block, and of a stream's end: the digits of pi and of its square root. */
const [BLOCK, END] = [0x314159265359, 0x177245385090];
const MAX_CODE = 20;
/** Symbols that are coded by one table, before the next selector names another. */
const GROUP = 50;
/** Bytes that are given at once. */
const PIECE = 1 << 20;

/** The table of the checksum: CRC-32 with the most significant bit first. */
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) sum = sum < 0 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  return sum;
});

/**
 * The bytes inside a bzip2 file in pieces, so that the caller can stop at a limit; streams that follow one another are one, as
 * they are to R. Throws an Error that says what is wrong with the bytes, CUT where they end too early.
 */
export function* inflateBzip2(bytes: Uint8Array): Generator<Uint8Array> {
  const bits = new BitReader(bytes);
  // Streams share the room of their blocks: thousands of empty ones fit into a small file.
  let room = new Uint32Array(0);
  do {
    if (bits.take(24) !== 0x425a68) throw new Error('other bytes than BZh');
    const level = bits.take(8) - 0x30;
    if (level < 1 || level > 9) throw new Error('a size of its blocks that is none of 1 to 9');
    if (room.length < level * 100_000) room = new Uint32Array(level * 100_000);
    const links = room.subarray(0, level * 100_000);
    let sum = 0;
    for (let mark = bits.take48(); mark !== END; mark = bits.take48()) {
      if (mark !== BLOCK) throw new Error('a block that does not start as one');
      const expected = bits.take32();
      const block = readBlock(bits, links);
      for (let piece = block.next(); piece.length > 0; piece = block.next()) yield piece;
      if (block.sum !== expected) throw new Error('a block with another checksum');
      sum = (((sum << 1) | (sum >>> 31)) ^ block.sum) >>> 0;
    }
    if (bits.take32() !== sum) throw new Error('another checksum');
    bits.align();
  } while (bits.startsWith('BZh'));
}

/** A block's bytes as its links: each has its byte in the low 8 bits and the place of the next above them. */
function readBlock(bits: BitReader, links: Uint32Array): Block {
  if (bits.take(1) === 1) throw new Error('a block of an old form');
  const origin = bits.take(24);
  const used = readUsed(bits);
  const tables = bits.take(3);
  if (tables < 2 || tables > 6) throw new Error(`${tables} code tables`);
  const selectors = readSelectors(bits, tables);
  const codes = Array.from({ length: tables }, () => readCodes(bits, used.length + 2));
  const count = readSymbols(bits, links, used, selectors, codes);
  if (origin >= count) throw new Error('a block that starts beyond its end');
  sortLinks(links, count);
  return new Block(links, count, origin);
}

/** The bytes that a block uses: 16 bits say which ranges of 16, and 16 for each of these which in it. */
function readUsed(bits: BitReader): number[] {
  const ranges = bits.take(16);
  const used: number[] = [];
  for (let range = 0; range < 16; range += 1) {
    if (!(ranges & (0x8000 >> range))) continue;
    const taken = bits.take(16);
    for (let at = 0; at < 16; at += 1) if (taken & (0x8000 >> at)) used.push(16 * range + at);
  }
  if (used.length === 0) throw new Error('a block without bytes');
  return used;
}

/** Which table codes each group of symbols; the numbers are moved to front, each as so many ones. */
function readSelectors(bits: BitReader, tables: number): Uint8Array {
  const selectors = new Uint8Array(bits.take(15));
  const order = Array.from({ length: tables }, (_, at) => at);
  for (let at = 0; at < selectors.length; at += 1) {
    let place = 0;
    while (bits.take(1) === 1) {
      place += 1;
      if (place >= tables) throw new Error('a selector of no table');
    }
    const [table] = order.splice(place, 1) as [number];
    order.unshift(table);
    selectors[at] = table;
  }
  return selectors;
}

/** A canonical Huffman code: for each length the greatest code, its bits shifted up to 20, and the symbols in the order of their codes. */
type Codes = { least: number; limits: Int32Array; bases: Int32Array; symbols: Uint16Array };

function readCodes(bits: BitReader, symbols: number): Codes {
  const lengths = new Uint8Array(symbols);
  let length = bits.take(5);
  for (let symbol = 0; symbol < symbols; symbol += 1) {
    for (;;) {
      if (length < 1 || length > MAX_CODE) throw new Error(`a code of ${length} bits`);
      if (bits.take(1) === 0) break;
      length += bits.take(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  const order = Array.from(lengths.keys()).sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  const codes: Codes = {
    least: lengths[order[0] as number]!,
    limits: new Int32Array(MAX_CODE + 1),
    bases: new Int32Array(MAX_CODE + 1),
    symbols: Uint16Array.from(order),
  };
  let [code, at] = [0, 0];
  for (let bits = codes.least; bits <= MAX_CODE; bits += 1) {
    codes.bases[bits] = at - code;
    while (at < symbols && lengths[order[at]!] === bits) [code, at] = [code + 1, at + 1];
    codes.limits[bits] = code * 2 ** (MAX_CODE - bits) - 1;
    code *= 2;
  }
  return codes;
}

/** Reads the symbols of a block: runs of the byte in front, or a byte that moves to front. Writes its bytes; gives their number. */
function readSymbols(bits: BitReader, links: Uint32Array, used: number[], selectors: Uint8Array, codes: Codes[]): number {
  const front = Uint8Array.from(used);
  const end = used.length + 1;
  let [count, run, weight] = [0, 0, 1];
  for (let group = 0; ; group += 1) {
    const table = codes[selectors[group] ?? -1];
    if (!table) throw new Error('more symbols than its selectors are for');
    const { least, limits, bases, symbols } = table;
    for (let left = GROUP; left > 0; left -= 1) {
      const ahead = bits.peek20();
      let length = least;
      while (length <= MAX_CODE && ahead > limits[length]!) length += 1;
      if (length > MAX_CODE) throw new Error('a code of no symbol');
      bits.skip(length);
      const symbol = symbols[(ahead >> (MAX_CODE - length)) + bases[length]!];
      if (symbol === undefined) throw new Error('a code of no symbol');
      if (symbol < 2) {
        // Digits of 1 and 2, the lowest first. A run longer than the block ends here, however many digits follow.
        run += weight << symbol;
        weight *= 2;
        if (run > links.length - count) throw new Error('a block that is longer than it says');
        continue;
      }
      if (run > 0) {
        links.fill(front[0]!, count, count + run);
        count += run;
        [run, weight] = [0, 1];
      }
      if (symbol === end) return count;
      if (count === links.length) throw new Error('a block that is longer than it says');
      const byte = front[symbol - 1]!;
      front.copyWithin(1, 0, symbol - 1);
      front[0] = byte;
      links[count] = byte;
      count += 1;
    }
  }
}

/** Undoes the sorting: the k-th of all bytes in their order is followed by the one at place k. */
function sortLinks(links: Uint32Array, count: number): void {
  const places = new Uint32Array(257);
  for (let at = 0; at < count; at += 1) places[links[at]! + 1]! += 1;
  for (let byte = 1; byte < 257; byte += 1) places[byte]! += places[byte - 1]!;
  for (let at = 0; at < count; at += 1) {
    const byte = links[at]! & 0xff;
    const place = places[byte]!;
    places[byte] = place + 1;
    links[place]! |= at << 8;
  }
}

/** The bytes of a block, given in pieces: four equal ones are followed by the number of more of them. */
class Block {
  readonly #links: Uint32Array;
  #place: number;
  #left: number;
  #byte = -1;
  #equal = 0;
  #repeats = 0;
  #sum = -1;

  constructor(links: Uint32Array, count: number, origin: number) {
    this.#links = links;
    this.#left = count;
    this.#place = links[origin]! >>> 8;
  }

  /** The checksum of the bytes given so far. */
  get sum(): number {
    return ~this.#sum >>> 0;
  }

  /** The next bytes, none at the end. */
  next(): Uint8Array {
    const piece = new Uint8Array(Math.min(PIECE, this.#repeats + 256 * this.#left));
    const links = this.#links;
    let [place, left, byte, equal, repeats, sum, at] = [this.#place, this.#left, this.#byte, this.#equal, this.#repeats, this.#sum, 0];
    while (at < piece.length) {
      if (repeats > 0) repeats -= 1;
      else {
        if (left === 0) break;
        const link = links[place]!;
        place = link >>> 8;
        left -= 1;
        const next = link & 0xff;
        if (equal === 4) {
          [repeats, equal] = [next, 0];
          continue;
        }
        equal = next === byte ? equal + 1 : 1;
        byte = next;
      }
      piece[at] = byte;
      sum = (sum << 8) ^ CRC[((sum >>> 24) ^ byte) & 0xff]!;
      at += 1;
    }
    [this.#place, this.#left, this.#byte, this.#equal, this.#repeats, this.#sum] = [place, left, byte, equal, repeats, sum];
    return piece.subarray(0, at);
  }
}
