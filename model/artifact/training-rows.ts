import { ModelError } from '../../shared/errors.ts';
import { DECIMAL } from '../../shared/schema/decimal.ts';
import type { Schema } from '../../shared/schema/features.ts';
import { utf8Text } from '../../shared/schema/utf8.ts';
import { readCell } from '../../shared/schema/values.ts';
import { parseCsv } from '../../shared/wire/csv.ts';
import { strippedNames, validNames } from '../rds/names.ts';

/** How R sorted the levels of a factor: by bytes (the C locale), or as the language does (a B Zeta). */
export type LevelsOrder = 'c' | 'locale';

/** The training data as a file: its bytes, its name, and the order that was asked for. */
export type TrainingData = { bytes: Uint8Array; file: string; order: LevelsOrder | undefined };

/** Most names in an error. */
export const SHOWN = 8;

/** The names in the header of the training data. Throws a ModelError. */
export function trainingColumns(data: TrainingData): string[] {
  return readTraining(data)[0] ?? [];
}

/** The distinct values of a column of the training data, without the missing ones. Throws a ModelError where there is no such column. */
export function columnValues(data: TrainingData, name: string): string[] {
  return [...new Set(columnOf(data, name).filter((value) => value !== '' && value !== 'NA'))];
}

/** Whether a column of the training data has empty fields. Throws as columnValues. */
export function hasEmpty(data: TrainingData, name: string): boolean {
  return columnOf(data, name).includes('');
}

function columnOf(data: TrainingData, name: string): string[] {
  const [header = [], ...lines] = linesFor([{ name }], data);
  const place = header.indexOf(name);
  if (place < 0) throw new ModelError(data.file, `no column "${name}" among ${header.slice(0, SHOWN).join(', ')}`, "the model's features");
  return lines.flatMap((line) => (isBlankLine(header, line) ? [] : [line[place] ?? '']));
}

/** Whether a line is none: R's read.csv() skips an empty one, and one of white space has no field but the first. */
export function isBlankLine(header: readonly string[], line: readonly string[]): boolean {
  return line.length === 1 && (header.length > 1 ? line[0]!.trim() === '' : line[0] === '');
}

/**
 * The lines of the training data for a model of these features: a column that read.csv() of R would call as one of them (check.names: "Sepal Length"
 * is Sepal.Length) is called so, where none has that name. Throws as readTraining.
 */
export function linesFor(features: readonly { name: string }[], data: Pick<TrainingData, 'bytes' | 'file'>): string[][] {
  const [header = [], ...lines] = readTraining(data);
  const wanted = new Set(features.map(({ name }) => name));
  for (const name of header) wanted.delete(name);
  if (wanted.size === 0) return [header, ...lines];
  const valid = validNames(header);
  return [header.map((name, at) => (wanted.has(valid[at]!) ? valid[at]! : name)), ...lines];
}

/** The place of a column by its name in the file, or by the one that read.csv() of R gives it; -1 where there is none. */
export function placeOfColumn(header: readonly string[], name: string): number {
  const place = header.indexOf(name);
  return place < 0 ? validNames(header).indexOf(name) : place;
}

/** Most fields of such data, a line counted as so many more: what takes some 3 GB. */
const MOST_FIELDS = 60_000_000;
const LINE_FIELDS = 6;
/** Most bytes of a header whose names are looked at for quotes. */
const MOST_HEADER = 2 ** 24;
const [COMMA, NEWLINE] = [0x2c, 0x0a];
/** The lines of data of at most so many bytes are kept: an import asks for them several times. */
const MOST_KEPT = 2 ** 20;
const KEPT = new WeakMap<Uint8Array, string[][]>();

/**
 * The lines of the training data, its header first. Throws a ModelError where it is no CSV in UTF-8, where a line has another number of
 * fields than the header, or where there are more than `most` fields, which are counted before anything is made of them.
 */
export function readTraining({ bytes, file }: Pick<TrainingData, 'bytes' | 'file'>, most = MOST_FIELDS): string[][] {
  const kept = KEPT.get(bytes);
  if (kept) return kept;
  let fields = 0;
  for (const byte of bytes) fields += byte === COMMA ? 1 : byte === NEWLINE ? 1 + LINE_FIELDS : 0;
  if (fields > most)
    throw new ModelError(file, `${fields} fields, a line counted as ${LINE_FIELDS} more`, `at most ${most}: take some of its rows`);
  const lines = linesOf(bytes, file);
  checkLengths(lines, file);
  // read.csv() of R strips white space around names, too.
  lines[0] = strippedNames(lines[0] ?? [], Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MOST_HEADER)).toString());
  if (bytes.length <= MOST_KEPT) KEPT.set(bytes, lines);
  return lines;
}

function linesOf(bytes: Uint8Array, file: string): string[][] {
  try {
    return parseCsv(utf8Text(bytes));
  } catch (error) {
    throw new ModelError(file, `what is no CSV (${(error as Error).message})`, 'the training data, in UTF-8 and with a header line');
  }
}

/** Refuses lines of more or fewer fields than the header: each value would count for the column beside its own. Blank lines are none. */
function checkLengths([header = [], ...lines]: string[][], file: string): void {
  const at = lines.findIndex((line) => line.length !== header.length && !isBlankLine(header, line));
  if (at < 0) return;
  const { length } = lines[at]!;
  // What R's write.table() writes where nobody says otherwise.
  const help = length === header.length + 1 ? ' (row names without a name? Write the file with row.names = FALSE)' : '';
  throw new ModelError(`${file}, row ${at + 1}`, `${length} fields`, `${header.length}, as many as the header line has${help}`);
}

/** A number of the training data once it is read: R has infinite ones. */
export const NUMBER = { test: (field: string): boolean => DECIMAL.test(field) || INFINITE.has(field) };

/**
 * The values of a column in the plain form, where all of them are numbers: R's read.csv() takes white space around one, NaN, Inf and 0x1F for
 * numbers, too (type.convert()), and a column with one of them is no factor. White space around NA is left as it is.
 */
export function plainValues(values: Iterable<string>): Set<string> {
  const given = new Set(values);
  const isNumber = (field: string) => numberText(field) !== undefined || field.trim() === 'NA';
  return [...given].every(isNumber) ? new Set(Array.from(given, plainNumber)) : given;
}

/** A field of a column that is known to be one of numbers, in the plain form where it is one; NA for a missing one. Levels and classes may look like such fields. */
export function plainNumber(field: string): string {
  return DECIMAL.test(field) ? field : (numberText(field) ?? field);
}

/** A field that is a number, or missing in a column of numbers, in the plain form; undefined for any other. */
function numberText(field: string): string | undefined {
  const text = withoutSpace(field);
  if (text === '' || /^[+-]?nan$/i.test(text)) return 'NA';
  if (DECIMAL.test(text)) return text;
  const [, sign, infinite] = /^([+-]?)(?:(inf(?:inity)?)|0x[\da-f]{1,13})$/i.exec(text) ?? [];
  if (sign === undefined) return undefined;
  return `${sign === '-' ? '-' : ''}${infinite ? 'Inf' : Number(text.replace(/^[+-]/, ''))}`;
}

/** A text without the white space around it that R_strtod() and isBlankString() of R pass over. */
function withoutSpace(text: string): string {
  const isSpace = (at: number) => text.charCodeAt(at) === 32 || (text.charCodeAt(at) >= 9 && text.charCodeAt(at) <= 13);
  let [start, end] = [0, text.length];
  while (start < end && isSpace(start)) start += 1;
  while (end > start && isSpace(end - 1)) end -= 1;
  return text.slice(start, end);
}

/** Training data as the model takes them: rows of its features side by side, and for each the line that it came from. */
export type TrainingTable = { rows: Float64Array; header: string[]; lines: string[][]; file: string };

/**
 * The rows of the training data as the model takes them. A row with a missing value is left out where the model takes none, as R's na.omit
 * leaves it out. Columns that are no features are not looked at. Undefined where a feature is no column: data may be there for levels alone.
 * Throws a ModelError that names what does not fit.
 */
export function trainingTable(schema: Schema, data: TrainingData): TrainingTable | undefined {
  const [header = [], ...lines] = linesFor(schema.features, data);
  const names = new Set(header);
  if (schema.features.some(({ name }) => !names.has(name))) return undefined;
  const { rows, kept } = wholeRows(schema, header, lines, data.file);
  if (rows.length === 0) throw new ModelError(data.file, 'no row without missing values', 'the training data');
  return { rows, header, lines: kept.map((at) => lines[at]!), file: data.file };
}

/** Only the rows of the training data, side by side. As trainingTable. */
export function trainingRows(schema: Schema, data: TrainingData): Float64Array | undefined {
  return trainingTable(schema, data)?.rows;
}

/** Numbers that no request can have: a row with one is left out. */
const INFINITE = new Set(['Inf', '-Inf']);
/** Most values of such rows: 2 GB of doubles. */
const MOST_VALUES = 2 ** 28;

/** The rows of the lines behind a header that has all features, but for those that lack a value or have an infinite one; `kept` are the places of their lines. Throws as trainingRows. */
export function wholeRows(schema: Schema, header: string[], lines: string[][], file: string): { rows: Float64Array; kept: number[] } {
  const { features } = schema;
  // The first of two columns of one name, as a search for it finds.
  const placeOf = new Map(header.map((name, place): [string, number] => [name, place]).reverse());
  const places = features.map(({ name }) => placeOf.get(name) ?? -1);
  const values = lines.length * features.length;
  if (values > MOST_VALUES)
    throw new ModelError(file, `${lines.length} lines of ${features.length} features`, `at most ${MOST_VALUES} values`);
  const rows = new Float64Array(lines.length * features.length);
  const kept: number[] = [];
  lines.forEach((line, at) => {
    if (isBlankLine(header, line)) return;
    let isWhole = true;
    places.forEach((place, column) => {
      const given = line[place] ?? '';
      const field = features[column]!.type === 'number' ? plainNumber(given) : given;
      const value = readCell(schema, column, field, true);
      if (value === undefined && !isMissing(field) && !INFINITE.has(field)) {
        const { name } = features[column]!;
        throw new ModelError(`${file}, line ${at + 2}, column "${name}"`, `"${field.slice(0, 50)}"`, 'a value that the model takes');
      }
      if (value === undefined) isWhole = false;
      else rows[kept.length * features.length + column] = value;
    });
    if (isWhole) kept.push(at);
  });
  return { rows: rows.slice(0, kept.length * features.length), kept };
}

/** Whether a field of a table has no value: nothing but white space, or NA. */
export function isMissing(field: string): boolean {
  const text = field.trim();
  return text === '' || text === 'NA';
}
