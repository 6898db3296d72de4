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
  return roundToFloat(Number(decimal), decimal);
}

/** The 32-bit float nearest to a decimal, whose nearest double is known. */
function roundToFloat(double: number, decimal: string | (() => string)): number {
  const float = fround(double);
  DOUBLE[0] = double;
  // The 29 bits that a float lacks: a one and zeros say half of its last bit.
  const isBetween = (WORDS[0]! & (2 * HALF - 1)) === HALF;
  if (!isBetween || float === double || !Number.isFinite(float)) return float;
  const side = compare(typeof decimal === 'string' ? decimal : decimal(), double);
  if (side === 0) return float;
  // The other float that the double is as near to.
  const other = fround(double + (double - float));
  return float > double === side > 0 ? float : other;
}

const PARTS = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,5}))?$/;

/** Digits that a whole number may have to be exact as a double, and the powers of ten that are. */
const MOST_DIGITS = 15;
const TENS = Array.from({ length: 23 }, (_, power) => 10 ** power);

/**
 * The number whose text begins at a byte, and where it ends; `isFloat` rounds it to a 32-bit float. Undefined where it is not of the
 * usual form: up to 15 digits, and a power of ten up to 22. There a product or a quotient of two exact doubles has the nearest double.
 */
export function usualDecimal(bytes: Uint8Array, start: number, isFloat: boolean): { value: number; end: number } | undefined {
  let at = start;
  let code = bytes[at]!;
  const isNegative = code === 0x2d;
  if (isNegative) code = bytes[++at]!;
  let [mantissa, digits, power] = [0, 0, 0];
  for (; code >= 0x30 && code <= 0x39; code = bytes[++at]!, digits += 1) mantissa = mantissa * 10 + (code - 0x30);
  if (code === 0x2e) {
    for (code = bytes[++at]!; code >= 0x30 && code <= 0x39; code = bytes[++at]!, digits += 1, power -= 1)
      mantissa = mantissa * 10 + (code - 0x30);
  }
  if (digits === 0 || digits > MOST_DIGITS) return undefined;
  if (code === 0x45 || code === 0x65) {
    code = bytes[++at]!;
    const isBelow = code === 0x2d;
    if (isBelow || code === 0x2b) code = bytes[++at]!;
    let [exponent, count] = [0, 0];
    for (; code >= 0x30 && code <= 0x39 && count < 4; code = bytes[++at]!, count += 1) exponent = exponent * 10 + (code - 0x30);
    if (count === 0) return undefined;
    power += isBelow ? -exponent : exponent;
  }
  if (power < -22 || power > 22) return undefined;
  const size = power < 0 ? mantissa / TENS[-power]! : mantissa * TENS[power]!;
  const value = isNegative ? -size : size;
  if (!isFloat) return { value, end: at };
  return { value: roundToFloat(value, () => Buffer.from(bytes.subarray(start, at)).toString('latin1')), end: at };
}

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
