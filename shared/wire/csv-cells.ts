import { RequestError } from '../errors.ts';
import { DECIMAL, DECIMAL_COMMA, THOUSANDS } from '../schema/decimal.ts';
import type { Schema } from '../schema/features.ts';
import { pointer } from '../schema/pointer.ts';
import type { Cells } from '../schema/rows.ts';
import { columnPlaces, namesOf, placedCells } from './cells.ts';
import { eachLine } from './csv.ts';
import { csvHeader, findDelimiter, type Header } from './delimiter.ts';

/**
 * A CSV: a header line with the features' names in any order, or none and then the model's feature order. Between its fields
 * are commas, or semicolons or tabs, and then its numbers may have decimal commas. Blank lines are skipped as R's read.csv and
 * pandas skip them; but in a CSV of one column it stands for a missing value, where the model answers those. Rows beyond `most` are
 * counted alone: a line of two bytes takes a hundred times as many as an array.
 */
export function csvCells(schema: Schema, text: string, most = Number.POSITIVE_INFINITY): Cells {
  const { delimiter, ...rest } = findDelimiter(schema, text);
  const lines = readLines(schema, rest.text, delimiter, { most, firstLine: rest.firstLine });
  const { rows, header } = lines;
  const places = columnPlaces(schema, header, '/0');
  const cells = { ...fieldCells(schema, lines, places), rows: lines.count };
  if (delimiter === ',' || !hasDecimalCommas(schema, { rows, places, width: header.length, delimiter })) return cells;
  const isNumber = schema.features.map(({ type }) => type === 'number');
  return { ...cells, cell: (row, column) => withPoint(cells.cell(row, column), isNumber[column] as boolean) };
}

/** The rows of a CSV, each with the number of its line. */
type Rows = Header & { rows: string[][]; numbers: number[] };

/** The cells of a CSV's rows below its header; `places` are those of the features among the columns. */
export function fieldCells(schema: Schema, { rows, numbers, header, isHeader }: Rows, places: readonly (number | undefined)[]): Cells {
  const count = `${header.length} field${header.length === 1 ? '' : 's'}`;
  const expected = isHeader ? `${count}, as the header line has` : `${count}: ${namesOf(schema).slice(0, 20).join(', ')}`;
  return {
    ...placedCells(rows, places),
    text: true,
    names: () => header,
    path: (row, column) => `/${row}/${pointer(schema.features[column]?.name as string)}`,
    misfit: (row) => {
      const found = (rows[row] as string[]).length;
      if (found === header.length) return undefined;
      return { path: `/${row}`, message: `found ${found} field${found === 1 ? '' : 's'} on line ${numbers[row]}, expected ${expected}` };
    },
  };
}

/** `count`: how many rows there are, of which the first `most` are kept. */
type Lines = Rows & { count: number };

/** The row of one empty field, which is one for all: a body may have millions of them. */
const EMPTY: string[] = [''];

/** The rows of a CSV and its columns. */
function readLines(schema: Schema, text: string, delimiter: string, { most, firstLine }: { most: number; firstLine: number }): Lines {
  const rows: string[][] = [];
  const numbers: number[] = [];
  let columns: Header | undefined;
  let keepsBlank = false;
  let [count, blanks] = [0, 0];
  let number = firstLine - 1;
  eachLine(text, delimiter, (fields, isBlank) => {
    number += 1;
    if (!columns) {
      if (isBlank) return;
      columns = csvHeader(schema, fields);
      keepsBlank = schema.takesMissing && columns.header.length === 1;
      if (columns.isHeader) return;
    }
    if (isBlank && !keepsBlank) return;
    count += 1;
    blanks = isBlank ? blanks + 1 : 0;
    if (count > most) return;
    rows.push(fields.length === 1 && fields[0] === '' ? EMPTY : fields);
    numbers.push(number);
  });
  // At the very end one is hardly meant.
  count -= blanks;
  rows.length = Math.min(rows.length, count);
  return { ...(columns ?? { header: namesOf(schema), isHeader: false }), rows, numbers, count };
}

/**
 * Whether the numbers of a CSV have decimal commas. Throws a 422 where some have a comma and others a point, and where all that have
 * one may be thousands set apart: Excel writes such files with tabs, while semicolons go with decimal commas.
 */
function hasDecimalCommas(
  schema: Schema,
  { rows, places, width, delimiter }: { rows: string[][]; places: readonly (number | undefined)[]; width: number; delimiter: string },
): boolean {
  const columns = places.filter((place, column) => place !== undefined && schema.features[column]?.type === 'number') as number[];
  let [points, commas, sure] = [0, 0, delimiter === ';' ? 1 : 0];
  for (const row of rows) {
    // A row of another width is refused anyway; to look for each feature in a short one takes more time than it has fields.
    if (row.length !== width) continue;
    for (const place of columns) {
      const field = (row[place] ?? '').trim();
      if (DECIMAL_COMMA.test(field)) {
        commas += 1;
        if (!THOUSANDS.test(field)) sure += 1;
      } else if (field.includes('.') && DECIMAL.test(field)) points += 1;
    }
  }
  if (commas > 0 && points > 0)
    throw new RequestError(422, 'some numbers of the CSV have a decimal comma, others a decimal point; expected one of them');
  if (commas > 0 && sure === 0)
    throw new RequestError(422, 'the commas in the numbers of the CSV may be decimal or set thousands apart; expected decimal points');
  return commas > 0;
}

function withPoint(field: unknown, isNumber: boolean): unknown {
  return isNumber && typeof field === 'string' && DECIMAL_COMMA.test(field.trim()) ? field.replace(',', '.') : field;
}
