import { ModelError, RequestError } from '../../../shared/errors.ts';
import { parseCsv } from '../../../shared/wire/csv.ts';
import { readDecimal } from '../numbers/r-decimal.ts';

/** Most cells of a table, so that a mistaken file ends in a sentence. */
export const MAX_CELLS = 200_000_000;

/**
 * A column as R's read.csv types it, text as a factor. NaN is NA; a logical is 1 or 0, a factor the place of its level from
 * 1. `position` is its place in the file, from 1.
 */
export type Column = { name: string; type: 'integer' | 'double' | 'logical' | 'factor'; values: Float64Array; levels?: string[] };

/** A table of columns that all have `rows` values. `label` names it in errors. */
export type Table = { label: string; rows: number; columns: Column[] };

/**
 * Reads CSV as read.csv(file, stringsAsFactors = TRUE) of R 4 does: the first line holds the names, made valid and unique;
 * a column is logical, integer, double or text, the first that takes all its fields; NA, and an empty field where it is not
 * text, is missing. Levels stand in the order of their code points (R's C locale). `levels` settles them for a column, whose
 * fields are then text whatever they look like. Throws a ModelError.
 */
export function readCsv(text: string, label: string, levels: Record<string, string[]> = {}): Table {
  const [head, ...lines] = parse(text, label);
  if (!head) throw new ModelError(label, 'an empty file', 'a line with the names of the columns');
  if (head.length * lines.length > MAX_CELLS) throw new ModelError(label, `${head.length * lines.length} cells`, `at most ${MAX_CELLS}`);
  lines.forEach((fields, row) => {
    if (fields.length === head.length) return;
    throw new ModelError(`${label}, row ${row + 1}`, `${fields.length} fields`, `${head.length}, as many as the first line has`);
  });
  const names = validNames(head);
  const columns = names.map((name, at) => {
    const fields = lines.map((line) => line[at] as string);
    return Object.hasOwn(levels, name) ? factor(name, fields, label, levels[name]) : typed(name, fields, label);
  });
  return { label, rows: lines.length, columns };
}

function parse(text: string, label: string): string[][] {
  try {
    // read.csv skips lines without any field.
    return parseCsv(text).filter((fields) => fields.length > 1 || fields[0] !== '');
  } catch (error) {
    if (error instanceof RequestError) throw new ModelError(label, error.message, 'CSV with its quotes closed');
    throw error;
  }
}

const LOGICAL = new Map([
  ['T', 1],
  ['TRUE', 1],
  ['true', 1],
  ['True', 1],
  ['F', 0],
  ['FALSE', 0],
  ['false', 0],
  ['False', 0],
]);

/** A column of the first type that takes all its fields (type.convert of R). */
function typed(name: string, fields: string[], label: string): Column {
  const values = new Float64Array(fields.length);
  const isMissing = (field: string) => field === 'NA' || field.trim() === '';
  const isAll = (read: (field: string) => number | undefined) =>
    fields.every((field, row) => {
      const value = isMissing(field) ? Number.NaN : read(field.trim());
      values[row] = value ?? 0;
      return value !== undefined;
    });
  if (isAll((field) => LOGICAL.get(field))) return { name, type: 'logical', values };
  if (isAll(readDecimal)) {
    const isInteger = (value: number, row: number) =>
      Number.isNaN(value) || (/^[+-]?\d+$/.test((fields[row] as string).trim()) && Math.abs(value) < 2 ** 31);
    return { name, type: values.every(isInteger) ? 'integer' : 'double', values };
  }
  return factor(name, fields, label);
}

/** A factor of the fields; its levels as they are given, or all there are. A field NA is missing, unless it is a level. */
export function factor(name: string, fields: string[], label: string, given?: string[]): Column {
  const levels = given ?? sortedLevels(new Set(fields.filter((field) => field !== 'NA')));
  const codes = new Map(levels.map((level, at) => [level, at + 1]));
  const values = Float64Array.from(fields, (field, row) => {
    const code = codes.get(field);
    if (code === undefined && field !== 'NA' && field !== '') {
      throw new ModelError(`${label}, column "${name}", row ${row + 1}`, JSON.stringify(field), `one of its levels: ${levels.join(', ')}`);
    }
    return code ?? Number.NaN;
  });
  return { name, type: 'factor', values, levels };
}

/** Texts by their code points, as R's C locale sorts them. */
function sortedLevels(texts: Set<string>): string[] {
  const encoded = [...texts].map((text): [string, Buffer] => [text, Buffer.from(text)]);
  return encoded.sort(([, one], [, other]) => Buffer.compare(one, other)).map(([text]) => text);
}

/** Names as make.names(unique = TRUE) makes them: letters, digits, dots and underscores, not starting with a digit. */
export function validNames(head: string[]): string[] {
  const names = head.map((given) => {
    const valid = given.replaceAll(/[^\p{L}\p{N}._]/gu, '.');
    const isName = /^(?:\p{L}|\.(?!\d))/u.test(valid);
    const named = valid === '' || !isName ? `X${valid}` : valid;
    return RESERVED.has(named) ? `${named}.` : named;
  });
  const taken = new Set(names);
  const seen = new Set<string>();
  // Where the numbers of a name go on: below it all are taken.
  const next = new Map<string, number>();
  return names.map((name) => {
    let unique = name;
    if (seen.has(name)) {
      let at = next.get(name) ?? 1;
      while (taken.has(`${name}.${at}`)) at += 1;
      next.set(name, at + 1);
      unique = `${name}.${at}`;
    }
    seen.add(unique);
    taken.add(unique);
    return unique;
  });
}

const RESERVED = new Set([
  'if',
  'else',
  'repeat',
  'while',
  'function',
  'for',
  'next',
  'break',
  'TRUE',
  'FALSE',
  'NULL',
  'Inf',
  'NaN',
  'NA',
  'in',
]);
