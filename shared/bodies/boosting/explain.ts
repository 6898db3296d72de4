import type { Basis } from '../../explain/section.ts';
import type { TreeGame } from '../../explain/tree-shap.ts';
import { type Cuts, HOW, type WeightedTrees, weighTrees } from '../../explain/trees.ts';
import type { ExplainOutput, TreeBackground } from '../../schema/explain-ask.ts';
import type { Schema } from '../../schema/features.ts';
import { roundsAsked } from '../../schema/shape.ts';
import type { Explainer, ExplainerKind, Explanations, Questions } from '../explainer.ts';
import { countLeaves, explainTrees, treeWays } from '../tree-ways.ts';
import { type Boosting, FLAGS } from './boosting.ts';
import { floatsOf } from './inputs.ts';
import { predictBoosting } from './predict.ts';
import { transformFor } from './transforms.ts';
import { stepOf } from './walk.ts';

/** Explains boosted trees: the sum of their leaves, before the objective's transform. */
export const EXPLAIN_BOOSTING: ExplainerKind<Boosting> = {
  types: ['boosting'],
  leaves: ({ leaves, width }) => leaves.length / width,
  count: (schema, boosting, rows) => {
    const { roots, left, right, leaves, width, precision } = boosting;
    const isLeaf = Uint8Array.from(left, (child) => (child === 0 ? 1 : 0));
    const game = { trees: { roots, isLeaf }, next: stepOf(boosting, schema) };
    const found = countLeaves(game, precision === 'float' ? floatsOf(rows) : rows, schema.features.length);
    const counts = new Float64Array(leaves.length / width);
    for (let node = 0; node < left.length; node += 1) if (left[node] === 0) counts[right[node]!]! += found[node]!;
    return counts;
  },
  open: (schema, boosting, basis) => {
    const { base, linearStarts } = boosting;
    const classes = schema.classes?.length;
    const isOfClasses = classes !== undefined && (base.length === classes || (base.length === 1 && classes === 2));
    // A leaf that computes knows no share of a row that is not known; an answer of several numbers has no single one to explain.
    if (linearStarts || !(isOfClasses || (classes === undefined && base.length === 1))) return undefined;
    return openExplainer(schema, boosting, basis);
  },
};

function openExplainer(schema: Schema, boosting: Boosting, { cover, background, ...rest }: Basis): Explainer {
  const isFloat = boosting.precision === 'float';
  const basis = {
    ...rest,
    ...(cover ? { cover } : {}),
    ...(background ? { background: isFloat ? floatsOf(background) : background } : {}),
  };
  let made: { game: TreeGame | undefined } | undefined;
  const game = () => {
    made ??= { game: gameOf(schema, boosting, basis) };
    return made.game;
  };
  const outputs = outputsOf(schema, boosting);
  return {
    ways: treeWays({ basis, outputs, game, inputs: schema.features.length }),
    isRounded: isFloat,
    explain: (questions) => explainRows(schema, boosting, { game: game()!, basis }, questions),
  };
}

/** The numbers that can be explained: beside background rows also the answer that one sum becomes. */
function outputsOf({ classes }: Schema, { base, objective }: Boosting): Record<TreeBackground, ExplainOutput[]> {
  const { transform } = objective;
  // A share of several classes is made of several sums.
  const isSmooth = Object.hasOwn(SMOOTH, transform) && base.length === 1;
  if (classes) return { path: ['margin'], rows: isSmooth ? ['margin', 'probability'] : ['margin'] };
  return { path: transform === 'identity' ? ['margin', 'response'] : ['margin'], rows: isSmooth ? ['margin', 'response'] : ['margin'] };
}

function treesOf({ roots, left, right, feature, missing }: Boosting, cover: ArrayLike<number> | undefined): WeightedTrees | undefined {
  // Missing values that go where others go have no way of their own.
  const third = missing?.map((node, at) => (node === left[at] || node === right[at] ? 0 : node));
  return weighTrees(roots, { left, right, third, input: feature }, (node) => (cover ? cover[right[node]!]! : 1));
}

type Opened = { game: TreeGame; basis: Basis };

function explainRows(schema: Schema, boosting: Boosting, { game, basis }: Opened, questions: Questions): Explanations {
  const { rows, output, places, background, parameters } = questions;
  const inputs = schema.features.length;
  const { base, precision, objective } = boosting;
  const count = rows.length / inputs;
  const { from, to } = roundsAsked(schema, parameters);
  const each = schema.rounds?.trees ?? 0;
  // A single sum of two classes speaks for one of them, and against the other.
  const isTwoSided = places !== undefined && base.length === 1;
  const outputs = Uint32Array.from({ length: count }, (_, row) => (places && !isTwoSided ? places[row]! : 0));
  const given = precision === 'float' ? floatsOf(rows) : rows;
  const answer = answerFor(schema, boosting, output, to - from);
  const found = explainTrees(game, { rows: given, inputs, outputs, from: from * each, to: to * each }, background, {
    basis,
    answerOf: answer.isLinear ? undefined : (sum, place) => answer.of(base[place]! + sum),
  });
  const isMargin = output === 'margin';
  const margins = precision === 'float' ? marginsOf(schema, boosting, rows, parameters) : undefined;
  const numbers = new Float64Array(count);
  for (let row = 0; row < count; row += 1) {
    const isAgainst = isTwoSided && places[row] !== (objective.positive ?? 1);
    const factor = isAgainst ? -1 : 1;
    const other = isAgainst && !isMargin ? 1 : 0;
    const baseline = answer.isLinear ? answer.of(base[outputs[row]!]! + found.baselines[row]!) : found.baselines[row]!;
    found.baselines[row] = other + factor * baseline;
    const slope = factor * answer.slope;
    for (let at = row * inputs; at < (row + 1) * inputs; at += 1) found.contributions[at]! *= slope;
    if (margins) numbers[row] = other + factor * answer.own(margins[row * base.length + outputs[row]!]!);
  }
  return margins ? { ...found, numbers } : found;
}

/**
 * How a sum of trees becomes the explained number (and, in 32-bit floats, the model's own), and, where each part of the sum becomes one
 * of it, by how much.
 */
type AnswerFor = { isLinear: boolean; slope: number; of(sum: number): number; own(sum: number): number };

/** The transforms that have a slope everywhere, each with its form in doubles. */
const SMOOTH: Readonly<Record<string, string>> = {
  ...{ identity: 'identity', sigmoid: 'sigmoid', exp: 'exp', log1pExp: 'log1pExp', signedSquare: 'signedSquare' },
  ...{ sigmoidFloat: 'sigmoid', expFloat: 'exp', expRoundedFloat: 'exp' },
};

function answerFor({ libm }: Schema, { objective, average, precision }: Boosting, output: ExplainOutput, rounds: number): AnswerFor {
  if (output === 'margin') return { isLinear: true, slope: 1, of: (sum) => sum, own: (sum) => sum };
  const { transform, parameter = 1 } = objective;
  const slope = average ? 1 / rounds : 1;
  const place = new Float64Array(1);
  const by = (name: string) => {
    const apply = transformFor(name, libm);
    return (mean: number) => {
      place[0] = mean;
      apply(place, 0, 1, parameter);
      return place[0]!;
    };
  };
  const [smooth, given] = [by(SMOOTH[transform]!), by(transform)];
  const round = precision === 'float' ? Math.fround : (value: number) => value;
  const own = (sum: number) => given(average ? round(sum / rounds) : sum);
  return { isLinear: transform === 'identity', slope: transform === 'identity' ? slope : 1, of: (sum) => smooth(sum * slope), own };
}

/** The sums as the model has them, in 32-bit floats. */
function marginsOf(schema: Schema, boosting: Boosting, rows: Float64Array, parameters: Questions['parameters']): Float64Array {
  return predictBoosting(schema, boosting, rows, { ...parameters, type: 'margin' });
}

/** Boosted trees with the weights of their leaves, where the basis has them; undefined where they are too large. */
export function gameOf(schema: Schema, boosting: Boosting, { cover }: Basis): TreeGame | undefined {
  const trees = treesOf(boosting, cover);
  if (!trees) return undefined;
  const { leaves, width, weights, group, right, precision } = boosting;
  const round = precision === 'float' ? Math.fround : (value: number) => value;
  const numberOf = (tree: number, at: number) => (weights ? round(leaves[at]! * weights[tree]!) : leaves[at]!);
  return {
    trees,
    next: stepOf(boosting, schema),
    cuts: () => cutsOf(boosting),
    leaf: (tree, node, output) => numberOf(tree, right[node]! * width + (width > 1 ? output : 0)),
    adds: (tree, output) => width > 1 || (group?.[tree] ?? 0) === output,
  };
}

/** The splits by numbers; sets of categories are asked, and numbers that may be missing, and missing values that are numbers beside a third way. */
function cutsOf({ left, right, threshold, flags, missing, compare }: Boosting): Cuts {
  const atMost = compare === 'atMost' ? HOW.atMost : 0;
  const how = new Uint8Array(left.length);
  for (let node = 0; node < how.length; node += 1) {
    if (left[node] === 0) continue;
    const flag = flags[node]!;
    const cut = threshold[node]!;
    const third = missing === undefined ? 0 : missing[node]!;
    const isZero = (flag & FLAGS.missingIsZero) !== 0;
    let isLow = third === left[node] || (third === 0 && (flag & FLAGS.missingLeft) !== 0);
    if (isZero) isLow = atMost === 0 ? 0 < cut : 0 <= cut;
    const isAsked = (flag & (FLAGS.categories | FLAGS.zeroIsMissing)) !== 0 || Number.isNaN(cut) || (isZero && third !== 0);
    how[node] = isAsked ? HOW.asked : atMost | (isLow ? HOW.missingLow : 0);
  }
  return { low: left, high: right, cut: threshold, how };
}
