import type { SchemaElement } from 'hyparquet';
import { NO_MIDNIGHT, NO_ZONE } from '../schema/complaints.ts';
import { DAYS, formatDate } from '../schema/dates.ts';
import type { Feature } from '../schema/features.ts';

/** A column's value as the cell of a feature, as JSON would have it; null where it is missing. */
export type CellOf = (value: unknown) => unknown;

const DAY_SECONDS = 86_400;
/** The longest decimals that writers have: 256 bits, and so many digits. */
const MOST_DECIMAL_BYTES = 32;
const MOST_DIGITS = 76;

/**
 * A column as hyparquet is to read it. Of a decimal it takes the integer alone: hyparquet would multiply that by a power of ten, and 3 * 0.1
 * is not the double of 0.3. All other bytes are texts, also those that their writer does not call so.
 */
export function readAs(element: SchemaElement): SchemaElement {
  if (isDecimal(element)) {
    const { converted_type, logical_type, ...plain } = element;
    return plain;
  }
  const isBytes = element.type === 'BYTE_ARRAY' && (element.converted_type === undefined || element.converted_type === 'ENUM');
  return isBytes ? { ...element, converted_type: 'UTF8' } : element;
}

/**
 * How the values of a Parquet column become a feature's cells. A NaN is a missing value, as in R and pandas. Days and times are numbers
 * (parquet-column.ts), which are told here in the feature's unit. A time of day is refused: its unit is the writer's, and no model's. So is a
 * time that is not said to be UTC where the feature has a time zone, and for a feature of days one whose day depends on the zone.
 */
export function cellReader(feature: Feature, element: SchemaElement): CellOf {
  const { converted_type, logical_type, type } = element;
  if (isDecimal(element)) return decimalReader(feature, (logical_type?.type === 'DECIMAL' ? logical_type.scale : element.scale) ?? 0);
  const isDay = converted_type === 'DATE' || logical_type?.type === 'DATE';
  const isTime = converted_type?.startsWith('TIMESTAMP') || logical_type?.type === 'TIMESTAMP' || type === 'INT96';
  const isClock = converted_type?.startsWith('TIME_') || logical_type?.type === 'TIME';
  if (isClock) return (value) => present(value, () => 'a time of day');
  // A day is no number to a model that has none: it would be the days since 1970.
  if ((isDay || isTime) && feature.type !== 'date' && feature.type !== 'datetime') return (value) => present(value, String);
  // What the clocks of some place showed (pandas), or UTC (duckdb and arrow of R): nobody can tell.
  const isLocal = logical_type?.type === 'TIMESTAMP' && !logical_type.isAdjustedToUTC;
  if (feature.type === 'datetime' && feature.timeZone !== undefined && !UTC.test(feature.timeZone)) {
    // As the text in CSV: a day is the midnight of that zone.
    if (isDay) return (value) => present(value, (days) => dayText(Number(days)));
    if (isLocal) return (value) => present(value, () => NO_ZONE);
  }
  if (isDay && feature.type === 'datetime') return (value) => present(value, (days) => Number(days) * DAY_SECONDS);
  if (isTime && feature.type === 'date') return (value) => present(value, (seconds) => dayOf(Number(seconds), isLocal));
  if (feature.type === 'integer64') return (value) => present(value, exactNumber);
  return (value) => present(value, (found) => (typeof found === 'bigint' ? Number(found) : found));
}

/** The zones in which a time without a zone is the same, whatever its writer meant. */
const UTC = /^(?:UTC|GMT|Etc\/(?:UTC|GMT))$/i;

/** The day of a time, which is another in other zones: a midnight of Berlin is 23:00 of the day before in UTC. */
function dayOf(seconds: number, isLocal: boolean): number | string {
  const days = seconds / DAY_SECONDS;
  return isLocal || Number.isInteger(days) ? Math.floor(days) : NO_MIDNIGHT;
}

/** A day as the text of a date; one outside of the years 0000 to 9999 as the number it is, which is refused. */
function dayText(days: number): string {
  return days >= DAYS[0] && days <= DAYS[1] ? formatDate(days) : String(days);
}

function isDecimal({ converted_type, logical_type }: SchemaElement): boolean {
  return converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL';
}

/** Decimals as the double that is nearest, which is what their digits give in CSV or JSON; of a 64-bit integer all digits count. */
function decimalReader(feature: Feature, scale: number): CellOf {
  const unit = scale >= 0 && scale <= MOST_DIGITS ? 10n ** BigInt(scale) : undefined;
  // Both fit a double, so that their quotient is rounded once.
  const divisor = scale >= 0 && scale <= 22 ? Number(`1e${scale}`) : undefined;
  return (value) =>
    present(value, (found) => {
      const integer = found instanceof Uint8Array ? integerOf(found) : (found as number | bigint);
      if (integer === undefined) return `a decimal of ${(found as Uint8Array).length} bytes`;
      if (feature.type === 'integer64' && unit && BigInt(integer) % unit === 0n) return exactNumber(BigInt(integer) / unit);
      const number = Number(integer);
      return divisor !== undefined && Number.isSafeInteger(number) ? number / divisor : Number(`${integer}e${-scale}`);
    });
}

/** The integer of some bytes, the greatest first, in two's complement; undefined where they are too many. */
function integerOf(bytes: Uint8Array): bigint | undefined {
  if (bytes.length > MOST_DECIMAL_BYTES) return undefined;
  let digits = '0x0';
  for (const byte of bytes) digits += byte.toString(16).padStart(2, '0');
  return BigInt.asIntN(8 * bytes.length, BigInt(digits));
}

function present(value: unknown, made: (value: unknown) => unknown): unknown {
  return value === undefined || value === null || Number.isNaN(value) ? null : made(value);
}

/** A 64-bit integer as a number, or, where a number would be another, as a text that is refused. */
function exactNumber(value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return BigInt(number) === value && Number.isSafeInteger(number) ? number : String(value);
}
