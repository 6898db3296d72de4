import { libraryOf } from '../../math/library.ts';
import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';
import { coupled, pairChance } from './coupling.ts';
import { type Kernel, likenessOf } from './kernels.ts';

/**
 * Support vectors as libsvm has them. `vectors` lie side by side, scaled, in the order of the classes, `counts` of each. The classes
 * answer by pairs: `coefficients` has classes - 1 columns, `rho` a number for each pair. A regression and a one-class machine have one
 * column, one `rho` and one count. `probA` and `probB` are Platt's sigmoid of each pair. A row's inputs are scaled first, by `centers`
 * and `scales` (0 and 1 where svm() left one alone), the answer of a regression by `target` (a centre and a scale).
 */
export type SupportVectors = Kernel & {
  task: 'classes' | 'one-class' | 'regression';
  counts: Uint32Array;
  vectors: Float64Array;
  coefficients: Float64Array;
  rho: Float64Array;
  centers: Float64Array;
  scales: Float64Array;
  probA?: Float64Array;
  probB?: Float64Array;
  target?: Float64Array;
};

/** The answers row by row, or NaN where an input is missing (e1071, predict.svm; svm.cpp, svm_predict_values and svm_predict_probability). */
export function predictVectors(schema: Schema, model: SupportVectors, rows: Float64Array, { type }: Parameters): Float64Array {
  const library = libraryOf(schema.libm);
  const likeness = likenessOf(model, library);
  const width = schema.features.length;
  const count = model.task === 'classes' ? model.counts.length : 2;
  const likenesses = new Float64Array(model.vectors.length / width);
  const row = new Float64Array(width);
  const answers = Array.from({ length: rows.length / width }, (_, at) => {
    for (let column = 0; column < width; column += 1)
      row[column] = (rows[at * width + column]! - model.centers[column]!) / model.scales[column]!;
    for (let vector = 0; vector < likenesses.length; vector += 1) likenesses[vector] = likeness(row, model.vectors, vector * width);
    const decisions = model.task === 'classes' ? decisionsOf(model, likenesses) : Float64Array.of(sumOf(model, likenesses));
    if (row.some(Number.isNaN)) decisions.fill(Number.NaN);
    if (type === 'decision') return decisions;
    if (type === 'prob') return coupled(chancesOf(model, decisions, library.exp), count);
    return Float64Array.of(model.task === 'regression' ? unscaled(model, decisions[0]!) : winner(decisions, count));
  });
  const each = answers[0]?.length ?? 1;
  const out = new Float64Array(answers.length * each);
  for (const [at, answer] of answers.entries()) out.set(answer, at * each);
  return out;
}

function sumOf({ coefficients, rho }: SupportVectors, likenesses: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < likenesses.length; at += 1) sum += coefficients[at]! * likenesses[at]!;
  return sum - rho[0]!;
}

/** A number for each pair of classes, above 0 for the first of them. */
function decisionsOf({ counts, coefficients, rho }: SupportVectors, likenesses: Float64Array): Float64Array {
  const length = likenesses.length;
  const starts = new Uint32Array(counts.length);
  for (let at = 1; at < counts.length; at += 1) starts[at] = starts[at - 1]! + counts[at - 1]!;
  const decisions = new Float64Array(rho.length);
  let pair = 0;
  for (let one = 0; one < counts.length; one += 1)
    for (let other = one + 1; other < counts.length; other += 1) {
      let sum = 0;
      const [first, second] = [starts[one]!, starts[other]!];
      for (let at = first; at < first + counts[one]!; at += 1) sum += coefficients[(other - 1) * length + at]! * likenesses[at]!;
      for (let at = second; at < second + counts[other]!; at += 1) sum += coefficients[one * length + at]! * likenesses[at]!;
      decisions[pair] = sum - rho[pair]!;
      pair += 1;
    }
  return decisions;
}

function chancesOf({ probA, probB }: SupportVectors, decisions: Float64Array, exp: (x: number) => number): Float64Array {
  return decisions.map((decision, pair) => pairChance(decision, probA![pair]!, probB![pair]!, exp));
}

/** The place of the first class with most votes; NaN where a decision is none. */
function winner(decisions: Float64Array, count: number): number {
  if (decisions.some(Number.isNaN)) return Number.NaN;
  const votes = new Uint32Array(count);
  let pair = 0;
  for (let one = 0; one < count; one += 1)
    for (let other = one + 1; other < count; other += 1) {
      votes[decisions[pair]! > 0 ? one : other]! += 1;
      pair += 1;
    }
  return votes.indexOf(votes.reduce((most, one) => Math.max(most, one)));
}

function unscaled({ target }: SupportVectors, value: number): number {
  return target ? value * target[1]! + target[0]! : value;
}
