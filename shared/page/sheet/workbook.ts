import readSheets from 'read-excel-file/universal';

/** A sheet of a workbook: its name and its rows of cells; an empty cell is null. */
export type Sheet = { name: string; rows: Cell[][] };
type Cell = string | number | boolean | Date | null;

/** The sheets of an .xlsx file. Rejects where it is none; with a RangeError where unzip.ts or cells.ts find it too large. */
export async function readWorkbook(file: Blob): Promise<Sheet[]> {
  const sheets = await readSheets(file, { trim: false }).catch((error: Error) => {
    // The library puts an error of its callbacks into one of its own.
    throw error.cause instanceof RangeError ? error.cause : error;
  });
  return sheets.map(({ sheet, data }) => ({ name: sheet, rows: data as Cell[][] }));
}
