/*
 * Counts the cells of a workbook as its reader meets them: it stands between the library's reader of sheets and its reader of XML
 * (model/bundle/build-page.ts puts it there), so that both see the same tags however they are written. The library fills up each row
 * to the widest one, and each gap between rows: a workbook of two kilobytes could fill a browser's memory. A row or a cell that says not
 * where it is stands behind the one before it, as the format has it; the library takes no cell without its address.
 */

/** What Excel has at most of rows and columns, and most cells of all sheets together, the empty ones that fill them up among them. */
const MOST = { rows: 1_048_576, columns: 16_384, cells: 5_000_000 };

type OpenTag = (name: string, attributes: Readonly<Record<string, string | undefined>>, state: unknown) => void;
/** The library's reader of XML: it calls back for each tag that opens; what else it is given is passed on. */
export type ParseXml = (content: string, state: unknown, onOpenTag: OpenTag, ...rest: unknown[]) => unknown;

/** Cells counted so far, by the options that the library hands to every sheet of one workbook. */
const COUNTED = new WeakMap<object, { cells: number }>();

/** A reader of XML that throws a RangeError as soon as the sheets of a workbook would have too many cells. */
export function countingCells(parseXml: ParseXml, { options }: { options: object }): ParseXml {
  const counted = COUNTED.get(options) ?? { cells: 0 };
  COUNTED.set(options, counted);
  return (content, state, onOpenTag, ...rest) => {
    let [opened, rows, widest, row, column] = [0, 0, 0, 0, 0];
    const grow = (least: number, width: number) => {
      const before = rows * Math.max(widest, 1);
      [rows, widest] = [Math.max(rows, least), Math.max(widest, width)];
      counted.cells += rows * Math.max(widest, 1) - before;
      if (rows > MOST.rows || widest > MOST.columns || counted.cells > MOST.cells) throw new RangeError('a workbook with too many cells');
    };
    const open: OpenTag = (name, attributes, element) => {
      let placed = attributes;
      if (name === 'row') {
        opened += 1;
        [row, column] = [Number(attributes.r) || row + 1, 0];
        if (!attributes.r) placed = { ...attributes, r: String(row) };
        grow(Math.max(opened, row), 0);
      } else if (name === 'c') {
        if (attributes.r) [row, column] = addressOf(attributes.r);
        else {
          column += 1;
          placed = { ...attributes, r: lettersOf(column) + row };
        }
        grow(row, 0);
        // Only a cell with a value takes a place.
      } else if (name === 'v' || name === 'is') grow(0, column);
      onOpenTag(name, placed, element);
    };
    return parseXml(content, state, open, ...rest);
  };
}

/** The row and the column of an address such as AA2091, by the library's rule, whatever stands there for letters. */
function addressOf(text: string): [number, number] {
  let column = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) return [Number(text.slice(at)) || 0, column];
    column = 26 * column + code - 64;
  }
  return [0, column];
}

/** The letters of a column, counted from 1. */
function lettersOf(column: number): string {
  return column > 0 ? lettersOf(Math.floor((column - 1) / 26)) + String.fromCharCode(65 + ((column - 1) % 26)) : '';
}
