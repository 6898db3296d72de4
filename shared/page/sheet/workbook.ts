import readSheets from 'read-excel-file/universal';

/** A sheet of a workbook: its name and its rows of cells; an empty cell is null. */
export type Sheet = { name: string; rows: Cell[][] };
type Cell = string | number | boolean | Date | null;

/** The sheets of an .xlsx file. Rejects where it is none, or larger than unzip.ts lets it become. */
export async function readWorkbook(file: Blob): Promise<Sheet[]> {
  const sheets = await readSheets(file, { trim: false });
  return sheets.map(({ sheet, data }) => ({ name: sheet, rows: data as Cell[][] }));
}
