/** A function of numbers as R has it, and how many arguments it takes. TRUE and FALSE are 1 and 0. */
export type RFunction = { least: number; most: number; apply: (...values: number[]) => number };

const one = (apply: (x: number) => number): RFunction => ({ least: 1, most: 1, apply });
const two = (apply: (x: number, y: number) => number): RFunction => ({ least: 2, most: 2, apply });
const test = (apply: (x: number, y: number) => boolean): RFunction =>
  two((x, y) => (Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : Number(apply(x, y))));

/**
 * The functions that a formula may use, by R's names: those whose value for a row depends on that row alone. (mean(), rank()
 * or cumsum() would give another answer with every batch, in R too.)
 */
export const FUNCTIONS: Record<string, RFunction> = {
  '+': { least: 1, most: 2, apply: (x, y) => (y === undefined ? (x as number) : (x as number) + y) } as RFunction,
  '-': { least: 1, most: 2, apply: (x, y) => (y === undefined ? -(x as number) : (x as number) - y) } as RFunction,
  '*': two((x, y) => x * y),
  '/': two((x, y) => x / y),
  '^': two(power),
  '%%': two(modulo),
  '%/%': two((x, y) => quotient(x, y)),
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
  exp: one(Math.exp),
  expm1: one(Math.expm1),
  log: { least: 1, most: 2, apply: (x, base) => logarithm(x as number, base) } as RFunction,
  log2: one((x) => logarithm(x, 2)),
  log10: one((x) => logarithm(x, 10)),
  log1p: one(Math.log1p),
  sqrt: one(Math.sqrt),
  abs: one(Math.abs),
  sign: one(Math.sign),
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
  sinh: one(Math.sinh),
  cosh: one(Math.cosh),
  tanh: one(Math.tanh),
  pmin: {
    least: 1,
    most: 100,
    apply: (...values) => values.reduce((least, value) => (value < least || Number.isNaN(value) ? value : least)),
  },
  pmax: { least: 1, most: 100, apply: (...values) => values.reduce((most, value) => (value > most || Number.isNaN(value) ? value : most)) },
  logical: one((x) => (Number.isNaN(x) ? x : Number(x !== 0))),
};

/** x ^ y as R has it (arithmetic.c, R_POW and R_pow): a square is a product. Whole powers are rounded once, as glibc's pow is all but always. */
export function power(x: number, y: number): number {
  if (y === 2) return x * x;
  if (x === 1 || y === 0) return 1;
  if (Number.isInteger(y) && y > 2 && y <= 64) return wholePower(x, y);
  return x ** y;
}

/** x to a whole power, in twice the precision of a double until the end. */
function wholePower(x: number, y: number): number {
  const plain = x ** y;
  // Far from 1 the parts of the products leave the doubles.
  if (!(Math.abs(plain) > 1e-250 && Math.abs(plain) < 1e250)) return plain;
  let [high, low] = [x, 0];
  for (let left = y - 1; left > 0; left -= 1) {
    const product = high * x;
    const error = productError(high, x, product) + low * x;
    high = product + error;
    low = error - (high - product);
  }
  return high;
}

/** What is lost in the product of two doubles (Dekker's splitting). */
function productError(x: number, y: number, product: number): number {
  const split = (value: number): [number, number] => {
    const scaled = 134217729 * value;
    const high = scaled - (scaled - value);
    return [high, value - high];
  };
  const [xh, xl] = split(x);
  const [yh, yl] = split(y);
  return xl * yl - (product - xh * yh - xl * yh - xh * yl);
}

/** log(x), or log(x, base): exact bases 2 and 10 have functions of their own in R (arithmetic.c, logbase). */
function logarithm(x: number, base: number | undefined): number {
  if (base === undefined) return Math.log(x);
  if (base === 10) return Math.log10(x);
  if (base === 2) return Math.log2(x);
  return Math.log(x) / Math.log(base);
}

/** x %% y: the remainder has the sign of y. */
function modulo(x: number, y: number): number {
  if (y === 0) return Number.NaN;
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
}

/** x %/% y (arithmetic.c, myfloor). */
function quotient(x: number, y: number): number {
  const ratio = x / y;
  if (y === 0 || !Number.isFinite(ratio)) return ratio;
  const whole = Math.floor(ratio);
  return whole + Math.floor((x - whole * y) / y);
}

/** The nearest whole number; halves go to the even one. */
function roundEven(x: number): number {
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
