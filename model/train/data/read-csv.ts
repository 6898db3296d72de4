import { ModelError, RequestError } from '../../../shared/errors.ts';
import { eachLine } from '../../../shared/wire/csv.ts';
import { strippedNames, validNames } from '../../rds/names.ts';
import { Cells } from './cells.ts';

/** Most cells of a table, so that a mistaken file ends in a sentence. */
export const MAX_CELLS = 200_000_000;

/**
 * A column as R's read.csv types it, text as a factor. NaN is NA; a logical is 1 or 0, a factor the place of its level from
 * 1. `refused`: why it has no values that a forest takes, as a column of times; only a formula without it can be used.
 */
export type Column = {
  name: string;
  type: 'integer' | 'double' | 'logical' | 'factor';
  values: Float64Array;
  levels?: string[];
  refused?: ModelError;
};

/** A table of columns that all have `rows` values. `label` names it in errors. */
export type Table = { label: string; rows: number; columns: Column[] };

/**
 * Reads CSV as read.csv(file, stringsAsFactors = TRUE) of R 4 does: the first line holds the names, made valid and unique;
 * a column is logical, integer, double or text, the first that takes all its fields; NA, and an empty field where it is not
 * text, is missing. Levels stand in the order of their code points (R's C locale). `levels` settles them for a column, whose
 * fields are then text whatever they look like. Throws a ModelError.
 */
export function readCsv(text: string, label: string, levels: Record<string, string[]> = {}): Table {
  let names: string[] = [];
  const cells: Cells[] = [];
  let rows = 0;
  // Each line's fields go to their columns at once: as texts all of a table's take ten times its memory.
  eachRow(text, label, (fields) => {
    if (cells.length === 0) {
      // White space around a name is stripped (strip.white is TRUE for the line of names).
      names = validNames(strippedNames(fields, text));
      for (const name of names) cells.push(new Cells(Object.hasOwn(levels, name)));
      return;
    }
    rows += 1;
    if (fields.length !== cells.length)
      throw new ModelError(`${label}, row ${rows}`, `${fields.length} fields`, `${cells.length}, as many as the first line has`);
    if (rows * cells.length > MAX_CELLS) throw new ModelError(label, `more than ${MAX_CELLS} cells`, `at most ${MAX_CELLS}`);
    for (let at = 0; at < fields.length; at += 1) (cells[at] as Cells).add(fields[at] as string);
  });
  if (cells.length === 0) throw new ModelError(label, 'an empty file', 'a line with the names of the columns');
  const texts = textsOf(text, label, cells);
  const columns = names.map((name, at): Column => {
    const { type } = cells[at] as Cells;
    if (type === 'text') return factor(name, texts[at] as string[], label, Object.hasOwn(levels, name) ? levels[name] : undefined);
    return { name, type, values: (cells[at] as Cells).take() };
  });
  return { label, rows, columns };
}

/** Hands over the fields of each line; read.csv skips lines without any field. */
function eachRow(text: string, label: string, take: (fields: string[]) => void): void {
  try {
    eachLine(text, ',', (fields) => {
      if (fields.length > 1 || fields[0] !== '') take(fields);
    });
  } catch (error) {
    if (error instanceof RequestError) throw new ModelError(label, error.message, 'CSV with its quotes closed');
    throw error;
  }
}

/** The fields of each column of texts; equal ones are one text in memory. */
function textsOf(text: string, label: string, cells: Cells[]): (string[] | undefined)[] {
  const known = new Map<string, string>();
  const lists = cells.map(({ type }): string[] | undefined => (type === 'text' ? [] : undefined));
  if (lists.every((list) => list === undefined)) return lists;
  let isHead = true;
  const keep = (field: string) => {
    known.set(field, field);
    return field;
  };
  eachRow(text, label, (fields) => {
    for (let at = 0; at < lists.length && !isHead; at += 1) {
      const field = fields[at] as string;
      lists[at]?.push(known.get(field) ?? keep(field));
    }
    isHead = false;
  });
  return lists;
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
