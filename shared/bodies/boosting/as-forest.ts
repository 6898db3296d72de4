import { type Forest, openPacked } from '../forest/forest.ts';
import { packNodes } from '../forest/packed.ts';
import { type Boosting, boostedTrees, FLAGS } from './boosting.ts';

/*
 * Boosted trees as a forest, so that the forest's kernels compute their margins: `x < t` becomes `x <= t'`, with the greatest
 * number below t as t'; a tree of a single leaf comes first, which holds the base; a leaf of one group holds -0 for the others,
 * which adds nothing to any number. Rows with a missing value are not for it: its nodes know no other way for them.
 */

/** Most margins of a row: a leaf of the forest has a number for each. */
const MAX_GROUPS = 8;
/** Most features: the places that the forest's nodes have room for. */
const MAX_FEATURES = 65_535;
/** What a node's flags may say: they only tell what becomes of a missing value. */
const PLAIN = FLAGS.missingLeft | FLAGS.missingIsZero;

/** The first so many trees as a forest; undefined where a split or a leaf is of a kind that no forest has. */
export function asForest(boosting: Boosting, features: number, trees = boostedTrees(boosting)): Forest | undefined {
  const { roots, left, flags, base, linearStarts } = boosting;
  const end = roots[trees]!;
  if (features > MAX_FEATURES || base.length > MAX_GROUPS || linearStarts || base.some((value) => Object.is(value, -0))) return undefined;
  for (let node = 0; node < end; node += 1) if (left[node] !== 0 && (flags[node]! & ~PLAIN) !== 0) return undefined;
  const nodes = levelOrder(boosting, trees);
  if (!nodes) return undefined;
  const rest = { roots: nodes.roots, leaves: nodes.leaves, width: base.length, partitioned: new Uint8Array(features) };
  const packed = packNodes({ ...nodes, ...rest });
  return packed && openPacked(rest, packed);
}

/** The nodes that a row without a missing value can meet, level by level, siblings side by side, behind the tree of the base; undefined where a node is the child of several. */
function levelOrder(boosting: Boosting, trees: number) {
  const { roots, left, right, feature, threshold, base, missing } = boosting;
  const count = 1 + (missing ? reachable(boosting, trees) : roots[trees]!);
  const nodes = {
    roots: new Uint32Array(trees + 2),
    left: new Uint32Array(count),
    right: new Uint32Array(count),
    feature: new Uint16Array(count),
    threshold: new Float64Array(count),
    leaves: new Float64Array(((count + trees + 1) / 2) * base.length),
  };
  const order = new Uint32Array(count);
  const atMost = atMostOf(boosting);
  const leafOf = leafWriter(boosting, nodes.leaves);
  nodes.leaves.set(base);
  nodes.roots[1] = 1;
  let [next, leaf] = [1, 1];
  for (let tree = 0; tree < trees; tree += 1) {
    const start = next;
    order[next++] = roots[tree]!;
    for (let at = start; at < next; at += 1) {
      const node = order[at]!;
      if (left[node] === 0) {
        leafOf(tree, right[node]!, leaf);
        nodes.right[at] = leaf++;
        continue;
      }
      nodes.feature[at] = feature[node]!;
      nodes.threshold[at] = atMost(threshold[node]!);
      // A file may name a node as the child of several: written out for each, there is no end of them.
      if (next + 2 > count) return undefined;
      nodes.left[at] = next;
      nodes.right[at] = next + 1;
      order[next++] = left[node]!;
      order[next++] = right[node]!;
    }
    nodes.roots[tree + 2] = next;
  }
  return nodes;
}

/** How many nodes there are without those that missing values alone come to. */
function reachable({ roots, left, right }: Boosting, trees: number): number {
  const isMet = new Uint8Array(roots[trees]!);
  for (let tree = 0; tree < trees; tree += 1) isMet[roots[tree]!] = 1;
  let count = 0;
  for (let node = 0; node < isMet.length; node += 1) {
    if (isMet[node] === 0) continue;
    count += 1;
    if (left[node] === 0) continue;
    isMet[left[node]!] = 1;
    isMet[right[node]!] = 1;
  }
  return count;
}

/** Writes what a tree's leaf adds to each margin. */
function leafWriter({ leaves, width, group, weights, precision, base }: Boosting, to: Float64Array) {
  const groups = base.length;
  const round = precision === 'float' ? Math.fround : (value: number) => value;
  const value = (tree: number, leaf: number) => (weights ? round(leaves[leaf]! * weights[tree]!) : leaves[leaf]!);
  return (tree: number, leaf: number, place: number) => {
    const at = place * groups;
    if (width > 1) for (let k = 0; k < groups; k += 1) to[at + k] = value(tree, leaf * width + k);
    else {
      to.fill(-0, at, at + groups);
      to[at + (group?.[tree] ?? 0)] = value(tree, leaf);
    }
  };
}

/** The threshold that a value is at most where it goes left: itself, or the greatest number below it among those that inputs can be. */
function atMostOf({ compare, precision }: Boosting): (threshold: number) => number {
  if (compare === 'atMost') return (threshold) => threshold;
  if (precision === 'double') return (threshold) => below(threshold, 'double');
  return (threshold) => {
    const nearest = Math.fround(threshold);
    return nearest < threshold ? nearest : below(nearest, 'float');
  };
}

/** The greatest number below another one; NaN, which no value is at most, where there is none. The bits of numbers of one sign count up as they do. */
function below(value: number, precision: Boosting['precision']): number {
  if (Number.isNaN(value) || value === Number.NEGATIVE_INFINITY) return Number.NaN;
  const view = new DataView(new ArrayBuffer(8));
  if (precision === 'float') {
    if (value === 0) return -(2 ** -149);
    view.setFloat32(0, value);
    view.setInt32(0, view.getInt32(0) + (value > 0 ? -1 : 1));
    return view.getFloat32(0);
  }
  if (value === 0) return -Number.MIN_VALUE;
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? -1n : 1n));
  return view.getFloat64(0);
}
