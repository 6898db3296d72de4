import { FUSED, type MathLibrary, PLAIN } from './library.ts';

/** Below this asinh(x) and atanh(x) are x, rounded to a double; beyond its inverse, log(2x). */
const TINY = 2 ** -28;
const HUGE = 2 ** 28;
/** glibc's asinh looks at a number's first 32 bits alone: just above a bound it still counts as the bound. */
const ABOVE = 1 + 2 ** -20;

export const { asinh, acosh, atanh } = inverseHyperbolics(FUSED);
export const { asinh: asinhPlain, acosh: acoshPlain, atanh: atanhPlain } = inverseHyperbolics(PLAIN);

/** The inverses of sinh, cosh and tanh, as glibc has them (Sun's fdlibm, see NOTICE), by a library's logarithms. */
export function inverseHyperbolics({ log, log1p }: MathLibrary): Record<'asinh' | 'acosh' | 'atanh', (x: number) => number> {
  return {
    asinh: (x) => {
      const size = Math.abs(x);
      if (!(size >= TINY && size < Number.POSITIVE_INFINITY)) return x;
      return x < 0 ? -asinhOf(size) : asinhOf(size);
    },
    acosh: (x) => {
      if (!(x > 1)) return x === 1 ? 0 : Number.NaN;
      if (x >= HUGE) return log(x) + Math.LN2;
      if (x > 2) return log(2 * x - 1 / (x + Math.sqrt(x * x - 1)));
      const t = x - 1;
      return log1p(t + Math.sqrt(2 * t + t * t));
    },
    atanh: (x) => {
      const size = Math.abs(x);
      if (size < TINY) return x;
      if (!(size < 1)) return x / 0 - (size > 1 ? x / 0 : 0);
      const t = 2 * size;
      const value = 0.5 * log1p(size < 0.5 ? t + (t * size) / (1 - size) : t / (1 - size));
      return x < 0 ? -value : value;
    },
  };

  function asinhOf(size: number): number {
    if (size >= HUGE * ABOVE) return log(size) + Math.LN2;
    const square = size * size;
    if (size >= 2 * ABOVE) return log(2 * size + 1 / (Math.sqrt(square + 1) + size));
    return log1p(size + square / (1 + Math.sqrt(1 + square)));
  }
}
