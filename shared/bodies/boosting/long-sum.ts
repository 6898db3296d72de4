/** Bits of a long double's mantissa, and of a double's. */
const [LONG, DOUBLE] = [64, 52];
const view = new DataView(new ArrayBuffer(8));

/** A number above 0 as a whole number times a power of two. */
type Exact = { whole: bigint; power: number };

function exactOf(value: number): Exact {
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number(bits >> 52n);
  const fraction = bits & ((1n << 52n) - 1n);
  return exponent === 0 ? { whole: fraction, power: -1074 } : { whole: fraction | (1n << 52n), power: exponent - 1023 - DOUBLE };
}

/** A sum of two, rounded to the 64 bits of a long double, ties to even. */
function add(one: Exact, other: Exact): Exact {
  const power = Math.min(one.power, other.power);
  const whole = (one.whole << BigInt(one.power - power)) + (other.whole << BigInt(other.power - power));
  const excess = whole.toString(2).length - LONG;
  if (excess <= 0) return { whole, power };
  const shift = BigInt(excess);
  const kept = whole >> shift;
  const lost = whole - (kept << shift);
  const half = 1n << (shift - 1n);
  const isUp = lost > half || (lost === half && (kept & 1n) === 1n);
  return { whole: isUp ? kept + 1n : kept, power: power + excess };
}

/**
 * The sum of numbers that are 0 or more, as R's sum() has it on x86: in long doubles of 64 bits from the first to the last, and
 * then rounded to a double (src/main/summary.c, rsum).
 */
export function longSum(values: Float64Array): number {
  let sum: Exact = { whole: 0n, power: -1074 };
  for (const value of values) {
    if (!Number.isFinite(value)) return values.reduce((all, one) => all + one, 0);
    sum = add(sum, exactOf(value));
  }
  // Two factors, since one alone may be below the least double or beyond the greatest.
  const half = Math.trunc(sum.power / 2);
  return Number(sum.whole) * 2 ** half * 2 ** (sum.power - half);
}
