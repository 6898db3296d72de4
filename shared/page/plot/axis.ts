/** The steps between marks of an axis, as shares of a power of ten. */
const STEPS = [1, 2, 2.5, 5, 10];

/** Round values from `low` to `high` at equal steps, `most` of them or fewer (at least 2 are allowed for). */
export function ticksOf(low: number, high: number, most: number): number[] {
  const rough = (high - low) / Math.max(1, most - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  if (!(count > 0 && count < 1000)) return [];
  // Without the last bits' noise of a product (3 * 0.1), and no -0.
  return Array.from({ length: count }, (_, at) => Number(((first + at) * step).toPrecision(12)) + 0);
}

/** As many round values of an axis as have room for their texts, side by side in `width` pixels; a character takes `char` of them. */
export function ticksWithin(low: number, high: number, width: number, char: number, format: (value: number) => string): number[] {
  for (let most = 11; most > 2; most -= 1) {
    const ticks = ticksOf(low, high, most);
    const widest = Math.max(0, ...ticks.map((value) => format(value).length));
    if (ticks.length * (widest * char + 14) <= width) return ticks;
  }
  return ticksOf(low, high, 2);
}
