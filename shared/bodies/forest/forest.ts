import { ModelError } from '../../errors.ts';
import { isSet, type PackedForest, unpackNodes } from './packed.ts';
import { checkPacked, firstInSlices } from './packed-check.ts';

/**
 * All trees of a forest as parallel arrays, one place a node, tree after tree. Tree t owns the nodes from `roots[t]` up to
 * `roots[t + 1]`; its root comes first, and children always come after their parent, so that a walk ends.
 *
 * A node is a leaf where `left` is 0 (node 0 is a root, and so nobody's child); then `right` is its row in `leaves`.
 * Else a row goes left where its feature's value is at most the threshold, as in ranger's Tree::predict (src/Tree.cpp).
 * Where the feature is in `partitioned`, the threshold is a set of levels as a bit mask (up to 53 bits, held in a double):
 * level k goes left where bit k - 1 is 0.
 */
export type Forest = {
  roots: Uint32Array;
  left: Uint32Array;
  right: Uint32Array;
  feature: Uint16Array;
  threshold: Float64Array;
  /** `width` doubles a leaf: a mean (regression), a class's place (classification), a share for each class (probability), the cumulative hazard at each time (survival). */
  leaves: Float64Array;
  width: number;
  /** One flag a feature: 1 where its splits are sets of levels (an unordered factor). */
  partitioned: Uint8Array;
  /** R's code of each class, in class order (classification). */
  codes?: Float64Array;
  /** What the share of votes of each class is divided by before the greatest wins (randomForest's cutoff). */
  cutoff?: Float64Array;
  /** The intercept and slope that the mean is put through (randomForest's corr.bias). */
  correction?: Float64Array;
  /** The child that a missing value goes to, for each node (na.learn); the left one where it is 0. */
  missing?: Uint32Array;
  /** One observed response for each leaf (quantreg); NaN where a leaf has none. */
  observed?: Float64Array;
  /**
   * How often each tree drew each training row, the counts of a row side by side (keep.inbag). Rows that every tree drew are
   * left out, as R's predict() leaves them out.
   */
  inbag?: Uint16Array;
  /** The nodes as the artifact has them, where it has them level by level: the arrays above are unpacked when they are first asked for. */
  packed?: PackedForest;
};

/** What a forest with packed nodes has beside them. */
export type Unnoded = Omit<Forest, 'left' | 'right' | 'feature' | 'threshold' | 'packed'>;

/**
 * A forest whose nodes are packed. A large one is opened without unpacking them: its kernel needs the packed ones, and most
 * models are never asked for what only the others have.
 */
export function openPacked(rest: Unnoded, packed: PackedForest): Forest {
  let unpacked: ReturnType<typeof unpackNodes> | undefined;
  const nodes = () => {
    unpacked ??= unpackNodes(packed, rest.roots);
    return unpacked;
  };
  return {
    ...rest,
    packed,
    get left() {
      return nodes().left;
    },
    get right() {
      return nodes().right;
    },
    get feature() {
      return nodes().feature;
    },
    get threshold() {
      return nodes().threshold;
    },
  };
}

/** The number of trees. */
export function treeCount(forest: Forest): number {
  return forest.roots.length - 1;
}

/**
 * Checks the forest against its invariants, so that the predictor needs no check: every child lies in its tree
 * and after its parent, every feature and leaf exists, every set of levels fits its 53 bits, and no sum of
 * leaves overflows. Throws a ModelError that names `label`, tree and node.
 */
export function checkForest(forest: Forest, label: string): void {
  const { roots, leaves, width, packed } = forest;
  const leafRows = leaves.length / width;
  if (!Number.isInteger(leafRows)) throw new ModelError(label, `${leaves.length} doubles in leaves`, `a multiple of ${width}`);
  if (roots.length < 2) throw new ModelError(label, 'no trees', 'at least one');
  // A kernel and the plain predictor may read any other number differently.
  const flag = forest.partitioned.find((value) => value > 1);
  if (flag !== undefined) throw new ModelError(`${label}'s flags of sets of levels`, String(flag), '0 or 1');
  if (packed) {
    checkPacked(packed, roots, forest.partitioned, label);
    const expected = roots[roots.length - 1]! - packed.splits.length;
    if (leafRows !== expected) throw new ModelError(label, `${leafRows} leaves`, String(expected));
  } else checkNodes(forest, leafRows, label);
  checkLeafValues(forest, label);
  checkExtras(forest, leafRows, label);
}

/** So few doubles are looked through quicker by what is compiled already. */
const FEW_LEAVES = 2 ** 18;

/**
 * Every leaf is finite, and so is the sum of one of each tree. A mean may be NaN: ranger leaves leaves empty where it split
 * between -Inf and Inf, and finite values never reach one.
 */
function checkLeafValues({ roots, leaves, width }: Forest, label: string): void {
  const most = Number.MAX_VALUE / (roots.length - 1);
  if (leaves.length <= FEW_LEAVES && !hasGreat(leaves)) return;
  const mayBeEmpty = width === 1;
  const at = firstInSlices(leaves.length, (from, to) => firstGreat(leaves, most, mayBeEmpty, from, to));
  if (at === -1) return;
  const place = `${label}, leaf ${Math.floor(at / width)}`;
  throw new ModelError(place, String(leaves[at]), 'a finite number whose sum over all trees is finite');
}

/**
 * Whether a number is none or beyond what fits into 32 bits (3.4e38), which hardly a leaf is and no forest has trees enough to
 * sum up too far. Done by what is compiled already: a function's start is over before a loop of ours would be.
 */
function hasGreat(leaves: Float64Array): boolean {
  const halves = new Float32Array(leaves);
  return [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].some((great) => halves.includes(great));
}

/** The first place in a slice whose number is too great, or NaN where none may be; -1 where there is no such. */
function firstGreat(leaves: Float64Array, most: number, mayBeEmpty: boolean, from: number, to: number): number {
  for (let at = from; at < to; at += 1) {
    const leaf = leaves[at]!;
    if (!(Math.abs(leaf) <= most || (mayBeEmpty && Number.isNaN(leaf)))) return at;
  }
  return -1;
}

/** Holds the nodes of a forest that is not packed, one by one. */
function checkNodes({ roots, left, right, feature, threshold, partitioned }: Forest, leafRows: number, label: string): void {
  if (roots[0] !== 0 || roots[roots.length - 1] !== left.length) {
    throw new ModelError(label, 'trees that do not cover its nodes', 'trees side by side');
  }
  for (let tree = 0; tree + 1 < roots.length; tree += 1) {
    const start = roots[tree]!;
    const end = roots[tree + 1]!;
    if (end <= start) throw new ModelError(`${label}, tree ${tree + 1}`, 'no nodes', 'at least one');
    for (let node = start; node < end; node += 1) {
      const l = left[node]!;
      const r = right[node]!;
      const fail = (found: string, expected: string) => new ModelError(`${label}, tree ${tree + 1}, node ${node - start}`, found, expected);
      if (l === 0) {
        if (r >= leafRows) throw fail(`leaf ${r}`, `less than ${leafRows}`);
        continue;
      }
      if (l <= node || l >= end || r <= node || r >= end) {
        throw fail(`children ${l - start} and ${r - start}`, `ids from ${node - start + 1} to ${end - start - 1}`);
      }
      const column = feature[node]!;
      if (column >= partitioned.length) throw fail(`feature ${column}`, `less than ${partitioned.length}`);
      const split = threshold[node]!;
      if (partitioned[column] === 1 && !isSet(split)) throw fail(`the set of levels ${split}`, 'at most 53 bits');
    }
  }
}

/** Checks what only some forests have against its invariants. */
function checkExtras(forest: Forest, leafRows: number, label: string): void {
  const { missing, observed, inbag, roots, cutoff, correction } = forest;
  if (missing) checkMissing(forest, missing, label);
  if (cutoff?.some((share) => !(share > 0 && share <= 1))) {
    throw new ModelError(`${label}'s cutoff`, 'other numbers', 'numbers above 0, up to 1');
  }
  if (correction && !(correction.length === 2 && correction.every(Number.isFinite))) {
    throw new ModelError(`${label}'s correction`, `${correction.length} numbers`, 'an intercept and a slope');
  }
  if (observed && observed.length !== leafRows) throw new ModelError(label, `${observed.length} observed responses`, `${leafRows}`);
  if (observed?.some((value) => Math.abs(value) === Number.POSITIVE_INFINITY)) {
    throw new ModelError(`${label}'s observed responses`, 'an infinite one', 'finite numbers');
  }
  if (inbag && (inbag.length === 0 || inbag.length % (roots.length - 1) !== 0)) {
    throw new ModelError(label, `${inbag.length} counts of training rows`, `a multiple of ${roots.length - 1}, the number of trees`);
  }
}

/** Every default child is a child of its node. */
function checkMissing({ left, right }: Forest, missing: Uint32Array, label: string): void {
  if (missing.length !== left.length) throw new ModelError(label, `${missing.length} default children`, `${left.length}`);
  const stray = missing.findIndex((child, node) => child !== 0 && (left[node] === 0 || (child !== left[node] && child !== right[node])));
  if (stray !== -1) throw new ModelError(`${label}, node ${stray}`, 'another default child', 'one of its children');
}

/** The length of the longest way from a root to a leaf, in splits. */
export function depth(forest: Forest): number {
  const { roots, left, right } = forest;
  const depths = new Uint32Array(left.length);
  let deepest = 0;
  for (let node = 0; node < roots[roots.length - 1]!; node += 1) {
    const below = depths[node]! + 1;
    if (left[node] === 0) continue;
    depths[left[node]!] = below;
    depths[right[node]!] = below;
    if (below > deepest) deepest = below;
  }
  return deepest;
}
