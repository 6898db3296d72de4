import { createHash, type Hash } from 'node:crypto';
import { firstOf, joined, MOST_MARK } from '../../shared/batch/chunks.ts';
import { type Columns, csvColumns, type LineForm, NO_COLUMNS } from '../../shared/batch/columns.ts';
import { createCutter, MOST_RECORD, type Piece, recordEnds } from '../../shared/batch/cutter.ts';
import { ModelError } from '../../shared/errors.ts';
import type { Schema } from '../../shared/schema/features.ts';
import { formOf, markLength } from '../../shared/wire/form.ts';
import type { DeclaredForm } from '../../shared/wire/media.ts';
import type { Bytes } from './bytes.ts';
import { Changed } from './errors.ts';
import type { Cut, Mark, Sizes, Source } from './source.ts';

/** What is known of a text by its first bytes: its form and columns, and where its rows begin: behind how many bytes, in which line. */
type Start = { form: LineForm; columns: Columns; bytes: number; line: number };

/** Opens a CSV or JSON Lines. Throws a RequestError where it is another form, or has no row at all. */
export async function openLines(schema: Schema, label: string, bytes: Bytes, declared: DeclaredForm): Promise<Source> {
  const chunks = bytes.chunks();
  const first = await firstOf(chunks, MOST_RECORD + MOST_MARK);
  const start = startOf(schema, label, first, declared);
  return {
    rows: { form: start.form, columns: start.columns },
    identity: { input: start.form },
    isFile: bytes.isFile,
    cuts: (sizes, from) => cuts({ label, start, share: bytes.share }, joined(first, chunks), sizes, from),
    close: async () => {
      await bytes.close();
      // Who reads of a pipe may wait for long: it is not waited for.
      chunks.return(undefined).catch(() => {});
    },
  };
}

function startOf(schema: Schema, label: string, first: Buffer, declared: DeclaredForm): Start {
  const mark = markLength(first);
  const text = first.subarray(mark);
  const form = declared === 'csv' || declared === 'jsonlines' ? declared : formOf('any', text);
  if (text.length === 0) throw new ModelError(label, 'no row', 'CSV, JSON Lines or Parquet');
  if (form === 'json' || form === 'npy') {
    const found = form === 'json' ? 'one JSON value' : 'a NumPy array';
    throw new ModelError(label, `${found}, which is answered as a whole: predict without -o`, 'CSV, JSON Lines or Parquet');
  }
  if (form === 'jsonlines') return { form, columns: NO_COLUMNS, bytes: mark, line: 1 };
  const line = text.subarray(0, recordEnds(text, true)[0]);
  const columns = csvColumns(schema, line, true);
  return columns.isGiven ? { form, columns, bytes: mark + line.length, line: 2 } : { form, columns, bytes: mark, line: 1 };
}

type Read = { label: string; start: Start; share: Bytes['share'] };

async function* cuts(read: Read, chunks: AsyncGenerator<Uint8Array>, sizes: Sizes, from: Mark | undefined): AsyncGenerator<Cut> {
  const { start } = read;
  const hash = createHash('sha256');
  const mark = from ?? { read: start.bytes, hash: '', line: start.line };
  const rest = await behind(read.label, chunks, mark, hash);
  const cutter = createCutter(start.form === 'csv', { bytes: sizes.bytes, records: sizes.rows });
  let at = mark.read;
  const cut = (piece: Piece): Cut => {
    hash.update(piece.bytes);
    at += piece.bytes.length;
    const line = mark.line + piece.line - 1;
    // The next piece's first line is known when it is cut; until then its mark has the number of this one's lines added.
    const next = { read: at, hash: hash.copy().digest('hex'), line: line + linesIn(piece.bytes) };
    return { work: { piece: { ...piece, line } }, mark: next, share: read.share() };
  };
  for await (const chunk of rest) for (const piece of cutter.add(chunk)) yield cut(piece);
  yield cut(cutter.end());
}

/** What stands behind a mark; all before it goes into the hash. Throws a Changed or a ModelError where it is not what was read before. */
async function behind(label: string, chunks: AsyncGenerator<Uint8Array>, mark: Mark, hash: Hash): Promise<AsyncGenerator<Uint8Array>> {
  let left = mark.read;
  let over: Uint8Array = new Uint8Array(0);
  while (left > 0) {
    const { value, done } = await chunks.next();
    if (done) throw new Changed(`${label}: found ${mark.read - left} bytes, expected ${mark.read} that were read before: it shrank`);
    hash.update(value.subarray(0, left));
    over = value.subarray(left);
    left -= Math.min(left, value.length);
  }
  if (mark.hash !== '' && hash.copy().digest('hex') !== mark.hash) {
    throw new ModelError(
      label,
      `other bytes among its first ${mark.read} than those that were answered`,
      'the same, or --force to begin anew',
    );
  }
  return joined(over, chunks);
}

function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) lines += 1;
  return lines;
}
