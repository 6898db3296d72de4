/*
 * R's class integer64 (package bit64) keeps a 64-bit integer in the bits of a double. What does not know the class takes these
 * bits for the double itself: a forest then splits at numbers near 1e-321.
 */

const bits = new BigInt64Array(1);
const double = new Float64Array(bits.buffer);

/** The greatest whole number that is read: 2^53 may be 2^53 + 1, which a JSON number or an int64 of npy was rounded from. */
export const MAX_INTEGER64 = 2 ** 53 - 1;
/** The least double that no such number has the bits of. */
export const INTEGER64_END = toBits(2 ** 53 + 2);

/** The double whose bits a whole number is as an integer64. */
export function toBits(value: number): number {
  bits[0] = BigInt(value);
  return double[0]!;
}

/** The whole number that the bits of a double are as an integer64. */
export function fromBits(value: number): number {
  double[0] = value;
  return Number(bits[0]);
}
