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

/** Where a bar between two numbers starts and how wide it is, in percent of the drawing's width. Where all numbers are the same, they are in the middle. */
export function barBetween({ low, high }: Pick<Waterfall, 'low' | 'high'>, one: number, other: number): { left: number; width: number } {
  const place = (value: number) => (high > low ? (100 * (value - low)) / (high - low) : 50);
  const [first, last] = [place(one), place(other)].sort((a, b) => a - b) as [number, number];
  return { left: first, width: last - first };
}
