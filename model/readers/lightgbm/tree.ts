import { ZERO } from '../../../shared/bodies/boosting/walk.ts';
import { ModelError } from '../../../shared/errors.ts';
import { doublesIn, integerIn, integersIn, type Members } from './members.ts';

/** Bits of decision_type (tree.h): a split by categories, the side of missing values, and from bit 2 on what counts as missing. */
const IS_CATEGORICAL = 1;
const DEFAULT_LEFT = 2;
const MISSING_SHIFT = 2;
/** What counts as missing, by its number in decision_type. */
const MISSING = ['none', 'zero', 'nan'] as const;

/** The greatest number below all that LightGBM takes for 0: the doubles next to it lie 2^-169 away, as ZERO lies from 2^-117 up to 2^-116. */
const BELOW_ZERO = -ZERO - 2 ** -169;

/** A split: where a value goes that is there, and where one goes that counts as missing. */
export type Split = {
  feature: number;
  /** The greatest value on the left; of a split by categories nothing. */
  threshold: number;
  /** The categories on the left as bits, 32 a word; undefined for a split at a threshold. */
  categories: number[] | undefined;
  missing: (typeof MISSING)[number];
  isDefaultLeft: boolean;
  /** A split's place, or, below 0, the complement of a leaf's. */
  left: number;
  right: number;
};

/** A leaf's line: a constant and a coefficient for each of some features. */
export type LeafLine = { constant: number; features: number[]; coefficients: number[] };

/** A tree: its splits, the first of them the root; its leaves; and where leaves are lines, those; how many training rows came to each leaf, where the file says it. One leaf alone has no splits. */
export type Tree = { splits: Split[]; leaves: Float64Array; lines: LeafLine[] | undefined; cover: number[] | undefined };

/** A tree of its members (tree.cpp). `features` is how many there are. Throws a ModelError that names the member at fault. */
export function readTree(members: Members, features: number, label: string): Tree {
  const leaves = integerIn(members, 'num_leaves', label);
  if (leaves < 1) throw new ModelError(`${label}'s num_leaves`, String(leaves), 'at least 1');
  const values = doublesIn(members, 'leaf_value', leaves, label);
  const isLinear = integerIn(members, 'is_linear', label, 0) !== 0;
  const lines = isLinear ? readLines(members, leaves, features, label) : undefined;
  // A tree of one leaf may have no counts; whatever it had, all rows came to that leaf.
  const counts = leaves > 1 && members.has('leaf_count') ? integersIn(members, 'leaf_count', leaves, label) : undefined;
  const cover = leaves === 1 ? [1] : counts;
  return { splits: leaves === 1 ? [] : readSplits(members, leaves - 1, features, label), leaves: values, lines, cover };
}

function readSplits(members: Members, count: number, features: number, label: string): Split[] {
  const feature = integersIn(members, 'split_feature', count, label);
  const threshold = doublesIn(members, 'threshold', count, label);
  // Before LightGBM 2 there was none: all splits are at thresholds, and nothing is missing.
  const decision = members.has('decision_type') ? integersIn(members, 'decision_type', count, label) : new Array<number>(count).fill(0);
  const [left, right] = [childrenIn(members, 'left_child', count, label), childrenIn(members, 'right_child', count, label)];
  const sets = readSets(members, label);
  checkChildren(left, right, label);
  return feature.map((place, split): Split => {
    const where = `${label}, split ${split}`;
    if (place >= features) throw new ModelError(where, `the feature ${place}`, `0 to ${features - 1}`);
    const bits = decision[split]!;
    const missing = MISSING[bits >> MISSING_SHIFT];
    if (missing === undefined) throw new ModelError(where, `the decision type ${bits}`, '0 to 11');
    if (Number.isNaN(threshold[split])) throw new ModelError(where, 'the threshold NaN', 'a number');
    const isByCategory = (bits & IS_CATEGORICAL) !== 0;
    const categories = isByCategory ? sets[threshold[split]!] : undefined;
    if (isByCategory && !categories) throw new ModelError(where, `the set of categories ${threshold[split]}`, `0 to ${sets.length - 1}`);
    const isDefaultLeft = (bits & DEFAULT_LEFT) !== 0;
    const cut = cutOf(threshold[split]!);
    return { feature: place, threshold: cut, categories, missing, isDefaultLeft, left: left[split]!, right: right[split]! };
  });
}

/**
 * A threshold by which every number goes as with LightGBM, which puts 0 in the place of those up to kZeroThreshold before its trees see
 * them (c_api.cpp, RowPairFunctionFromDenseMatric): none of them lies between two thresholds.
 */
function cutOf(threshold: number): number {
  if (!(Math.abs(threshold) <= ZERO)) return threshold;
  return threshold < 0 ? BELOW_ZERO : ZERO;
}

/** The sets of categories, each as words of 32 bits. */
function readSets(members: Members, label: string): number[][] {
  const count = integerIn(members, 'num_cat', label, 0);
  if (count === 0) return [];
  const bounds = integersIn(members, 'cat_boundaries', count + 1, label);
  bounds.forEach((bound, place) => {
    if (bound < (bounds[place - 1] ?? 0))
      throw new ModelError(`${label}'s cat_boundaries`, `${bound} after ${bounds[place - 1]}`, 'ascending');
  });
  const words = integersIn(members, 'cat_threshold', bounds[count]!, label);
  return Array.from({ length: count }, (_, set) => words.slice(bounds[set], bounds[set + 1]));
}

function childrenIn(members: Members, key: string, count: number, label: string): number[] {
  return integersIn(members, key, count, label, -count - 1);
}

/** Each split but the first, and each leaf, has one split above it, and that stands before it: a split is numbered when it is made. */
function checkChildren(left: number[], right: number[], label: string): void {
  const seen = new Set<number>();
  left.forEach((_, split) => {
    for (const child of [left[split]!, right[split]!]) {
      const isBelow = child < 0 || (child > split && child < left.length);
      if (!isBelow || seen.has(child))
        throw new ModelError(`${label}, split ${split}`, `the child ${child}`, 'a later split or a leaf, each once');
      seen.add(child);
    }
  });
}

function readLines(members: Members, leaves: number, features: number, label: string): LeafLine[] {
  const constants = doublesIn(members, 'leaf_const', leaves, label);
  const counts = members.has('num_features') ? integersIn(members, 'num_features', leaves, label) : new Array<number>(leaves).fill(0);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const places = all === 0 ? [] : integersIn(members, 'leaf_features', all, label);
  const coefficients = all === 0 ? [] : Array.from(doublesIn(members, 'leaf_coeff', all, label));
  const wrong = places.find((place) => place >= features);
  if (wrong !== undefined) throw new ModelError(`${label}'s leaf_features`, `the feature ${wrong}`, `0 to ${features - 1}`);
  let at = 0;
  return counts.map((count, leaf) => {
    at += count;
    return { constant: constants[leaf]!, features: places.slice(at - count, at), coefficients: coefficients.slice(at - count, at) };
  });
}
