import { power } from '../../../expressions/functions.ts';
import type { MathLibrary } from '../../../math/library.ts';
import type { Basis, Kernel } from '../gam.ts';
import { sumOfSquares } from './squares.ts';

type Radial = Extract<Basis, { basis: 'radial' }>;
type Numbers = (span: readonly [number, number]) => Float64Array;

/** Columns of kernels of the distances to knots (mgcv's tprs.c; gpE, gpT, DuchonE and DuchonT of smooth.r). */
export function radial(basis: Radial, numbers: Numbers, library: MathLibrary): (variables: Float64Array) => Float64Array {
  const { of, kernel, powers, inside, width } = basis;
  const [shift, knots, map] = [numbers(basis.shift), numbers(basis.knots), numbers(basis.map)];
  const centre = basis.centre && numbers(basis.centre);
  const dimension = of.length;
  const count = knots.length / dimension;
  const rows = inside ? count + powers.length : count;
  const of2 = kernelOf(kernel, library);
  const [x, squares, values] = [new Float64Array(dimension), new Float64Array(dimension), new Float64Array(rows)];
  const isSquared = kernel.kernel === 'thinPlate';
  return (variables) => {
    for (let at = 0; at < dimension; at += 1) x[at] = variables[of[at]!]! - shift[at]!;
    for (let knot = 0; knot < count; knot += 1) {
      let plain = 0;
      for (let at = 0; at < dimension; at += 1) {
        const gap = knots[at * count + knot]! - x[at]!;
        squares[at] = gap * gap;
        plain += squares[at]!;
      }
      values[knot] = of2(isSquared ? plain : Math.sqrt(sumOfSquares(squares)));
    }
    const polynomials = powers.map((exponents) => monomial(x, exponents, isSquared ? undefined : library.pow));
    if (inside) values.set(polynomials, count);
    const mapped = map.length / rows;
    const out = new Float64Array(width);
    for (let column = 0; column < Math.min(width, mapped); column += 1) {
      let sum = 0;
      for (let row = 0; row < rows; row += 1) sum += map[column * rows + row]! * values[row]!;
      out[column] = centre ? sum - centre[column]! : sum;
    }
    if (!inside) out.set(polynomials, mapped);
    return out;
  };
}

/** A product of powers of the variables: by multiplications one after another, or by R's `^`. */
function monomial(x: Float64Array, exponents: number[], pow: MathLibrary['pow'] | undefined): number {
  let product = 1;
  exponents.forEach((exponent, at) => {
    if (pow) product *= power(x[at]!, exponent, pow);
    else for (let times = 0; times < exponent; times += 1) product *= x[at]!;
  });
  return product;
}

/** A kernel as a function of the distance; that of thin plates takes its square. */
function kernelOf(kernel: Kernel, { log, exp, pow }: MathLibrary): (distance: number) => number {
  switch (kernel.kernel) {
    case 'thinPlate': {
      const { m, d, factor } = kernel;
      const half = Math.floor(d / 2);
      return (square) => {
        if (square <= 0) return 0;
        let value = d % 2 === 0 ? factor * (log(square) * 0.5) : factor;
        for (let times = 0; times < (d % 2 === 0 ? m - half : m - half - 1); times += 1) value *= square;
        return d % 2 === 0 ? value : value * Math.sqrt(square);
      };
    }
    case 'duchon': {
      const { power: exponent, sign } = kernel;
      const isEven = exponent % 2 === 0;
      return (distance) => {
        if (!isEven) return power(distance, exponent, pow) * sign;
        return (distance === 0 ? distance : power(distance, exponent, pow) * log(distance)) * sign;
      };
    }
    case 'gp':
      return processKernel(kernel, exp, pow);
  }
}

/** The correlation functions of mgcv's gpE: spherical, power exponential, Matern with 1.5, 2.5 and 3.5. */
function processKernel(
  { type, range, power: k }: Extract<Kernel, { kernel: 'gp' }>,
  exp: MathLibrary['exp'],
  pow: MathLibrary['pow'],
): (distance: number) => number {
  return (distance) => {
    const e = distance / range;
    if (type === 1) return (1 - 1.5 * e + 0.5 * power(e, 3, pow)) * (e <= 1 ? 1 : 0);
    if (type === 2) return exp(-power(e, k, pow));
    const decay = exp(-e);
    if (type === 3) return (1 + e) * decay;
    if (type === 4) return decay + e * decay * (1 + e / 3);
    return decay + e * decay * (1 + 0.4 * e + (e * e) / 15);
  };
}
