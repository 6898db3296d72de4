import type { AnswerType } from './types.ts';

/**
 * The kinds of intervals: R's confidence and prediction intervals of a linear model, and `conformal`, by the errors of calibration rows
 * (of classes: the set of those that are likely enough).
 */
export const INTERVALS = ['confidence', 'prediction', 'conformal'] as const;
export type IntervalName = (typeof INTERVALS)[number];

/** What a model's intervals rest on. An artifact's schema has it not: who opens it finds it. */
export type Intervals = {
  /** The hash of the section of the artifact that intervals are computed from. */
  sha256: string;
  /** The kinds that can be asked for. */
  kinds: IntervalName[];
  /** Whether the section adds standard errors: the type of answer `se`. */
  hasErrors: boolean;
  /** Further types of answer that the section adds, and the names of the numbers of type "terms". */
  types?: AnswerType[];
  terms?: string[];
  /** How many rows conformal intervals are calibrated by. */
  calibration?: number;
};

/** The level where none is given, as in R's predict.lm. */
export const DEFAULT_LEVEL = 0.95;

/** The members of an interval around a number, in their order; `level` is the one that was asked for. */
export const INTERVAL = ['fit', 'lower', 'upper', 'level'];

/** What an answer says of its intervals. */
export type IntervalTold = { kind: IntervalName; level: number; sha256: string };

/** What a model and a request say that an interval depends on. */
type Asking = { type: string; level?: unknown; [name: string]: unknown };
type Offered = { intervals?: Intervals; types?: readonly string[] };

/** What is wrong with an interval beside the other parameters; undefined where nothing is. */
export function misfitInterval(kind: IntervalName, given: Asking, { intervals, types = ['response'] }: Offered): string | undefined {
  if (given.type !== types[0]) return `found interval with type "${given.type}", expected the default type "${types[0]}"`;
  const isOther = (name: string) => !['type', 'interval', 'level'].includes(name) && given[name] !== undefined && given[name] !== false;
  const other = Object.keys(given).find(isOther);
  if (other !== undefined) return `found interval with ${other === 'also' ? 'several types' : other}, expected it alone, or with level`;
  const rows = intervals?.calibration ?? 0;
  const level = given.level as number;
  if (kind !== 'conformal' || calibrationRank(rows, level) <= rows) return undefined;
  return `found level ${level} with ${rows} calibration rows, expected at most ${highestLevel(rows)}: a higher level needs more rows`;
}

/** The highest level of four digits that so many calibration rows can give: n / (n + 1). */
export function highestLevel(rows: number): number {
  return Math.floor((rows / (rows + 1)) * 1e4 + 1e-6) / 1e4;
}

/**
 * Which of so many calibration errors, in ascending order and counted from 1, bounds those of new rows at a level: ceil((n + 1) level)
 * (Vovk, Gammerman and Shafer 2005; Lei et al. 2018, section 2.2). Above the number of rows there is none. What a double adds to a
 * whole number by rounding does not count.
 */
export function calibrationRank(rows: number, level: number): number {
  const exact = (rows + 1) * level;
  return Math.max(1, Math.abs(exact - Math.round(exact)) < 1e-9 ? Math.round(exact) : Math.ceil(exact));
}

/** What helps where a model has no intervals. */
export function noIntervals(found: string): string {
  return `found ${found}, but this model has no intervals: import it with --calibration rows.csv, rows that it was not trained on, with what it predicts`;
}

/** What an answer says of its intervals. */
export function intervalTold(
  { intervals }: { intervals?: Intervals },
  { interval, level }: { interval?: IntervalName; level?: number },
): IntervalTold | undefined {
  return intervals && interval && { kind: interval, level: level ?? DEFAULT_LEVEL, sha256: intervals.sha256 };
}

/** What GET /model says of intervals. */
export function intervalsOf({ intervals }: { intervals?: Intervals }) {
  if (!intervals || intervals.kinds.length === 0) return undefined;
  const { sha256, kinds, calibration } = intervals;
  return { sha256, kinds, ...(calibration === undefined ? {} : { calibrationRows: calibration }) };
}
