import { RequestError } from '../errors.ts';
import type { Schema } from '../schema/features.ts';
import { defaultParameters } from '../schema/parameters.ts';
import { outputWidth } from '../schema/shape.ts';
import { utf8Text } from '../schema/utf8.ts';
import { writeOutputs } from '../wire/answers.ts';
import { columnPlaces, namesOf } from '../wire/cells.ts';
import { csvField, parseCsv } from '../wire/csv.ts';
import { csvHeader, findDelimiter } from '../wire/delimiter.ts';

/** The forms of rows and of answers that have a line for each row. */
export type LineForm = 'csv' | 'jsonlines';

/**
 * The columns of a payload. `before` stands before each piece of a CSV that is read: a line of names, so that no row is taken for a
 * header; nothing for JSON Lines, and where the names themselves may be a row. `isGiven`: the payload's own first line names them.
 * `isBlankMissing`: a blank line is a missing value, as in a CSV of one column.
 */
export type Columns = { before: Uint8Array; isGiven: boolean; isBlankMissing: boolean };

/** The columns of JSON Lines, which name them in each line. */
export const NO_COLUMNS: Columns = { before: new Uint8Array(0), isGiven: false, isBlankMissing: false };

/**
 * The columns of a CSV by its first line. `isWhole`: the payload is surely all of a file. Else a header line in another order than the
 * model's is refused with a 422, since the file's other payloads have none and would be read in the model's order. Throws a 415 for
 * another delimiter than the comma, since each piece of the file would have to be read alike.
 */
export function csvColumns(schema: Schema, first: Uint8Array, isWhole: boolean): Columns {
  let line: string;
  try {
    line = utf8Text(first);
  } catch {
    throw new RequestError(400, 'the body is not UTF-8');
  }
  const found = findDelimiter(schema, line);
  if (found.delimiter !== ',' || found.firstLine > 1) {
    throw new RequestError(
      415,
      'the first line of the CSV has another delimiter, or names it; expected commas where rows are answered piece by piece',
    );
  }
  const { header, isHeader } = csvHeader(schema, fieldsOf(line));
  if (!isHeader) return { before: namesLine(schema), isGiven: false, isBlankMissing: schema.takesMissing && schema.features.length === 1 };
  if (!isWhole && !isModelOrder(schema, header)) {
    const names = namesOf(schema).slice(0, 20).map(csvField).join(',');
    const whole = 'send each file whole (MaxPayloadInMB 0)';
    throw new RequestError(
      422,
      `the header line has not the model's columns in their order (${names}), and other payloads of the file have no header; ${whole}`,
    );
  }
  const isEnded = first.at(-1) === 0x0a;
  return {
    before: isEnded ? first : Buffer.concat([first, Buffer.from('\n')]),
    isGiven: true,
    isBlankMissing: schema.takesMissing && header.length === 1,
  };
}

/** The fields of a first line; none where its quotes do not fit, which its reader says then. */
function fieldsOf(line: string): string[] {
  try {
    return parseCsv(line)[0] ?? [];
  } catch {
    return [];
  }
}

function isModelOrder(schema: Schema, header: readonly string[]): boolean {
  return header.length === schema.features.length && columnPlaces(schema, header, '').every((place, column) => place === column);
}

/** The features' names as a header line that is read as one; nothing where it is not, as with features called 1 and 2. */
function namesLine(schema: Schema): Uint8Array {
  const line = namesOf(schema).map(csvField).join(',');
  try {
    const { header, isHeader } = csvHeader(schema, parseCsv(line)[0] ?? []);
    const isRead = isHeader && isModelOrder(schema, header) && findDelimiter(schema, line).delimiter === ',';
    return Buffer.from(isRead ? `${line}\n` : '');
  } catch {
    return Buffer.from('');
  }
}

/** The header line of answers as CSV, and the line for a row without one: as many empty fields, in quotes where there is one, since readers skip blank lines. */
export function answerLines(schema: Schema, parameters = defaultParameters(schema)): { header: string; empty: string } {
  const zeros = new Float64Array(outputWidth(schema, parameters));
  const row = writeOutputs(schema, parameters, zeros, 'csv', '');
  const both = writeOutputs(schema, parameters, zeros, 'csvHeader', '');
  const header = both.slice(0, both.length - row.length);
  const fields = parseCsv(header)[0]?.length ?? 1;
  return { header, empty: fields === 1 ? '""\n' : `${','.repeat(fields - 1)}\n` };
}
