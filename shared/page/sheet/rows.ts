import { DECIMAL } from '../../schema/decimal.ts';
import { csvField } from '../../wire/csv.ts';
import type { PageData, PageFeature, Predicted, Value } from '../base/data.ts';
import { bestOf, cellsOf, labelsOf } from '../base/reading.ts';
import { isNumeric } from '../html/fields.ts';

/** Most characters of a line: more is a quote that was never closed, or no CSV. */
export const MAX_LINE = 1_000_000;
const DELIMITERS = [',', ';', '\t'];
/** Behind what a quote opens a field; any other (5" pipe) is a character like others, as splitLine() and the server read it. */
const BEFORE_FIELD = '\n,;\t|';

/** Lines of a text that comes in pieces; a line end within quotes is part of its line. */
export type LineReader = {
  /** The lines that a piece completes. Throws a RangeError where a line does not end within MAX_LINE characters. */
  push(piece: string): string[];
  /** The last line, where the text does not end with a line end. Throws a RangeError where it has a quote that never closes. */
  end(): string[];
  /** After a RangeError: the line in which the quote was opened, as it stands; what comes behind it is read anew. */
  skip(): string;
  /** Whether the first line ended with CRLF. */
  hasCrlf(): boolean;
};

/** Reads lines; CRLF and LF end them, and a byte order mark before the first is left away. */
export function createLineReader(): LineReader {
  let rest = '';
  let scanned = 0;
  let isOpen = false;
  // Where the last quoted field ended: a quote right behind it is one that was doubled.
  let closed = -2;
  let isFirst = true;
  let isCrlf = false;
  const finish = (line: string) => {
    const text = isFirst && line.charCodeAt(0) === 0xfeff ? line.slice(1) : line;
    if (isFirst) isCrlf = text.endsWith('\r');
    isFirst = false;
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  };
  return {
    push: (piece) => {
      rest += piece;
      const lines: string[] = [];
      let start = 0;
      // Each quote is looked for once: a search from every line anew would read the rest of a text without quotes each time.
      let quote = find(rest, '"', scanned);
      const countQuotes = (end: number) => {
        for (; quote < end; quote = find(rest, '"', quote + 1)) {
          if (isOpen) closed = quote;
          // At a line's start nothing stands before it, which every text includes.
          isOpen = !isOpen && (quote === closed + 1 || BEFORE_FIELD.includes(rest.charAt(quote - 1)));
        }
      };
      for (let at = rest.indexOf('\n', scanned); at !== -1; at = rest.indexOf('\n', at + 1)) {
        countQuotes(at);
        if (isOpen) continue;
        lines.push(finish(rest.slice(start, at)));
        start = at + 1;
      }
      countQuotes(rest.length);
      rest = rest.slice(start);
      closed -= start;
      scanned = rest.length;
      // Lines that are complete are given first; then the next call throws.
      if (lines.length === 0 && rest.length > MAX_LINE) throw new RangeError('a line without end');
      return lines;
    },
    hasCrlf: () => isCrlf,
    skip: () => {
      const at = find(rest, '\n', 0);
      const line = rest.slice(0, at);
      rest = rest.slice(at + 1);
      scanned = 0;
      closed = -2;
      isOpen = false;
      return finish(line);
    },
    end: () => {
      if (isOpen) throw new RangeError('a quote without end');
      const line = rest;
      rest = '';
      return line === '' ? [] : [finish(line)];
    },
  };
}

/** Where a character next stands; beyond everything where it does not. */
function find(text: string, char: string, from: number): number {
  const at = text.indexOf(char, from);
  return at === -1 ? Number.POSITIVE_INFINITY : at;
}

/** The fields of one line. */
export function splitLine(line: string, delimiter: string): string[] {
  if (!line.includes('"')) return line.split(delimiter);
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    let field = '';
    if (line[at] === '"') {
      at += 1;
      for (let end = line.indexOf('"', at); ; end = line.indexOf('"', at)) {
        const stop = end === -1 ? line.length : end;
        field += line.slice(at, stop);
        at = stop + 1;
        if (line[at] !== '"') break;
        field += '"';
        at += 1;
      }
    }
    const next = line.indexOf(delimiter, at);
    field += line.slice(at, next === -1 ? line.length : next);
    fields.push(field);
    if (next === -1) return fields;
    at = next + 1;
  }
}

/**
 * How a file is laid out: its header line as it stands, what parts its fields, where each feature's column is, and how it is
 * written. `decimalComma` is settled by the first rows. `isMade` marks a file that the page made itself of a workbook.
 */
export type Layout = {
  line: string;
  delimiter: string;
  header: string[];
  columns: number[];
  eol: '\n' | '\r\n';
  bom?: boolean;
  decimalComma?: boolean | undefined;
  isMade?: boolean;
};

/** What a header line has: `lacking` names the features that it does not, `twice` those that it has twice: nobody can say which column is meant. */
export type HeaderRead = { layout: Layout; lacking: string[]; twice: string[] };

/** Reads a header line by what gives most features' names, or by `named`, where it is known what parts its fields. */
export function readHeader(features: PageFeature[], line: string, named?: string): HeaderRead {
  return (named ? [named] : DELIMITERS)
    .map((delimiter) => headerBy(features, line, delimiter))
    .sort((one, other) => one.lacking.length - other.lacking.length)[0]!;
}

/** Names count without regard to case where that is clear. */
function headerBy(features: PageFeature[], line: string, delimiter: string): HeaderRead {
  const known = new Set(features.map(({ name }) => name));
  const header = splitLine(line, delimiter).map((name) => (known.has(name) ? name : name.trim()));
  // Looked up in maps: a file may have as many columns as a model has features, thousands.
  const [exact, lower] = [new Map<string, number>(), new Map<string, number>()];
  const repeated = new Set<string>();
  header.forEach((name, at) => {
    if (exact.has(name)) repeated.add(name);
    else exact.set(name, at);
    const low = name.toLowerCase();
    lower.set(low, lower.has(low) ? -1 : at);
  });
  const columns = features.map(({ name }) => exact.get(name) ?? lower.get(name.toLowerCase()) ?? -1);
  const lacking = features.filter((_, at) => columns[at] === -1).map(({ name }) => name);
  const twice = features.flatMap(({ name }) => (repeated.has(name) ? [name] : []));
  return { layout: { line, delimiter, header, columns, eol: '\n' }, lacking, twice };
}

/**
 * The cells of the model's features, in their order. Where no comma parts fields, a number may have one as its decimal mark, and so may a
 * level that is a number in a workbook.
 */
export function featureCells(
  features: PageFeature[],
  { delimiter, columns, isMade }: Pick<Layout, 'delimiter' | 'columns' | 'isMade'>,
  fields: string[],
): string[] {
  return features.map((feature, at) => {
    const field = fields[columns[at]!] ?? '';
    if (delimiter === ',' || !hasDecimalComma(field)) return field;
    const number = field.trim().replace(',', '.');
    if (isNumeric(feature)) return number;
    return isMade && feature.type === 'factor' && feature.levels.includes(number) && !feature.levels.includes(field) ? number : field;
  });
}

/** A row's line of the CSV that is sent: the model's columns alone. */
export function requestLine(cells: string[]): string {
  return cells.map(csvField).join(',');
}

/** Cells as the values of a row, for a request that has parameters. */
export function valuesOf(features: PageFeature[], cells: string[]): Value[] {
  return features.map((feature, at) => {
    const cell = cells[at]!;
    const text = cell.trim();
    // A level of a feature without a field may be called NA: the server knows, as of any text.
    if (feature.type === 'factor') return text === 'NA' ? text : text || feature.levels.includes(cell) ? cell : null;
    if (text === '' || text === 'NA') return null;
    // A feature of numbers takes TRUE and FALSE, a day or a time its number, too.
    if (/^[tf]/i.test(text)) return /^t/i.test(text);
    return DECIMAL.test(text) ? Number(text) : text;
  });
}

/**
 * Whether a file's numbers have a comma as their decimal mark, by its first lines: a comma if any number has one, a point if any
 * has that. Where no number has decimals and semicolons part the fields, as where a reader writes it: `example` is 1.5 there.
 */
export function decimalMark(delimiter: string, lines: string[], example: string): boolean {
  if (delimiter === ',') return false;
  // Line by line: all fields of thousands of columns at once took gigabytes.
  const some = (mark: string, isMeant: (field: string) => boolean) =>
    lines.some((line) => line.includes(mark) && splitLine(line, delimiter).some(isMeant));
  return some(',', hasDecimalComma) || (delimiter === ';' && example.includes(',') && !some('.', hasDecimalPoint));
}

/** Whether a field is a number written with a decimal comma, as DECIMAL_COMMA (schema/decimal.ts) says it, in fewer bytes of the page. */
export function hasDecimalComma(field: string): boolean {
  return field.includes(',') && DECIMAL.test(field.trim().replace(',', '.'));
}

/** Whether a field is a number written with a decimal point. */
export function hasDecimalPoint(field: string): boolean {
  return field.includes('.') && DECIMAL.test(field.trim());
}

/** The names of the columns that an answer adds, none of them in the header yet. */
export function addedColumns(data: PageData, prediction: Predicted, times: number[], header: string[]): string[] {
  const cells = cellsOf(data, prediction);
  if (cells) return cells.map(([name]) => freeName(`prediction.${name}`, header));
  const names = Array.isArray(prediction)
    ? prediction.map((_, at) => (times[at] === undefined ? `prediction.${at + 1}` : `survival.${times[at]}`))
    : ['prediction', ...(typeof prediction === 'object' ? labelsOf(data, prediction).map((label) => `prediction.${label}`) : [])];
  return names.map((name) => freeName(name, header));
}

/** A name that is not taken yet. */
export function freeName(name: string, taken: string[]): string {
  return taken.includes(name) ? freeName(`${name}_`, taken) : name;
}

/** A prediction's cells, in the order of addedColumns (of shares, the class with the greatest first); numbers as they read back to the same double. */
export function addedCells(data: PageData, prediction: Predicted): string[] {
  if (typeof prediction !== 'object') return [String(prediction)];
  if (Array.isArray(prediction)) return prediction.map(String);
  const cells = cellsOf(data, prediction);
  if (cells) return cells.map(([, value]) => String(value ?? 'NA'));
  return [bestOf(data, prediction), ...labelsOf(data, prediction).map((label) => String(prediction[label]))];
}

/** A number, with a point or a comma. */
const NUMBER = /^[+-]?\d+(?:[.,]\d+)?(?:e[+-]?\d+)?$/i;

/**
 * Cells as they stand behind a line of the file. A text that a spreadsheet would take for a formula gets an apostrophe before it;
 * numbers stay what they are.
 */
export function writeCells(cells: string[], delimiter: string, decimalComma: boolean): string {
  return cells
    .map((cell) => {
      const marked = decimalComma && /^-?\d+\.\d+(?:e[+-]?\d+)?$/.test(cell) ? cell.replace('.', ',') : cell;
      const text = /^[=+\-@\t\r\n＝＋－＠]/.test(marked) && !NUMBER.test(marked) ? `'${marked}` : marked;
      const isPlain = !text.includes(delimiter) && !/["\r\n]/.test(text);
      return `${delimiter}${isPlain ? text : `"${text.replaceAll('"', '""')}"`}`;
    })
    .join('');
}

/** A line of a CSV that the page made of a workbook, whose texts must not become formulas. */
export function disarmed(line: string, delimiter: string): string {
  return writeCells(splitLine(line, delimiter), delimiter, false).slice(1);
}
