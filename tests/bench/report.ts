import { readFileSync, writeFileSync } from 'node:fs';
import { median, type Rounds, ratios, short, spread } from './figures.ts';

/** What must hold: `holds` is undefined where it was not measured, and `measured` then says why. */
export type Bar = { what: string; bar: string; measured: string; holds: boolean | undefined };
/** A line of the table of speeds in tests/README.md. */
export type Speed = { what: string; ours: string; peers: string };

/** What one run found, and where its lines go. */
export type Report = {
  say(line: string): void;
  /** A figure of ours beside the same of its peers, in `unit`; where more is better, `perSecond`. */
  speed(what: string, unit: string, ours: Rounds, peers: [name: string, rounds: Rounds][], perSecond?: 'per second'): void;
  /** Peers of a figure that are not here. */
  missing(name: string, why: string): void;
  judge(what: string, bar: string, measured: string, holds: boolean | undefined): void;
  /** So many answers were compared with R's, or with those of the package that made the model; so many doubles of them differ. */
  compared(count: number, differing: number): void;
  readonly bars: Bar[];
  readonly speeds: Speed[];
  readonly absent: Map<string, string>;
  readonly bits: { compared: number; differing: number };
};

/** A report whose lines are printed as they come. */
export function createReport(print: (line: string) => void): Report {
  const bars: Bar[] = [];
  const speeds: Speed[] = [];
  const absent = new Map<string, string>();
  const bits = { compared: 0, differing: 0 };
  return {
    bars,
    speeds,
    absent,
    bits,
    say: print,
    speed: (what, unit, ours, peers, perSecond) => {
      const told = peers.map(([name, rounds]) => {
        const better = perSecond ? ratios(ours, rounds) : ratios(rounds, ours);
        const [middle = '', least, most] = [median(better), Math.min(...better), Math.max(...better)].map(timesAs);
        return {
          long: `; ${name} ${spread(rounds)}, ours is ${middle} as fast (${least}..${most})`,
          brief: `${name} ${short(median(rounds))}: ${middle}`,
        };
      });
      speeds.push({ what, ours: `${short(median(ours))} ${unit}`, peers: told.map(({ brief }) => brief).join(', ') });
      print(`${what}: ours ${spread(ours)} ${unit}${told.map(({ long }) => long).join('')}`);
    },
    missing: (name, why) => {
      if (absent.has(name)) return;
      absent.set(name, why);
      print(`${name}: not measured: ${why}`);
    },
    judge: (what, bar, measured, holds) => {
      bars.push({ what, bar, measured, holds });
    },
    compared: (count, differing) => {
      bits.compared += count;
      bits.differing += differing;
    },
  };
}

/** How many times as fast: `50 x`, or `1/4 x`. */
function timesAs(ratio: number): string {
  return ratio >= 1 ? `${short(ratio)} x` : `1/${short(1 / ratio)} x`;
}

/** A bar's word. */
export function verdict({ holds }: Bar): string {
  return holds === undefined ? 'not measured' : holds ? 'holds' : 'MISSES';
}

/** The last line of a run: how many doubles are not those of R or of the model's package, and which bars were missed. `fails`: whether any of both is so. */
export function summary({ bars, bits }: Report): { line: string; fails: boolean } {
  const missed = bars.filter(({ holds }) => holds === false);
  const unmeasured = bars.filter(({ holds }) => holds === undefined).length;
  const judged = bars.length - unmeasured;
  const named = missed.map(({ what, bar, measured }) => `${what} (${measured}, the bar is ${bar})`).join('; ');
  const line = [
    `${bits.differing} of ${bits.compared.toLocaleString('en-US')} doubles differ from the model's own`,
    missed.length > 0 ? `${missed.length} of ${judged} bars are missed: ${named}` : `all ${judged} bars hold`,
    ...(unmeasured > 0 ? [`${unmeasured} were not measured`] : []),
  ].join('; ');
  return { line, fails: missed.length > 0 || bits.differing > 0 };
}

/** The tables as Markdown: what was measured where and when, the bars, every figure. */
export function toMarkdown(report: Report, where: string): string {
  const { bits, bars, speeds, absent } = report;
  const table = (head: string[], rows: string[][]) =>
    [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
  return [
    `${where} \`npm run bench -- speed\`: medians of rounds in which ours and its peers take turns. ${bits.differing} of ${bits.compared.toLocaleString('en-US')} doubles differ from those of R, or of the package that made the model.`,
    ...[...absent].map(([name, why]) => `Not measured: ${name} (${why}).`),
    table(
      ['what', 'bar', 'measured', ''],
      bars.map((bar) => [bar.what, bar.bar, bar.measured, verdict(bar)]),
    ),
    table(
      ['figure', 'ours', 'peers, and how many times as fast ours is'],
      speeds.map(({ what, ours, peers }) => [what, ours, peers]),
    ),
  ].join('\n\n');
}

const MARKS = ['<!-- bench:speed -->', '<!-- /bench:speed -->'] as const;

/** A text with what stands between the marks replaced. Throws where it has no marks. */
export function betweenMarks(text: string, markdown: string): string {
  const [from, to] = [text.indexOf(MARKS[0]), text.indexOf(MARKS[1])];
  if (from < 0 || to < from) throw new Error(`found no ${MARKS.join(' and ')}, expected both`);
  return `${text.slice(0, from + MARKS[0].length)}\n${markdown}\n${text.slice(to)}`;
}

/** Puts the tables into a Markdown file, between its marks. */
export function writeBetweenMarks(file: string, markdown: string): void {
  writeFileSync(file, betweenMarks(readFileSync(file, 'utf8'), markdown));
}
