import type { Model } from '../../shared/artifact.ts';
import { type Boosting, FLAGS } from '../../shared/bodies/boosting/boosting.ts';
import { gameOf as boostingGame } from '../../shared/bodies/boosting/explain.ts';
import { gameOf as forestGame } from '../../shared/bodies/forest/explain.ts';
import type { Forest } from '../../shared/bodies/forest/forest.ts';
import { gameOf as rpartGame } from '../../shared/bodies/rpart/explain.ts';
import type { Rpart } from '../../shared/bodies/rpart/predict.ts';
import type { Basis } from '../../shared/explain/section.ts';
import type { TreeGame } from '../../shared/explain/tree-shap.ts';

/** A tree as shap's dictionary of trees has it: arrays with a place a node; a value goes left where it is at most the threshold. */
export type ShapTree = {
  children_left: number[];
  children_right: number[];
  children_default: number[];
  features: number[];
  thresholds: number[];
  values: number[][];
  node_sample_weight: number[];
};

/** Above any value: what is not at most this is missing. */
const MOST = 1e308;
/** Categories of a feature whose levels are not known. */
const CATEGORIES = 40;

/** What a split asks: the greatest value that goes one way with all below it, or that each whole number goes a way of its own. */
type Split = { cut: number } | { values: number[] };

/** The trees of a model, and the greatest value on the lower side of each split. */
type Opened = { game: TreeGame; split(node: number): Split };

function openTrees({ schema, body }: Model, basis: Basis): Opened {
  const levels = (column: number) => {
    const feature = schema.features[column]!;
    const count = feature.type === 'factor' ? feature.levels.length : CATEGORIES;
    return { values: Array.from({ length: count }, (_, at) => (feature.type === 'factor' ? at + 1 : at)) };
  };
  if (body.kind.types.includes('rpart')) {
    const { first, input, categories, threshold } = body.data as Rpart;
    const split = (node: number) =>
      categories[first[node]!]! > 1 ? levels(input[first[node]!]!) : { cut: below(threshold[first[node]!]!) };
    return { game: rpartGame(body.data as Rpart, basis)!, split };
  }
  if (body.kind.types.includes('boosting')) {
    const { flags, feature, threshold, compare } = body.data as Boosting;
    const split = (node: number) => {
      if ((flags[node]! & FLAGS.categories) !== 0) return levels(feature[node]!);
      return { cut: compare === 'atMost' ? threshold[node]! : below(threshold[node]!) };
    };
    return { game: boostingGame(schema, body.data as Boosting, basis)!, split };
  }
  const { feature, threshold, partitioned } = { ...(body.data as Forest) };
  const split = (node: number) => (partitioned[feature[node]!] === 1 ? levels(feature[node]!) : { cut: threshold[node]! });
  return { game: forestGame(schema, body.data as Forest, basis)!, split };
}

const bits = new BigInt64Array(1);
const double = new Float64Array(bits.buffer);

/** The next double below, or above. */
function below(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  double[0] = value;
  bits[0]! += value > 0 ? -1n : 1n;
  return double[0]!;
}
function above(value: number): number {
  return -below(-value);
}

/**
 * A model's trees for shap. Splits that it cannot hold become several of the same feature, which is the same game: a set of levels is a
 * chain of thresholds, and a third child for missing values a split that only they fail. Each copy of a subtree has its part of the weight.
 * Undefined where that makes a tree too large.
 */
export function shapTrees(model: Model, basis: Basis, outputs: number): ShapTree[] | undefined {
  const opened = openTrees(model, basis);
  const { roots } = opened.game.trees;
  const trees: ShapTree[] = [];
  for (let tree = 0; tree + 1 < roots.length; tree += 1) {
    const built = new Builder(opened, model.schema.features.length, outputs, tree).build();
    if (!built) return undefined;
    trees.push(built);
  }
  return trees;
}

/** Most nodes of a tree: each level of a set may take a copy of the tree below. */
const MOST_NODES = 3_000;

/** A part of a split: all values up to `most`, but for those of the parts before it, go to a child. */
type Piece = { most: number; child: number };

class Builder {
  readonly #opened: Opened;
  readonly #tree: number;
  readonly #start: number;
  readonly #children: number[][];
  readonly #weights: Float64Array;
  readonly #row: Float64Array;
  readonly #none: number[];
  readonly #out: ShapTree = {
    ...{ children_left: [], children_right: [], children_default: [], features: [], thresholds: [], values: [], node_sample_weight: [] },
  };

  constructor(opened: Opened, features: number, outputs: number, tree: number) {
    const { roots, parent, share } = opened.game.trees;
    const [start, end] = [roots[tree]!, roots[tree + 1]!];
    this.#opened = opened;
    this.#tree = tree;
    this.#start = start;
    this.#row = new Float64Array(features);
    this.#none = new Array<number>(outputs).fill(0);
    this.#children = Array.from({ length: end - start }, () => []);
    this.#weights = new Float64Array(end - start).fill(1);
    for (let node = start + 1; node < end; node += 1) {
      this.#children[parent[node]! - start]!.push(node);
      this.#weights[node - start] = this.#weights[parent[node]! - start]! * share[node]!;
    }
  }

  build(): ShapTree | undefined {
    this.#node(this.#start, 1);
    return this.#out.features.length > MOST_NODES ? undefined : this.#out;
  }

  /** Puts a node with all below it, at a part of its weight. */
  #node(node: number, scale: number): number {
    const { game, split } = this.#opened;
    const weight = this.#weightOf(node, scale);
    if (this.#out.features.length > MOST_NODES) return 0;
    if (game.trees.isLeaf[node] === 1)
      return this.#put(
        weight,
        this.#none.map((_, output) => (game.adds(this.#tree, output) ? game.leaf(this.#tree, node, output) : 0)),
      );
    const by = game.trees.input[this.#children[node - this.#start]![0]!]!;
    const pieces = this.#piecesOf(node, by, split(node));
    const missing = this.#nextOf(node, by, Number.NaN);
    const isPlain = pieces.length === 2 && pieces.some(({ child }) => child === missing);
    const all = isPlain ? pieces : [...pieces, { most: Number.POSITIVE_INFINITY, child: missing }];
    const unused = this.#children[node - this.#start]!.find((child) => !all.some((piece) => piece.child === child));
    if (unused !== undefined) throw new Error(`node ${unused}: no value goes there`);
    // Above all values stand the missing ones alone.
    if (!isPlain) all[pieces.length - 1]!.most = MOST;
    return this.#chain(all, { by, scale, missing: isPlain ? missing : undefined, all });
  }

  /** Puts a chain of splits by one feature. */
  #chain(pieces: Piece[], given: { by: number; scale: number; missing: number | undefined; all: Piece[] }): number {
    const { by, scale, missing, all } = given;
    const [first, ...others] = pieces as [Piece, ...Piece[]];
    const part = ({ child }: Piece) => scale / all.filter((piece) => piece.child === child).length;
    if (others.length === 0) return this.#node(first.child, part(first));
    const place = this.#put(
      pieces.reduce((sum, piece) => sum + this.#weightOf(piece.child, part(piece)), 0),
      this.#none,
    );
    const left = this.#node(first.child, part(first));
    const right = this.#chain(others, given);
    const out = this.#out;
    [out.features[place], out.thresholds[place]] = [by, first.most];
    [out.children_left[place], out.children_right[place]] = [left, right];
    out.children_default[place] = first.child === missing ? left : right;
    return place;
  }

  #piecesOf(node: number, by: number, asked: Split): Piece[] {
    const values = 'cut' in asked ? [asked.cut, above(asked.cut)] : asked.values;
    const pieces: Piece[] = [];
    values.forEach((value, at) => {
      const most = at === values.length - 1 ? MOST : 'cut' in asked ? value : value + 0.5;
      const child = this.#nextOf(node, by, value);
      const last = pieces.at(-1);
      if (last?.child === child) last.most = most;
      else pieces.push({ most, child });
    });
    return pieces;
  }

  #nextOf(node: number, by: number, value: number): number {
    this.#row[by] = value;
    return this.#opened.game.next(this.#row, 0, node);
  }

  #weightOf(node: number, scale: number): number {
    return this.#weights[node - this.#start]! * scale;
  }

  #put(weight: number, values: number[]): number {
    const { children_left, children_right, children_default, features, thresholds, values: list, node_sample_weight } = this.#out;
    for (const children of [children_left, children_right, children_default]) children.push(-1);
    features.push(-1);
    thresholds.push(-1);
    list.push(values);
    node_sample_weight.push(weight);
    return features.length - 1;
  }
}
