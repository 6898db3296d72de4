/*
 * The nodes of a forest as an artifact keeps them. ranger, randomForest and our training number a tree's nodes level by
 * level, siblings side by side. Then the children of a tree's inner node number i (from 0) are its nodes 2i + 1 and 2i + 2,
 * and one bit a node, whether it is an inner one, gives the whole shape of a tree (level-order succinct trees: Jacobson,
 * FOCS 1989). No child is written down, so none can be out of range or lead back. A threshold is written once a feature, and
 * a node names it by its place.
 */

/** The nodes of a forest in level order. */
export type PackedForest = {
  /** One bit a node, the lowest of a byte first: 1 for an inner node, 0 for a leaf. The last byte is filled with zeros. */
  inner: Uint8Array;
  /** For each inner node its feature, shifted left by rankBits(features), and the place from 1 of its threshold in the feature's cuts; 0 for NaN. */
  splits: Uint32Array;
  /** The distinct thresholds of every feature, ascending, feature after feature; of a partitioned one its sets of levels. */
  cuts: Float64Array;
  /** Where each feature's cuts start in `cuts`, and where the last one's end. */
  cutStarts: Uint32Array;
};

/** The nodes of a forest, node by node (see Forest in forest.ts). */
export type Nodes = { left: Uint32Array; right: Uint32Array; feature: Uint16Array; threshold: Float64Array };

const NODE_BYTES = 2 * Uint32Array.BYTES_PER_ELEMENT + Uint16Array.BYTES_PER_ELEMENT + Float64Array.BYTES_PER_ELEMENT;

/** What packing looks at of a forest. */
type Trees = Nodes & { roots: Uint32Array; leaves: Float64Array; width: number; partitioned: Uint8Array };

/** The low bits of a split that hold the place of its threshold. The others hold its feature, and have one more value: no feature. */
export function rankBits(features: number): number {
  return Math.clz32(features);
}

/** More cuts than this do not lie in a near cache. */
const NEAR_CUTS = 4_096;

/** The number of values below `value` in the ascending cuts from `start` up to `end`; all of them for NaN. */
export function countBelow(cuts: Float64Array, start: number, end: number, value: number): number {
  let length = end - start;
  if (length > NEAR_CUTS) return searchBelow(cuts, start, end, value);
  let low = start;
  // Without a branch, which a processor would guess wrong at every other step. Written so that NaN goes up, as it goes right at a node.
  while (length > 0) {
    const half = (length + 1) >> 1;
    low += half & -!(value <= cuts[low + half - 1]!);
    length -= half;
  }
  return low - start;
}

/** The same by branches: where cuts come from afar a processor that guesses asks for the next one before it has the one before. */
export function searchBelow(cuts: Float64Array, start: number, end: number, value: number): number {
  let low = start;
  let length = end - start;
  while (length > 0) {
    const half = length >> 1;
    if (value <= cuts[low + half]!) length = half;
    else {
      low += half + 1;
      length -= half + 1;
    }
  }
  return low - start;
}

/** Whether a node is an inner one. */
export function isInner(inner: Uint8Array, node: number): boolean {
  return ((inner[node >> 3]! >> (node & 7)) & 1) === 1;
}

/**
 * Packs the nodes of a forest; undefined where they are in another order, its leaves are not numbered as its nodes are, or a
 * feature has more thresholds than a split can name.
 */
export function packNodes(trees: Trees): PackedForest | undefined {
  const { roots, left, threshold, feature, partitioned } = trees;
  if (!isLevelOrder(trees)) return undefined;
  const found = collectCuts(trees);
  if (!found) return undefined;
  const { cuts, cutStarts } = found;
  const bits = rankBits(partitioned.length);
  const inner = new Uint8Array(Math.ceil(left.length / 8));
  const splits = new Uint32Array((left.length - (roots.length - 1)) / 2);
  let split = 0;
  const pack = (from: number, to: number) => {
    for (let node = from; node < to; node += 1) {
      if (left[node] === 0) continue;
      inner[node >> 3] = inner[node >> 3]! | (1 << (node & 7));
      const column = feature[node]!;
      const value = threshold[node]!;
      const start = cutStarts[column]!;
      const place = Number.isNaN(value) ? 0 : countBelow(cuts, start, cutStarts[column + 1]!, value) + 1;
      splits[split] = column * 2 ** bits + place;
      split += 1;
    }
  };
  // A call a tree, as in unpackNodes.
  for (let tree = 0; tree + 1 < roots.length; tree += 1) pack(roots[tree]!, roots[tree + 1]!);
  return { inner, splits, cuts, cutStarts };
}

/** Whether all nodes lie level by level, siblings side by side, and the leaves in the order of the nodes. */
function isLevelOrder({ roots, left, right, leaves, width }: Trees): boolean {
  let leaf = 0;
  const isInOrder = (root: number, end: number) => {
    let next = root + 1;
    for (let node = root; node < end; node += 1) {
      if (left[node] === 0) {
        if (right[node] !== leaf) return false;
        leaf += 1;
        continue;
      }
      if (next <= node || left[node] !== next || right[node] !== next + 1) return false;
      next += 2;
    }
    return next === end;
  };
  for (let tree = 0; tree + 1 < roots.length; tree += 1) if (!isInOrder(roots[tree]!, roots[tree + 1]!)) return false;
  return roots[0] === 0 && roots[roots.length - 1] === left.length && leaves.length === leaf * width;
}

/** Every feature's distinct thresholds, ascending; undefined where a feature is not there or has too many, or a set of levels is none. */
function collectCuts({ left, feature, threshold, partitioned }: Trees): Pick<PackedForest, 'cuts' | 'cutStarts'> | undefined {
  const features = partitioned.length;
  const counts = new Uint32Array(features + 1);
  for (let node = 0; node < left.length; node += 1) {
    if (left[node] === 0) continue;
    const column = feature[node]!;
    const value = threshold[node]!;
    if (column >= features || (partitioned[column] === 1 && !isSet(value))) return undefined;
    if (!Number.isNaN(value)) counts[column] = counts[column]! + 1;
  }
  const all = Array.from({ length: features }, (_, column) => new Float64Array(counts[column]!));
  counts.fill(0);
  for (let node = 0; node < left.length; node += 1) {
    if (left[node] === 0 || Number.isNaN(threshold[node])) continue;
    const column = feature[node]!;
    (all[column] as Float64Array)[counts[column]!] = threshold[node]!;
    counts[column] = counts[column]! + 1;
  }
  const distinct = all.map((found) => found.sort().filter((value, at) => at === 0 || value !== found[at - 1]));
  if (distinct.some(({ length }) => length >= 2 ** rankBits(features))) return undefined;
  const cutStarts = Uint32Array.from({ length: features + 1 }, () => 0);
  distinct.forEach(({ length }, column) => {
    cutStarts[column + 1] = cutStarts[column]! + length;
  });
  const cuts = new Float64Array(cutStarts[features]!);
  distinct.forEach((found, column) => {
    cuts.set(found, cutStarts[column]);
  });
  return { cuts, cutStarts };
}

/** Whether a threshold can be a set of levels: a mask of at most 53 bits. */
export function isSet(value: number): boolean {
  return value >= 0 && value < 2 ** 53;
}

/**
 * Whether a level (from 1) is in a set kept as a bit mask in a double; beyond 32 bits, so by arithmetic and not by `&`. A
 * missing value counts as the first level: so it comes out of src/Tree.cpp, where it is cut to an integer and shifted by.
 */
export function hasLevel(mask: number, level: number): boolean {
  if (Number.isNaN(level)) return Math.floor(mask) % 2 === 1;
  return Math.floor(Math.floor(mask) / 2 ** (Math.floor(level) - 1)) % 2 === 1;
}

/** The bytes that a forest's nodes come to take beside its artifact once they are unpacked. */
export function unpackedBytes({ packed, roots }: { packed?: PackedForest; roots: Uint32Array }): number {
  return packed ? roots[roots.length - 1]! * NODE_BYTES : 0;
}

/** The nodes as they were before they were packed; a threshold of -0 may come out as 0. Only what checkPacked lets pass is unpacked. */
export function unpackNodes(packed: PackedForest, roots: Uint32Array): Nodes {
  const count = roots[roots.length - 1]!;
  const nodes = {
    left: new Uint32Array(count),
    right: new Uint32Array(count),
    feature: new Uint16Array(count),
    threshold: new Float64Array(count),
  };
  let split = 0;
  // A call a tree, so that what the engine compiles meanwhile is used from the next tree on: a start waits for this.
  for (let tree = 0; tree + 1 < roots.length; tree += 1) {
    split = unpackTree(packed, nodes, roots[tree]!, roots[tree + 1]!, split);
  }
  return nodes;
}

/** Unpacks the nodes of one tree, whose first split is `split`; gives the next tree's. */
function unpackTree({ inner, splits, cuts, cutStarts }: PackedForest, nodes: Nodes, root: number, end: number, split: number): number {
  const { left, right, feature, threshold } = nodes;
  const bits = rankBits(cutStarts.length - 1);
  const lowest = 2 ** bits - 1;
  let [next, at] = [root + 1, split];
  for (let node = root; node < end; node += 1) {
    // As isInner does, written out: most of it runs before anything is compiled.
    if (((inner[node >> 3]! >> (node & 7)) & 1) === 0) {
      right[node] = node - at;
      continue;
    }
    const packed = splits[at]!;
    const column = packed >>> bits;
    const place = packed & lowest;
    feature[node] = column;
    threshold[node] = place === 0 ? Number.NaN : cuts[cutStarts[column]! + place - 1]!;
    left[node] = next;
    right[node] = next + 1;
    next += 2;
    at += 1;
  }
  return at;
}
