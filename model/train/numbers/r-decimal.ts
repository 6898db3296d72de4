/*
 * A number in text as R reads it (R_strtod of src/main/arithmetic.c): its digits as one integer, then scaled by a power of
 * ten, in x87's extended precision of 64 bits, and only then rounded to a double. A few numbers in a hundred thousand come
 * out as the neighbour of the double that is nearest, and a split value made of it would differ from R's.
 */
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/** The double that R 4 reads from a text on x86-64; undefined where it is no number. */
export function readDecimal(text: string): number | undefined {
  return readShort(text) ?? readAny(text);
}

/** A number of at most 15 digits without an exponent, which most are: both its digits and their power of ten are doubles. */
function readShort(text: string): number | undefined {
  const first = text.charCodeAt(0);
  const start = first === 43 || first === 45 ? 1 : 0;
  const length = text.length;
  let digits = 0;
  let point = -1;
  if (length - start > 16) return undefined;
  for (let at = start; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) digits = digits * 10 + code - 48;
    else if (code === 46 && point === -1) point = at;
    else return undefined;
  }
  const count = length - start - (point === -1 ? 0 : 1);
  if (count === 0 || count > 15) return undefined;
  const scale = point === -1 ? 0 : point + 1 - length;
  const nearest = digits / 10 ** -scale;
  if (!isFar(digits, scale, nearest)) return undefined;
  return first === 45 ? -nearest : nearest;
}

function readAny(text: string): number | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return special(text);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole + fraction === '') return undefined;
  const digits = (whole + fraction).replace(/^0+(?=\d)/, '');
  const nearest = Number(text);
  const scale = Number(exponent) - fraction.length;
  const value = isPlain(digits, scale, Math.abs(nearest)) ? Math.abs(nearest) : extended(digits, scale, Math.abs(nearest));
  return sign === '-' ? -value : value;
}

/** Whether a number is so far from the middle between two doubles that rounding it twice gives the nearest, too. */
function isPlain(digits: string, scale: number, nearest: number): boolean {
  if (digits.length > 15 || scale > 0 || scale < -22 || (nearest !== 0 && nearest < 1e-200)) return false;
  return isFar(Number(digits), scale, nearest);
}

/** The same, for digits that are a double, and a power of ten that is one. */
function isFar(digits: number, scale: number, nearest: number): boolean {
  if (scale === 0 || nearest === 0) return true;
  const power = 10 ** -scale;
  // Dekker's product: nearest * power is exactly product + rest.
  const product = nearest * power;
  const [a, b] = [upperHalf(nearest), upperHalf(power)];
  const [c, d] = [nearest - a, power - b];
  const rest = a * b - product + a * d + c * b + c * d;
  const away = Math.abs(digits - product - rest);
  VIEW.setFloat64(0, nearest);
  const unit = 2 ** (((VIEW.getUint32(0) >>> 20) & 0x7ff) - 1075) * power;
  return Math.abs(away - unit / 2) > unit / 1024;
}

const VIEW = new DataView(new ArrayBuffer(8));

/** The upper 26 bits of a double's mantissa (Veltkamp). */
function upperHalf(value: number): number {
  const scaled = value * 134217729;
  return scaled - (scaled - value);
}

function special(text: string): number | undefined {
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  return /^[+-]?0x[\da-f]+$/i.test(text) ? (text.startsWith('-') ? -Number(text.slice(1)) : Number(text.replace('+', ''))) : undefined;
}

/** Digits times ten to a power, as a chain of extended products; `nearest` where that is too small or large for the chain. */
function extended(digits: string, scale: number, nearest: number): number {
  if (Math.abs(scale) > 300 || digits.length > 300 || nearest === 0 || !Number.isFinite(nearest)) return nearest;
  let value: Extended = { mantissa: 0n, exponent: 0 };
  if (digits.length <= 19) value = round64(BigInt(digits), 1n, 0);
  else for (const digit of digits) value = add(multiply(TEN, value), Number(digit));
  if (value.mantissa === 0n) return 0;
  let factor: Extended = ONE;
  let power: Extended = TEN;
  for (let n = Math.abs(scale); n > 0; n >>>= 1) {
    if ((n & 1) === 1) factor = multiply(factor, power);
    power = multiply(power, power);
  }
  return toDouble(scale < 0 ? divide(value, factor) : multiply(value, factor));
}

/** An extended number: a mantissa of at most 64 bits times two to the exponent. */
type Extended = { mantissa: bigint; exponent: number };
const ONE: Extended = { mantissa: 1n, exponent: 0 };
const TEN: Extended = { mantissa: 10n, exponent: 0 };

function multiply(one: Extended, other: Extended): Extended {
  return round64(one.mantissa * other.mantissa, 1n, one.exponent + other.exponent);
}

function divide(one: Extended, other: Extended): Extended {
  return round64(one.mantissa, other.mantissa, one.exponent - other.exponent);
}

function add(one: Extended, digit: number): Extended {
  if (one.exponent <= 0) return round64(one.mantissa + (BigInt(digit) << BigInt(-one.exponent)), 1n, one.exponent);
  return round64((one.mantissa << BigInt(one.exponent)) + BigInt(digit), 1n, 0);
}

/** A quotient of integers times two to the exponent, rounded to 64 bits, to even where it is half way. */
function round64(numerator: bigint, denominator: bigint, exponent: number): Extended {
  return roundTo(64, numerator, denominator, exponent);
}

function roundTo(bits: number, numerator: bigint, denominator: bigint, exponent: number): Extended {
  if (numerator === 0n) return { mantissa: 0n, exponent: 0 };
  const shift = bits + 2 + bitLength(denominator) - bitLength(numerator);
  const up = denominator === 1n ? Math.max(shift, 0) : shift;
  const scaled = up >= 0 ? numerator << BigInt(up) : numerator;
  const divisor = up >= 0 ? denominator : denominator << BigInt(-up);
  let quotient = scaled / divisor;
  const isExact = quotient * divisor === scaled;
  const drop = bitLength(quotient) - bits;
  let power = exponent - up;
  if (drop > 0) {
    const rest = quotient & ((1n << BigInt(drop)) - 1n);
    const half = 1n << BigInt(drop - 1);
    quotient >>= BigInt(drop);
    power += drop;
    if (rest > half || (rest === half && (!isExact || (quotient & 1n) === 1n))) quotient += 1n;
  }
  return { mantissa: quotient, exponent: power };
}

function bitLength(value: bigint): number {
  const hexadecimal = value.toString(16);
  return 4 * hexadecimal.length - Math.clz32(Number.parseInt(hexadecimal[0] as string, 16)) + 28;
}

function toDouble(value: Extended): number {
  const { mantissa, exponent } = roundTo(53, value.mantissa, 1n, value.exponent);
  return Number(mantissa) * 2 ** exponent;
}
