import type { MathLibrary } from '../../math/library.ts';

/** The kernels of libsvm, by R's names in svm(). */
export const KERNELS = ['linear', 'polynomial', 'radial', 'sigmoid'] as const;
/** A kernel and its numbers; each kernel uses those that its formula has. */
export type Kernel = { kernel: (typeof KERNELS)[number]; degree: number; gamma: number; coef0: number };

/** A row's likeness to one of `vectors`, which starts at `start`. */
export type Likeness = (row: Float64Array, vectors: Float64Array, start: number) => number;

/** A kernel as libsvm computes it (svm.cpp, Kernel::k_function), with the order of its sums. */
export function likenessOf({ kernel, degree, gamma, coef0 }: Kernel, { exp, tanh }: MathLibrary): Likeness {
  switch (kernel) {
    case 'linear':
      return dot;
    case 'polynomial':
      return (row, vectors, start) => wholePower(gamma * dot(row, vectors, start) + coef0, degree);
    case 'radial':
      return (row, vectors, start) => exp(-gamma * squares(row, vectors, start));
    case 'sigmoid':
      return (row, vectors, start) => tanh(gamma * dot(row, vectors, start) + coef0);
  }
}

/** libsvm keeps no zeros, so that an infinite number beside one adds nothing. */
function dot(row: Float64Array, vectors: Float64Array, start: number): number {
  let sum = 0;
  for (let at = 0; at < row.length; at += 1) {
    const [one, other] = [row[at]!, vectors[start + at]!];
    if (one !== 0 && other !== 0) sum += one * other;
  }
  return sum;
}

function squares(row: Float64Array, vectors: Float64Array, start: number): number {
  let sum = 0;
  for (let at = 0; at < row.length; at += 1) {
    const step = row[at]! - vectors[start + at]!;
    sum += step * step;
  }
  return sum;
}

/** libsvm's powi: by squaring, with its roundings. */
function wholePower(base: number, times: number): number {
  let [square, result] = [base, 1];
  for (let left = times; left > 0; left = Math.trunc(left / 2)) {
    if (left % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
