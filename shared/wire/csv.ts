import { RequestError } from '../errors.ts';

/**
 * The fields of a CSV text, line by line (RFC 4180: quotes, doubled quotes, new lines within quotes; LF or CRLF). A byte
 * order mark and the last line's end are left away. Throws a 400 that names the line where quotes do not fit.
 */
export function parseCsv(text: string, delimiter = ','): string[][] {
  const lines: string[][] = [];
  eachLine(text, delimiter, (fields) => lines.push(fields));
  return lines;
}

/** Hands over the fields of each line as parseCsv finds them, and whether the line is blank: nothing but white space, no quotes. */
export function eachLine(text: string, delimiter: string, take: (fields: string[], isBlank: boolean) => void): void {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  // A list that grows has room for 16 more: each line gets a copy without it, since a body may have millions of them.
  const growing: string[] = [];
  for (let line = 1; at < text.length; line += 1) {
    let isBlank = false;
    let count = 0;
    for (let isMore = true; isMore; ) {
      let field: string;
      const isQuoted = text[at] === '"';
      [field, at] = isQuoted ? quoted(text, at, line) : plain(text, at, delimiter);
      growing[count] = field;
      count += 1;
      isMore = text[at] === delimiter;
      if (isMore) at += 1;
      // A delimiter at the text's end has an empty field behind it.
      if (isMore && at >= text.length) {
        growing[count] = '';
        count += 1;
        isMore = false;
      }
      isBlank = count === 1 && !isQuoted && field.trim() === '';
    }
    if (text[at] === '\r') at += 1;
    if (at < text.length && text[at] !== '\n') throw new RequestError(400, `line ${line} of the CSV has text after a closing quote`);
    at += 1;
    take(growing.slice(0, count), isBlank);
  }
}

/** A field without quotes, up to the next delimiter or line end, and where it ends. */
function plain(text: string, start: number, delimiter: string): [string, number] {
  let end = start;
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n') end += 1;
  const cr = text[end - 1] === '\r' && text[end] !== delimiter && end > start;
  return [text.slice(start, cr ? end - 1 : end), cr ? end - 1 : end];
}

/** A field in quotes and where it ends. */
function quoted(text: string, start: number, line: number): [string, number] {
  let field = '';
  let at = start + 1;
  for (;;) {
    const end = text.indexOf('"', at);
    if (end === -1) throw new RequestError(400, `line ${line} of the CSV opens a quote that is never closed`);
    field += text.slice(at, end);
    if (text[end + 1] !== '"') return [field, end + 1];
    field += '"';
    at = end + 2;
  }
}

/** A text as a CSV field, in quotes where it needs them; so does an empty one, since many readers skip empty lines. */
export function csvField(text: string): string {
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
