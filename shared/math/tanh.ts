import { expm1, expm1Plain } from './expm1.ts';

/** From here on the answer is 1, rounded to a double. */
const ONE_FROM = 22;

/** The hyperbolic tangent, as glibc's tanh on a processor with fused multiplication. */
export function tanh(x: number): number {
  return tanhBy(x, expm1);
}

/** The hyperbolic tangent, as glibc's tanh on a processor without fused multiplication. */
export function tanhPlain(x: number): number {
  return tanhBy(x, expm1Plain);
}

/** The hyperbolic tangent by e^2x - 1 (Sun's fdlibm, see NOTICE, as glibc has it). */
function tanhBy(x: number, less: (x: number) => number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size < 2 ** -55) return x * (1 + x);
  if (size >= ONE_FROM) return Math.sign(x);
  if (size >= 1) return Math.sign(x) * (1 - 2 / (less(2 * size) + 2));
  const t = less(-2 * size);
  return Math.sign(x) * (-t / (t + 2));
}
