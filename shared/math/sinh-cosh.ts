import { highWord } from './bits.ts';
import { exp, expPlain } from './exp.ts';
import { expm1, expm1Plain } from './expm1.ts';

/** From here on e^-x makes no difference. */
const ALONE_FROM = 22;
/** From this first word on e^x is infinite; half of it is finite up to GREATEST. */
const INFINITE_FROM = 0x40862e42;
const GREATEST = 710.4758600739439;
/** The first word of log(2) / 2. */
const LN2_HALF = 0x3fd62e42;

type Of = (x: number) => number;

/** The hyperbolic sine, as glibc's sinh on a processor with fused multiplication. */
export function sinh(x: number): number {
  return sinhBy(x, exp, expm1);
}

/** The hyperbolic sine, as glibc's sinh on a processor without fused multiplication. */
export function sinhPlain(x: number): number {
  return sinhBy(x, expPlain, expm1Plain);
}

/** The hyperbolic cosine, as glibc's cosh on a processor with fused multiplication. */
export function cosh(x: number): number {
  return coshBy(x, exp, expm1);
}

/** The hyperbolic cosine, as glibc's cosh on a processor without fused multiplication. */
export function coshPlain(x: number): number {
  return coshBy(x, expPlain, expm1Plain);
}

// By e^x and e^x - 1 as in Sun's fdlibm (see NOTICE), which glibc has; no product there is fused.
function sinhBy(x: number, power: Of, less: Of): number {
  const size = Math.abs(x);
  if (!(size >= 2 ** -28 && size < Number.POSITIVE_INFINITY)) return x;
  const half = x < 0 ? -0.5 : 0.5;
  if (size >= ALONE_FROM) return ofLarge(size, half, power);
  const t = less(size);
  return half * (size < 1 ? t + t - (t * t) / (t + 1) : t + t / (t + 1));
}

function coshBy(x: number, power: Of, less: Of): number {
  const size = Math.abs(x);
  if (!(size < Number.POSITIVE_INFINITY)) return size;
  if (size < 2 ** -55) return 1;
  if (size >= ALONE_FROM) return ofLarge(size, 0.5, power);
  if (highWord(size) <= LN2_HALF) {
    const t = less(size);
    const sum = 1 + t;
    return 1 + (t * t) / (sum + sum);
  }
  const t = power(size);
  return 0.5 * t + 0.5 / t;
}

/** half * e^size, which may be finite where e^size is not. */
function ofLarge(size: number, half: number, power: Of): number {
  if (highWord(size) < INFINITE_FROM) return half * power(size);
  if (size > GREATEST) return half * Number.POSITIVE_INFINITY;
  const root = power(0.5 * size);
  return half * root * root;
}
