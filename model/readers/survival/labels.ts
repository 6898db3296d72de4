import type { Level } from '../../../shared/schema/features.ts';

/** The labels of strata, taken apart: those of each variable, and for each stratum their places, from 0. `isNamed`: in the form "a=1". */
export type Parted = { labels: Level[][]; combinations: number[][]; isNamed: boolean };

/**
 * Takes the labels of strata(a, b) apart: "a=1, b=x", or "u, x" of factors and texts alone. R fills the later parts of the first form with
 * spaces. Undefined where the labels can be read in no way, or in more than one.
 */
export function partLabels(levels: Level[], names: string[], sep: string): Parted | undefined {
  const parts = levels.map((level) => (level === null ? undefined : namedParts(level, names, sep)));
  if (parts.every((part) => part !== undefined)) return numbered(parts as string[][], names.length, true);
  if (names.length === 1) return { labels: [levels], combinations: levels.map((_, at) => [at]), isNamed: false };
  const short = levels.map((level) => level?.split(sep) ?? []);
  return sep !== '' && short.every(({ length }) => length === names.length) ? numbered(short, names.length, false) : undefined;
}

/** The parts of "a=1, b=x"; undefined where the label has another form, or a part could end at several places. */
function namedParts(level: string, names: string[], sep: string): string[] | undefined {
  if (!level.startsWith(`${names[0]}=`)) return undefined;
  let rest = level.slice(names[0]!.length + 1);
  const parts: string[] = [];
  for (const name of names.slice(1)) {
    const next = `${sep}${name}=`;
    const [part, ...others] = rest.split(next);
    if (others.length !== 1) return undefined;
    parts.push(part as string);
    rest = others[0] as string;
  }
  return [...parts, rest].map((part, at) => (at === 0 ? part : part.trimEnd()));
}

function numbered(parts: string[][], count: number, isNamed: boolean): Parted | undefined {
  const labels = Array.from({ length: count }, (_, at) => [...new Set(parts.map((part) => part[at] as string))]);
  const places = labels.map((all) => new Map(all.map((text, place) => [text, place])));
  const combinations = parts.map((part) => part.map((text, at) => places[at]!.get(text)!));
  // Two strata that read alike differ in spaces alone.
  return new Set(combinations.map(String)).size === combinations.length ? { labels, combinations, isNamed } : undefined;
}

/** What may still be looked at of labels that are put together, in characters; below 0 where it was not enough. */
export type Work = { left: number };
/** What a million strata take a few times over. */
export const MOST_WORK = 2 ** 29;
/** What a look-up takes beside its characters. */
const LOOK_UP = 128;

/**
 * Which strata of each term a joint label is of, where R has put the labels of several terms together; undefined where that is not sure, or
 * `work` was not enough. `terms`: the place of each label of each term.
 */
export function partJoint(
  level: Level,
  terms: ReadonlyMap<Level, number>[],
  sep: string,
  work: Work = { left: MOST_WORK },
): number[] | undefined {
  const found: number[][] = [];
  /** Terms that were left, and characters, where no way led to the end. */
  const dead = new Set<string>();
  const look = (rest: string, places: number[]) => {
    const levels = terms[places.length];
    const at = `${places.length} ${rest.length}`;
    if (!levels || found.length > 1 || work.left < 0 || dead.has(at)) return;
    const before = found.length;
    if (places.length === terms.length - 1) {
      work.left -= LOOK_UP + rest.length;
      const place = levels.get(rest);
      if (place !== undefined) found.push([...places, place]);
      else dead.add(at);
      return;
    }
    // Labels may hold what stands between them.
    for (let end = rest.indexOf(sep); end !== -1 && work.left >= 0; end = rest.indexOf(sep, end + 1)) {
      work.left -= LOOK_UP + end;
      const place = levels.get(rest.slice(0, end));
      if (place !== undefined) look(rest.slice(end + sep.length), [...places, place]);
    }
    if (found.length === before) dead.add(at);
  };
  if (level !== null) look(level, []);
  return found.length === 1 && work.left >= 0 ? found[0] : undefined;
}
