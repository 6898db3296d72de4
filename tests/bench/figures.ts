/** One measured thing: what each round gave, in the unit of its kind. */
export type Rounds = readonly number[];

/** The middle one; of an even number, the mean of the two in the middle. */
export function median(rounds: Rounds): number {
  const sorted = [...rounds].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** How often `theirs` holds `ours`, round by round: both of a round met the same machine, whatever else it did then. */
export function ratios(theirs: Rounds, ours: Rounds): number[] {
  return theirs.map((their, round) => their / ours[round]!);
}

/** Three significant digits, thousands apart. */
export function short(value: number): string {
  if (value >= 999.5) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

/** The median, and the least and the greatest behind it. */
export function spread(rounds: Rounds): string {
  return `${short(median(rounds))} (${short(Math.min(...rounds))}..${short(Math.max(...rounds))})`;
}

/** A ratio's median and spread. */
export function times(rounds: Rounds): string {
  return `${short(median(rounds))} x (${short(Math.min(...rounds))}..${short(Math.max(...rounds))})`;
}

/** Runs each of them in turn, round after round; what each gave in every round. */
export async function interleave<T>(
  rounds: number,
  contenders: readonly T[],
  run: (contender: T, round: number) => number | Promise<number>,
): Promise<number[][]> {
  const all: number[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, contender] of contenders.entries()) all[at]?.push(await run(contender, round));
  }
  return all;
}
