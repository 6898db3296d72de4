import { ModelError } from '../../shared/errors.ts';
import type { Level } from '../../shared/schema/features.ts';
import { contrastNames } from '../formula/model-matrix.ts';
import { placesIn, type Terms, type Variable } from '../formula/terms.ts';
import type { RValue } from '../rds/values.ts';

/**
 * For a factor, its levels in their order: undefined where the file does not name one. A dot may stand for any sign that make.names()
 * does not take.
 */
export type LackingLevels = ReadonlyMap<string, readonly (string | undefined)[]>;
/** The levels of a formula's factors as a model's xlevels, with a word where one is not known; and those that lack some. */
export type FoundLevels = { xlevels: RValue; lacking: LackingLevels };

/** What stands in the place of a level that the file does not name. */
export const LACKING = 'which the file lacks';

const FACTOR_KINDS = ['factor', 'ordered', 'character'];
/** Most ways to share the columns among the terms that are looked at, and most looks at columns of all ways. */
const [MAX_WAYS, MAX_LOOKS] = [10_000, 500_000];

/** A term of one variable, and how many columns it has: as many as begin with its name, where it is a factor. */
type Single = { variable: Variable; width: number | undefined; isWhole: boolean };
/** How many columns the terms so far have, and which of them are those of each factor. */
type Way = { at: number; found: readonly { single: Single; from: number; to: number }[] };

/**
 * The levels of factors by the names of a model matrix's columns ("fb" is level b of f), for models that keep no xlevels. A factor by
 * contrasts lacks its first level there, an ordered one all of them. Throws a ModelError where a factor has no columns of its own, or
 * where the names could be read in two ways.
 */
export function levelsByNames(terms: Terms, columns: readonly string[], label: string): FoundLevels {
  const isUsed = (place: number) => terms.factors.some((pattern) => pattern[place]! > 0);
  const factors = terms.variables.filter(({ kind }, place) => FACTOR_KINDS.includes(kind) && isUsed(place));
  if (factors.length === 0) return { xlevels: asLevels(new Map()), lacking: new Map() };
  const way = wayOf(terms, columns, label);
  const levels = way.found.map(({ single, from, to }): [string, (string | undefined)[]] => {
    const endings = columns.slice(from, to).map((column) => behind(single.variable.name, column) as string);
    return [single.variable.name, single.isWhole ? endings : partly(single.variable, endings, label)];
  });
  const found = new Map(levels);
  const odd = factors.find(({ name }) => !found.has(name));
  if (odd) throw new ModelError(`${label}, variable ${odd.name}`, 'a factor without columns of its own', 'a term of it alone');
  return {
    xlevels: asLevels(found),
    lacking: new Map(levels.filter(([, all]) => all.some((one) => one === undefined || one.includes('.')))),
  };
}

/** Whether a level may be the one that a file names so. */
export function isLike(known: string | undefined, level: Level | undefined): boolean {
  return (
    known === undefined || known === level || (known.includes('.') && typeof level === 'string' && madeName(`f${level}`) === `f${known}`)
  );
}

/** Finds the first of some levels that a name of the file may mean (isLike). */
export function likeFinder(levels: readonly string[]): (known: string) => string | undefined {
  const exact = new Map(levels.map((level, at) => [level, at] as const).reverse());
  const made = new Map(levels.map((level, at) => [madeName(`f${level}`), at] as const).reverse());
  return (known) => {
    const places = [exact.get(known), known.includes('.') ? made.get(`f${known}`) : undefined].filter((at) => at !== undefined);
    return places.length === 0 ? undefined : levels[Math.min(...places)];
  };
}

/** The one way in which the columns are those of the terms. */
function wayOf(terms: Terms, columns: readonly string[], label: string): Way {
  const singles = singlesOf(terms);
  const isAll = singles.length === terms.factors.length;
  let ways: Way[] = [{ at: terms.intercept ? 1 : 0, found: [] }];
  const work = { left: MAX_LOOKS };
  singles.forEach((single, place) => {
    const next = singles[place + 1];
    const fits = (at: number) => (next ? isFirstOf(next, columns[at]) : !isAll || at === columns.length);
    ways = ways.flatMap((way) => waysOn(way, single, { columns, fits, work }));
    if (ways.length > MAX_WAYS || work.left < 0)
      throw new ModelError(`${label}'s columns`, 'names that many factors begin', 'factors of which none begins with the name of another');
  });
  const fitting = ways.filter((way) => widthOf(terms, way) === columns.length);
  const [first] = fitting;
  if (first && fitting.length === 1) return first;
  const names = columns.slice(0, 10).join(', ');
  const found = first ? `${names}, which could be those of other factors` : `${names}, which do not fit its terms`;
  throw new ModelError(`${label}'s columns`, found, 'for each factor its name with a level');
}

/** The terms of one variable, which stand before those of several. */
function singlesOf(terms: Terms): Single[] {
  const patterns = terms.factors.map(placesIn);
  const first = patterns.findIndex((places) => places.length !== 1);
  let isFull = !terms.intercept;
  return patterns.slice(0, first < 0 ? undefined : first).map(([place]) => {
    const variable = terms.variables[place!]!;
    const { kind } = variable;
    const isFactor = FACTOR_KINDS.includes(kind);
    const isWhole = isFull && (isFactor || kind === 'logical');
    if (isWhole) isFull = false;
    if (isFactor) return { variable, width: undefined, isWhole };
    return { variable, width: kind === 'logical' ? (isWhole ? 2 : 1) : plainWidth(kind), isWhole };
  });
}

function plainWidth(kind: string): number {
  return Number(/^nmatrix\.(\d+)$/.exec(kind)?.[1] ?? 1);
}

/** How many columns the matrix has with the levels of a way. */
function widthOf(terms: Terms, { found }: Way): number {
  const counts = new Map(found.map(({ single, from, to }) => [single.variable.name, to - from + (single.isWhole ? 0 : 1)]));
  let isFull = !terms.intercept;
  let width = terms.intercept ? 1 : 0;
  for (const pattern of terms.factors) {
    let product = 1;
    for (const [place, code] of pattern.entries()) {
      if (code === 0) continue;
      const { name, kind } = terms.variables[place]!;
      const levels = kind === 'logical' ? 2 : counts.get(name);
      if (levels === undefined) product *= plainWidth(kind);
      else product *= isFull || code === 2 ? levels : levels - 1;
      if (levels !== undefined) isFull = false;
    }
    width += product;
  }
  return width;
}

/** A column's name as R's make.names() changes it, which data.frame() does to those of a matrix. */
function madeName(name: string): string {
  const made = name.replaceAll(/[^\p{L}\p{N}._]/gu, '.');
  // What it begins with counts as it was: of a name in backquotes "X." is made.
  return /^(?:\p{L}|\.(?!\p{N}))/u.test(name) ? made : `X${made}`;
}

/** What stands behind a variable's name in a column's: the name as it is, in backquotes, or as make.names() changes it. */
function behind(name: string, column: string | undefined): string | undefined {
  const spellings = [name, `\`${name}\``].flatMap((one) => [one, madeName(one)]);
  const spelling = spellings.find((one) => column?.startsWith(one));
  return spelling === undefined ? undefined : column!.slice(spelling.length);
}

/** Whether a column's name may be the first one of a term. */
function isFirstOf({ variable: { name, kind }, width, isWhole }: Single, column: string | undefined): boolean {
  const rest = behind(name, column);
  if (kind === 'logical') return rest === (isWhole ? 'FALSE' : 'TRUE');
  if (kind === 'numeric') return rest === '';
  return rest !== undefined && (width !== undefined || rest !== '');
}

/** What the ways go over: the columns, whether the next term fits at a place, and how many looks are left. */
type Ahead = { columns: readonly string[]; fits: (at: number) => boolean; work: { left: number } };

/** The ways to go on with a term, where what comes next fits. */
function waysOn({ at, found }: Way, single: Single, { columns, fits, work }: Ahead): Way[] {
  work.left -= 1;
  if (single.width !== undefined) return fits(at + single.width) ? [{ at: at + single.width, found }] : [];
  const ways: Way[] = [];
  for (let to = at + 1; work.left >= 0 && behind(single.variable.name, columns[to - 1]); to += 1) {
    work.left -= 1;
    if (fits(to)) ways.push({ at: to, found: [...found, { single, from: at, to }] });
  }
  return ways;
}

/** The levels of a factor by contrasts. */
function partly({ name, kind, value }: Variable, levels: string[], label: string): (string | undefined)[] {
  const all = [undefined, ...levels];
  if (value.type !== 'symbol')
    throw new ModelError(
      `${label}, variable ${name}`,
      'a factor that the formula makes, and whose levels the file does not have',
      'a factor that is a column of the data',
    );
  if (kind !== 'ordered') return all;
  const usual = contrastNames('', all.map(String), 'poly');
  if (!usual.every((one, at) => one === levels[at] || `.${one.slice(1)}` === levels[at]))
    throw new ModelError(`${label}'s contrasts of ${name}`, levels.slice(0, 5).join(', '), 'contr.poly, as R codes an ordered factor');
  return all.fill(undefined);
}

function asLevels(found: ReadonlyMap<string, readonly (string | undefined)[]>): RValue {
  const values = [...found.values()].map((levels): RValue => {
    return { type: 'character', values: levels.map((level, at): Level => level ?? `(level ${at + 1}, ${LACKING})`) };
  });
  return { type: 'list', values, attributes: new Map([['names', { type: 'character', values: [...found.keys()] }]]) };
}
