import type { MathLibrary } from '../../math/library.ts';
import { longSum } from '../boosting/long-sum.ts';

/** The kernels of kernlab that are served, by their class without "kernel". */
export const KERNELS = ['rbf', 'poly', 'vanilla', 'tanh', 'laplace', 'anova'] as const;
/** A kernel and its numbers; each kernel uses those that its formula has. */
export type Kernel = { kernel: (typeof KERNELS)[number]; sigma: number; degree: number; scale: number; offset: number };

/** Support vectors side by side with their coefficients, of one decision. */
export type Part = { vectors: Float64Array; coefficients: Float64Array };
/** The sum of a row's likenesses to the vectors of a part, by their coefficients. */
export type Product = (row: Float64Array) => number;

/** A part's product as kernlab computes it (R/kernels.R, kernelMult), in the order of the reference BLAS. */
export function productOf(kernel: Kernel, part: Part, library: MathLibrary): Product {
  const { sigma, degree, scale, offset } = kernel;
  const { exp, pow, tanh } = library;
  switch (kernel.kernel) {
    case 'vanilla':
      return vanilla(part);
    case 'poly':
      return summed(part, (row, start) => power(scale * dot(row, part.vectors, start) + offset, degree, pow));
    case 'tanh':
      return summed(part, (row, start) => tanh(scale * dot(row, part.vectors, start) + offset));
    case 'rbf':
      return byDistance(part, (distance) => exp(sigma * distance));
    case 'laplace':
      return byDistance(part, (distance) => exp(-sigma * Math.sqrt(-nineDigits(distance))));
    case 'anova':
      return anova(part, kernel, library);
  }
}

function dot(row: Float64Array, vectors: Float64Array, start: number): number {
  let sum = 0;
  for (let at = 0; at < row.length; at += 1) sum += row[at]! * vectors[start + at]!;
  return sum;
}

/** R's x^y, which squares by a product. */
function power(x: number, y: number, pow: (x: number, y: number) => number): number {
  return y === 2 ? x * x : pow(x, y);
}

function summed({ coefficients }: Part, likeness: (row: Float64Array, start: number) => number): Product {
  return (row) => {
    let sum = 0;
    for (let at = 0; at < coefficients.length; at += 1) sum += coefficients[at]! * likeness(row, at * row.length);
    return sum;
  };
}

/** The coefficients of the inputs first, then the row's product with these. */
function vanilla({ vectors, coefficients }: Part): Product {
  const width = vectors.length / coefficients.length;
  const weights = Float64Array.from({ length: width }, (_, column) => {
    let sum = 0;
    for (let at = 0; at < coefficients.length; at += 1) sum += vectors[at * width + column]! * coefficients[at]!;
    return sum;
  });
  return (row) => dot(row, weights, 0);
}

/** Of 2xy - yy - xx, which is the distance's square below 0. */
function byDistance(part: Part, likeness: (distance: number) => number): Product {
  const width = part.vectors.length / part.coefficients.length;
  const squares = part.coefficients.map((_, at) => squareOf(part.vectors.subarray(at * width, (at + 1) * width)));
  return (row) => {
    const square = squareOf(row);
    return summed(part, (one, start) => likeness(2 * dot(one, part.vectors, start) - squares[start / width]! - square))(row);
  };
}

function squareOf(row: Float64Array): number {
  return longSum(row.map((value) => value * value));
}

/** R's round(x, 9): the nearer of the two neighbours with nine digits (nmath/fround.c of R 4.0 and newer). */
function nineDigits(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  const size = Math.abs(x);
  if (9 > 15 - Math.ceil(Math.log10(size))) return x;
  const whole = Math.floor(size * 1e9);
  const [below, above] = [whole / 1e9, Math.ceil(size * 1e9) / 1e9];
  const [down, up] = [size - below, above - size];
  const rounded = down < up || (down === up && whole % 2 === 0) ? below : above;
  return x < 0 ? -rounded : rounded;
}

function anova(part: Part, { sigma, degree }: Kernel, { exp, pow }: MathLibrary): Product {
  return summed(part, (row, start) => {
    const each = row.map((value, column) => {
      const step = value - part.vectors[start + column]!;
      return power(exp(-sigma * (step * step)), degree, pow);
    });
    return longSum(each);
  });
}
