import type { SchemaElement } from 'hyparquet';
import type { Feature } from '../schema/features.ts';

/** A column's value as the cell of a feature, as JSON would have it; null where it is missing. */
export type CellOf = (value: unknown) => unknown;

const DAY_SECONDS = 86_400;

/**
 * How the values of a Parquet column become a feature's cells. A NaN is a missing value, as in R and pandas. Days and times are numbers
 * (parquet-input.ts), which are told here in the feature's unit.
 */
export function cellReader(feature: Feature, { converted_type, logical_type, type }: SchemaElement): CellOf {
  const isDay = converted_type === 'DATE' || logical_type?.type === 'DATE';
  const isTime = converted_type?.startsWith('TIMESTAMP') || logical_type?.type === 'TIMESTAMP' || type === 'INT96';
  // A day is no number to a model that has none: it would be the days since 1970.
  if ((isDay || isTime) && feature.type !== 'date' && feature.type !== 'datetime') return (value) => present(value, String);
  if (isDay && feature.type === 'datetime') return (value) => present(value, (days) => Number(days) * DAY_SECONDS);
  if (isTime && feature.type === 'date') return (value) => present(value, (seconds) => Math.floor(Number(seconds) / DAY_SECONDS));
  if (feature.type === 'integer64') return (value) => present(value, exactNumber);
  return (value) => present(value, (found) => (typeof found === 'bigint' ? Number(found) : found));
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
