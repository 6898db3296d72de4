import { highWord, powerOfTwo } from './bits.ts';
import { fused, type MultiplyAdd, plain } from './multiply-add.ts';

// The numbers of Sun's fdlibm (see NOTICE), as glibc has them.
/** log(2), the first 33 bits and the rest. */
const [LN2_HIGH, LN2_LOW] = [0.6931471803691238, 1.9082149292705877e-10];
/** What log(1 + f) - 2s takes of s = f / (2 + f), as a polynomial of s^2. */
const [L1, L2, L3, L4, L5, L6, L7] = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805, 0.15313837699209373,
  0.14798198605116586,
] as const;
/** The first words of sqrt(2) - 1, of sqrt(2) / 2 - 1 and of 2^53; the first 20 bits of sqrt(2)'s fraction. */
const [ROOT_LESS_ONE, HALF_ROOT_LESS_ONE, WHOLE, ROOT] = [0x3fda827a, 0xbfd2bec3 | 0, 0x43400000, 0x6a09e];

/** log(1 + x), as glibc's log1p on a processor with fused multiplication. */
export function log1p(x: number): number {
  return log1pBy(x, fused);
}

/** log(1 + x), as glibc's log1p on a processor without fused multiplication. */
export function log1pPlain(x: number): number {
  return log1pBy(x, plain);
}

function log1pBy(x: number, multiplyAdd: MultiplyAdd): number {
  if (!(x > -1 && x < Number.POSITIVE_INFINITY)) return x === -1 ? Number.NEGATIVE_INFINITY : x > 0 ? x : Number.NaN;
  const word = highWord(x);
  if (Math.abs(x) < 2 ** -29) return Math.abs(x) < 2 ** -54 ? x : x - x * x * 0.5;
  if (word < ROOT_LESS_ONE && (word > 0 || word <= HALF_ROOT_LESS_ONE)) return logOfPart(x, multiplyAdd);
  // 1 + x = 2^power * (1 + f), with what the sum lost, in units of it
  const sum = word < WHOLE ? 1 + x : x;
  const sumWord = highWord(sum);
  let power = (sumWord >> 20) - 1023;
  const lost = word < WHOLE ? (power > 0 ? 1 - (sum - x) : x - (sum - 1)) / sum : 0;
  const fraction = sumWord & 0xfffff;
  const isLow = fraction < ROOT;
  if (!isLow) power += 1;
  const f = sum * powerOfTwo(-power) - 1;
  const isNearOne = isLow ? fraction === 0 : fraction > 0xffffc;
  return logOfProduct(f, power, lost, isNearOne, multiplyAdd);
}

/** log(1 + f) for an f from sqrt(2) / 2 - 1 to sqrt(2) - 1. */
function logOfPart(f: number, multiplyAdd: MultiplyAdd): number {
  const half = 0.5 * f * f;
  const s = f / (2 + f);
  return f - (half - s * (half + series(s, multiplyAdd)));
}

/** log(2^power * (1 + f)) + lost. */
function logOfProduct(f: number, power: number, lost: number, isNearOne: boolean, multiplyAdd: MultiplyAdd): number {
  const half = 0.5 * f * f;
  const tail = multiplyAdd(power, LN2_LOW, lost);
  const large = power * LN2_HIGH;
  if (isNearOne) {
    if (f === 0) return power === 0 ? 0 : large + tail;
    const rest = half * multiplyAdd(-0.6666666666666666, f, 1);
    return power === 0 ? f - rest : large - (rest - tail - f);
  }
  const s = f / (2 + f);
  const part = s * (half + series(s, multiplyAdd));
  return power === 0 ? f - (half - part) : large - (half - (part + tail) - f);
}

function series(s: number, multiplyAdd: MultiplyAdd): number {
  const z = s * s;
  const second = z * z;
  const fourth = second * second;
  const first = multiplyAdd(z, L1, second * multiplyAdd(z, L3, L2));
  return multiplyAdd(second * fourth, multiplyAdd(z, L7, L6), multiplyAdd(fourth, multiplyAdd(z, L5, L4), first));
}
