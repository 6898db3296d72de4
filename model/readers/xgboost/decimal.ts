const { fround } = Math;

/** A double and its 64 bits. */
const DOUBLE = new Float64Array(1);
const WORDS = new Uint32Array(DOUBLE.buffer);
const HALF = 2 ** 28;

/**
 * The 32-bit float nearest to a decimal, as strtof() gives it. Rounding to a double and then to a float would be wrong where the
 * double lies just between two floats: then the decimal itself says on which side of it.
 */
export function floatOf(decimal: string): number {
  const double = Number(decimal);
  const float = fround(double);
  DOUBLE[0] = double;
  // The 29 bits that a float lacks: a one and zeros say half of its last bit.
  const isBetween = (WORDS[0]! & (2 * HALF - 1)) === HALF;
  if (!isBetween || float === double || !Number.isFinite(float)) return float;
  const side = compare(decimal, double);
  if (side === 0) return float;
  // The other float that the double is as near to.
  const other = fround(double + (double - float));
  return float > double === side > 0 ? float : other;
}

const PARTS = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,5}))?$/;

/** Whether a decimal is above a double (1), below it (-1) or equal to it (0), by whole numbers of any size. */
function compare(decimal: string, double: number): number {
  const parts = PARTS.exec(decimal);
  if (!parts) return 0;
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts;
  const digits = BigInt(`${whole}${fraction}` || '0') * (sign === '-' ? -1n : 1n);
  const power = Number(exponent) - fraction.length;
  DOUBLE[0] = double;
  const bits = (WORDS[1]! >>> 20) & 0x7ff;
  // double = mantissa * 2^shift, both whole.
  const shift = Math.max(bits, 1) - 1075;
  const mantissa = BigInt(double / 2 ** shift);
  const [left, right] = [digits * 10n ** BigInt(Math.max(power, 0)), mantissa * 10n ** BigInt(Math.max(-power, 0))];
  const difference = shift < 0 ? (left << BigInt(-shift)) - right : left - (right << BigInt(shift));
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}
