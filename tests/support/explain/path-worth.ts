import type { Model } from '../../../shared/artifact.ts';
import type { Boosting } from '../../../shared/bodies/boosting/boosting.ts';
import { stepOf } from '../../../shared/bodies/boosting/walk.ts';
import type { Forest } from '../../../shared/bodies/forest/forest.ts';
import { directionOf, type Rpart } from '../../../shared/bodies/rpart/predict.ts';
import { predictRows } from '../../../shared/predict.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { defaultParameters } from '../../../shared/schema/parameters.ts';

/** A tree by its nodes: the children, the input that decides for a row (or several), and where the row goes; the weight of a leaf. */
type Nodes = {
  children(node: number): number[];
  decision(node: number): { by: number[]; child: number };
  weight(leaf: number): number;
  number(node: number): number;
};

/**
 * What a tree answers where only the inputs of a coalition are known, by the definition and nothing else: a split that is not known
 * sends the row every way, by the share of training rows. A child below 0: the row stays.
 */
function worthAt(nodes: Nodes, node: number, coalition: number): number {
  const children = nodes.children(node);
  if (children.length === 0) return nodes.number(node);
  const { by, child } = nodes.decision(node);
  if (by.every((input) => (coalition >> input) & 1)) return child < 0 ? nodes.number(node) : worthAt(nodes, child, coalition);
  const weights = children.map((one) => weightAt(nodes, one));
  const all = weights.reduce((sum, one) => sum + one, 0);
  return children.reduce((sum, one, at) => sum + (all > 0 ? weights[at]! / all : 1 / children.length) * worthAt(nodes, one, coalition), 0);
}

function weightAt(nodes: Nodes, node: number): number {
  const children = nodes.children(node);
  return children.length === 0 ? nodes.weight(node) : children.reduce((sum, child) => sum + weightAt(nodes, child), 0);
}

/** The margin of boosted trees for a coalition. */
export function worthOfBoosting(
  schema: Schema,
  boosting: Boosting,
  cover: ArrayLike<number>,
  trees: number,
  row: Float64Array,
  output: number,
) {
  const { roots, left, right, missing, feature, leaves, width, weights, group, base } = boosting;
  const next = stepOf(boosting, schema);
  const nodes = (tree: number): Nodes => ({
    children: (node) => (left[node] === 0 ? [] : [...new Set([left[node]!, right[node]!, missing?.[node] || left[node]!])]),
    decision: (node) => ({ by: [feature[node]!], child: next(row, 0, node) }),
    weight: (leaf) => cover[right[leaf]!]!,
    number: (leaf) => leaves[right[leaf]! * width + (width > 1 ? output : 0)]! * (weights?.[tree] ?? 1),
  });
  const used = Array.from({ length: trees }, (_, tree) => tree).filter((tree) => width > 1 || (group?.[tree] ?? 0) === output);
  return (coalition: number) => used.reduce((sum, tree) => sum + worthAt(nodes(tree), roots[tree]!, coalition), base[output]!);
}

/** The number, or the share of a class, of one tree with surrogate splits for a coalition. */
export function worthOfRpart(rpart: Rpart, cover: ArrayLike<number>, row: Float64Array, output: number) {
  const { left, right, first, splits, input, majority, values, width } = rpart;
  const places = new Map(
    Array.from(left, (_, node) => node)
      .filter((node) => left[node] === 0)
      .map((node, place) => [node, place]),
  );
  const nodes: Nodes = {
    children: (node) => (left[node] === 0 ? [] : [left[node]!, right[node]!]),
    decision: (node) => {
      const own = Array.from({ length: splits[node]! }, (_, at) => first[node]! + at);
      const place = own.findIndex((split) => directionOf(rpart, split, row, 0) !== 0);
      const asked = place < 0 ? own : own.slice(0, place + 1);
      const direction = place < 0 ? majority[node]! : directionOf(rpart, own[place]!, row, 0);
      return { by: asked.map((split) => input[split]!), child: direction === 0 ? -1 : direction === 1 ? left[node]! : right[node]! };
    },
    weight: (leaf) => cover[places.get(leaf)!]!,
    number: (node) => values[node * width + output]!,
  };
  return (coalition: number) => worthAt(nodes, 0, coalition);
}

/**
 * The number of a forest, of a class or of a time, for a coalition. The counts of training rows below each node are found by
 * predict() itself: who they are is asked by its terminal nodes.
 */
export function worthOfForest(model: Model, own: Float64Array, all: Float64Array, place: number) {
  const forest = model.body.data as Forest;
  const { roots, left, right, feature, leaves, width, correction } = forest;
  const { schema, body } = model;
  const leavesOf = (rows: Float64Array) => predictRows({ schema, body }, rows, { ...defaultParameters(schema), type: 'terminalNodes' });
  const counts = new Float64Array(left.length);
  const trees = roots.length - 1;
  leavesOf(all).forEach((node, at) => {
    counts[roots[at % trees]! + node]! += 1;
  });
  const below = (node: number): number => (left[node] === 0 ? counts[node]! : below(left[node]!) + below(right[node]!));
  const number = (node: number) => {
    if (schema.kind === 'classification') return leaves[right[node]!] === place ? 1 : 0;
    return leaves[right[node]! * width + Math.max(0, place)]! || 0;
  };
  const goesLeft = (node: number) => {
    const value = own[feature[node]!]!;
    if (forest.partitioned[feature[node]!] === 1) {
      const level = Number.isNaN(value) ? 1 : value;
      return Math.floor(forest.threshold[node]! / 2 ** (level - 1)) % 2 === 0;
    }
    if (Number.isNaN(value) && forest.missing) return (forest.missing[node] || left[node]) === left[node];
    return value <= forest.threshold[node]!;
  };
  const worth = (node: number, coalition: number): number => {
    if (left[node] === 0) return number(node);
    const [l, r] = [left[node]!, right[node]!];
    if ((coalition >> feature[node]!) & 1) return worth(goesLeft(node) ? l : r, coalition);
    const [a, b] = [below(l), below(r)];
    return a + b > 0 ? (a * worth(l, coalition) + b * worth(r, coalition)) / (a + b) : (worth(l, coalition) + worth(r, coalition)) / 2;
  };
  const [intercept, slope] = correction ?? [0, 1];
  return (coalition: number) => {
    let sum = 0;
    for (let tree = 0; tree < trees; tree += 1) sum += worth(roots[tree]!, coalition);
    return intercept! + (slope! * sum) / trees;
  };
}
