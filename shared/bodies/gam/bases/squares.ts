import { longSum } from '../../boosting/long-sum.ts';

const bits = new Uint32Array(2);
const double = new Float64Array(bits.buffer);
/** How near to the middle of two doubles a sum may lie before it is taken again, in parts of their distance. */
const NEAR = 2 ** -6;

/**
 * A sum of squares as R's rowSums() has it, in long doubles, and then rounded. Two doubles hold nearly as much; where the sum lies so
 * near to the middle of two doubles that they might round it another way, it is taken exactly as R does.
 */
export function sumOfSquares(squares: Float64Array): number {
  let [high, low] = [squares[0]!, 0];
  for (let at = 1; at < squares.length; at += 1) {
    const sum = high + squares[at]!;
    const part = sum - high;
    low += high - (sum - part) + (squares[at]! - part);
    high = sum;
  }
  const sum = high + low;
  if (low === 0 || !Number.isFinite(sum)) return sum;
  const rest = Math.abs(low - (sum - high));
  double[0] = sum;
  // The distance to the next double: its exponent, 52 lower.
  const step = 2 ** (((bits[1]! >>> 20) & 0x7ff) - 1075);
  return Math.abs(rest - step / 2) > NEAR * step ? sum : longSum(squares);
}
