import { ModelError } from '../../errors.ts';
import { LINKS, linksOf, powerLink } from '../../expressions/links.ts';
import { libraryOf, type MathLibrary } from '../../math/library.ts';
import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';
import { longSum } from '../boosting/long-sum.ts';
import { firstLargest } from '../class-answers.ts';

/** The glm behind an output: its link, and the inputs in the order in which they are added up. */
export type EarthGlm = { link: string; lambda?: number; order: number[] };
/**
 * Sums of hinge terms, which are the inputs: a sum for each output. Where there are glms, each output has one, of the same terms, and
 * `weights` are its coefficients, one glm's behind the other's. With `hasOffset` the last input is added to each sum.
 */
export type Earth = {
  outputs: number;
  hasOffset: boolean;
  /** Of each output, a coefficient for each term. */
  coefficients: Float64Array;
  glms?: EarthGlm[];
  weights?: Float64Array;
  /** True where the outputs of several classes are divided by their sum. */
  isShared?: boolean;
};

/** The answers row by row (earth, R/predict.earth.R); of two classes with one output both chances. */
export function predictEarth(schema: Schema, earth: Earth, rows: Float64Array, { type }: Parameters): Float64Array {
  const { outputs } = earth;
  const width = schema.features.length;
  const count = rows.length / width;
  const sums = new Float64Array(count * outputs);
  const fill = type === 'earth' || !earth.glms ? fillSums : fillGlms;
  for (let row = 0; row < count; row += 1) {
    fill(earth, rows.subarray(row * width, (row + 1) * width), sums.subarray(row * outputs, (row + 1) * outputs));
  }
  if (type === 'link' || type === 'earth') return sums;
  if (earth.glms) {
    const inverses = earth.glms.map((glm) => inverseOf(glm, libraryOf(schema.libm)));
    for (let at = 0; at < sums.length; at += 1) sums[at] = inverses[at % outputs]!(sums[at]!);
  }
  if (type === 'class') return classesOf(sums, outputs);
  if (schema.kind !== 'probability') return sums;
  return outputs === 1 ? both(sums) : earth.isShared ? shared(sums, outputs) : sums;
}

/** The sums of the terms themselves. */
function fillSums({ coefficients, outputs, hasOffset }: Earth, row: Float64Array, sums: Float64Array): void {
  const terms = coefficients.length / outputs;
  for (let output = 0; output < outputs; output += 1) {
    let sum = 0;
    for (let term = 0; term < terms; term += 1) sum += coefficients[output * terms + term]! * row[term]!;
    sums[output] = hasOffset ? sum + row[terms]! : sum;
  }
}

/** The linear predictors of the glms. */
function fillGlms({ glms = [], weights = new Float64Array(), hasOffset }: Earth, row: Float64Array, sums: Float64Array): void {
  let at = 0;
  glms.forEach(({ order }, output) => {
    let sum = 0;
    for (const term of order) {
      sum += weights[at]! * row[term]!;
      at += 1;
    }
    sums[output] = hasOffset ? sum + row[row.length - 1]! : sum;
  });
}

function inverseOf({ link, lambda }: EarthGlm, library: MathLibrary): (eta: number) => number {
  return link === 'power' ? powerLink(lambda as number, library) : linksOf(library)[link]!;
}

/** The class of each row: the second of two beyond a half, else the first of the largest outputs. */
function classesOf(sums: Float64Array, outputs: number): Float64Array {
  return Float64Array.from({ length: sums.length / outputs }, (_, row) => {
    if (sums.subarray(row * outputs, (row + 1) * outputs).some(Number.isNaN)) return Number.NaN;
    return outputs === 1 ? Number(sums[row]! > 0.5) : firstLargest(sums, row * outputs, outputs);
  });
}

function both(sums: Float64Array): Float64Array {
  return Float64Array.from({ length: 2 * sums.length }, (_, at) => (at % 2 === 0 ? 1 - sums[at / 2]! : sums[(at - 1) / 2]!));
}

function shared(sums: Float64Array, outputs: number): Float64Array {
  const out = new Float64Array(sums.length);
  for (let at = 0; at < sums.length; at += outputs) {
    const rowSums = sums.subarray(at, at + outputs);
    const sum = longSum(rowSums);
    rowSums.forEach((value, place) => {
      out[at + place] = value / sum;
    });
  }
  return out;
}

/** Checks sums of terms from a file, so that predictEarth needs no check. Throws a ModelError that names what is wrong. */
export function checkEarth(schema: Schema, earth: Earth, label: string): void {
  const { outputs, hasOffset, coefficients, glms, weights, isShared } = earth;
  const fail = (found: string, expected: string) => new ModelError(`${label}'s terms`, found, expected);
  const { kind, classes = [], margins = 1 } = schema;
  if (typeof outputs !== 'number' || !Number.isInteger(outputs) || outputs < 1) throw fail(`${outputs} outputs`, 'a whole number above 0');
  if (kind !== 'regression' && kind !== 'probability') throw fail(`the kind ${kind}`, 'regression or probability');
  if (kind === 'regression' && margins !== outputs) throw fail(`${outputs} outputs`, String(margins));
  if (kind === 'probability' && (margins !== outputs || classes.length !== (outputs === 1 ? 2 : outputs)))
    throw fail(`${outputs} outputs of ${classes.length} classes`, 'an output for each class, or one of two');
  for (const flag of [hasOffset, isShared])
    if (flag !== undefined && typeof flag !== 'boolean') throw fail('another flag', 'true or false');
  const terms = schema.features.length - (hasOffset ? 1 : 0);
  if (coefficients.length !== outputs * terms) throw fail(`${coefficients.length} coefficients`, String(outputs * terms));
  if (![...coefficients, ...(weights ?? [])].every(Number.isFinite)) throw fail('a coefficient that is not finite', 'finite ones');
  if ((glms === undefined) !== (weights === undefined)) throw fail('a glm without its coefficients, or these without it', 'both');
  if (!glms) return;
  if (!Array.isArray(glms) || glms.length !== outputs || !glms.every((glm) => isGlm(glm, terms)))
    throw fail('other glms', `${outputs} with a link and the order of their terms`);
  const used = glms.reduce((sum, { order }) => sum + order.length, 0);
  if (weights?.length !== used) throw fail(`${weights?.length} coefficients of glms`, String(used));
}

function isGlm(glm: unknown, terms: number): boolean {
  const { link, lambda, order } = (glm ?? {}) as Partial<EarthGlm>;
  const isPlace = (place: unknown) => typeof place === 'number' && Number.isInteger(place) && place >= 0 && place < terms;
  const isLink = link === 'power' ? typeof lambda === 'number' && lambda > 0 : typeof link === 'string' && Object.hasOwn(LINKS, link);
  return isLink && Array.isArray(order) && order.length <= terms && order.every(isPlace);
}
