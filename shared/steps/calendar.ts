import { ModelError } from '../errors.ts';
import type { Level } from '../schema/features.ts';
import type { Column, StepKind } from './kind.ts';

/** A day of each year: so many days after Easter; a date; the first such weekday (0 is Sunday) on or after it, or the last on or before it. */
export type DayRule = { easter: number } | { month: number; day: number; weekday?: number; turn?: 'after' | 'before' };
/** What is taken of a date or a time: a part by its name, or whether it is a day of a rule. A part with levels is a place among them. */
export type CalendarPart = { name: string; part: string; rule?: DayRule; levels?: Level[] };
/** Behind all columns, parts of a column of dates (in days) or times (in seconds, UTC). */
export type CalendarStep = { step: 'calendar'; of: string; from: number; unit: 'days' | 'seconds'; parts: CalendarPart[] };

const DAY = 86_400;
const MILLISECONDS = 1000;
/** Years that R's dates and ours have in common. */
const YEARS = [0, 9999] as const;

/** A point in time: its day since 1970, its second of the day with fraction, and the day's date. */
type Point = { day: number; second: number; year: number; month: number; date: number };

/** Parts as lubridate and recipes compute them, each a number. */
const PARTS: Record<string, (point: Point) => number> = {
  year: ({ year }) => year,
  doy: dayOfYear,
  week: (point) => Math.floor((dayOfYear(point) - 1) / 7) + 1,
  decimal: ({ year, day, second }) => {
    const [start, end] = [daysOf(year, 1, 1), daysOf(year + 1, 1, 1)];
    return year + ((day - start) * DAY + second) / ((end - start) * DAY);
  },
  quarter: ({ month }) => Math.floor((month - 1) / 3) + 1,
  semester: ({ month }) => (month <= 6 ? 1 : 2),
  month: ({ month }) => month,
  dow: ({ day }) => weekdayOf(day) + 1,
  /** That of clock's date_weekday_factor() of a time, whose day it rounds towards 1970: before that it is the next day's. */
  dow_towards_1970: ({ day, second }) => weekdayOf(day < 0 && second >= 1 ? day + 1 : day) + 1,
  am: ({ second }) => (second < DAY / 2 ? 1 : 0),
  hour: ({ second }) => Math.floor(second / 3600),
  hour12: ({ second }) => ((Math.floor(second / 3600) + 11) % 12) + 1,
  minute: ({ second }) => Math.floor(second / 60) % 60,
  second: secondOf,
  decimal_day: (point) => {
    const [hour, minute] = [Math.floor(point.second / 3600), Math.floor(point.second / 60) % 60];
    return hour + (secondOf(point) + minute * 60) / 3600;
  },
};

/** The names of the parts. */
export const PART_NAMES: readonly string[] = Object.keys(PARTS);

/** step_date(), step_time() and step_holiday(). */
export const CALENDAR: StepKind<CalendarStep> = {
  step: 'calendar',
  check: ({ from, unit, parts }, schema, label) => {
    const isPlace = Number.isInteger(from) && from >= 0 && from < schema.features.length;
    const isUnit = unit === 'days' || unit === 'seconds';
    if (!isPlace || !isUnit || !Array.isArray(parts) || !parts.every(isPart))
      throw new ModelError(`${label}'s calendar`, 'another form', `the place of a column, and parts among ${PART_NAMES.join(', ')}`);
  },
  columns: ({ parts }, schema) => [
    ...schema.features,
    ...parts.map(({ name, levels }): Column => {
      return levels ? { name, type: 'factor', levels, computed: true } : { name, type: 'number', computed: true };
    }),
  ],
  compile: ({ from, unit, parts }, schema) => {
    const [width, to] = [schema.features.length, schema.features.length + parts.length];
    const make = parts.map(({ part, rule }) => (rule ? (point: Point) => Number(point.day === dayOfRule(rule, point.year)) : PARTS[part]!));
    return (rows, count) => {
      const out = new Float64Array(count * to);
      for (let row = 0; row < count; row += 1) {
        out.set(rows.subarray(row * width, (row + 1) * width), row * to);
        const point = pointOf(rows[row * width + from]!, unit);
        make.forEach((one, at) => {
          out[row * to + width + at] = point ? one(point) : Number.NaN;
        });
      }
      return out;
    };
  },
  source: (_, place) => place,
  uses: ({ from }, place, columns) => [place < columns ? place : from],
};

function isPart(value: unknown): value is CalendarPart {
  const { name, part, rule, levels } = (value ?? {}) as Partial<CalendarPart>;
  const isKnown = rule === undefined ? typeof part === 'string' && Object.hasOwn(PARTS, part) : isRule(rule);
  const areLevels = levels === undefined || (Array.isArray(levels) && levels.every((level) => typeof level === 'string'));
  return typeof name === 'string' && isKnown && areLevels;
}

function isRule(rule: unknown): rule is DayRule {
  const { easter, month, day, weekday, turn } = (rule ?? {}) as Record<string, unknown>;
  const within = (value: unknown, least: number, most: number) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
  if (easter !== undefined) return within(easter, -100, 100);
  const isTurn = turn === undefined || ((turn === 'after' || turn === 'before') && within(weekday, 0, 6));
  return within(month, 1, 12) && within(day, 1, 31) && isTurn;
}

function pointOf(value: number, unit: 'days' | 'seconds'): Point | undefined {
  const seconds = unit === 'days' ? Math.floor(value) * DAY : value;
  const day = Math.floor(seconds / DAY);
  const date = new Date(day * DAY * MILLISECONDS);
  const year = date.getUTCFullYear();
  if (!(year >= YEARS[0] && year <= YEARS[1])) return undefined;
  return { day, second: seconds - day * DAY, year, month: date.getUTCMonth() + 1, date: date.getUTCDate() };
}

function daysOf(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / (DAY * MILLISECONDS);
}

function dayOfYear({ year, day }: Point): number {
  return day - daysOf(year, 1, 1) + 1;
}

/** The seconds of the minute, with their fraction as R has it: that of the whole time. */
function secondOf({ day, second }: Point): number {
  const time = day * DAY + second;
  return (Math.floor(second) % 60) + (time - Math.floor(time));
}

/** 0 is Sunday: 1970-01-01 was a Thursday. */
function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

function dayOfRule(rule: DayRule, year: number): number {
  if ('easter' in rule) return easterOf(year) + rule.easter;
  const day = daysOf(year, rule.month, rule.day);
  if (rule.turn === 'after') return day + (((((rule.weekday ?? 0) - weekdayOf(day)) % 7) + 7) % 7);
  if (rule.turn === 'before') return day - ((((weekdayOf(day) - (rule.weekday ?? 0)) % 7) + 7) % 7);
  return day;
}

/** Easter Sunday in the Gregorian calendar (Meeus, Jones and Butcher). */
function easterOf(year: number): number {
  const [a, b, c] = [year % 19, Math.floor(year / 100), year % 100];
  const g = Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const sum = h + l - 7 * m + 114;
  return daysOf(year, Math.floor(sum / 31), (sum % 31) + 1);
}
