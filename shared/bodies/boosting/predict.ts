import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';
import { outputWidth, roundsAsked } from '../../schema/shape.ts';
import { patchMissing } from '../missing-rows.ts';
import type { Boosting } from './boosting.ts';
import { floatsOf, withoutInfinite } from './inputs.ts';
import { kernelFor } from './kernels.ts';
import { answersOfMargins } from './margins.ts';
import { type FindLeaf, walkOf, ZERO } from './walk.ts';

const { fround } = Math;

/** The margins of rows of inputs that lie side by side. */

/** The trees that a request asks for. */
type Range = { from: number; to: number };

/** A boosted model's answers, row by row: margins by its trees in their order, then the objective's transform. */
export function predictBoosting(schema: Schema, boosting: Boosting, rows: Float64Array, parameters: Parameters): Float64Array {
  if (boosting.precision === 'double') return answersTo(schema, boosting, rows, parameters);
  const inputs = floatsOf(rows);
  return withoutInfinite(answersTo(schema, boosting, inputs, parameters), inputs, schema.features.length);
}

/** The answers to inputs, which are rounded where the model rounds them. */
function answersTo(schema: Schema, boosting: Boosting, inputs: Float64Array, parameters: Parameters): Float64Array {
  const { from, to } = roundsAsked(schema, parameters);
  const each = schema.rounds?.trees ?? 0;
  const trees = { from: from * each, to: to * each };
  const find = walkOf(boosting, schema);
  const width = schema.features.length;
  if (parameters.type === 'leaf') return leavesOf(boosting, inputs, width, trees, find);
  const isDefault = from === 0 && to === schema.rounds?.used;
  const kernel = isDefault ? kernelFor(schema, boosting, inputs.length / width) : undefined;
  const plain = (some: Float64Array) => marginsOf(boosting, some, width, trees, find);
  const margins = kernel ? patchMissing(inputs, width, kernel.sums, plain) : plain(inputs);
  // The margin of such a forest is the sum itself.
  if (boosting.average && parameters.type !== 'margin') divide(boosting, margins, to - from);
  return answersOfMargins(schema, boosting.objective, margins, boosting.base.length, parameters, outputWidth(schema, parameters));
}

/** What type leaf answers: the number of each tree's leaf. */
function leavesOf(boosting: Boosting, inputs: Float64Array, width: number, { from, to }: Range, find: FindLeaf): Float64Array {
  const { roots, right } = boosting;
  const ids = boosting.leafIds!;
  const count = inputs.length / width;
  const out = new Float64Array(count * (to - from));
  let at = 0;
  for (let row = 0; row < inputs.length; row += width) {
    for (let tree = from; tree < to; tree += 1) out[at++] = ids[right[find(inputs, row, roots[tree]!)]!]!;
  }
  return out;
}

/** The margins of rows that lie side by side, one for each group. */
function marginsOf(boosting: Boosting, inputs: Float64Array, width: number, { from, to }: Range, find: FindLeaf): Float64Array {
  const { roots, right, group, base, precision } = boosting;
  const groups = base.length;
  const count = inputs.length / width;
  const out = new Float64Array(count * groups);
  const add = addOf(boosting, inputs);
  const round = precision === 'float' ? fround : (value: number) => value;
  for (let row = 0; row < count; row += 1) {
    const [at, start] = [row * groups, row * width];
    out.set(base, at);
    for (let tree = from; tree < to; tree += 1) {
      const leaf = right[find(inputs, start, roots[tree]!)]!;
      if (boosting.width > 1) for (let k = 0; k < groups; k += 1) out[at + k] = round(out[at + k]! + add(tree, leaf, k, start));
      else {
        const place = at + (group ? group[tree]! : 0);
        out[place] = round(out[place]! + add(tree, leaf, 0, start));
      }
    }
  }
  return out;
}

/** What a tree's leaf adds to a margin: its number k, times the tree's weight, or its linear part where the row has no missing value there. */
function addOf(boosting: Boosting, inputs: Float64Array): (tree: number, leaf: number, k: number, row: number) => number {
  const { leaves, width, weights, precision, linearStarts, linearFeatures, linearCoefficients, linearConstants } = boosting;
  if (linearStarts && linearFeatures && linearCoefficients && linearConstants) {
    return (_, leaf, __, row) => {
      let sum = linearConstants[leaf]!;
      for (let term = linearStarts[leaf]!; term < linearStarts[leaf + 1]!; term += 1) {
        const value = inputs[row + linearFeatures[term]!]!;
        if (Number.isNaN(value)) return leaves[leaf]!;
        // LightGBM has 0 in the place of what is as small.
        sum += (Math.abs(value) <= ZERO ? 0 : value) * linearCoefficients[term]!;
      }
      return sum;
    };
  }
  if (!weights) return (_, leaf, k) => leaves[leaf * width + k]!;
  const round = precision === 'float' ? fround : (value: number) => value;
  return (tree, leaf, k) => round(leaves[leaf * width + k]! * weights[tree]!);
}

/** Turns sums into means over the rounds. */
function divide({ precision }: Boosting, margins: Float64Array, rounds: number): void {
  for (let at = 0; at < margins.length; at += 1) {
    const mean = margins[at]! / rounds;
    margins[at] = precision === 'float' ? fround(mean) : mean;
  }
}
