import { THOUSANDS } from '../../schema/decimal.ts';
import type { PageData } from '../base/data.ts';
import { isNumeric } from '../html/fields.ts';
import type { Words } from '../words/words.ts';
import { reasonOf } from './check.ts';
import {
  createLineReader,
  decimalMark,
  disarmed,
  featureCells,
  hasDecimalComma,
  hasDecimalPoint,
  type Layout,
  readHeader,
  requestLine,
  splitLine,
} from './rows.ts';

/** A row of the file: its line as it stands, and what is sent of it or why nothing is. */
export type Row = { line: string; sent: string; reason?: string; isBlank?: true };
/** Rows that are asked for together, and how many bytes of the file are read so far. */
export type Batch = { rows: Row[]; bytes: number };

/**
 * The CSV that is read. Of one that the page made of a workbook it is known what parts its fields; where it has decimal commas, `texts` is
 * the same one without the cells that are numbers: those can be read in one way only.
 */
export type Source = { csv: Blob; delimiter?: string; texts?: Blob };

/** What keeps a file from its predictions, in words for its owner. */
export class Fault extends Error {}

/** Most characters that are sent at once, and most quotes that never close which are read past. */
const BATCH_CHARS = 1_500_000;
const MOST_OPEN = 1_000;
/** A first line by which Excel names what parts the fields, as the server takes it (shared/wire/delimiter.ts). */
const NAMES_DELIMITER = /^"?sep=([,;\t|])"?$/i;
/** How many characters are cut into lines at once, so that the page stays free. */
const SLICE = 50_000;

/**
 * The file in batches of at most `most` rows, with its layout. Throws a Fault where it has no header that names the features, or numbers
 * that can be read in two ways; and what `signal` was aborted with.
 */
export async function* batches(
  data: PageData,
  { csv: file, delimiter, texts }: Source,
  most: number,
  words: () => Words,
  signal: AbortSignal,
): AsyncGenerator<{ batch: Batch; layout: Layout }> {
  let layout: Layout | undefined;
  let [named, first] = [delimiter, ''];
  let number = 0;
  let chars = 0;
  let blanks = 0;
  let rows: Row[] = [];
  let waiting: Row[] = [];
  for await (const { line, bytes, problem, isCrlf } of linesOf(file, words)) {
    number += 1;
    // A tab alone is two empty cells, where tabs part them.
    const isBlank = line.trim() === '' && line.length <= 1 && line !== layout?.delimiter;
    if (isBlank && !problem) {
      if (layout) blanks += 1;
      continue;
    }
    if (!layout) {
      const eol = isCrlf ? '\r\n' : '\n';
      const mark = number === 1 && NAMES_DELIMITER.exec(line)?.[1];
      if (mark) {
        [named, first] = [mark, line + eol];
        continue;
      }
      layout = {
        ...layoutOf(data, line, words, named),
        line: first + (delimiter ? disarmed(line, delimiter) : line),
        bom: (await bomOf(file)) !== undefined,
        eol,
        isMade: delimiter !== undefined,
      };
      if (layout.delimiter !== ',') layout.decimalComma = await checkMarks(data, texts ?? file, layout, line, words, signal);
      continue;
    }
    // A line without anything is a row where it has one column, else it stays what it is; at the end it is nothing.
    for (; blanks > 0; blanks -= 1) waiting.push(rowOf(data, layout, '', undefined, words()));
    waiting.push(rowOf(data, layout, line, problem, words()));
    for (const row of waiting) {
      if (rows.length >= most || chars + row.sent.length > BATCH_CHARS) {
        settleDecimals(layout, rows, words());
        yield { batch: { rows, bytes }, layout };
        rows = [];
        chars = 0;
      }
      rows.push(row);
      chars += row.sent.length + 1;
    }
    waiting = [];
  }
  if (!layout) return;
  settleDecimals(layout, rows, words());
  if (rows.length > 0) yield { batch: { rows, bytes: file.size }, layout };
}

/**
 * Reads the whole file once for its decimal marks, since what its first rows have may not hold for a later one. Throws a Fault where its
 * numbers can be read in two ways, by the server's rule (shared/wire/csv-cells.ts): some have a comma and others a point, or each comma may
 * as well set thousands apart. Semicolons between fields go with decimal commas. Names such as 400.5 in the `header` are no numbers. True
 * where one has a comma, else undefined.
 */
async function checkMarks(
  { features }: PageData,
  file: Blob,
  { delimiter, columns }: Layout,
  header: string,
  words: () => Words,
  signal: AbortSignal,
) {
  let places: number[] = [];
  let [hasPoint, hasComma, isSure] = [false, false, delimiter === ';'];
  for await (const { line } of linesOf(file, words)) {
    signal.throwIfAborted();
    const fields = splitLine(line, delimiter);
    for (const place of places) {
      const field = fields[place] ?? '';
      if (hasDecimalComma(field)) {
        hasComma = true;
        isSure ||= !THOUSANDS.test(field.trim());
      } else hasPoint ||= hasDecimalPoint(field);
    }
    if (line === header) places = columns.filter((_, at) => isNumeric(features[at]!));
  }
  if (hasComma && (hasPoint || !isSure)) throw new Fault(words().text('unclearCommas'));
  return hasComma ? true : undefined;
}

/** A line as a row: of other cells than the header's, or with a cell that is no value, it is not sent. */
function rowOf(data: PageData, layout: Layout, line: string, problem: string | undefined, words: Words): Row {
  if (line === '' && layout.header.length > 1) return { line, sent: '', isBlank: true };
  const fields = splitLine(line, layout.delimiter);
  const lacking = layout.header.length - fields.length;
  // Cells that are not there are empty ones, and empty ones beyond the header's are left out: what is added stands in its own columns.
  const tooMany = fields.slice(layout.header.length).some((field) => field);
  const whole = lacking > 0 ? line + layout.delimiter.repeat(lacking) : tooMany ? line : withoutEmpty(line, -lacking);
  const cells = featureCells(data.features, layout, fields);
  const reason = problem ?? (tooMany ? `${words.text('cell.many')} (${fields.length})` : reasonOf(data, cells, words));
  return { line: whole, sent: requestLine(cells), ...(reason === undefined ? {} : { reason }) };
}

/** A line without its last `count` cells, all of them empty. */
function withoutEmpty(line: string, count: number): string {
  let end = line.length;
  for (let at = 0; at < count; at += 1) end -= line.endsWith('""', end) ? 3 : 1;
  return line.slice(0, end);
}

/** Settles once for a file which decimal mark its predictions have, by its first rows where its numbers have not. */
function settleDecimals(layout: Layout, rows: Row[], words: Words): void {
  layout.decimalComma ??= decimalMark(
    layout.delimiter,
    rows.map(({ line }) => line),
    words.number(1.5),
  );
}

/** The lines of a file, and how far it is read; a line whose quote never closes has that as its problem. */
async function* linesOf(
  file: Blob,
  words: () => Words,
): AsyncGenerator<{ line: string; bytes: number; isCrlf: boolean; problem?: string }> {
  const reader = createLineReader();
  const bom = await bomOf(file);
  let decoder = new TextDecoder(bom);
  let isSettled = bom !== undefined;
  const source = file.stream().getReader();
  let bytes = 0;
  let open = 0;
  for (let done = false; !done; ) {
    const piece = await source.read();
    done = piece.done;
    bytes += piece.value?.length ?? 0;
    if (!isSettled && piece.value?.some((byte) => byte > 127)) {
      // All before it reads the same in both.
      isSettled = true;
      if (!isUtf8(piece.value, bytes < file.size)) decoder = new TextDecoder('windows-1252');
    }
    const text = piece.value ? decoder.decode(piece.value, { stream: true }) : decoder.decode();
    for (let at = 0; at === 0 || at < text.length; at += SLICE) {
      let slice = text.slice(at, at + SLICE);
      const isLast = done && at + SLICE >= text.length;
      for (let isRead = false; !isRead; ) {
        try {
          for (const line of reader.push(slice)) yield { line, bytes, isCrlf: reader.hasCrlf() };
          if (isLast) for (const line of reader.end()) yield { line, bytes, isCrlf: reader.hasCrlf() };
          isRead = true;
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          open += 1;
          if (open > MOST_OPEN) throw new Fault(words().text('openQuotes'));
          slice = '';
          yield { line: reader.skip(), bytes, isCrlf: reader.hasCrlf(), problem: words().text('cell.quote') };
        }
      }
    }
  }
}

/** The byte order mark that a file begins with, by its encoding. */
async function bomOf(file: Blob): Promise<'utf-8' | 'utf-16le' | 'utf-16be' | undefined> {
  const mark = String(new Uint8Array(await file.slice(0, 3).arrayBuffer()));
  if (mark === '239,187,191') return 'utf-8';
  if (mark.startsWith('255,254')) return 'utf-16le';
  return mark.startsWith('254,255') ? 'utf-16be' : undefined;
}

/**
 * Whether the first piece of a file that is not ASCII alone is UTF-8; what is none is what Windows writes in the West. `isCut`: its last
 * character may go on in the next piece.
 */
function isUtf8(piece: Uint8Array, isCut: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(piece, { stream: isCut });
    return true;
  } catch {
    return false;
  }
}

function layoutOf(data: PageData, line: string, words: () => Words, delimiter?: string): Layout {
  const { layout, lacking, twice } = readHeader(data.features, line, delimiter);
  const listed = (names: string[]) => `${names.slice(0, 20).join(', ')}${names.length > 20 ? '...' : ''}`;
  if (lacking.length > 0) throw new Fault(`${words().text('noHeader')}: ${listed(lacking)}`);
  if (twice.length > 0) throw new Fault(`${words().text('twiceInHeader')}: ${listed(twice)}`);
  return layout;
}
