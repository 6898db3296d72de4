import { linksOf, powerLink } from '../../expressions/links.ts';
import { libraryOf, type MathLibrary } from '../../math/library.ts';
import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';
import { transformFor } from '../boosting/transforms.ts';
import { type Coefficients, coefficientsAt, placeOf } from './path.ts';
import type { Chosen, Penalized, Response } from './penalized.ts';

/** The least part of the penalized path in a blend (the epsilon of glmnet's blend.relaxed). */
const LEAST_GAMMA = 1e-5;
const KNOWN = new WeakMap<Penalized, { key: string; coefficients: Coefficients }>();

/**
 * The answers to rows of inputs that lie side by side: from the intercept on, each input times its coefficient is added in the order
 * of the inputs, then the offset. That is the order of glmnet's product of a sparse matrix, so that every bit is R's.
 */
export function predictPenalized(schema: Schema, penalized: Penalized, rows: Float64Array, parameters: Parameters): Float64Array {
  const width = schema.features.length;
  const { groups, hasOffset } = penalized;
  const coefficients = coefficientsFor(penalized, parameters);
  const count = rows.length / width;
  const sums = new Float64Array(count * groups);
  for (let row = 0; row < count; row += 1) {
    const at = row * width;
    for (let group = 0; group < groups; group += 1) {
      const { intercept, rows: inputs, values } = coefficients[group]!;
      let sum = intercept;
      for (let entry = 0; entry < inputs.length; entry += 1) sum += values[entry]! * rows[at + inputs[entry]!]!;
      sums[row * groups + group] = hasOffset ? sum + rows[at + width - groups + group]! : sum;
    }
  }
  if (parameters.type === 'link') return sums;
  if (parameters.type === 'class') return classesOf(sums, groups);
  respond(schema, penalized, sums);
  if (schema.kind !== 'probability' || groups > 1) return sums;
  const shares = new Float64Array(2 * count);
  sums.forEach((share, row) => {
    shares[2 * row] = 1 - share;
    shares[2 * row + 1] = share;
  });
  return shares;
}

/** The coefficients that a request asks for; those of the last request are kept. */
function coefficientsFor(penalized: Penalized, { s, gamma }: Parameters): Coefficients {
  const { lambda, groups, path, relaxed, chosen } = penalized;
  const asked = s ?? penalized.s;
  const number = (value: number | string) => (typeof value === 'number' ? value : chosen[value as keyof Chosen]!);
  // With lambda.min comes gamma.min (predict.cv.relaxed).
  const pair = asked === 'lambda.min' && Object.hasOwn(chosen, 'gamma.min') ? 'gamma.min' : penalized.gamma;
  const mixed = number(gamma ?? pair);
  const key = `${number(asked)} ${mixed}`;
  const known = KNOWN.get(penalized);
  if (known?.key === key) return known.coefficients;
  const blend = relaxed && mixed !== 1 ? { relaxed, gamma: Math.max(mixed, LEAST_GAMMA) } : undefined;
  const coefficients = coefficientsAt(path, { groups, count: lambda.length }, placeOf(lambda, number(asked)), blend);
  KNOWN.set(penalized, { key, coefficients });
  return coefficients;
}

/** The class of each row: the second of two above 0, else the first of the greatest sums. */
function classesOf(sums: Float64Array, groups: number): Float64Array {
  if (groups === 1) return sums.map((sum) => (sum > 0 ? 1 : 0));
  const out = new Float64Array(sums.length / groups);
  for (let row = 0; row < out.length; row += 1) {
    let best = 0;
    for (let group = 1; group < groups; group += 1) if (sums[row * groups + group]! > sums[row * groups + best]!) best = group;
    out[row] = best;
  }
  return out;
}

/** Turns sums into the response, in their place. */
function respond(schema: Schema, { response, groups }: Penalized, sums: Float64Array): void {
  if (response.by === 'shares') {
    const shares = transformFor('shares', schema.libm);
    for (let at = 0; at < sums.length; at += groups) shares(sums, at, groups, 0);
    return;
  }
  const inverse = inverseOf(response, libraryOf(schema.libm));
  if (inverse) for (let at = 0; at < sums.length; at += 1) sums[at] = inverse(sums[at]!);
}

/** The response to one sum; undefined where it is the sum itself. */
function inverseOf(response: Response, library: MathLibrary): ((sum: number) => number) | undefined {
  switch (response.by) {
    case 'logistic':
      return (sum) => 1 / (1 + library.exp(-sum));
    case 'exp':
      return library.exp;
    case 'link':
      return response.link === 'power' ? powerLink(response.lambda!, library) : linksOf(library)[response.link]!;
    default:
      return undefined;
  }
}
