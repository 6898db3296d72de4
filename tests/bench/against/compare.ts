import { short } from '../figures.ts';

/** How many times as fast as a peer ours is, by figure and peer: "heart, 1 row, ranger". */
export type Ratios = ReadonlyMap<string, number>;

/** A ratio of ours beside those of an older commit's runs; `again` is that of a second run, where the first was slower. */
export type Compared = { name: string; older: number[]; ours: number; again?: number; verdict: 'holds' | 'slower once' | 'slower' };

/** So much slower than the slowest run of the older commit a ratio may be. */
const MOST = 1.05;

/** The ratios that a run of the bench printed: a line `WHAT: ours FIGURES; PEER FIGURES, ours is 50 x as fast (...); ...` has some. */
export function readRatios(said: string): Ratios {
  const ratios = new Map<string, number>();
  for (const line of said.split('\n')) {
    const [, what, rest] = /^(.+?): ours \S+ \(\S+\.\.\S+\)[^;]*; (.+)$/.exec(line) ?? [];
    for (const peer of rest?.split('; ') ?? []) {
      const [, name, part, times] = /^(.+) \S+ \(\S+\.\.\S+\), ours is (1\/)?([\d.,]+) x as fast/.exec(peer) ?? [];
      const number = Number(times?.replaceAll(',', ''));
      if (number > 0) ratios.set(`${what}, ${name}`, part ? 1 / number : number);
    }
  }
  return ratios;
}

/** How many doubles were not the model's own, as the last line of a run says it; 0 where it compared none. */
export function differingDoubles(said: string): number {
  return Number(/^(\d+) of [\d,]+ doubles differ from the model's own/m.exec(said)?.[1] ?? 0);
}

/** The names of the ratios that are slower than the slowest of the older commit's by more than 5 %. */
export function slowerRatios(older: readonly Ratios[], ours: Ratios): string[] {
  return [...ours].flatMap(([name, ratio]) => (isSlower(olderOf(older, name), ratio) ? [name] : []));
}

/** Every ratio that both have. One counts as slower where it is so in both runs of ours. */
export function compareRatios(older: readonly Ratios[], ours: Ratios, again: Ratios | undefined): Compared[] {
  return [...ours].flatMap(([name, ratio]): Compared[] => {
    const before = olderOf(older, name);
    if (before.length === 0) return [];
    const second = isSlower(before, ratio) ? again?.get(name) : undefined;
    const verdict = !isSlower(before, ratio) ? 'holds' : second !== undefined && !isSlower(before, second) ? 'slower once' : 'slower';
    return [{ name, older: before, ours: ratio, ...(second === undefined ? {} : { again: second }), verdict }];
  });
}

/** The ratios as a table of Markdown, and the last line of a run, which names those that are slower. */
export function comparedText(all: readonly Compared[], commit: string): { table: string; line: string; fails: boolean } {
  const rows = all.map(({ name, older, ours, again, verdict }) => {
    const before = `${short(Math.min(...older))} x to ${short(Math.max(...older))} x`;
    return [name, before, `${short(ours)} x`, again === undefined ? '' : `${short(again)} x`, verdict];
  });
  const head = ['figure and peer', `${commit}, ${Math.max(0, ...all.map(({ older }) => older.length))} runs`, 'ours', 'ours again', ''];
  const table = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
  const slower = all.filter(({ verdict }) => verdict === 'slower').map(({ name }) => name);
  const line =
    all.length === 0
      ? 'no ratio was measured in both'
      : slower.length > 0
        ? `${slower.length} of ${all.length} ratios are slower than in ${commit} by more than 5 %: ${slower.join('; ')}`
        : `none of ${all.length} ratios is slower than in ${commit} by more than 5 %`;
  return { table, line, fails: slower.length > 0 || all.length === 0 };
}

function olderOf(older: readonly Ratios[], name: string): number[] {
  return older.flatMap((ratios) => ratios.get(name) ?? []);
}

function isSlower(older: readonly number[], ratio: number): boolean {
  return older.length > 0 && ratio * MOST < Math.min(...older);
}
