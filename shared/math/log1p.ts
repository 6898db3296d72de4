import { highWord, powerOfTwo } from './bits.ts';
import { fused } from './multiply-add.ts';

// The numbers of Sun's fdlibm (see NOTICE), as glibc has them.
/** log(2), the first 33 bits and the rest. */
const [LN2_HIGH, LN2_LOW] = [0.6931471803691238, 1.9082149292705877e-10];
/** What log(1 + f) - 2s takes of s = f / (2 + f), as a polynomial of s^2. */
const [L1, L2, L3, L4, L5, L6, L7] = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805, 0.15313837699209373,
  0.14798198605116586,
] as const;
const TWO_THIRDS = 0.6666666666666666;
/** The first words of sqrt(2) - 1, of sqrt(2) / 2 - 1 and of 2^53; the first 20 bits of sqrt(2)'s fraction. */
const [ROOT_LESS_ONE, HALF_ROOT_LESS_ONE, WHOLE, ROOT] = [0x3fda827a, 0xbfd2bec3 | 0, 0x43400000, 0x6a09e];

/**
 * How far the series' part may lie from the same by fused multiplication, relative to it. In units of 2^-52: the series is off by 3.6,
 * which is at most 0.3 of the sum that it is added to; that sum and the product round by 1 each.
 */
const DOUBT = 3.5 * 2 ** -52;

/** log(1 + x), as glibc's log1p on a processor with fused multiplication. */
export function log1p(x: number): number {
  return log1pBy(x, true);
}

/** log(1 + x), as glibc's log1p on a processor without fused multiplication. */
export function log1pPlain(x: number): number {
  return log1pBy(x, false);
}

function log1pBy(x: number, isFused: boolean): number {
  if (!(x > -1 && x < Number.POSITIVE_INFINITY)) return x === -1 ? Number.NEGATIVE_INFINITY : x > 0 ? x : Number.NaN;
  const word = highWord(x);
  if (Math.abs(x) < 2 ** -29) return Math.abs(x) < 2 ** -54 ? x : x - x * x * 0.5;
  if (word < ROOT_LESS_ONE && (word > 0 || word <= HALF_ROOT_LESS_ONE)) return logOfPart(x, isFused);
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
  return logOfProduct(f, power, lost, isNearOne, isFused);
}

/** log(1 + f) for an f from sqrt(2) / 2 - 1 to sqrt(2) - 1. */
function logOfPart(f: number, isFused: boolean): number {
  return sumBy(f, 0, 0, 0, isFused);
}

/** The sum of the parts of a logarithm, where `part` is what the series gives. */
function sumOf(f: number, half: number, part: number, large: number, tail: number, power: number): number {
  return power === 0 ? f - (half - part) : large - (half - (part + tail) - f);
}

/**
 * That sum. By fused multiplication it is computed without it first: as a greater part never gives a lesser sum, two of them that
 * lie beyond both sides of the fused one show whether that could make a difference.
 */
function sumBy(f: number, large: number, tail: number, power: number, isFused: boolean): number {
  const half = 0.5 * f * f;
  const s = f / (2 + f);
  const part = s * (half + seriesPlain(s));
  if (!isFused) return sumOf(f, half, part, large, tail, power);
  const doubt = Math.abs(part) * DOUBT;
  const below = sumOf(f, half, part - doubt, large, tail, power);
  if (below === sumOf(f, half, part + doubt, large, tail, power)) return below;
  return sumOf(f, half, s * (half + seriesFused(s)), large, tail, power);
}

/** log(2^power * (1 + f)) + lost. */
function logOfProduct(f: number, power: number, lost: number, isNearOne: boolean, isFused: boolean): number {
  const tail = isFused ? fused(power, LN2_LOW, lost) : power * LN2_LOW + lost;
  const large = power * LN2_HIGH;
  if (!isNearOne) return sumBy(f, large, tail, power, isFused);
  if (f === 0) return power === 0 ? 0 : large + tail;
  const rest = 0.5 * f * f * (isFused ? fused(-TWO_THIRDS, f, 1) : 1 - TWO_THIRDS * f);
  return power === 0 ? f - rest : large - (rest - tail - f);
}

/** What the logarithm has beyond f - f^2 / 2 + s * f^2 / 2, divided by s. */
function seriesPlain(s: number): number {
  const z = s * s;
  const second = z * z;
  const fourth = second * second;
  return z * L1 + second * (L2 + z * L3) + fourth * (L4 + z * L5) + second * fourth * (L6 + z * L7);
}

/** The same by fused multiplication. */
function seriesFused(s: number): number {
  const z = s * s;
  const second = z * z;
  const fourth = second * second;
  const first = fused(z, L1, second * fused(z, L3, L2));
  return fused(second * fourth, fused(z, L7, L6), fused(fourth, fused(z, L5, L4), first));
}
