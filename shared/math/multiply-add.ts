import { fromWords, highWord, lowWord } from './bits.ts';

/** a * b + c in one of the two ways of a processor: rounded once (fused), or after the product and after the sum (plain). */
export type MultiplyAdd = (a: number, b: number, c: number) => number;

/** 2^27 + 1, which parts a double into two halves of 26 bits (Veltkamp). */
const SPLITTER = 134217729;
/** Twice the greatest error of a product, relative to it. */
const DOUBT = 2 ** -52;

/** a * b + c, rounded twice, as a processor without fused multiplication does it. */
export function plain(a: number, b: number, c: number): number {
  return a * b + c;
}

/**
 * a * b + c, rounded once. The product must be far from the ends of the doubles (2^-900 to 2^900), and so must a and b.
 *
 * The sum is right unless what the roundings lost could move it beyond the middle between two doubles.
 * The loss of the sum is known exactly (Knuth's two-sum). The loss of the product is at most 2^-53 of it. Twice as much is
 * allowed for, so that the rounding of the test itself cannot hide a loss that matters: it is beyond the middle by more than the middle's
 * last bit. Only where it could matter the loss is computed.
 */
export function fused(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const part = sum - product;
  const lost = product - (sum - part) + (c - part);
  const doubt = product * DOUBT;
  if (sum + (lost + doubt) === sum && sum + (lost - doubt) === sum) return sum;
  return fusedExactly(a, b, c);
}

/**
 * The same, with the exact loss of the product (Dekker). All that was lost is added up by rounding to odd, and so no
 * rounding is done twice (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
 */
export function fusedExactly(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  if (!Number.isFinite(sum)) return sum;
  const part = sum - product;
  const lost = product - (sum - part) + (c - part);
  return sum + roundedToOdd(lost, productLoss(a, b, product));
}

/** What the product of two doubles lost when it was rounded to `product`; exact. */
export function productLoss(a: number, b: number, product: number): number {
  const scaledA = SPLITTER * a;
  const scaledB = SPLITTER * b;
  const highA = scaledA - (scaledA - a);
  const highB = scaledB - (scaledB - b);
  const lowA = a - highA;
  const lowB = b - highB;
  return lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB);
}

/** The sum of two doubles; where it is not exact, the one of its two neighbours whose last bit is 1. */
function roundedToOdd(x: number, y: number): number {
  const sum = x + y;
  const part = sum - x;
  const lost = x - (sum - part) + (y - part);
  if (lost === 0) return sum;
  const low = lowWord(sum);
  if (low & 1) return sum;
  const high = highWord(sum);
  // Away from zero the last bit is set; towards zero one is subtracted, which an even number turns to odd as well.
  if (lost > 0 === sum > 0) return fromWords(high, low | 1);
  return low === 0 ? fromWords(high - 1, -1) : fromWords(high, low - 1);
}
