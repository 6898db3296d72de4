import readSheets from 'read-excel-file/universal';
import { csvField } from '../../wire/csv.ts';

/** A sheet of a workbook: its name and its rows of cells; an empty cell is null. `csv` writes them; semicolons go with decimal commas. */
export type Sheet = { name: string; rows: Cell[][]; csv(delimiter: string): string };
type Cell = string | number | boolean | Date | null;

/** The sheets of an .xlsx file. Rejects where it is none; with a RangeError where unzip.ts or cells.ts find it too large. */
export async function readWorkbook(file: Blob): Promise<Sheet[]> {
  const sheets = await readSheets(file, { trim: false }).catch((error: Error) => {
    // The library puts an error of its callbacks into one of its own.
    throw error.cause instanceof RangeError ? error.cause : error;
  });
  return sheets.map(({ sheet, data }) => {
    const rows = data as Cell[][];
    const lineOf = (row: Cell[], delimiter: string) => row.map((cell) => cellText(cell, delimiter === ';')).join(delimiter);
    return { name: sheet, rows, csv: (delimiter) => `\ufeff${rows.map((row) => `${lineOf(row, delimiter)}\r\n`).join('')}` };
  });
}

/** A cell as a field of the CSV: a date as ISO 8601 has it, a number with the reader's decimal mark. */
function cellText(cell: Cell, hasComma: boolean): string {
  if (cell === null) return '';
  if (cell instanceof Date) return cell.toISOString().replace('T00:00:00.000Z', '').replace('.000Z', 'Z');
  if (typeof cell === 'number') return hasComma ? String(cell).replace('.', ',') : String(cell);
  const text = String(cell);
  return hasComma && text.includes(';') ? `"${text.replaceAll('"', '""')}"` : csvField(text);
}
