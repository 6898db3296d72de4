import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Model } from '../../shared/artifact.ts';
import { bytesOf, markless, withoutMark } from '../../shared/batch/chunks.ts';
import { type Columns, csvColumns, type LineForm, NO_COLUMNS } from '../../shared/batch/columns.ts';
import { createCutter, type Piece, type PieceSize, recordEnds } from '../../shared/batch/cutter.ts';
import { answerPiece } from '../../shared/batch/piece.ts';
import { RequestError } from '../../shared/errors.ts';
import { defaultParameters } from '../../shared/schema/parameters.ts';
import { outputWidth } from '../../shared/schema/shape.ts';
import { bytesToRead, closesQuotes, linesOfRange } from './lines.ts';
import { addCounts, type Work } from './work.ts';

/** How large a piece is that is computed at once: so many bytes, rows, doubles of answers. */
const PIECE = { bytes: 262_144, rows: 8_192, doubles: 500_000 };

/** Answers the lines that start in a range of a CSV or of JSON Lines. */
export async function answerLinesOf(work: Work): Promise<void> {
  const form = work.range.form as LineForm;
  const cutter = createCutter(form === 'csv', sizeOf(work.model));
  let columns = form === 'csv' ? await columnsByHead(work) : NO_COLUMNS;
  const answer = async (piece: Piece) => {
    if (piece.records === 0) return;
    work.checkTime();
    if (form === 'csv') checkQuotes(work, piece);
    const first = columns ? undefined : piece.bytes.subarray(0, recordEnds(piece.bytes, true)[0]);
    columns ??= csvColumns(work.model.schema, first as Uint8Array, true);
    await answerSome(work, form, columns, first && columns.isGiven ? await withoutHead(work, piece, first) : piece);
  };
  for await (const chunk of await recordsOf(work)) for (const piece of cutter.add(chunk)) await answer(piece);
  await answer(cutter.end());
}

/** The columns of a range that does not begin its file, by the file's first record; undefined where the range has that itself. */
async function columnsByHead({ store, model, job, range }: Work): Promise<Columns | undefined> {
  if (range.start === 0) return undefined;
  const head = await bytesOf(await store.read(job.input.bucket, range, 0, range.headBytes));
  return csvColumns(model.schema, withoutMark(head), true);
}

/** The bytes of the records that start in a range. */
async function recordsOf({ store, job, range }: Work): Promise<AsyncIterable<Uint8Array>> {
  const [from, to] = range.isOnly ? [0, range.size] : bytesToRead(range);
  const body = await store.read(job.input.bucket, range, from, to);
  if (range.isGzip) return markless(inflated(body));
  const lines = range.isOnly ? body : linesOfRange(body, range);
  return range.start === 0 ? markless(lines) : lines;
}

async function* inflated(body: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* pipeline(body, createGunzip(), () => {});
  } catch (error) {
    if (!/^Z_/.test(String((error as NodeJS.ErrnoException).code))) throw error;
    throw new RequestError(422, `found what gzip cannot read (${(error as Error).message}), since the name ends in .gz`);
  }
}

function checkQuotes({ range }: Work, { bytes }: Piece): void {
  if (range.isOnly || closesQuotes(bytes)) return;
  throw new RequestError(
    422,
    'found a quote that its line does not close; in a file of several ranges a line end is a record end, so read such files whole (--no-split)',
  );
}

/** A piece without the line that names a CSV's columns, for which the first part has a line of names too. */
async function withoutHead({ range, part }: Work, piece: Piece, first: Uint8Array): Promise<Piece> {
  if (range.part === 0) await part.head(first);
  return { ...piece, bytes: piece.bytes.subarray(first.length), records: piece.records - 1, line: 2 };
}

async function answerSome(work: Work, form: LineForm, columns: Columns, piece: Piece): Promise<void> {
  const { model, job, range, part } = work;
  if (piece.records === 0) return;
  const isLast = piece.isLast && range.end === range.size;
  addCounts(work, answerPiece(model, { ...piece, isLast, columns, form, onError: job.onError }, part.sink), 'line');
  await part.piece(piece.bytes);
}

/** How large pieces are, by how wide an answer is. */
function sizeOf({ schema }: Model): PieceSize {
  const width = Math.max(outputWidth(schema, defaultParameters(schema)), 1);
  return { bytes: PIECE.bytes, records: Math.max(1, Math.min(PIECE.rows, Math.floor(PIECE.doubles / width))) };
}
