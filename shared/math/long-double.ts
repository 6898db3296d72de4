/*
 * R's arithmetic on x86-64 goes through long doubles here and there: numbers with 64 bits of mantissa, and exponents far beyond a
 * double's. They are whole numbers times powers of two here, so that each operation is exact and then rounded once, as the processor
 * does. An operation takes about a microsecond: only for what a double cannot give.
 */

/** Bits of a long double's mantissa, and of a double's (the first one, which is not stored, too). */
const [LONG, DOUBLE] = [64, 53];
/** The power of the least double above 0. */
const LEAST = -1074;
const view = new DataView(new ArrayBuffer(8));

/** A number as a whole number times a power of two. */
export type Long = { whole: bigint; power: number };

/** A finite double, exactly. */
export function longOf(value: number): Long {
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const exponent = Number(bits >> 52n);
  const fraction = bits & ((1n << 52n) - 1n);
  const whole = exponent === 0 ? fraction : fraction | (1n << 52n);
  return { whole: value < 0 ? -whole : whole, power: Math.max(1, exponent) - 1075 };
}

function bitsOf(whole: bigint): number {
  return (whole < 0n ? -whole : whole).toString(2).length;
}

/** A number without its last `excess` bits, rounded to the nearest, ties to even. */
function shortened({ whole, power }: Long, excess: number): Long {
  if (excess <= 0) return { whole, power };
  const shift = BigInt(excess);
  const kept = whole >> shift;
  const lost = whole - (kept << shift);
  const half = 1n << (shift - 1n);
  const isUp = lost > half || (lost === half && (kept & 1n) === 1n);
  return { whole: isUp ? kept + 1n : kept, power: power + excess };
}

function rounded(value: Long): Long {
  return shortened(value, bitsOf(value.whole) - LONG);
}

/** The sum of two. */
export function plus(one: Long, other: Long): Long {
  const power = Math.min(one.power, other.power);
  return rounded({ whole: (one.whole << BigInt(one.power - power)) + (other.whole << BigInt(other.power - power)), power });
}

/** The first less the second. */
export function minus(one: Long, { whole, power }: Long): Long {
  return plus(one, { whole: -whole, power });
}

/** The product of two. */
export function times(one: Long, other: Long): Long {
  return rounded({ whole: one.whole * other.whole, power: one.power + other.power });
}

/** The first divided by the second, which is not 0. */
export function over(one: Long, other: Long): Long {
  // So many bits more that the quotient has two beyond its mantissa; a rest makes the last one odd, so that no tie hides it.
  const more = Math.max(0, LONG + 2 + bitsOf(other.whole) - bitsOf(one.whole));
  const above = one.whole << BigInt(more);
  const whole = above / other.whole;
  const rest = above === whole * other.whole ? 0n : above < 0n === other.whole < 0n ? 1n : -1n;
  return rounded({ whole: whole * 2n + rest, power: one.power - other.power - more - 1 });
}

/** The greatest whole number that is no greater. */
export function floor({ whole, power }: Long): Long {
  return power >= 0 ? { whole, power } : { whole: whole >> BigInt(-power), power: 0 };
}

/** The nearest double; 0 has no sign. */
export function doubleOf(value: Long): number {
  const least = bitsOf(value.whole) - DOUBLE;
  const { whole, power } = shortened(value, Math.max(least, LEAST - value.power));
  // Two factors, since one alone may be below the least double or beyond the greatest.
  const half = Math.trunc(power / 2);
  return Number(whole) * 2 ** half * 2 ** (power - half);
}
