import { DAYS, parseDate, parseDatetime, SECONDS } from './dates.ts';
import { DECIMAL } from './decimal.ts';
import {
  type DateFeature,
  type DatetimeFeature,
  type FactorFeature,
  type Feature,
  type Level,
  type Schema,
  takesMissing,
} from './features.ts';
import { MAX_INTEGER64, toBits } from './integer64.ts';
import { createLooks } from './look-alikes.ts';
import { isWholeDecimal } from './rounded.ts';

/** Stands for a text that spells a missing value. */
export const MISSING = Symbol('missing');
/** The places of a factor's labels, kept by its list of levels. */
const CODES = new WeakMap<Level[], { exact: Map<Level, number>; byLook: ((label: string) => number | undefined) | undefined }>();

/** A cell as the model's number; undefined where it does not fit. */
export function readCell(schema: Schema, column: number, value: unknown, text: boolean): number | undefined {
  const feature = schema.features[column] as Feature;
  const given = givenValue(feature, value, text);
  if (given !== MISSING && given !== null) return encode(feature, given);
  const level = feature.type === 'factor' ? codeOf(feature.levels, null) : undefined;
  return level ?? (takesMissing(schema, feature) ? Number.NaN : undefined);
}

/** The value that a cell spells. R's jsonlite writes NA as the text "NA" where it does not leave the key out. */
export function givenValue(feature: Feature, value: unknown, text: boolean): unknown {
  if (text || value === 'NA') return fromText(feature, value as string);
  return value;
}

/** The number the model takes for a value of a feature, or undefined where it is not one. */
function encode(feature: Feature, value: unknown): number | undefined {
  switch (feature.type) {
    case 'number':
      // R's TRUE is 1, and a forest does not keep that a column was logical.
      if (typeof value === 'boolean') return value ? 1 : 0;
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
    case 'integer64':
      return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_INTEGER64 ? toBits(value) : undefined;
    case 'date':
    case 'datetime':
      return pointInTime(feature, value);
    case 'logical':
      if (typeof value === 'boolean') return value ? 1 : 0;
      return value === 0 || value === 1 ? value : undefined;
    case 'factor':
      return typeof value === 'string' ? (codeOf(feature.levels, value) ?? codeOfOther(feature, value)) : undefined;
  }
}

/** What a label that is no level is to the model; undefined where it is a problem. */
function codeOfOther({ levels, others, placeOfNew }: FactorFeature, label: string): number | undefined {
  return others === 'new' ? (placeOfNew?.(label) ?? levels.length + 1) : others === 'missing' ? Number.NaN : undefined;
}

/** The days of a date, or the seconds of a time; a number stands for itself, unless it is milliseconds or the like. */
function pointInTime(feature: DateFeature | DatetimeFeature, value: unknown): number | undefined {
  const [least, most] = feature.type === 'date' ? DAYS : SECONDS;
  if (typeof value === 'number') return value >= least && value < most + 1 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const found = feature.type === 'date' ? parseDate(value) : parseDatetime(value, feature.timeZone);
  return typeof found === 'number' ? found : undefined;
}

/** A label's place among the levels, from 1. The places are kept, since a factor may have thousands of levels. */
function codeOf(levels: Level[], label: Level): number | undefined {
  let codes = CODES.get(levels);
  if (!codes) {
    codes = { exact: new Map(levels.map((level, at) => [level, at + 1])), byLook: undefined };
    CODES.set(levels, codes);
  }
  const code = codes.exact.get(label);
  if (code !== undefined) return code;
  if (label === null) return undefined;
  codes.byLook ??= createLooks(levels);
  const place = codes.byLook(label);
  return place === undefined ? undefined : place + 1;
}

/** A CSV field, or "NA", as the value it spells, or MISSING. The labels of a factor win over `NA`, should one be called so. */
function fromText(feature: Feature, field: string): unknown {
  if (feature.type === 'factor' && codeOf(feature.levels, field) !== undefined) return field;
  const trimmed = field.trim();
  if (trimmed === '' || trimmed === 'NA') return MISSING;
  if (feature.type === 'logical' || feature.type === 'number') {
    if (/^(?:true|TRUE|True)$/.test(trimmed)) return true;
    if (/^(?:false|FALSE|False)$/.test(trimmed)) return false;
  }
  // A number feature may be called T, as temperatures are: its header is no row.
  if (feature.type === 'logical' && /^[TF]$/.test(trimmed)) return trimmed === 'T';
  if (feature.type === 'factor' || !DECIMAL.test(trimmed)) return field;
  // A double would round it to a whole number (4503599627370497.5).
  if (feature.type === 'integer64' && !isWholeDecimal(trimmed)) return field;
  return Number(trimmed);
}
