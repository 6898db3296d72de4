import type { Basis } from '../../explain/section.ts';
import type { TreeGame } from '../../explain/tree-shap.ts';
import { type Cuts, HOW, weighTrees } from '../../explain/trees.ts';
import type { Schema } from '../../schema/features.ts';
import type { Explainer, ExplainerKind, Explanations, Questions } from '../explainer.ts';
import { countLeaves, explainTrees, treeWays } from '../tree-ways.ts';
import type { Forest } from './forest.ts';
import { hasLevel } from './packed.ts';

/** Explains a forest: the mean of its trees, the share of a class, the share of the trees that vote for it, or the mean hazard up to a time. */
export const EXPLAIN_FOREST: ExplainerKind<Forest> = {
  types: ['forest', 'unordered-forest'],
  leaves: ({ leaves, width }) => leaves.length / width,
  count: (schema, given, rows) => {
    const { roots, left, right, leaves, width, ...rest } = withNodes(given);
    const isLeaf = Uint8Array.from(left, (child) => (child === 0 ? 1 : 0));
    const forest = { roots, left, right, leaves, width, ...rest };
    const found = countLeaves({ trees: { roots, isLeaf }, next: stepOf(forest) }, rows, schema.features.length);
    const counts = new Float64Array(leaves.length / width);
    for (let node = 0; node < left.length; node += 1) if (left[node] === 0) counts[right[node]!]! += found[node]!;
    return counts;
  },
  open: openExplainer,
};

function openExplainer(schema: Schema, forest: Forest, basis: Basis): Explainer {
  let made: { game: TreeGame | undefined } | undefined;
  const game = () => {
    made ??= { game: gameOf(schema, withNodes(forest), basis) };
    return made.game;
  };
  const ofNumber = schema.kind === 'survival' ? (['margin'] as const) : (['response'] as const);
  const outputs = schema.classes ? (['response', 'probability'] as const) : ofNumber;
  return {
    ways: treeWays({ basis, outputs: { path: [...outputs], rows: [...outputs] }, game, inputs: schema.features.length }),
    isRounded: false,
    explain: (questions) => explainRows(schema, forest, { game: game()!, basis }, questions),
  };
}

/** A copy of its members: those of packed nodes are got once here, and not again at each node. */
function withNodes(forest: Forest): Forest {
  return { ...forest };
}

/** A forest's trees with the weights of their leaves, where the basis has them; undefined where they are too large. */
export function gameOf({ kind }: Schema, forest: Forest, { cover }: Basis): TreeGame | undefined {
  const { roots, left, right, feature, leaves, width } = forest;
  const weight = (node: number) => (cover ? cover[right[node]!]! : 1);
  const trees = weighTrees(roots, { left, right, input: feature }, weight);
  if (!trees) return undefined;
  // ranger leaves leaves empty where it split between -Inf and Inf; no row reaches one.
  const numberOf = (number: number) => (Number.isNaN(number) ? 0 : number);
  const isVote = kind === 'classification';
  const leaf: TreeGame['leaf'] = isVote
    ? (_, node, output) => (leaves[right[node]!] === output ? 1 : 0)
    : (_, node, output) => numberOf(leaves[right[node]! * width + output]!);
  return { trees, next: stepOf(forest), cuts: () => cutsOf(forest), leaf, adds: () => true };
}

/** How rows go on from a split, as predictForest goes. */
function stepOf({ left, right, feature, threshold, partitioned, missing }: Forest): TreeGame['next'] {
  return (rows, row, node) => {
    const column = feature[node]!;
    const value = rows[row + column]!;
    if (partitioned[column] === 1) return hasLevel(threshold[node]!, value) ? right[node]! : left[node]!;
    if (missing !== undefined && Number.isNaN(value)) return missing[node] || left[node]!;
    return value <= threshold[node]! ? left[node]! : right[node]!;
  };
}

/** The splits by numbers; those by sets of levels are asked. */
function cutsOf({ left, right, feature, threshold, partitioned, missing }: Forest): Cuts {
  const how = new Uint8Array(left.length);
  for (let node = 0; node < how.length; node += 1) {
    if (left[node] === 0) continue;
    const isAsked = partitioned[feature[node]!] === 1 || Number.isNaN(threshold[node]!);
    const isLow = missing !== undefined && (missing[node] === 0 || missing[node] === left[node]);
    how[node] = isAsked ? HOW.asked : HOW.atMost | (isLow ? HOW.missingLow : 0);
  }
  return { low: left, high: right, cut: threshold, how };
}

type Opened = { game: TreeGame; basis: Basis };

function explainRows(
  schema: Schema,
  forest: Forest,
  { game, basis }: Opened,
  { rows, places, time, background, parameters }: Questions,
): Explanations {
  const inputs = schema.features.length;
  const trees = parameters.numTrees ?? forest.roots.length - 1;
  const outputs = Uint32Array.from({ length: rows.length / inputs }, (_, row) => places?.[row] ?? Math.max(0, time ?? 0));
  const found = explainTrees(game, { rows, inputs, outputs, from: 0, to: trees }, background, { basis });
  // Before the first time no tree has a hazard.
  const [intercept, slope] = forest.correction ?? [0, time === -1 ? 0 : 1];
  for (let row = 0; row < outputs.length; row += 1) found.baselines[row] = intercept! + (slope! * found.baselines[row]!) / trees;
  for (let at = 0; at < found.contributions.length; at += 1) found.contributions[at] = (slope! * found.contributions[at]!) / trees;
  return found;
}
