import { highWord, powerOfTwo } from './bits.ts';
import { fused } from './multiply-add.ts';

// The numbers of Sun's fdlibm (see NOTICE), as glibc has them.
/** log(2), the first 33 bits and the rest. */
const [LN2_HIGH, LN2_LOW] = [0.6931471803691238, 1.9082149292705877e-10];
/** 1 / log(2). */
const INVERSE_LN2 = 1.4426950408889634;
/** A polynomial of r^2 / 2. */
const [Q1, Q2, Q3, Q4, Q5] = [
  -0.03333333333333313, 0.0015873015872548146, -7.93650757867488e-5, 4.008217827329362e-6, -2.0109921818362437e-7,
] as const;
/** Beyond it the answer is infinite. */
const GREATEST = 709.782712893384;
/** The first words of 56 * log(2), 0.5 * log(2) and 1.5 * log(2). */
const [LN2_56, LN2_HALF, LN2_3_HALVES] = [0x4043687a, 0x3fd62e42, 0x3ff0a2b2];

/**
 * How far lessPlain() may lie from lessFused(), relative to r^2 / 2. In units of 2^-52: the ratio is off by 6 of its
 * 0.41, of which r (0.35) takes 0.9; the products and sums behind it round by 1.2 at most.
 */
const DOUBT = 2.5 * 2 ** -52;

/** e^x - 1, as glibc's expm1 on a processor with fused multiplication. */
export function expm1(x: number): number {
  return expm1By(x, true);
}

/** e^x - 1, as glibc's expm1 on a processor without fused multiplication. */
export function expm1Plain(x: number): number {
  return expm1By(x, false);
}

function expm1By(x: number, isFused: boolean): number {
  const word = highWord(x) & 0x7fffffff;
  if (word >= LN2_56) {
    if (x > GREATEST) return Number.POSITIVE_INFINITY;
    if (Number.isNaN(x)) return x;
    if (x < 0) return -1;
  }
  if (word <= LN2_HALF) return Math.abs(x) < 2 ** -54 ? x : scaledBy(x, undefined, 0, isFused);
  // x = power * log(2) + r, with what r lost
  const power = word < LN2_3_HALVES ? Math.sign(x) : Math.trunc(INVERSE_LN2 * x + (x < 0 ? -0.5 : 0.5));
  const high = x - power * LN2_HIGH;
  const low = power * LN2_LOW;
  const r = high - low;
  return scaledBy(r, high - r - low, power, isFused);
}

/**
 * 2^power * e^(r + lost) - 1. By fused multiplication it is computed without it first: as a lesser `less` never gives a lesser
 * answer, two of them that lie beyond both sides of the fused one show whether that could make a difference.
 */
function scaledBy(r: number, lost: number | undefined, power: number, isFused: boolean): number {
  const less = lessPlain(r, lost);
  if (!isFused) return scaled(r, less, power);
  const doubt = 0.5 * r * r * DOUBT + Math.abs(lost ?? 0) * 2 ** -51;
  const above = scaled(r, less - doubt, power);
  return above === scaled(r, less + doubt, power) ? above : scaled(r, lessFused(r, lost), power);
}

/** How much less than r e^(r + lost) - 1 is. Without `lost` there was nothing to lose, and a rounding less is made than where it is 0. */
function lessPlain(r: number, lost: number | undefined): number {
  const half = 0.5 * r;
  const square = r * half;
  const fourth = square * square;
  const series = 1 + square * Q1 + fourth * (Q2 + square * Q3) + fourth * fourth * (Q4 + square * Q5);
  const t = 3 - series * half;
  const rest = square * ((series - t) / (6 - r * t));
  return lost === undefined ? r * rest - square : r * (rest - lost) - lost - square;
}

/** The same by fused multiplication. */
function lessFused(r: number, lost: number | undefined): number {
  const half = 0.5 * r;
  const square = r * half;
  const fourth = square * square;
  const first = fused(fourth, fused(square, Q3, Q2), fused(square, Q1, 1));
  const series = fused(fourth * fourth, fused(square, Q5, Q4), first);
  const t = fused(-half, series, 3);
  const rest = square * ((series - t) / fused(-r, t, 6));
  return lost === undefined ? fused(r, rest, -square) : fused(r, rest - lost, -lost) - square;
}

/** 2^power * (1 + r - less) - 1. */
function scaled(r: number, less: number, power: number): number {
  if (power === 0) return r - less;
  if (power === -1) return 0.5 * (r - less) - 0.5;
  if (power === 1) return r < -0.25 ? -2 * (less - (r + 0.5)) : 1 + 2 * (r - less);
  if (power <= -2 || power > 56) return timesPower(1 - (less - r), power) - 1;
  if (power < 20) return timesPower(1 - powerOfTwo(-power) - (less - r), power);
  return timesPower(r - (less + powerOfTwo(-power)) + 1, power);
}

/** y * 2^power, where that may be 2^1024 times a number just above 1/2. */
function timesPower(y: number, power: number): number {
  return y * powerOfTwo(power - 1) * 2;
}
