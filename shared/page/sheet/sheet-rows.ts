import { csvField } from '../../csv.ts';
import type { PageData, PageFeature, Predicted } from '../base/data.ts';
import { labelsOf } from '../base/reading.ts';
import { isNumeric } from '../html/fields.ts';

/** Most characters of a line: more is a quote that was never closed, or no CSV. */
export const MAX_LINE = 1_000_000;
const DELIMITERS = [',', ';', '\t'];

/** Lines of a text that comes in pieces; a line end within quotes is part of its line. */
export type LineReader = {
  /** The lines that a piece completes. Throws a RangeError where a line does not end within MAX_LINE characters. */
  push(piece: string): string[];
  /** The last line, where the text does not end with a line end. */
  end(): string[];
};

/** Reads lines; CRLF and LF end them, and a byte order mark before the first is left away. */
export function createLineReader(): LineReader {
  let rest = '';
  let scanned = 0;
  let isOpen = false;
  let isFirst = true;
  const finish = (line: string) => {
    const text = isFirst && line.charCodeAt(0) === 0xfeff ? line.slice(1) : line;
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
        for (; quote < end; quote = find(rest, '"', quote + 1)) isOpen = !isOpen;
      };
      for (let at = rest.indexOf('\n', scanned); at !== -1; at = rest.indexOf('\n', at + 1)) {
        countQuotes(at);
        if (isOpen) continue;
        lines.push(finish(rest.slice(start, at)));
        start = at + 1;
      }
      countQuotes(rest.length);
      rest = rest.slice(start);
      scanned = rest.length;
      if (rest.length > MAX_LINE) throw new RangeError('a line without end');
      return lines;
    },
    end: () => {
      const line = rest;
      rest = '';
      if (isOpen) throw new RangeError('a quote without end');
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

/** How a file is laid out, by its header line: what parts its fields, and where each feature's column is. */
export type Layout = { delimiter: string; header: string[]; columns: number[] };

/** Reads a header line; `lacking` names the features that it does not. Names count without regard to case where that is clear. */
export function readHeader(features: PageFeature[], line: string): { layout: Layout; lacking: string[] } {
  const counts = DELIMITERS.map((delimiter) => splitLine(line, delimiter).length);
  const delimiter = DELIMITERS[counts.indexOf(Math.max(...counts))] as string;
  const header = splitLine(line, delimiter).map((name) => name.trim());
  const lower = header.map((name) => name.toLowerCase());
  const columns = features.map(({ name }) => {
    const exact = header.indexOf(name);
    if (exact !== -1) return exact;
    const at = lower.indexOf(name.toLowerCase());
    return at === lower.lastIndexOf(name.toLowerCase()) ? at : -1;
  });
  const lacking = features.filter((_, at) => columns[at] === -1).map(({ name }) => name);
  return { layout: { delimiter, header, columns }, lacking };
}

/** A row's line of the CSV that is sent: the model's columns alone. Where semicolons part fields, a number may have a comma. */
export function requestLine(features: PageFeature[], { delimiter, columns }: Layout, line: string): string {
  const fields = splitLine(line, delimiter);
  return features
    .map((feature, at) => {
      const field = fields[columns[at] as number] ?? '';
      const isNumber = isNumeric(feature) && delimiter !== ',';
      return csvField(isNumber && hasDecimalComma(field) ? field.trim().replace(',', '.') : field);
    })
    .join(',');
}

/** Whether a field is a number written with a decimal comma. */
export function hasDecimalComma(field: string): boolean {
  return /^\s*[+-]?\d*,\d+(?:[eE][+-]?\d+)?\s*$/.test(field);
}

/** The names of the columns that an answer adds, none of them in the header yet. */
export function addedColumns(data: PageData, prediction: Predicted, times: number[], header: string[]): string[] {
  const names =
    typeof prediction !== 'object'
      ? ['prediction']
      : Array.isArray(prediction)
        ? times.map((time) => `survival.${time}`)
        : labelsOf(data, prediction).map((label) => `prediction.${label}`);
  return names.map((name) => {
    let free = name;
    while (header.includes(free)) free += '_';
    return free;
  });
}

/** A prediction's cells, in the order of addedColumns; numbers as they read back to the same double. */
export function addedCells(data: PageData, prediction: Predicted): string[] {
  if (typeof prediction !== 'object') return [String(prediction)];
  if (Array.isArray(prediction)) return prediction.map(String);
  return labelsOf(data, prediction).map((label) => String(prediction[label]));
}

/** Cells as they stand behind a line of the file. */
export function writeCells(cells: string[], delimiter: string, decimalComma: boolean): string {
  return cells
    .map((cell) => {
      const text = decimalComma && /^-?\d+\.\d+(?:e[+-]?\d+)?$/.test(cell) ? cell.replace('.', ',') : cell;
      const isPlain = text !== '' && !text.includes(delimiter) && !/["\r\n]/.test(text);
      return `${delimiter}${isPlain ? text : `"${text.replaceAll('"', '""')}"`}`;
    })
    .join('');
}
