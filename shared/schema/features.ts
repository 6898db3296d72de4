import { MAX_PROBLEMS, type Problem, RequestError } from '../errors.ts';
import { DECIMAL } from '../wire/decimal.ts';
import { createLooks, otherForms } from '../wire/look-alikes.ts';
import { DAYS, parseDate, parseDatetime, SECONDS } from './dates.ts';
import { MAX_INTEGER64, toBits } from './integer64.ts';

/** A text shown to people: one for all, or one a language. */
export type Label = string | { en: string; pt: string };

type Shown = { name: string; label?: Label };
/** A finite double. `range` is the least and the greatest split value seen; min, max and step only shape the page's slider. */
export type NumberFeature = Shown & {
  type: 'number';
  range?: [number, number];
  min?: number;
  max?: number;
  step?: number;
  default?: number;
  /** What it is measured in, for people. */
  unit?: Label;
};
/** A whole number from 0 to 2^53; to the model the double that has its 64 bits (R's class integer64). */
export type Integer64Feature = Omit<NumberFeature, 'type'> & { type: 'integer64' };
/** A day, as an ISO 8601 text or as its number; the days since 1970-01-01 to the model (R's class Date). Range and limits are texts. */
export type DateFeature = Shown & { type: 'date'; range?: [string, string]; min?: string; max?: string; default?: string };
/** A point in time, as an ISO 8601 text or as its number; the seconds since 1970 to the model (R's class POSIXct). */
export type DatetimeFeature = Omit<DateFeature, 'type'> & {
  type: 'datetime';
  /** The IANA name of the zone of times without Z or an offset; UTC where this is not given. */
  timeZone?: string;
};
/** true or false; 1 or 0 to the model. */
export type LogicalFeature = Shown & { type: 'logical'; default?: boolean };
/** The label of a factor's level. R's NA may be a level too: null. */
export type Level = string | null;
/** One of `levels`, by its label; the level's place, counted from 1, to the model (R's integer codes). */
export type FactorFeature = Shown & {
  type: 'factor';
  levels: Level[];
  default?: string;
  /** What people see instead of a level, by the level; requests and answers have the level itself. */
  words?: Record<string, Label>;
};
export type Feature = NumberFeature | Integer64Feature | DateFeature | DatetimeFeature | LogicalFeature | FactorFeature;

/** What the model predicts, in the words of ranger's `treetype`. */
export type Kind = 'regression' | 'classification' | 'probability' | 'survival';

/** The types of answer that R's predict() has for one model or another, under R's own names. */
export type AnswerType = 'response' | 'chf' | 'terminalNodes' | 'quantiles' | 'se' | 'prob' | 'vote' | 'vector' | 'class' | 'link';
/** What a body may ask for beside the type of answer. */
export type ParameterName = 'predictAll' | 'numTrees' | 'seed' | 'quantiles' | 'seMethod';

/** What goes into a model and what comes out. Features are in the order of a row; classes in the order of an answer. */
export type Schema = {
  kind: Kind;
  features: Feature[];
  /** The class labels, for classification and probability. */
  classes?: string[];
  /** The times at which a survival model gives its curve, ascending. */
  times?: number[];
  /** True where the model itself has an answer for a missing value. */
  takesMissing: boolean;
  /** The types of answer it has, the default first; `response` alone where this is not given. */
  types?: AnswerType[];
  /** Which parameters it takes beside `type`; none where this is not given. */
  takes?: ParameterName[];
  /** The number of trees of a forest. */
  trees?: number;
};

/** What people want to know of a model beside its numbers. It lies outside the sha256. */
export type Card = {
  name: string;
  title?: Label;
  description?: Label;
  /** What the model must not be used for, or where it ends. */
  limits?: Label;
  /** What a number of its answers is, for people; `percent` shows it as one. */
  answer?: {
    label?: Label | undefined;
    unit?: Label | undefined;
    percent?: boolean | undefined;
    /** What people see instead of a class's label, by the label. */
    classes?: Record<string, Label> | undefined;
  };
  /** What made the model: ranger's version cannot be told from the file, its call can. */
  madeBy: string;
  /** The versions of R and ranger that made it, as far as the file tells, and how it was saved. */
  versions?: string;
  /** The file it was imported from, without its folder, and that file's sha256. */
  source: { file: string; sha256: string };
  /** An ISO 8601 date, where --date or SOURCE_DATE_EPOCH gave one. */
  date?: string;
  /** How it was trained, where that was done here. */
  training?: TrainingCard;
};

/** A trained model's card: its data (the card's source is their file), how ranger was called, and what came of it out of the bag. */
export type TrainingCard = {
  rows: number;
  columns: number;
  formula: string;
  /** ranger's arguments that were given, by their names. */
  arguments: Record<string, unknown>;
  /** What set.seed() would be given in R, and ranger's own seed. */
  seed?: number;
  rangerSeed: number;
  /** Whose forests these equal, and what grew them. */
  versions: { ranger: string; node: string };
  /** Numbers by name, out of the bag. */
  metrics: Record<string, number>;
  importance?: Record<string, number>;
};

/** What is told of a model: all but its forest. `sha256` is that of its schema and forest. */
export type ModelInfo = { schema: Schema; card: Card; sha256: string };

/**
 * The cells of a request, whatever dialect it came in: `cell(row, feature)` is the value given (undefined where the
 * column or key is not there), and `path` its JSON Pointer. `text` says that the cells are text (CSV), where an empty
 * field or `NA` is missing and numbers are spelled out.
 */
export type Cells = {
  rows: number;
  text: boolean;
  cell(row: number, feature: number): unknown;
  path(row: number, feature: number): string;
  /** True where a missing column is missing from every row, and so is told once. Else a missing key may be a missing value. */
  columnar: boolean;
  /** The names given with a row, features or not, where its cells have names: told where a feature is missing. */
  names?(row: number): string[];
  /** A form that would be read, for a body that has no feature of the model. */
  instead?: string;
  /** What is wrong with a row as a whole, so that its cells cannot be told apart. */
  misfit?(row: number): Problem | undefined;
};

const MISSING = Symbol('missing');
const SHOWN_LEVELS = 10;
/** Names beside the features' that are told where one is missing, and most that is shown of one. */
const SHOWN_STRANGERS = 3;
const SHOWN_NAME = 40;
const CODES = new WeakMap<Level[], { exact: Map<Level, number>; byLook: ((label: string) => number | undefined) | undefined }>();

/**
 * The numeric rows of a request, row after row in the order of the schema's features (NaN: missing). Throws a 422 that
 * lists everything wrong, `others` among it, up to 100 problems, each with its path.
 */
export function readRows(schema: Schema, cells: Cells, others: Problem[] = []): Float64Array {
  const width = schema.features.length;
  const rows = new Float64Array(cells.rows * width);
  const problems = others.slice(0, MAX_PROBLEMS);
  let found = others.length;
  let advice: string | undefined;
  const names = namesOfRows(schema, cells);
  for (let row = 0; row < cells.rows; row += 1) {
    const misfit = cells.misfit?.(row);
    if (misfit) {
      found += 1;
      if (problems.length < MAX_PROBLEMS) problems.push(misfit);
      continue;
    }
    for (let column = 0; column < width; column += 1) {
      let value = cells.cell(row, column);
      if (value === undefined && cells.columnar && row > 0) continue;
      // R's jsonlite leaves the key of a missing value out. Beside a key that is no feature it is more likely misspelt.
      if (value === undefined && schema.takesMissing && !cells.columnar && names.areFeatures(row)) value = null;
      const number = value === undefined ? undefined : readCell(schema, column, value, cells.text);
      if (number !== undefined) {
        rows[row * width + column] = number;
        continue;
      }
      found += 1;
      // Only what is told is put into words, since there may be millions.
      if (problems.length >= MAX_PROBLEMS) continue;
      const message = value === undefined ? missing(schema, column, names.strangers(row)) : complaint(schema, column, value, cells.text);
      problems.push({ path: cells.path(row, column), message });
      advice ??= adviceFor(schema, column, value, cells.text);
    }
  }
  if (found > 0) throw new RequestError(422, detail(schema, problems, found, cells.instead), problems, {}, advice);
  return rows;
}

/** For a row in which a feature is missing: the names in it that are none, most likely that feature's under another spelling. */
function namesOfRows(schema: Schema, cells: Cells): { strangers(row: number): string[]; areFeatures(row: number): boolean } {
  // Made at the first such row: most requests have none.
  let known: Set<string> | undefined;
  let last = -1;
  let found: string[] = [];
  const strangers = (row: number) => {
    if (row === last) return found;
    last = row;
    if (!known) {
      const names = schema.features.map(({ name }) => name);
      known = new Set([...names, ...otherForms(names).flat()]);
    }
    const features = known;
    found = (cells.names?.(row) ?? []).filter((name) => !features.has(name));
    return found;
  };
  return { strangers, areFeatures: (row) => cells.names !== undefined && strangers(row).length === 0 };
}

function missing(schema: Schema, column: number, strangers: string[]): string {
  const { name } = schema.features[column] as Feature;
  const told = `feature ${quote(name)} is missing; expected ${expectation(schema, column)}`;
  const lower = name.toLowerCase();
  const capitals = strangers.find((stranger) => stranger.toLowerCase() === lower);
  if (capitals !== undefined) return `${told}; found ${shortened(capitals)}, which differs in its capitals`;
  const found = strangers.filter((stranger) => stranger !== '');
  const shown = found.slice(0, SHOWN_STRANGERS).map(shortened);
  const rest = found.length > shown.length ? ` and ${found.length - shown.length} more` : '';
  return found.length === 0 ? told : `${told}; found ${shown.join(', ')}${rest}, which this model does not have`;
}

function shortened(name: string): string {
  return quote(name.length > SHOWN_NAME ? `${name.slice(0, SHOWN_NAME)}...` : name);
}

/** A cell as the model's number; undefined where it does not fit. */
function readCell(schema: Schema, column: number, value: unknown, text: boolean): number | undefined {
  const feature = schema.features[column] as Feature;
  const given = givenValue(feature, value, text);
  if (given !== MISSING && given !== null) return encode(feature, given);
  const level = feature.type === 'factor' ? codeOf(feature.levels, null) : undefined;
  return level ?? (schema.takesMissing && feature.type !== 'integer64' ? Number.NaN : undefined);
}

/** The value that a cell spells. R's jsonlite writes NA as the text "NA" where it does not leave the key out. */
function givenValue(feature: Feature, value: unknown, text: boolean): unknown {
  if (text || value === 'NA') return fromText(feature, value as string);
  return value;
}

/** What is wrong with a cell, in a sentence. */
function complaint(schema: Schema, column: number, value: unknown, text: boolean): string {
  const feature = schema.features[column] as Feature;
  const given = givenValue(feature, value, text);
  const thing = `feature ${quote(feature.name)}`;
  if (given === MISSING || given === null)
    return `${thing}: found a missing value, expected ${expectation(schema, column)}; this model has no answer for missing values`;
  return `${thing}: found ${describe(given)}, expected ${expectation(schema, column)}${hintFor(feature, given)}`;
}

/** What whoever serves the model may do where a value does not fit: for the log and the command line, since callers cannot. */
function adviceFor(schema: Schema, column: number, value: unknown, text: boolean): string | undefined {
  const feature = schema.features[column] as Feature;
  if (feature.type !== 'number' || value === undefined) return undefined;
  const given = givenValue(feature, value, text);
  if (typeof given !== 'string' || DECIMAL.test(given) || typeof parseDatetime(given) === 'number') return undefined;
  return `if ${quote(feature.name)} is a factor in R, name its levels in model.json, or import with --data training.csv`;
}

/** What may help whoever sent a value that does not fit. */
function hintFor(feature: Feature, given: unknown): string {
  if (feature.type === 'number' && typeof given === 'string') {
    if (DECIMAL.test(given)) return ', without quotes';
    const isTime = typeof parseDatetime(given) === 'number';
    return isTime ? '; this model takes a date as its days since 1970-01-01, a time as its seconds' : '';
  }
  if (feature.type !== 'datetime' || typeof given !== 'string') return '';
  const found = parseDatetime(given, feature.timeZone);
  if (found === 'skipped') return `; the clocks of ${feature.timeZone} skip it`;
  if (found === 'twice') return `; it comes twice by the clocks of ${feature.timeZone}: add an offset`;
  return found === 'unknown zone' ? `; the time zone ${feature.timeZone} is not known here: add an offset` : '';
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
      return typeof value === 'string' ? codeOf(feature.levels, value) : undefined;
  }
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
  if (feature.type !== 'factor' && DECIMAL.test(trimmed)) return Number(trimmed);
  return field;
}

/** What a feature takes, for an error's text. */
function expectation(schema: Schema, column: number): string {
  const feature = schema.features[column] as Feature;
  if (feature.type === 'number') return 'a finite number';
  if (feature.type === 'integer64') return 'a whole number from 0 to 9007199254740992 (integer64)';
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

/** What a value is, for an error's text to its sender: its kind, and the value itself where that is short. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return value.length <= 40 ? `the text ${quote(value)}` : 'a long text';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'number' && !Number.isFinite(value)) return 'a number too large for a double';
  return `the ${typeof value} ${String(value)}`;
}

/** A name or text in quotes, escaped as JSON does. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

function detail(schema: Schema, problems: Problem[], found: number, instead?: string): string {
  const names = schema.features.map((feature) => feature.name);
  const shown = names.length > 20 ? `${names.slice(0, 20).join(', ')} and ${names.length - 20} more` : names.join(', ');
  const count = found === 1 ? '1 thing does' : `${found} things do`;
  const listed = found > problems.length ? ` (the first ${problems.length} are listed)` : '';
  return `${count} not fit the model${listed}; its features are: ${shown}${instead === undefined ? '' : `; ${instead}`}`;
}
