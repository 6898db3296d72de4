import { ModelError } from './errors.ts';
import { isInner, isSet, type PackedForest, rankBits } from './packed-forest.ts';

/** How many bits of a byte are 1. */
const BITS = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

/**
 * Holds packed nodes against their invariants, each array in one pass. That no child is out of range and no walk without an
 * end follows from the bits alone: in every tree there must be nodes left to be children of, and none left over. Throws a
 * ModelError that names `thing` and what of it.
 */
export function checkPacked(packed: PackedForest, roots: Uint32Array, partitioned: Uint8Array, thing: string): void {
  const { inner, splits } = packed;
  const nodes = roots[roots.length - 1] as number;
  if (roots[0] !== 0 || inner.length !== Math.ceil(nodes / 8)) {
    throw new ModelError(thing, `${inner.length} bytes of bits for ${nodes} nodes`, `${Math.ceil(nodes / 8)}`);
  }
  if (nodes % 8 !== 0 && (inner[inner.length - 1] as number) >> (nodes % 8) !== 0) {
    throw new ModelError(thing, `bits behind its ${nodes} nodes`, 'zeros');
  }
  let found = 0;
  for (let tree = 0; tree + 1 < roots.length; tree += 1) found += checkShape(packed, roots, tree, thing);
  if (splits.length !== found) throw new ModelError(thing, `${splits.length} splits`, `${found}, one an inner node`);
  checkCuts(packed, partitioned, thing);
  checkSplits(packed, partitioned.length, thing);
}

/** Holds the bits of one tree; gives the number of its inner nodes. */
function checkShape({ inner }: PackedForest, roots: Uint32Array, tree: number, thing: string): number {
  const root = roots[tree] as number;
  const end = roots[tree + 1] as number;
  if (end <= root) throw new ModelError(`${thing}, tree ${tree + 1}`, 'no nodes', 'at least one');
  let next = root + 1;
  for (let node = root; node < end; node += 1) {
    // With more than eight nodes to come the next eight have parents, whatever they are: most bytes are taken whole.
    while (node % 8 === 0 && next - node > 8 && node + 8 < end) {
      next += 2 * (BITS[inner[node / 8] as number] as number);
      node += 8;
    }
    if (next <= node)
      throw new ModelError(`${thing}, tree ${tree + 1}, node ${node - root}`, 'a node without a parent', 'the end of the tree');
    if (isInner(inner, node)) next += 2;
  }
  if (next !== end) throw new ModelError(`${thing}, tree ${tree + 1}`, `${end - root} nodes`, `${next - root}, two for each inner one`);
  return (end - root - 1) / 2;
}

/** Holds the thresholds: ascending, so that a search among them is right; sets of levels within their bits. */
function checkCuts({ cuts, cutStarts }: PackedForest, partitioned: Uint8Array, thing: string): void {
  const features = partitioned.length;
  if (cutStarts.length !== features + 1 || cutStarts[0] !== 0 || cutStarts[features] !== cuts.length) {
    throw new ModelError(thing, `starts of thresholds that do not cover ${cuts.length}`, `${features + 1}, one a feature and the end`);
  }
  for (let column = 0; column < features; column += 1) {
    const [start, end] = [cutStarts[column] as number, cutStarts[column + 1] as number];
    if (end < start || end > cuts.length)
      throw new ModelError(`${thing}, feature ${column}`, 'thresholds that end before they start', 'a range');
    const fall = firstFall(cuts, start, end);
    if (fall !== -1)
      throw new ModelError(`${thing}, feature ${column}, threshold ${fall}`, String(cuts[start + fall]), 'ascending numbers');
    if (partitioned[column] === 0 || start === end) continue;
    const stray = [cuts[start] as number, cuts[end - 1] as number].find((set) => !isSet(set));
    if (stray !== undefined) throw new ModelError(`${thing}, feature ${column}`, `the set of levels ${stray}`, 'at most 53 bits');
  }
}

/** The first place from `start` whose value is not above the one before it, or is NaN; -1 where there is none. */
function firstFall(cuts: Float64Array, start: number, end: number): number {
  if (start < end && Number.isNaN(cuts[start])) return 0;
  let last = cuts[start] as number;
  for (let at = start + 1; at < end; at += 1) {
    const value = cuts[at] as number;
    // Not to be turned round: nothing compares with NaN.
    if (!(last < value)) return at - start;
    last = value;
  }
  return -1;
}

/** Holds every split's feature and the place of its threshold. */
function checkSplits({ splits, cutStarts }: PackedForest, features: number, thing: string): void {
  const bits = rankBits(features);
  const lowest = 2 ** bits - 1;
  // Up to two to the bits, so that no feature a split can name is beyond the table; those that are not there have no place.
  const most = new Int32Array(2 ** (32 - bits)).fill(-1);
  for (let column = 0; column < features; column += 1) {
    most[column] = (cutStarts[column + 1] as number) - (cutStarts[column] as number);
  }
  // As signed numbers, which the engine keeps in a register as they are.
  const signed = new Int32Array(splits.buffer, splits.byteOffset, splits.length);
  for (let at = 0; at < signed.length; at += 1) {
    const split = signed[at] as number;
    if ((split & lowest) <= (most[split >>> bits] as number)) continue;
    throw new ModelError(`${thing}, split ${at}`, `feature ${split >>> bits}, threshold ${split & lowest}`, 'one that is there');
  }
}
