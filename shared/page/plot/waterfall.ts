/** Most contributions that have a row of their own. */
const MOST = 8;
/** A contribution below this part of what is moved in all is rounding, and not told as a change. */
const ROUNDING = 1e-9;

/** One step from the start to the explained number: the input's name, or none where several inputs are one step; how many they are. */
export type Step = { name?: string; inputs: number; by: number; from: number; to: number };

/** The way from a start to an explained number, with the least and the greatest number on it. */
export type Waterfall = { start: number; end: number; steps: Step[]; low: number; high: number };

/** The steps of contributions: the strongest first, and behind `most` of them the rest as one step. Those that change nothing are in the rest. */
export function waterfallOf(start: number, contributions: Record<string, number>, most = MOST): Waterfall {
  const all = Object.entries(contributions);
  const scale = all.reduce((sum, [, by]) => sum + Math.abs(by), Math.abs(start));
  const sorted = all.map(([name, by]): [string, number] => [name, Math.abs(by) > ROUNDING * scale ? by : 0]).toSorted(byStrength);
  const kept = sorted.filter(([, by], place) => place < most && by !== 0).length;
  // A rest of one input has its name.
  const named = sorted.length - kept === 1 ? sorted.length : kept;
  const rest = sorted.slice(named);
  let from = start;
  const step = (by: number, inputs: number, name?: string): Step => {
    const to = from + by;
    const made = { ...(name === undefined ? {} : { name }), inputs, by, from, to };
    from = to;
    return made;
  };
  const steps = sorted.slice(0, named).map(([name, by]) => step(by, 1, name));
  if (rest.length > 0)
    steps.push(
      step(
        rest.reduce((sum, [, by]) => sum + by, 0),
        rest.length,
      ),
    );
  const numbers = [start, ...steps.map(({ to }) => to)];
  return { start, end: from, steps, low: Math.min(...numbers), high: Math.max(...numbers) };
}

function byStrength([, one]: [string, number], [, other]: [string, number]): number {
  return Math.abs(other) - Math.abs(one);
}

/** The numbers of a way as they are read, with so many decimals: start and changes add up to the end (by largest remainders, Hamilton 1792). */
export function roundedWay({ start, end, steps }: Waterfall, decimals: number): { start: number; end: number; changes: number[] } {
  const scale = 10 ** decimals;
  const [from, to] = [Math.round(start * scale), Math.round(end * scale)];
  const exact = steps.map(({ by }) => by * scale);
  const whole = exact.map(Math.floor);
  const left = to - from - whole.reduce((sum, one) => sum + one, 0);
  // One that changes nothing has no remainder, and comes last.
  const byRemainder = exact.map((one, at) => [one - whole[at]!, at] as const).toSorted(([one], [other]) => other - one);
  for (const [, at] of byRemainder.slice(0, Math.max(0, left))) whole[at]! += 1;
  return { start: from / scale, end: to / scale, changes: whole.map((one) => one / scale) };
}

/** The ends of a scale on which a way lies: the next tenth, hundredth ... of what it spans. */
export function scaleOf({ low, high }: Pick<Waterfall, 'low' | 'high'>): { low: number; high: number } {
  if (!(high > low)) return { low, high };
  const step = 10 ** Math.floor(Math.log10(high - low));
  const tidy = (value: number) => Number((value * step).toPrecision(12));
  // The last bits of a sum are no step more: a share ends at 1.
  return { low: tidy(Math.floor(low / step + 1e-9)), high: tidy(Math.ceil(high / step - 1e-9)) };
}

/** Where a bar between two numbers starts and how wide it is, in percent of the drawing's width. Where all numbers are the same, they are in the middle. */
export function barBetween({ low, high }: Pick<Waterfall, 'low' | 'high'>, one: number, other: number): { left: number; width: number } {
  const place = (value: number) => (high > low ? (100 * (value - low)) / (high - low) : 50);
  const [first, last] = [place(one), place(other)].sort((a, b) => a - b) as [number, number];
  return { left: first, width: last - first };
}
