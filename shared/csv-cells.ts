import { parseCsv } from './csv.ts';
import { columnPlaces, namesOf, placedCells, pointer } from './dialects.ts';
import { RequestError } from './errors.ts';
import { type Cells, readRows, type Schema } from './features.ts';

/** What others put between fields; in R, write.csv2 and write.table. */
const OTHERS = [
  [';', 'a semicolon'],
  ['\t', 'a tab'],
] as const;

/** A CSV: a header line with the features' names in any order, or none and then the model's feature order. */
export function csvCells(schema: Schema, text: string): Cells {
  const { lines, header, isHeader } = readLines(schema, text);
  const rows = isHeader ? lines.slice(1) : lines;
  const count = `${header.length} field${header.length === 1 ? '' : 's'}`;
  const expected = isHeader ? `${count}, as the header line has` : `${count}: ${namesOf(schema).slice(0, 20).join(', ')}`;
  return {
    ...placedCells(rows, columnPlaces(schema, header, '/0')),
    text: true,
    names: () => header,
    path: (row, column) => `/${row}/${pointer(schema.features[column]?.name as string)}`,
    misfit: (row) => {
      const found = (rows[row] as string[]).length;
      if (found === header.length) return undefined;
      return {
        path: `/${row}`,
        message: `found ${found} field${found === 1 ? '' : 's'} on line ${row + (isHeader ? 2 : 1)}, expected ${expected}`,
      };
    },
  };
}

/** The lines of a CSV and its columns. Throws a 400 where another delimiter is why nothing fits: that says more than what does not. */
function readLines(schema: Schema, text: string): { lines: string[][]; header: string[]; isHeader: boolean } {
  let lines: string[][];
  try {
    lines = parseCsv(text);
  } catch (error) {
    checkDelimiter(schema, text);
    throw error;
  }
  const first = lines[0] ?? [];
  const columns = csvHeader(schema, first);
  if (!columns.isHeader && !isRow(schema, first)) checkDelimiter(schema, text);
  return { lines, ...columns };
}

/**
 * Throws a 400 where the first line, which fits as it is neither as header nor as row, looks like one with another delimiter: it
 * has a feature's name between two of them, no comma, or as many fields as there are features. A level may have them in its label.
 */
function checkDelimiter(schema: Schema, text: string): void {
  const line = text.replace(/^\uFEFF/, '').split('\n', 1)[0] as string;
  const names = new Set(namesOf(schema));
  const commas = fieldsBetween(line, ',');
  if (commas.some((field) => names.has(field))) return;
  const width = schema.features.length;
  const mayBeLevels = commas.length === width && schema.features.some(({ type }) => type === 'factor');
  for (const [delimiter, word] of OTHERS) {
    const fields = fieldsBetween(line, delimiter);
    if (fields.length === 1) continue;
    const looksSo = fields.some((field) => names.has(field)) || (!mayBeLevels && (commas.length === 1 || fields.length === width));
    if (!looksSo) continue;
    throw new RequestError(400, `the delimiter of the CSV looks like ${word}; expected a comma between fields, and a point in numbers`);
  }
}

/** A line's fields without the quotes around them. */
function fieldsBetween(line: string, delimiter: string): string[] {
  return line.split(delimiter).map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
}

/**
 * The columns of a CSV by its first line: that line itself, or the model's feature order where it is a row. Throws a 422
 * where it is both.
 */
export function csvHeader(schema: Schema, line: string[]): { header: string[]; isHeader: boolean } {
  const first = line.map((field) => field.trim());
  const fields = new Set(first);
  const isRowToo = isRow(schema, line);
  if (isRowToo && schema.features.every(({ name }) => fields.has(name))) {
    // Features called "1" and "2", say: taken either way it could be a silently wrong answer.
    throw new RequestError(422, 'the first line of the CSV is both a header and a row of values; send this model JSON');
  }
  const isHeader = schema.features.some(({ name }) => fields.has(name)) && !isRowToo;
  return { header: isHeader ? first : namesOf(schema), isHeader };
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
