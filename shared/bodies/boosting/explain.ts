import { type TreeGame, treeShap } from '../../explain/tree-shap.ts';
import { type WeightedTrees, weighTrees, workOf } from '../../explain/trees.ts';
import type { ExplainOutput } from '../../schema/explain-ask.ts';
import type { Schema } from '../../schema/features.ts';
import { roundsAsked } from '../../schema/shape.ts';
import type { Explainer, ExplainerKind, Explanations, Questions } from '../explainer.ts';
import type { Boosting } from './boosting.ts';
import { floatsOf } from './inputs.ts';
import { predictBoosting } from './predict.ts';
import { stepOf } from './walk.ts';

/** Explains boosted trees: the sum of their leaves, before the objective's transform. */
export const EXPLAIN_BOOSTING: ExplainerKind<Boosting> = {
  types: ['boosting'],
  leaves: ({ leaves, width }) => leaves.length / width,
  open: (schema, boosting, cover) => {
    const { base, linearStarts, precision } = boosting;
    const classes = schema.classes?.length;
    const isOfClasses = classes !== undefined && (base.length === classes || (base.length === 1 && classes === 2));
    // A leaf that computes knows no share of a row that is not known; an answer of several numbers has no single one to explain.
    if (linearStarts || !(isOfClasses || (classes === undefined && base.length === 1))) return undefined;
    return openExplainer(schema, boosting, cover, precision === 'float');
  },
};

function openExplainer(schema: Schema, boosting: Boosting, cover: ArrayLike<number>, isRounded: boolean): Explainer {
  const { transform } = boosting.objective;
  const outputs: ExplainOutput[] = transform === 'identity' && !schema.classes ? ['margin', 'response'] : ['margin'];
  let made: { trees: WeightedTrees | undefined } | undefined;
  const trees = () => {
    made ??= { trees: treesOf(boosting, cover) };
    return made.trees;
  };
  return {
    outputs,
    isRounded,
    get work() {
      const found = trees();
      return found ? workOf(found) : Number.POSITIVE_INFINITY;
    },
    explain: (questions) => explainRows(schema, boosting, trees()!, questions),
  };
}

function treesOf({ roots, left, right, feature, missing }: Boosting, cover: ArrayLike<number>): WeightedTrees | undefined {
  const children = (node: number) => {
    if (left[node] === 0) return [];
    const [l, r, third] = [left[node]!, right[node]!, missing?.[node] ?? 0];
    return third === 0 || third === l || third === r ? [l, r] : [l, r, third];
  };
  return weighTrees(roots, { children, input: (node) => feature[node]! }, (node) => cover[right[node]!]!);
}

function explainRows(schema: Schema, boosting: Boosting, trees: WeightedTrees, questions: Questions): Explanations {
  const { rows, output, places, parameters } = questions;
  const inputs = schema.features.length;
  const { base, precision, average, objective } = boosting;
  const count = rows.length / inputs;
  const { from, to } = roundsAsked(schema, parameters);
  const each = schema.rounds?.trees ?? 0;
  // A single sum of two classes speaks for one of them, and against the other.
  const isTwoSided = places !== undefined && base.length === 1;
  const outputs = Uint32Array.from({ length: count }, (_, row) => (places && !isTwoSided ? places[row]! : 0));
  const given = precision === 'float' ? floatsOf(rows) : rows;
  const game = gameOf(schema, boosting, trees);
  const found = treeShap(game, { rows: given, inputs, outputs, from: from * each, to: to * each });
  const type = output === 'margin' ? 'margin' : 'response';
  const isMean = average === true && output === 'response';
  const margins = precision === 'float' ? marginsOf(schema, boosting, rows, { ...parameters, type }) : undefined;
  const numbers = new Float64Array(count);
  for (let row = 0; row < count; row += 1) {
    const sign = isTwoSided && places[row] !== (objective.positive ?? 1) ? -1 : 1;
    const factor = isMean ? sign / (to - from) : sign;
    found.baselines[row] = (base[outputs[row]!]! + found.baselines[row]!) * factor;
    for (let at = row * inputs; at < (row + 1) * inputs; at += 1) found.contributions[at]! *= factor;
    if (margins) numbers[row] = sign * margins[row * base.length + outputs[row]!]!;
  }
  return margins ? { ...found, numbers } : found;
}

/** The sums as the model has them, in 32-bit floats. The kind is one that answers them as they are. */
function marginsOf(schema: Schema, boosting: Boosting, rows: Float64Array, parameters: Questions['parameters']): Float64Array {
  return predictBoosting(schema, boosting, rows, parameters);
}

function gameOf(schema: Schema, boosting: Boosting, trees: WeightedTrees): TreeGame {
  const { leaves, width, weights, group, right, precision } = boosting;
  const round = precision === 'float' ? Math.fround : (value: number) => value;
  const numberOf = (tree: number, at: number) => (weights ? round(leaves[at]! * weights[tree]!) : leaves[at]!);
  return {
    trees,
    next: stepOf(boosting, schema),
    leaf: (tree, node, output) => numberOf(tree, right[node]! * width + (width > 1 ? output : 0)),
    adds: (tree, output) => width > 1 || (group?.[tree] ?? 0) === output,
  };
}
