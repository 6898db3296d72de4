import { RequestError } from '../errors.ts';
import { DECIMAL_COMMA } from '../schema/decimal.ts';
import type { Schema } from '../schema/features.ts';
import { namesIn } from '../schema/names.ts';
import { readRows } from '../schema/rows.ts';
import { isFeature, namesOf } from './cells.ts';
import { parseCsv } from './csv.ts';

/** What may stand between fields beside a comma: in R, write.csv2 and write.table. */
const OTHERS = [';', '\t'];

/** A CSV's text behind a line that names its delimiter, the delimiter, and the number of its first line. */
export type Delimited = { text: string; delimiter: string; firstLine: number };

/** The columns of a CSV, and whether its first line names them. */
export type Header = { header: readonly string[]; isHeader: boolean };

/**
 * The delimiter of a CSV. Excel names it in a first line, `sep=;`. Else it is the comma where the first line so read has a
 * feature's name or is a row of values, and else a semicolon or a tab where that fits or looks so: a label may have one in it.
 */
export function findDelimiter(schema: Schema, text: string): Delimited {
  const named = /^\uFEFF?(?:sep=([,;\t|])|"sep=([,;\t|])")\r?(?:\n|$)/i.exec(text);
  if (named) return { text: text.slice(named[0].length), delimiter: (named[1] ?? named[2]) as string, firstLine: 2 };
  return { text, delimiter: delimiterOf(schema, firstLineOf(text)), firstLine: 1 };
}

/** The first line that is not blank. */
function firstLineOf(text: string): string {
  const start = text.search(/[^\s\uFEFF]/);
  // A delimiter may be white space, and stand first.
  const from = start === -1 ? 0 : text.lastIndexOf('\n', start) + 1;
  const end = text.indexOf('\n', from);
  return text
    .slice(from, end === -1 ? text.length : end)
    .replace(/^\uFEFF/, '')
    .replace(/\r$/, '');
}

function delimiterOf(schema: Schema, line: string): string {
  const commas = fieldsBetween(schema, line, ',');
  const known = nameMatcher(schema);
  if (commas.some(known)) return ',';
  const row = fieldsOf(line, ',');
  if (row && isRow(schema, row)) return ',';
  const width = schema.features.length;
  const mayBeLevels = commas.length === width && schema.features.some(({ type }) => type === 'factor');
  for (const delimiter of OTHERS) {
    const fields = fieldsBetween(schema, line, delimiter);
    if (fields.length === 1) continue;
    const fieldsHere = fieldsOf(line, delimiter)?.map((field) => (DECIMAL_COMMA.test(field.trim()) ? field.replace(',', '.') : field));
    if (fields.some(known) || (fieldsHere && isRow(schema, fieldsHere))) return delimiter;
    if (!mayBeLevels && (commas.length === 1 || fields.length === width)) return delimiter;
  }
  return ',';
}

/** A line's fields without the quotes and white space around them, where that is no part of a name. */
function fieldsBetween(schema: Schema, line: string, delimiter: string): string[] {
  return line.split(delimiter).map((field) => {
    if (isFeature(schema, field)) return field;
    const bare = field.trim();
    return bare.length > 1 && bare.startsWith('"') && bare.endsWith('"') ? bare.slice(1, -1) : bare;
  });
}

/** The fields of a line as CSV has them; undefined where its quotes do not fit. */
function fieldsOf(line: string, delimiter: string): string[] | undefined {
  try {
    return parseCsv(line, delimiter)[0];
  } catch {
    return undefined;
  }
}

/**
 * The columns of a CSV by its first line: that line itself, or the model's feature order where it is a row. A line with the
 * features' names in other capitals is a header, too, in which they are missing. Throws a 422 where it is both.
 */
export function csvHeader(schema: Schema, line: string[]): Header {
  // A name may have white space at its own ends.
  const first = line.map((field) => (isFeature(schema, field) ? field : field.trim()));
  const fields = new Set(first);
  const isRowToo = isRow(schema, line);
  if (isRowToo && schema.features.every(({ name }) => fields.has(name))) {
    // Features called "1" and "2", say: taken either way it could be a silently wrong answer.
    throw new RequestError(422, 'the first line of the CSV is both a header and a row of values; send this model JSON');
  }
  const isHeader = !isRowToo && first.some(nameMatcher(schema));
  return { header: isHeader ? first : namesOf(schema), isHeader };
}

/** Whether a field is a feature's name, in any capitals and in any form that looks the same. */
function nameMatcher(schema: Schema): (field: string) => boolean {
  return (field) => isFeature(schema, field) || (field !== '' && namesIn(schema).lower.has(field.toLowerCase()));
}

/** Whether the first line of a CSV is a row, although its fields may look like names (a matrix with columns "1", "2"). */
function isRow(schema: Schema, fields: string[]): boolean {
  if (fields.length !== schema.features.length) return false;
  try {
    readRows(schema, { rows: 1, text: true, columnar: true, cell: (_, column) => fields[column], path: () => '' });
    return true;
  } catch {
    return false;
  }
}
