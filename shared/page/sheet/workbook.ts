import readSheets from 'read-excel-file/universal';
import { csvField } from '../../wire/csv.ts';
import type { Source } from './file.ts';

/** A sheet of a workbook: its name and its rows of cells; an empty cell is null. `source` is its CSV, with decimal commas and semicolons or without. */
export type Sheet = { name: string; rows: Cell[][]; source(hasComma: boolean): Source };
type Cell = string | number | boolean | Date | null;

/** Most characters of a sheet's texts: a workbook has a text once and may name it in a million cells. */
const MOST_TEXT = 100_000_000;

/** The sheets of an .xlsx file. Rejects where it is none; with a RangeError where it is too large, by unzip.ts, by cells.ts or by its texts. */
export async function readWorkbook(file: Blob): Promise<Sheet[]> {
  const sheets = await readSheets(file, { trim: false }).catch((error: Error) => {
    // The library puts an error of its callbacks into one of its own.
    throw error.cause instanceof RangeError ? error.cause : error;
  });
  // A sheet that is a chart has no data.
  const filled = sheets.filter(({ data }) => data);
  if (filled.length === 0) throw new Error('no sheet with rows');
  return filled.map(({ sheet, data }) => {
    const rows = data as Cell[][];
    let text = 0;
    for (const row of rows) for (const cell of row) if (typeof cell === 'string') text += cell.length;
    if (text > MOST_TEXT) throw new RangeError('a workbook with too much text');
    return { name: sheet, rows, source: (hasComma) => sourceOf(rows, hasComma) };
  });
}

/** Rows as a CSV from the first that is not empty; a number among the names there has its point in any language. */
function sourceOf(rows: Cell[][], hasComma: boolean): Source {
  const delimiter = hasComma ? ';' : ',';
  const head = rows.findIndex((row) => row.some((cell) => cell !== null));
  const filled = head === -1 ? [] : rows.slice(head);
  const csv = (isTexts: boolean) => {
    const fieldOf = (cell: Cell, row: number) => {
      if (typeof cell !== 'number') return cellText(cell, hasComma);
      if (row === 0 || !hasComma) return String(cell);
      return isTexts ? '' : String(cell).replace('.', ',');
    };
    return new Blob([`\ufeff${filled.map((row, at) => `${row.map((cell) => fieldOf(cell, at)).join(delimiter)}\r\n`).join('')}`]);
  };
  return { csv: csv(false), delimiter, ...(hasComma ? { texts: csv(true) } : {}) };
}

/** A cell that is no number as a field of the CSV: a date as ISO 8601 has it, a time without a zone, which a workbook has none of. */
function cellText(cell: Exclude<Cell, number>, hasComma: boolean): string {
  if (cell === null) return '';
  // A number far too large for the date that its cell should show.
  if (cell instanceof Date && Number.isNaN(cell.getTime())) return '';
  if (cell instanceof Date) return cell.toISOString().replace(/(?:T00:00:00)?(?:\.000)?Z$/, '');
  const text = String(cell);
  return hasComma && text.includes(';') ? `"${text.replaceAll('"', '""')}"` : csvField(text);
}
