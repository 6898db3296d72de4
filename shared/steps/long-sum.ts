import { productLoss } from '../math/multiply-add.ts';

/** A sum as R has it, which adds in more digits than a double's: the sum, and what rounding lost on the way (Knuth's two-sum). */
export function longSum(values: number[]): [high: number, low: number] {
  let [high, low] = [0, 0];
  for (const value of values) {
    const sum = high + value;
    const part = sum - high;
    low += high - (sum - part) + (value - part);
    high = sum;
  }
  return [high, low];
}

/** R's mean(), which divides the longer sum too, and rounds once at the end. */
export function longMean(values: number[]): number {
  const [high, low] = longSum(values);
  const mean = high / values.length;
  if (!Number.isFinite(mean)) return mean;
  const product = mean * values.length;
  const rest = high - product - productLoss(mean, values.length, product);
  return mean + (rest + low) / values.length;
}
