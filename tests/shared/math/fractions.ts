/** A double as whole * 2^power, exactly. */
export function fractionOf(x: number): { whole: bigint; power: number } {
  let power = 0;
  let scaled = x;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    power -= 1;
  }
  return { whole: BigInt(scaled), power };
}

/** whole * 2^power as the nearest double; of two that are as near, the even one. For numbers far from the ends of the doubles. */
export function roundedFraction(whole: bigint, power: number): number {
  const size = whole < 0n ? -whole : whole;
  const extra = size.toString(2).length - 53;
  if (extra <= 0) return Number(whole) * 2 ** power;
  const unit = 1n << BigInt(extra);
  const rest = size & (unit - 1n);
  let kept = size >> BigInt(extra);
  if (rest * 2n > unit || (rest * 2n === unit && (kept & 1n) === 1n)) kept += 1n;
  return Number(whole < 0n ? -kept : kept) * 2 ** (extra + power);
}
