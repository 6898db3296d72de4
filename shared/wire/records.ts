import { type Problem, RequestError } from '../errors.ts';
import type { Schema } from '../schema/features.ts';
import { roundedNumbers } from '../schema/rounded.ts';
import { type Cells, createRowReader, type Wrong } from '../schema/rows.ts';
import { columnPlaces } from './cells.ts';
import { eachLine, parseCsv } from './csv.ts';
import { fieldCells } from './csv-cells.ts';
import { csvHeader } from './delimiter.ts';
import { lineValue, valueCells } from './lines.ts';
import { readBody } from './read-body.ts';
import { emptyBody, noRows } from './wire.ts';

/** Why a record cannot be read: what a request with it alone is refused with. Of `found` problems the first are in words. */
export type BadRecord = { status: number; message: string; problems: Problem[]; found: number };

/**
 * Puts the numbers of a record at a place of `rows`, as readBody reads a body that has this record alone; gives what is wrong with it
 * otherwise, and throws nothing. `text` may have its line's end.
 */
export type RecordReader = (text: string, rows: Float64Array, at: number) => BadRecord | undefined;

const MARK = '\uFEFF';

/** Reads records of JSON Lines. So many things that are wrong with a record are put into words. */
export function jsonRecords(schema: Schema, mostSaid: number): RecordReader {
  const values: unknown[] = [];
  const cells = valueCells(schema, values);
  const read = rowReader(schema, cells, mostSaid);
  const empty = badRecord(emptyBody());
  return (text, rows, at) => {
    if (text.trim() === '') return empty;
    try {
      // Of two byte order marks the first is the body's, the second the text's.
      values[0] = lineValue(withoutMark(withoutMark(text.endsWith('\n') ? text.slice(0, -1) : text)), 1);
    } catch (error) {
      return badRecord(error);
    }
    cells.rounded = roundedNumbers(schema, text);
    return read(rows, at);
  };
}

/** Reads records of a CSV with commas, whose columns are those of a line of names. */
export function csvRecords(schema: Schema, names: string, mostSaid: number): RecordReader {
  const { header } = csvHeader(schema, parseCsv(withoutMark(names))[0] ?? []);
  const lines = { header, isHeader: true, rows: [] as string[][], numbers: [2] };
  const places = placesOf(schema, header);
  const read = 'bad' in places ? () => places.bad : rowReader(schema, fieldCells(schema, lines, places.found), mostSaid);
  const nothing = badRecord(noRows(schema));
  return (text, rows, at) => {
    let fields: string[] | undefined;
    try {
      // A mark at the record's start is none of the body's.
      eachLine(text.startsWith(MARK) ? MARK + text : text, ',', (found, isBlank) => {
        if (!isBlank) fields = found;
      });
    } catch (error) {
      return badRecord(error);
    }
    if (!fields) return 'bad' in places ? places.bad : nothing;
    lines.rows[0] = fields;
    return read(rows, at);
  };
}

/** Reads records of which each says by itself what its columns are, as a CSV does whose names may be a row: slower, since each is a body. */
export function separateRecords(schema: Schema, form: 'csv' | 'jsonlines'): RecordReader {
  return (text, rows, at) => {
    try {
      const query = readBody(schema, Buffer.from(text), form);
      if (query.count !== 1) throw new RequestError(422, 'the line has no row');
      rows.set(query.rows, at);
      return undefined;
    } catch (error) {
      return badRecord(error);
    }
  };
}

/** The features' places among the columns, or the refusal of every record where a column is given twice. */
function placesOf(schema: Schema, header: readonly string[]): { found: readonly (number | undefined)[] } | { bad: BadRecord } {
  try {
    return { found: columnPlaces(schema, header, '/0') };
  } catch (error) {
    return { bad: badRecord(error) };
  }
}

/** Reads the one row of cells. */
function rowReader(schema: Schema, cells: Cells, mostSaid: number): (rows: Float64Array, at: number) => BadRecord | undefined {
  const read = createRowReader(schema, cells, mostSaid);
  let wrong: Wrong = { found: 0, problems: [] };
  return (rows, at) => {
    schema.beginTexts?.();
    try {
      read(0, rows, at, wrong, false);
    } catch (error) {
      wrong = { found: 0, problems: [] };
      return badRecord(error);
    }
    if (wrong.found === 0) return undefined;
    const { found, problems } = wrong;
    wrong = { found: 0, problems: [] };
    // Its problems say more than the sentence above them.
    return { status: 422, message: '', problems, found };
  };
}

/** What a RequestError says of a record. Throws any other error. */
export function badRecord(error: unknown): BadRecord {
  if (!(error instanceof RequestError)) throw error;
  const { status, message, problems } = error;
  return { status, message, problems, found: problems.length };
}

function withoutMark(text: string): string {
  return text.startsWith(MARK) ? text.slice(1) : text;
}
