import { FUSED, type Libm, type MathLibrary, PLAIN } from '../math/library.ts';
import { modulo, quotient } from './modulo.ts';

/** A function of numbers as R has it, and how many arguments it takes. TRUE and FALSE are 1 and 0. */
export type RFunction = { least: number; most: number; apply: (...values: number[]) => number };

const one = (apply: (x: number) => number): RFunction => ({ least: 1, most: 1, apply });
const two = (apply: (x: number, y: number) => number): RFunction => ({ least: 2, most: 2, apply });
const test = (apply: (x: number, y: number) => boolean): RFunction =>
  two((x, y) => (Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : Number(apply(x, y))));

/** Functions of the C library that have other last bits here: they are those of JavaScript. */
export const NOT_EXACT: readonly string[] = ['sin', 'cos', 'tan', 'asin', 'acos', 'atan'];

const functionsOf = ({ exp, expm1, log1p, sinh, cosh, tanh, ...library }: MathLibrary): Record<string, RFunction> => ({
  '+': { least: 1, most: 2, apply: (x, y) => (y === undefined ? (x as number) : (x as number) + y) } as RFunction,
  '-': { least: 1, most: 2, apply: (x, y) => (y === undefined ? -(x as number) : (x as number) - y) } as RFunction,
  '*': two((x, y) => x * y),
  '/': two((x, y) => x / y),
  '^': two((x, y) => power(x, y, library.pow)),
  '%%': two(modulo),
  '%/%': two(quotient),
  '<': test((x, y) => x < y),
  '<=': test((x, y) => x <= y),
  '>': test((x, y) => x > y),
  '>=': test((x, y) => x >= y),
  '==': test((x, y) => x === y),
  '!=': test((x, y) => x !== y),
  '!': one((x) => (Number.isNaN(x) ? x : Number(x === 0))),
  '&': two((x, y) => (x === 0 || y === 0 ? 0 : Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : 1)),
  '|': two((x, y) =>
    (x !== 0 && !Number.isNaN(x)) || (y !== 0 && !Number.isNaN(y)) ? 1 : Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : 0,
  ),
  ifelse: { least: 3, most: 3, apply: (x, yes, no) => (Number.isNaN(x) ? Number.NaN : x !== 0 ? yes : no) as number },
  exp: one(exp),
  expm1: one(expm1),
  log: { least: 1, most: 2, apply: (x, base) => logarithm(x as number, base, library) } as RFunction,
  log2: one(library.log2),
  log10: one(library.log10),
  log1p: one(log1p),
  sqrt: one(Math.sqrt),
  abs: one(Math.abs),
  sign: one((x) => Math.sign(x) + 0),
  floor: one(Math.floor),
  ceiling: one(Math.ceil),
  trunc: one(Math.trunc),
  round: one(roundEven),
  sin: one(Math.sin),
  cos: one(Math.cos),
  tan: one(Math.tan),
  asin: one(Math.asin),
  acos: one(Math.acos),
  atan: one(Math.atan),
  sinh: one(sinh),
  cosh: one(cosh),
  tanh: one(tanh),
  pmin: {
    least: 1,
    most: 100,
    apply: (...values) => values.reduce((least, value) => (value < least || Number.isNaN(value) ? value : least)),
  },
  pmax: { least: 1, most: 100, apply: (...values) => values.reduce((most, value) => (value > most || Number.isNaN(value) ? value : most)) },
  /** NA where it is no integer of R. */
  'as.integer': one((x) => (Math.abs(x) < 2 ** 31 ? Math.trunc(x) + 0 : Number.NaN)),
  logical: one((x) => (Number.isNaN(x) ? x : Number(x !== 0))),
});

/**
 * The functions that a formula may use, by R's names: those whose value for a row depends on that row alone. (mean(), rank()
 * or cumsum() would give another answer with every batch, in R too.)
 */
export const FUNCTIONS: Record<string, RFunction> = functionsOf(FUSED);
const PLAIN_FUNCTIONS = functionsOf(PLAIN);

/** The same, for a model that asks one of the forms of the C library. */
export function functionsFor(libm: Libm | undefined): Record<string, RFunction> {
  return libm === undefined ? FUNCTIONS : PLAIN_FUNCTIONS;
}

/** x ^ y as R has it (arithmetic.c, R_POW and R_pow): a square is a product, and where C's pow has another answer, R's rules hold. */
export function power(x: number, y: number, pow: MathLibrary['pow']): number {
  if (y === 2) return x * x;
  if (x === 1 || y === 0) return 1;
  if (x === 0) return y > 0 ? 0 : y < 0 ? Number.POSITIVE_INFINITY : y;
  if (Number.isFinite(x) && Number.isFinite(y)) return pow(x, y);
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return y < 0 ? 0 : x;
  if (x === Number.NEGATIVE_INFINITY && Number.isInteger(y)) return y < 0 ? 0 : y % 2 === 0 ? -x : x;
  if (Number.isFinite(y) || x < 0) return Number.NaN;
  return x >= 1 === y > 0 ? Number.POSITIVE_INFINITY : 0;
}

/** log(x), or log(x, base): the bases 2 and 10 have other functions in R (arithmetic.c, logbase). */
function logarithm(x: number, base: number | undefined, { log, log2, log10 }: Pick<MathLibrary, 'log' | 'log2' | 'log10'>): number {
  if (base === undefined) return log(x);
  if (base === 10) return log10(x);
  if (base === 2) return log2(x);
  return log(x) / log(base);
}

/** The nearest whole number; halves go to the even one. As in C, -0.4 becomes -0. */
function roundEven(x: number): number {
  if (x >= -0.5 && x <= 0.5) return x * 0;
  const low = Math.floor(x);
  const rest = x - low;
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

/**
 * The value of the orthogonal polynomial of degree `alpha.length`, by the three-term recursion and in the order of R's
 * poly() with its `coefs`. `norm2` has a leading 1, then the squared norms from degree 0 on.
 */
export function orthogonalPolynomial(x: number, alpha: number[], norm2: number[]): number {
  let before = 1;
  let value = x - alpha[0]!;
  for (let degree = 2; degree <= alpha.length; degree += 1) {
    const next = (x - alpha[degree - 1]!) * value - (norm2[degree]! / norm2[degree - 1]!) * before;
    before = value;
    value = next;
  }
  return value / Math.sqrt(norm2[alpha.length + 1]!);
}
