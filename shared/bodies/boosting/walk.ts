import type { Schema } from '../../schema/features.ts';
import { type Boosting, FLAGS } from './boosting.ts';

/** Finds the leaf of a row: the node where its walk from a tree's root ends. */
export type FindLeaf = (inputs: Float64Array, row: number, root: number) => number;

/** What counts as 0 where zeros are missing values (LightGBM's kZeroThreshold, a float). */
export const ZERO = Math.fround(1e-35);

/** The ways that were found, since all flags are looked at for one. */
const WAYS = new WeakMap<Boosting, FindLeaf>();

/** How a model's trees are walked; a plain way where no node has more than a threshold and a side for missing values. */
export function walkOf(boosting: Boosting, schema: Schema): FindLeaf {
  const way = WAYS.get(boosting) ?? makeWay(boosting, schema);
  WAYS.set(boosting, way);
  return way;
}

function makeWay(boosting: Boosting, { features }: Schema): FindLeaf {
  const { flags, missing, compare } = boosting;
  const isPlain = !missing && compare === 'less' && flags.every((flag) => (flag & ~FLAGS.missingLeft) === 0);
  return isPlain ? walkPlain(boosting) : walkAny(boosting, firstPlaces(features));
}

function walkPlain({ left, right, feature, threshold, flags }: Boosting): FindLeaf {
  return (inputs, row, root) => {
    let node = root;
    while (left[node] !== 0) {
      const value = inputs[row + feature[node]!]!;
      const isLeft = value < threshold[node]! || (flags[node] === 1 && Number.isNaN(value));
      node = isLeft ? left[node]! : right[node]!;
    }
    return node;
  };
}

function walkAny(boosting: Boosting, first: Uint8Array): FindLeaf {
  const { left } = boosting;
  const next = nextOf(boosting, first);
  return (inputs, row, root) => {
    let node = root;
    while (left[node] !== 0) node = next(inputs, row, node);
    return node;
  };
}

/** Finds the child of a split to which a row goes. */
export type NextNode = (inputs: Float64Array, row: number, node: number) => number;

/** How a model's rows go on from a split, whatever its nodes say. */
export function stepOf(boosting: Boosting, { features }: Schema): NextNode {
  return nextOf(boosting, firstPlaces(features));
}

/** A factor's value is its level's place from 1; the first category is 0. */
function firstPlaces(features: Schema['features']): Uint8Array {
  return Uint8Array.from(features, ({ type }) => (type === 'factor' ? 1 : 0));
}

function nextOf(boosting: Boosting, first: Uint8Array): NextNode {
  const { left, right, feature, threshold, flags, missing, compare } = boosting;
  const isAtMost = compare === 'atMost';
  return (inputs, row, node) => {
    const flag = flags[node]!;
    const input = feature[node]!;
    let value = inputs[row + input]!;
    if (Number.isNaN(value) && (flag & FLAGS.missingIsZero) !== 0) value = 0;
    let isMissing = Number.isNaN(value) || ((flag & FLAGS.zeroIsMissing) !== 0 && Math.abs(value) <= ZERO);
    let isLeft = false;
    if (!isMissing && (flag & FLAGS.categories) !== 0) {
      const category = (flag & FLAGS.wholePart) !== 0 ? Math.trunc(value - first[input]!) : value - first[input]!;
      const set = threshold[node]!;
      const isIn = hasCategory(boosting.categories!, set, category);
      isLeft = isIn === ((flag & FLAGS.setLeft) !== 0);
      if ((flag & FLAGS.threeWay) !== 0 && !isIn)
        isMissing = !hasCategory(boosting.categories!, set + 1 + boosting.categories![set]!, category);
    } else if (!isMissing) isLeft = isAtMost ? value <= threshold[node]! : value < threshold[node]!;
    if (isMissing) {
      const third = missing?.[node] ?? 0;
      if (third !== 0) return third;
      isLeft = (flag & FLAGS.missingLeft) !== 0;
    }
    return isLeft ? left[node]! : right[node]!;
  };
}

/** Whether a set has a category. A number that is no category (below 0, or beyond the set) is in none. */
function hasCategory(categories: Uint32Array, start: number, value: number): boolean {
  if (!(value >= 0 && value < 32 * categories[start]!)) return false;
  const category = Math.trunc(value);
  return ((categories[start + 1 + (category >>> 5)]! >>> (category & 31)) & 1) === 1;
}
