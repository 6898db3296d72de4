import { ModelError } from '../../errors.ts';
import { isSet, type PackedForest, rankBits } from './packed.ts';

/** Those that the unpacked nodes can name. */
const MAX_FEATURES = 2 ** 16;

/** How many bits of a byte are 1. */
const BITS = new Uint8Array(256);
for (let byte = 1; byte < 256; byte += 1) BITS[byte] = BITS[byte >> 1]! + (byte & 1);

/** Elements that are looked at by one call. */
const SLICE = 4_096;

/**
 * The first place that `find` finds, slice by slice; -1 where there is none. Arrays of millions are looked through so: a loop
 * that is called once and runs long is never compiled as well as one that is called often.
 */
export function firstInSlices(length: number, find: (from: number, to: number) => number): number {
  for (let from = 0; from < length; from += SLICE) {
    const found = find(from, Math.min(from + SLICE, length));
    if (found !== -1) return found;
  }
  return -1;
}

/**
 * Checks packed nodes against their invariants, each array in one pass. That no child is out of range and no walk without an
 * end follows from the bits alone: in every tree there must be nodes left to be children of, and none left over. Throws a
 * ModelError that names `label` and what of it.
 */
export function checkPacked(packed: PackedForest, roots: Uint32Array, partitioned: Uint8Array, label: string): void {
  const { inner, splits } = packed;
  const nodes = roots[roots.length - 1]!;
  if (roots[0] !== 0) throw new ModelError(label, `a first tree that starts at node ${roots[0]}`, '0');
  if (inner.length !== Math.ceil(nodes / 8)) {
    throw new ModelError(label, `${inner.length} bytes of bits for ${nodes} nodes`, `${Math.ceil(nodes / 8)}`);
  }
  if (nodes % 8 !== 0 && inner[inner.length - 1]! >> (nodes % 8) !== 0) {
    throw new ModelError(label, `bits behind its ${nodes} nodes`, 'zeros');
  }
  let found = 0;
  for (let tree = 0; tree + 1 < roots.length; tree += 1) found += checkShape(packed, roots, tree, label);
  if (splits.length !== found) throw new ModelError(label, `${splits.length} splits`, `${found}, one an inner node`);
  checkCuts(packed, partitioned, label);
  checkSplits(packed, partitioned.length, label);
}

/** Holds the bits of one tree; gives the number of its inner nodes. */
function checkShape({ inner }: PackedForest, roots: Uint32Array, tree: number, label: string): number {
  const root = roots[tree]!;
  const end = roots[tree + 1]!;
  if (end <= root) throw new ModelError(`${label}, tree ${tree + 1}`, 'no nodes', 'at least one');
  let next = root + 1;
  for (let node = root; node < end; node += 1) {
    // With more than eight nodes to come the next eight have parents, whatever they are: most bytes are taken whole.
    while (node % 8 === 0 && next - node > 8 && node + 8 < end) {
      next += 2 * BITS[inner[node / 8]!]!;
      node += 8;
    }
    if (next <= node)
      throw new ModelError(`${label}, tree ${tree + 1}, node ${node - root}`, 'a node without a parent', 'the end of the tree');
    // As isInner does, written out: most of it runs before anything is compiled.
    if (((inner[node >> 3]! >> (node & 7)) & 1) === 1) next += 2;
  }
  if (next !== end) throw new ModelError(`${label}, tree ${tree + 1}`, `${end - root} nodes`, `${next - root}, two for each inner one`);
  return (end - root - 1) / 2;
}

/** Holds the thresholds: ascending, so that a search among them is right; sets of levels within their bits. */
function checkCuts({ cuts, cutStarts }: PackedForest, partitioned: Uint8Array, label: string): void {
  const features = partitioned.length;
  if (features > MAX_FEATURES) throw new ModelError(label, `${features} features`, `at most ${MAX_FEATURES}`);
  const most = 2 ** rankBits(features) - 1;
  if (cutStarts.length !== features + 1 || cutStarts[0] !== 0 || cutStarts[features] !== cuts.length) {
    throw new ModelError(label, `starts of thresholds that do not cover ${cuts.length}`, `${features + 1}, one a feature and the end`);
  }
  for (let column = 0; column < features; column += 1) {
    const [start, end] = [cutStarts[column]!, cutStarts[column + 1]!];
    if (end < start || end > cuts.length)
      throw new ModelError(`${label}, feature ${column}`, 'thresholds that end before they start', 'a range');
    // A rank beyond what a split can name would be another feature's in a kernel's keys.
    if (end - start > most) throw new ModelError(`${label}, feature ${column}`, `${end - start} thresholds`, `at most ${most}`);
    const ofColumn = cuts.subarray(start, end);
    const fall = Number.isNaN(ofColumn[0]) ? 0 : firstInSlices(ofColumn.length, (from, to) => firstFall(ofColumn, Math.max(from, 1), to));
    if (fall !== -1) throw new ModelError(`${label}, feature ${column}, threshold ${fall}`, String(ofColumn[fall]), 'ascending numbers');
    if (partitioned[column] === 0 || start === end) continue;
    const stray = [cuts[start]!, cuts[end - 1]!].find((set) => !isSet(set));
    if (stray !== undefined) throw new ModelError(`${label}, feature ${column}`, `the set of levels ${stray}`, 'at most 53 bits');
  }
}

/** The first place in a slice whose value is not above the one before it, or is NaN; -1 where there is none. */
function firstFall(cuts: Float64Array, from: number, to: number): number {
  for (let at = from; at < to; at += 1) {
    // Not to be turned round: nothing compares with NaN.
    if (!(cuts[at - 1]! < cuts[at]!)) return at;
  }
  return -1;
}

/** Holds every split's feature and the place of its threshold. */
function checkSplits({ splits, cutStarts }: PackedForest, features: number, label: string): void {
  const bits = rankBits(features);
  const lowest = 2 ** bits - 1;
  // Up to two to the bits, so that no feature a split can name is beyond the table; those that are not there have no place.
  const most = new Int32Array(2 ** (32 - bits)).fill(-1);
  for (let column = 0; column < features; column += 1) {
    most[column] = cutStarts[column + 1]! - cutStarts[column]!;
  }
  // As signed numbers, which the engine keeps in a register as they are.
  const signed = new Int32Array(splits.buffer, splits.byteOffset, splits.length);
  const at = firstInSlices(signed.length, (from, to) => firstStray(signed, most, bits, from, to));
  if (at === -1) return;
  const split = splits[at]!;
  throw new ModelError(`${label}, split ${at}`, `feature ${split >>> bits}, threshold ${split & lowest}`, 'one that is there');
}

/** The first split in a slice whose feature or threshold is not there; -1 where there is none. */
function firstStray(splits: Int32Array, most: Int32Array, bits: number, from: number, to: number): number {
  const lowest = 2 ** bits - 1;
  for (let at = from; at < to; at += 1) {
    const split = splits[at]!;
    if ((split & lowest) > most[split >>> bits]!) return at;
  }
  return -1;
}
