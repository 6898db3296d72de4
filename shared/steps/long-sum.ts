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
