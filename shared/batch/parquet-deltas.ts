import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { numberOf, viewOf } from './parquet-thrift.ts';

/*
 * A look at pages of differences before hyparquet reads them: a number that goes on for a million bytes takes a time quadratic in them, and is
 * added to each value; some bytes can say that each text repeats gigabytes of the one before.
 *
 * https://github.com/apache/parquet-format/blob/master/Encodings.md
 */

/** Most bits of a difference. */
const MOST_BITS = 64;
/** As many miniblocks, and differences, as no writer has in a block. hyparquet counts them in 32 bits: more would take it back, without end. */
const [MOST_MINIBLOCKS, MOST_DIFFERENCES] = [65_536, 2 ** 20];
/** The values of a miniblock are a multiple of this. */
const TOGETHER = 32;

/**
 * Checks the `values` differences that begin a page. Gives where they end. Throws an Error where they are none, or a number in them has more than
 * 64 bits. Where there are no values hyparquet still reads what stands before them.
 */
export function checkDeltas(bytes: Uint8Array, values: number): number {
  const scan = { view: viewOf(bytes), at: 0 };
  const [block, miniblocks] = [numberOf(scan), numberOf(scan)];
  const each = block / miniblocks;
  const isSound = miniblocks > 0 && miniblocks <= MOST_MINIBLOCKS && block <= MOST_DIFFERENCES && each % TOGETHER === 0 && each > 0;
  if (values > 0 && !isSound) throw new Error(`blocks of ${block} differences in ${miniblocks} parts`);
  // How many there are is said again, and then comes the first value.
  numberOf(scan);
  numberOf(scan);
  for (let seen = 1; seen < values; ) {
    numberOf(scan);
    const widths = scan.at;
    scan.at += miniblocks;
    if (scan.at > bytes.length) throw new Error('differences that are cut off');
    for (let part = 0; part < miniblocks && seen < values; part += 1) {
      const width = bytes[widths + part] as number;
      if (width > MOST_BITS) throw new Error(`differences of ${width} bits`);
      scan.at += (each / 8) * width;
      seen += each;
    }
  }
  return scan.at;
}

/** Checks the lengths of texts of which each says how much of the one before it repeats. Together they may have `most` bytes. */
export function checkPrefixes(bytes: Uint8Array, values: number, most: number): void {
  const behind = checkDeltas(bytes, values);
  if (values > 0 || behind < bytes.length) checkDeltas(bytes.subarray(behind), values);
  if (values === 0) return;
  const reader = { view: viewOf(bytes), offset: 0 };
  const [prefixes, rests] = [new Int32Array(values), new Int32Array(values)];
  deltaBinaryUnpack(reader, values, prefixes);
  deltaBinaryUnpack(reader, values, rests);
  let [length, sum] = [0, 0];
  for (let at = 0; at < values; at += 1) {
    const [prefix, rest] = [prefixes[at] as number, rests[at] as number];
    if (!(prefix >= 0 && prefix <= length && rest >= 0)) throw new Error(`a text that repeats ${prefix} bytes of ${length}`);
    length = prefix + rest;
    sum += length;
    if (sum > most) throw new Error(`texts of more than ${most} bytes`);
  }
}
