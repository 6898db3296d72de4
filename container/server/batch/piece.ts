import type { Model } from '../../../shared/artifact.ts';
import { RequestError } from '../../../shared/errors.ts';
import { computeQuery } from '../../../shared/predict.ts';
import { defaultParameters } from '../../../shared/schema/parameters.ts';
import { writeOutputs } from '../../../shared/wire/answers.ts';
import { readBody } from '../../../shared/wire/read-body.ts';
import type { LineForm, OnError } from './batch.ts';
import { isBlank, type Piece, recordEnds } from './cutter.ts';
import type { Columns } from './header.ts';
import { loggedReason, reasonOf } from './reasons.ts';

/** A piece of a payload and how to answer it; plain data, so that it can go to a worker. `empty`: the line of CSV for a row without an answer. */
export type PieceAsked = Piece & { columns: Columns; form: LineForm; accepted: LineForm; empty: string; onError: OnError };

/** A row without an answer: the number of its line, and why, without a value of a feature. */
export type BadLine = { line: number; reason: string };

/** The answer to a piece: its lines, how many rows have an answer, how many have none, and the first of those. */
export type PieceDone = { text: string; rows: number; bad: number; badLines: BadLine[] };

/** Most bad lines that are listed. */
export const MOST_LISTED = 100;
/** Stands for a blank line where that is a missing value: a quoted field is never skipped. */
const BLANK = Buffer.from('""\n');

/** A piece that is read: what is done, and the number of the next line. */
type Work = { model: Model; asked: PieceAsked; done: PieceDone; line: number };

/**
 * Reads the records of a piece, computes and writes a line for each, with the bits of any other request. What cannot be read, or has no
 * answer, is looked for by halves. With `fail` it is thrown as a RequestError that names its line; with `line` it has an error in its place.
 */
export function computePiece(model: Model, asked: PieceAsked): PieceDone {
  const work: Work = { model, asked, done: { text: '', rows: 0, bad: 0, badLines: [] }, line: asked.line };
  const [bytes, records] = asked.onError === 'fail' && asked.isLast ? withoutBlankEnd(asked) : [asked.bytes, asked.records];
  if (records > 0) readPart(work, bytes, records);
  return work.done;
}

function readPart(work: Work, part: Uint8Array, records: number): void {
  const { asked, done } = work;
  try {
    done.text += answer(work.model, part, records, asked);
    done.rows += records;
    work.line += linesIn(part);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const ends = records > 1 ? recordEnds(part, asked.form === 'csv') : physicalEnds(work, part);
    if (ends.length === 1) noteBad(work, part, error);
    else if (records > 1) {
      const middle = ends.length >> 1;
      const cut = ends[middle - 1]!;
      readPart(work, part.subarray(0, cut), middle);
      readPart(work, part.subarray(cut), ends.length - middle);
    } else ends.forEach((end, at) => void readPart(work, part.subarray(at === 0 ? 0 : ends[at - 1], end), 1));
  }
}

/** The ends of the lines of a record that cannot be read. A quote that nobody closed made one record of them: each is read by itself. */
function physicalEnds({ asked }: Work, part: Uint8Array): number[] {
  return asked.onError === 'line' ? recordEnds(part, false) : [part.length];
}

/** The lines of the answer to some records. Throws a RequestError where any of them has none. */
function answer(model: Model, part: Uint8Array, records: number, { columns, form, accepted }: PieceAsked): string {
  const { schema } = model;
  const rows = records === 1 && columns.isBlankMissing && isBlank(part) ? BLANK : part;
  const body = columns.before.length === 0 ? rows : Buffer.concat([columns.before, rows]);
  const query = readBody(schema, body, form);
  // A blank line was skipped, or a row was taken for a header: the halves show which.
  if (query.count !== records) throw new RequestError(422, 'the line has no row');
  return writeOutputs(schema, defaultParameters(schema), computeQuery(model, query), accepted, '');
}

function noteBad(work: Work, part: Uint8Array, error: RequestError): void {
  const { asked, done, line } = work;
  const isEmpty = isBlank(part);
  const logged = isEmpty ? 'the line is blank' : loggedReason(error, asked.form, asked.columns);
  const reason = isEmpty ? logged : reasonOf(error, asked.columns);
  if (asked.onError === 'fail') throw new RequestError(error.status, `line ${line}: ${reason}`, [], {}, `line ${line}: ${logged}`);
  done.bad += 1;
  if (done.badLines.length < MOST_LISTED) done.badLines.push({ line, reason: logged });
  done.text += asked.accepted === 'csv' ? asked.empty : `${JSON.stringify({ error: reason })}\n`;
  work.line += linesIn(part);
}

function linesIn(part: Uint8Array): number {
  let lines = 0;
  for (let at = part.indexOf(0x0a); at !== -1; at = part.indexOf(0x0a, at + 1)) lines += 1;
  return part.at(-1) === 0x0a ? lines : lines + 1;
}

/** The last piece without the blank lines at its end, which are hardly meant, and how many records are left. */
function withoutBlankEnd({ bytes, records, form }: PieceAsked): [Uint8Array, number] {
  if (records === 0) return [bytes, 0];
  const ends = recordEnds(bytes, form === 'csv');
  let left = ends.length;
  while (left > 0 && isBlank(bytes.subarray(left === 1 ? 0 : ends[left - 2], ends[left - 1]))) left -= 1;
  return [left === 0 ? bytes.subarray(0, 0) : bytes.subarray(0, ends[left - 1]), left];
}
