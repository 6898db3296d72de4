import { RequestError } from './errors.ts';

/**
 * The fields of a CSV text, line by line (RFC 4180: quotes, doubled quotes, new lines within quotes; LF or CRLF). A byte
 * order mark and the last line's end are left away. Throws a 400 that names the line where quotes do not fit.
 */
export function parseCsv(text: string): string[][] {
  const lines: string[][] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let fields: string[] = [];
  while (at < text.length) {
    let field: string;
    if (text[at] === '"') [field, at] = quoted(text, at, lines.length + 1);
    else [field, at] = plain(text, at);
    fields.push(field);
    if (text[at] === ',') {
      at += 1;
      if (at < text.length) continue;
      fields.push('');
    }
    if (text[at] === '\r') at += 1;
    if (at < text.length && text[at] !== '\n')
      throw new RequestError(400, `line ${lines.length + 1} of the CSV has text after a closing quote`);
    at += 1;
    lines.push(fields);
    fields = [];
  }
  return lines;
}

/** A field without quotes, up to the next comma or line end, and where it ends. */
function plain(text: string, start: number): [string, number] {
  let end = start;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n') end += 1;
  const cr = text[end - 1] === '\r' && text[end] !== ',' && end > start;
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
