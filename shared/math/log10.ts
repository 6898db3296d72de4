import { highWord, powerOfTwo } from './bits.ts';
import { log, logPlain } from './log.ts';

// The numbers of Sun's fdlibm (see NOTICE), as glibc has them.
/** log10(2), the first 31 bits and the rest. */
const [LOG10_2_HIGH, LOG10_2_LOW] = [0.30102999566361177, 3.694239077158931e-13];
/** 1 / log(10). */
const INVERSE_LN10 = 0.4342944819032518;

/** log10(x), as glibc's log10 on a processor with fused multiplication, which only its log makes use of. */
export function log10(x: number): number {
  return log10By(x, log);
}

/** log10(x), as glibc's log10 on a processor without fused multiplication. */
export function log10Plain(x: number): number {
  return log10By(x, logPlain);
}

function log10By(x: number, natural: (x: number) => number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return x === 0 ? Number.NEGATIVE_INFINITY : x > 0 ? x : Number.NaN;
  const isNormal = x >= 2 ** -1022;
  const normal = isNormal ? x : x * 2 ** 54;
  const exponent = (highWord(normal) >> 20) - 1023;
  const power = exponent - (isNormal ? 0 : 54);
  // A part from 1 to 2 times a power of two; below 1 from 0.5 to 1, so that the parts of the sum have one sign.
  const shift = power < 0 ? 1 : 0;
  const part = normal * powerOfTwo(-exponent) * (shift === 1 ? 0.5 : 1);
  const whole = power + shift;
  return whole * LOG10_2_LOW + INVERSE_LN10 * natural(part) + whole * LOG10_2_HIGH;
}
