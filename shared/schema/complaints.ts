import type { Problem } from '../errors.ts';
import { parseDatetime } from './dates.ts';
import { DECIMAL } from './decimal.ts';
import { describe, quote } from './describe-value.ts';
import type { Feature, Schema } from './features.ts';
import { givenValue, MISSING } from './values.ts';

const SHOWN_LEVELS = 10;
/** Names beside those of the features that are listed where one is missing, and most that is shown of one. */
const SHOWN_STRANGERS = 3;
const SHOWN_NAME = 40;

/** What is wrong where a feature is missing; `strangers` are the names of the row that are no features, or the first of very many. */
export function missing(schema: Schema, column: number, strangers: string[], areAll: boolean): string {
  const { name } = schema.features[column] as Feature;
  const sentence = `feature ${quote(name)} is missing; expected ${expectation(schema, column)}`;
  const lower = name.toLowerCase();
  const capitals = strangers.find((stranger) => stranger.toLowerCase() === lower);
  if (capitals !== undefined) return `${sentence}; found ${shortened(capitals)}, which differs in its capitals`;
  const found = strangers.filter((stranger) => stranger !== '');
  const shown = found.slice(0, SHOWN_STRANGERS).map(shortened);
  const more = areAll ? found.length - shown.length : 'many';
  const rest = found.length > shown.length ? ` and ${more} more` : '';
  return found.length === 0 ? sentence : `${sentence}; found ${shown.join(', ')}${rest}, which this model does not have`;
}

function shortened(name: string): string {
  return quote(name.length > SHOWN_NAME ? `${name.slice(0, SHOWN_NAME)}...` : name);
}

/** What is wrong with a cell, in a sentence. */
export function complaint(schema: Schema, column: number, value: unknown, text: boolean): string {
  const feature = schema.features[column] as Feature;
  const given = givenValue(feature, value, text);
  const label = `feature ${quote(feature.name)}`;
  if (given === MISSING || given === null) {
    const why = feature.required && schema.takesMissing ? 'where it is missing' : 'for missing values';
    return `${label}: found a missing value, expected ${expectation(schema, column)}; this model has no answer ${why}`;
  }
  return `${label}: found ${describe(given)}, expected ${expectation(schema, column)}${hintFor(feature, given)}`;
}

/** What is wrong with an integer64 that was rounded to a whole number; `spelt` is how the body has it. */
export function roundedComplaint(schema: Schema, column: number, spelt: string): string {
  const found = spelt.length > SHOWN_NAME ? `${spelt.slice(0, SHOWN_NAME)}...` : spelt;
  return `feature ${quote((schema.features[column] as Feature).name)}: found the number ${found}, expected ${expectation(schema, column)}`;
}

/** What whoever serves the model may do where a value does not fit: for the log and the command line, since callers cannot. */
export function adviceFor(schema: Schema, column: number, value: unknown, text: boolean): string | undefined {
  const feature = schema.features[column] as Feature;
  if (feature.type !== 'number' || value === undefined) return undefined;
  const given = givenValue(feature, value, text);
  if (typeof given !== 'string' || DECIMAL.test(given) || typeof parseDatetime(given) === 'number') return undefined;
  return `if ${quote(feature.name)} is a factor in R, name its levels in model.json, or import with --data training.csv`;
}

/** What stands for a time in a file that does not say enough of it (../batch/parquet-cells.ts), and what that is. */
export const NO_ZONE = 'a time without a zone';
export const NO_MIDNIGHT = 'a time that is no midnight of UTC';

/** What may help whoever sent a value that does not fit. */
function hintFor(feature: Feature, given: unknown): string {
  if (feature.type === 'date') return given === NO_MIDNIGHT ? '; its time is no midnight of UTC, so that its day depends on the zone' : '';
  if (feature.type === 'number' && typeof given === 'string') {
    if (DECIMAL.test(given)) return ', without quotes';
    const isTime = typeof parseDatetime(given) === 'number';
    return isTime ? '; this model takes a date as its days since 1970-01-01, a time as its seconds' : '';
  }
  if (feature.type !== 'datetime' || typeof given !== 'string') return '';
  if (given === NO_ZONE) return `; the file does not say that it is UTC, and the feature's times are of ${feature.timeZone}`;
  const found = parseDatetime(given, feature.timeZone);
  if (found === 'skipped') return `; the clocks of ${feature.timeZone} skip it`;
  if (found === 'twice') return `; it comes twice by the clocks of ${feature.timeZone}: add an offset`;
  return found === 'unknown zone' ? `; the time zone ${feature.timeZone} is not known here: add an offset` : '';
}

/** What a feature takes, for an error's text. */
function expectation(schema: Schema, column: number): string {
  const feature = schema.features[column] as Feature;
  if (feature.type === 'number') return 'a finite number';
  if (feature.type === 'integer64') return 'a whole number from 0 to 9007199254740991 (integer64)';
  if (feature.type === 'date') return 'a date as "2024-01-31", or the days since 1970-01-01';
  if (feature.type === 'datetime') return 'a time as "2024-01-31T12:00:00Z", or the seconds since 1970';
  if (feature.type === 'logical') return 'true or false';
  const shown = feature.levels
    .slice(0, SHOWN_LEVELS)
    .map((level) => (level === null ? 'null' : quote(level)))
    .join(', ');
  const rest = feature.levels.length - SHOWN_LEVELS;
  return `one of ${shown}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** The sentence above the problems of a request. */
export function detail(schema: Schema, problems: Problem[], found: number, instead?: string): string {
  const { length } = schema.features;
  const names = schema.features.slice(0, 20).map(({ name }) => name);
  const shown = `${names.join(', ')}${length > 20 ? ` and ${length - 20} more` : ''}`;
  const count = found === 1 ? '1 thing does' : `${found} things do`;
  const listed = found > problems.length ? ` (the first ${problems.length} are listed)` : '';
  return `${count} not fit the model${listed}; its features are: ${shown}${instead === undefined ? '' : `; ${instead}`}`;
}
