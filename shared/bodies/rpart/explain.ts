import { RequestError } from '../../errors.ts';
import { MAX_PLAYERS, shapleyValues } from '../../explain/exact.ts';
import { type Contributions, type TreeGame, treeShap } from '../../explain/tree-shap.ts';
import { type WeightedTrees, weighTrees, workOf } from '../../explain/trees.ts';
import type { Schema } from '../../schema/features.ts';
import type { Explainer, ExplainerKind, Questions } from '../explainer.ts';
import { directionOf, type Rpart } from './predict.ts';

/** Explains one tree with surrogate splits: the number or the share of a class in the node where a row ends. */
export const EXPLAIN_RPART: ExplainerKind<Rpart> = {
  types: ['rpart'],
  leaves: ({ left }) => left.reduce((sum, child) => sum + (child === 0 ? 1 : 0), 0),
  open: (schema, rpart, cover) => {
    if (!isTree(rpart)) return undefined;
    const trees = treesOf(rpart, cover);
    const work = trees ? workOf(trees) : Number.POSITIVE_INFINITY;
    const players = Math.min(MAX_PLAYERS, new Set(rpart.input).size);
    const explainer: Explainer = {
      outputs: schema.classes ? ['response', 'probability'] : ['response'],
      isRounded: false,
      work,
      // Each coalition goes through the tree.
      ...(schema.takesMissing ? { workOfMissing: work + 2 ** players * rpart.left.length } : {}),
      explain: (questions) => explainRows(schema, rpart, trees!, questions),
    };
    return explainer;
  },
};

/** Whether each node is the child of one other at most. A file may say otherwise, and then ways have no end. */
function isTree({ left, right }: Rpart): boolean {
  const isReached = new Uint8Array(left.length);
  for (let node = 0; node < left.length; node += 1) {
    if (left[node] === 0) continue;
    for (const child of [left[node]!, right[node]!]) {
      if (isReached[child] === 1) return false;
      isReached[child] = 1;
    }
  }
  return true;
}

function treesOf({ left, right, first, input }: Rpart, cover: ArrayLike<number>): WeightedTrees | undefined {
  const places = new Map<number, number>();
  left.forEach((child, node) => {
    if (child === 0) places.set(node, places.size);
  });
  const children = (node: number) => (left[node] === 0 ? [] : [left[node]!, right[node]!]);
  return weighTrees(
    Uint32Array.of(0, left.length),
    { children, input: (node) => input[first[node]!]! },
    (leaf) => cover[places.get(leaf)!]!,
  );
}

function explainRows(schema: Schema, rpart: Rpart, trees: WeightedTrees, { rows, places }: Questions): Contributions {
  const inputs = schema.features.length;
  const outputs = Uint32Array.from({ length: rows.length / inputs }, (_, row) => places?.[row] ?? 0);
  const { left, right, first, values, width } = rpart;
  const game: TreeGame = {
    trees,
    next: (some, row, node) => (directionOf(rpart, first[node]!, some, row) === 1 ? left[node]! : right[node]!),
    leaf: (_, node, output) => values[node * width + output]!,
    adds: () => true,
  };
  const found = treeShap(game, { rows, inputs, outputs, from: 0, to: 1 });
  // Where a split has no value in a row, surrogates stand in: inputs play together then, which no tree's formula has.
  for (let row = 0; row < outputs.length; row += 1) {
    if (!needsSurrogates(rpart, rows, row * inputs)) continue;
    const exact = explainExactly(rpart, trees, rows, { row, inputs, output: outputs[row]! });
    found.contributions.set(exact, row * inputs);
  }
  return found;
}

/** Whether the first split of some node sends a row nowhere. */
function needsSurrogates(rpart: Rpart, rows: Float64Array, row: number): boolean {
  return rpart.left.some((child, node) => child !== 0 && directionOf(rpart, rpart.first[node]!, rows, row) === 0);
}

type Row = { row: number; inputs: number; output: number };

/**
 * The contributions of a row by all coalitions of inputs. Where the inputs that decide at a node are all known, the row goes as it goes
 * in predict(); where one of them is not, it goes both ways by the shares of training rows.
 */
function explainExactly(rpart: Rpart, trees: WeightedTrees, rows: Float64Array, { row, inputs, output }: Row): Float64Array {
  const at = row * inputs;
  const decisions = rpart.left.length === 0 ? [] : Array.from(rpart.left, (_, node) => decisionOf(rpart, node, rows, at));
  const players = [...new Set(decisions.flatMap(({ by }) => by))];
  if (players.length > MAX_PLAYERS) {
    const found = `${players.length} features decide where this row goes, as it lacks values of some`;
    const message = `found ${found}; expected at most ${MAX_PLAYERS}, or a row without missing values`;
    throw new RequestError(422, `row ${row + 1} cannot be explained`, [{ path: `/${row}`, message }]);
  }
  const bits = decisions.map(({ by }) => by.reduce((sum, input) => sum | (1 << players.indexOf(input)), 0));
  const { left, right, values, width } = rpart;
  const worthAt = (node: number, coalition: number): number => {
    if (left[node] === 0) return values[node * width + output]!;
    const [l, r] = [left[node]!, right[node]!];
    if ((bits[node]! & ~coalition) !== 0) return trees.share[l]! * worthAt(l, coalition) + trees.share[r]! * worthAt(r, coalition);
    const { direction } = decisions[node]!;
    if (direction === 0) return values[node * width + output]!;
    return worthAt(direction === 1 ? l : r, coalition);
  };
  const found = shapleyValues(players.length, (coalition) => worthAt(0, coalition));
  const contributions = new Float64Array(inputs);
  players.forEach((input, player) => {
    contributions[input] = found[player]!;
  });
  return contributions;
}

/** Where a row goes from a node (0: it stays), and the inputs that decide it: those that are asked until one has a value. */
function decisionOf(rpart: Rpart, node: number, rows: Float64Array, at: number): { direction: number; by: number[] } {
  const { left, first, splits, input, majority } = rpart;
  const by: number[] = [];
  if (left[node] === 0) return { direction: 0, by };
  const from = first[node]!;
  for (let split = from; split < from + splits[node]!; split += 1) {
    by.push(input[split]!);
    const direction = directionOf(rpart, split, rows, at);
    if (direction !== 0) return { direction, by };
  }
  return { direction: majority[node]!, by };
}
