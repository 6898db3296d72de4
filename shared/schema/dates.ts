/*
 * Dates and times as R has them: a Date is its days since 1970-01-01, a POSIXct its seconds since then, both in the calendar
 * of ISO 8601 (years 0000 to 9999 here).
 */

const DAY = 86_400;
/** No text of a date or a time is longer. */
const MAX_LENGTH = 40;
const DATE = /^(\d{4})-(\d\d)-(\d\d)/;
const TIME = /^[Tt ](\d\d):(\d\d)(?::(\d\d(?:[.,]\d{1,12})?))?(Z|z|[+-]\d\d(?::?\d\d)?)?$/;
/** The first and the last day of the years 0000 to 9999, from 1970-01-01. */
export const DAYS: readonly [number, number] = [-719_528, 2_932_896];
/** The same in seconds, the last second included. */
export const SECONDS: readonly [number, number] = [DAYS[0] * DAY, (DAYS[1] + 1) * DAY - 1];

/** Why a local time is no point in time: it was skipped, it came twice, or its zone is not known. */
export type NoTime = 'skipped' | 'twice' | 'unknown zone';

/**
 * The days of a date as 2024-01-31, or of a time that is a midnight without an offset (pandas writes dates so). Undefined for
 * any other text.
 */
export function parseDate(text: string): number | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const days = daysOf(text);
  if (days === undefined || text.length === 10) return days;
  const time = timeOf(text.slice(10));
  const isPlain = time?.zone === undefined || time.zone.toUpperCase() === 'Z';
  return time?.seconds === 0 && time.fraction === 0 && isPlain ? days : undefined;
}

/**
 * The seconds of a time as 2024-01-31T12:00:00Z. Without Z or an offset it is a local time of `timeZone` (an IANA name), or
 * UTC where that is not given; a date alone is its midnight. The fraction is added to the whole seconds as R adds it
 * (do_asPOSIXct), and second 60 is the next minute's first. Undefined for any other text.
 */
export function parseDatetime(text: string, timeZone?: string): number | NoTime | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const days = daysOf(text);
  if (days === undefined) return undefined;
  const time = text.length === 10 ? { seconds: 0, fraction: 0, zone: undefined } : timeOf(text.slice(10));
  if (!time) return undefined;
  const wall = days * DAY + time.seconds;
  const whole = time.zone === undefined ? (timeZone === undefined ? wall : fromLocal(wall, timeZone)) : wall - offsetOf(time.zone);
  return typeof whole === 'number' ? whole + time.fraction : whole;
}

/** A number of days as a date; a part of a day counts for its day. */
export function formatDate(days: number): string {
  return new Date(Math.floor(days) * DAY * 1000).toISOString().slice(0, 10);
}

/** A number of seconds as a time in UTC, to the second. */
export function formatDatetime(seconds: number): string {
  return `${new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 19)}Z`;
}

/** The days of the date that a text starts with; undefined where it starts with none that the calendar has. */
function daysOf(text: string): number | undefined {
  const found = DATE.exec(text);
  if (!found) return undefined;
  const [year, month, day] = found.slice(1).map(Number) as [number, number, number];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isThere = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCFullYear() === year;
  return isThere ? date.getTime() / (DAY * 1000) : undefined;
}

/** A time of day: whole seconds since midnight, the fraction of a second, and its zone as written. 24:00 is the day's end. */
function timeOf(text: string): { seconds: number; fraction: number; zone: string | undefined } | undefined {
  const found = TIME.exec(text);
  if (!found) return undefined;
  const [, hours, minutes, rest = '0', zone] = found;
  const [hour, minute, second] = [Number(hours), Number(minutes), Number(rest.replace(',', '.'))];
  const seconds = hour * 3600 + minute * 60 + Math.floor(second);
  if (hour > 24 || minute > 59 || second >= 61 || (hour === 24 && seconds + (second % 1) > DAY)) return undefined;
  if (zone !== undefined && Number.isNaN(offsetOf(zone))) return undefined;
  return { seconds, fraction: second - Math.floor(second), zone };
}

/** The seconds that an offset (Z, +02, +0200, -03:30) is ahead of UTC; NaN where there is no such offset. */
function offsetOf(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', ''))];
  if (hours > 23 || minutes > 59) return Number.NaN;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}

const FORMATS = new Map<string, Intl.DateTimeFormat | undefined>();

/** What gives the local time of a zone; undefined where the zone is not known. */
function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  if (!FORMATS.has(timeZone)) {
    const parts = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
    try {
      FORMATS.set(timeZone, new Intl.DateTimeFormat('en', { ...parts, era: 'short', hourCycle: 'h23', timeZone }));
    } catch {
      FORMATS.set(timeZone, undefined);
    }
  }
  return FORMATS.get(timeZone);
}

/** Whether a zone is one of the IANA names known here. */
export function isTimeZone(timeZone: string): boolean {
  return formatOf(timeZone) !== undefined;
}

/** The point in time of a local time, given as if it were UTC. One that a change of the clock skips or repeats has none. */
function fromLocal(wall: number, timeZone: string): number | NoTime {
  const format = formatOf(timeZone);
  if (!format) return 'unknown zone';
  const day = Math.floor(wall / DAY);
  const before = offsetOfDay(day - 1, format);
  // Where a day begins and ends by the same clock it has no change; and the point in time is within a day of what the clock shows.
  if ([day, day + 1, day + 2].every((one) => offsetOfDay(one, format) === before)) return wall - before;
  // A zone changes its clock at most once within two days.
  const offsets = new Set([wall - DAY, wall + DAY].map((around) => localOffset(around, format)));
  const found = [...offsets].filter((offset) => localOffset(wall - offset, format) === offset);
  if (found.length === 1) return wall - found[0]!;
  return found.length === 0 ? 'skipped' : 'twice';
}

/** The offsets of zones where days begin in UTC, kept: to ask for one takes some microseconds, and a body may have ten thousands of times. */
const OFFSETS = new WeakMap<Intl.DateTimeFormat, Map<number, number>>();
/** Most days of a zone that are kept. */
const MOST_DAYS = 10_000;

/** The seconds that a zone's clocks are ahead of UTC where a day begins in UTC. */
function offsetOfDay(day: number, format: Intl.DateTimeFormat): number {
  const kept = OFFSETS.get(format) ?? new Map<number, number>();
  OFFSETS.set(format, kept);
  let offset = kept.get(day);
  if (offset === undefined) {
    offset = localOffset(day * DAY, format);
    if (kept.size >= MOST_DAYS) kept.clear();
    kept.set(day, offset);
  }
  return offset;
}

/** The seconds that a zone's clocks are ahead of UTC at a point in time. */
function localOffset(at: number, format: Intl.DateTimeFormat): number {
  const parts = new Map(format.formatToParts(at * 1000).map(({ type, value }) => [type, value]));
  const part = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name));
  const year = parts.get('era')?.startsWith('B') ? 1 - part('year') : part('year');
  const date = new Date(0);
  date.setUTCFullYear(year, part('month') - 1, part('day'));
  return Math.round(date.getTime() / 1000) + part('hour') * 3600 + part('minute') * 60 + part('second') - Math.floor(at);
}
