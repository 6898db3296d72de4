import type { Model } from '../artifact.ts';
import { RequestError } from '../errors.ts';
import { computeQuery } from '../predict.ts';
import { defaultParameters, type Parameters } from '../schema/parameters.ts';
import { readBody } from '../wire/read-body.ts';
import type { Columns, LineForm } from './columns.ts';
import { isBlank, type Piece, recordEnds } from './cutter.ts';
import { loggedReason, reasonOf } from './reasons.ts';
import { createTextSink, type Sink } from './sinks.ts';

/** What a bad row does: the payload fails, or that row alone has no answer. */
export type OnError = 'fail' | 'line';

/** A piece of a payload and how to answer it; plain data, so that it can go to a worker. `empty`: the line of CSV for a row without an answer. */
export type PieceAsked = RowsAsked & { accepted: LineForm; empty: string };

/** A piece and how its rows are read. `parameters`: what is computed, the model's default where they are not given. */
export type RowsAsked = Piece & { columns: Columns; form: LineForm; onError: OnError; parameters?: Parameters };

/** A row without an answer: the number of its line, and why, without a value of a feature. */
export type BadLine = { line: number; reason: string };

/** Of some rows: how many have an answer, how many have none, and the first of those. */
export type Counts = { rows: number; bad: number; badLines: BadLine[] };

/** The answer to a piece: its lines, and what they are. */
export type PieceDone = Counts & { text: string };

/** Most bad lines that are listed. */
export const MOST_LISTED = 100;
/** A blank line is seen before it is read, where it is so short. */
const MOST_BLANK = 2;
const BLANK_LINE = new RequestError(422, 'the line is blank');
/** Stands for a blank line where that is a missing value: a quoted field is never skipped. */
const BLANK = Buffer.from('""\n');

/** A piece that is read: what is done, and the number of the next line. */
type Work = { model: Model; asked: RowsAsked; sink: Sink; done: Counts; line: number };

/** How many times fewer records are read together after some of which one is bad. */
const FEWER = 4;

/**
 * Reads the records of a piece, computes and writes a line for each, with the bits of any other request. What cannot be read, or has no
 * answer, is looked for record by record. With `fail` it is thrown as a RequestError that names its line; with `line` it has an error in its place.
 */
export function computePiece(model: Model, asked: PieceAsked): PieceDone {
  const { accepted: form, empty, parameters = defaultParameters(model.schema) } = asked;
  const sink = createTextSink({ schema: model.schema, parameters, form, empty });
  const counts = answerPiece(model, asked, sink);
  return { text: sink.text(), ...counts };
}

/** The same, whose answers go into a sink. */
export function answerPiece(model: Model, asked: RowsAsked, sink: Sink): Counts {
  const work: Work = { model, asked, sink, done: { rows: 0, bad: 0, badLines: [] }, line: asked.line };
  const [bytes, records] = asked.onError === 'fail' && asked.isLast ? withoutBlankEnd(asked) : [asked.bytes, asked.records];
  if (records > 1) {
    if (readPart(work, bytes, records) !== undefined) readEach(work, bytes, recordEnds(bytes, asked.form === 'csv'), true);
  } else if (records === 1) readOne(work, bytes, true);
  return work.done;
}

/**
 * Reads records that end at `ends`, among which there are bad ones: ever more together while all are good, and fewer where one is bad. So
 * neither many bad rows nor few of them cost much more than good ones. `isRecord` as in readOne.
 */
function readEach(work: Work, bytes: Uint8Array, ends: number[], isRecord: boolean): void {
  for (let [at, start, size] = [0, 0, 1]; at < ends.length; ) {
    const count = Math.min(size, ends.length - at);
    const part = bytes.subarray(start, ends[at + count - 1]);
    if (count === 1) size = readOne(work, part, isRecord) ? 2 : 1;
    else if (readPart(work, part, count) === undefined) size = 2 * count;
    else {
      size = Math.max(1, Math.floor(count / FEWER));
      continue;
    }
    at += count;
    start = ends[at - 1]!;
  }
}

/**
 * Reads one record; whether it is good. Of one that cannot be read each line is read by itself with `line`: a quote that nobody closed
 * made one record of them (`isRecord`: it is a record, and not yet one of its lines).
 */
function readOne(work: Work, part: Uint8Array, isRecord: boolean): boolean {
  const { asked } = work;
  const isAlone = asked.onError === 'line' && !asked.columns.isBlankMissing;
  if (isAlone && part.length <= MOST_BLANK && isBlank(part)) {
    noteBad(work, part);
    return false;
  }
  const error = readPart(work, part, 1);
  if (!error) return true;
  const ends = isRecord && asked.onError === 'line' ? recordEnds(part, false) : [part.length];
  if (ends.length > 1) readEach(work, part, ends, false);
  else noteBad(work, part, error);
  return false;
}

/** Answers some records; the RequestError where one of them has no answer. */
function readPart(work: Work, part: Uint8Array, records: number): RequestError | undefined {
  try {
    work.sink.take(answer(work.model, part, records, work.asked));
    work.done.rows += records;
    work.line += linesIn(part);
    return undefined;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return error;
  }
}

/** The doubles of the answer to some records. Throws a RequestError where any of them has none. */
function answer(model: Model, part: Uint8Array, records: number, { columns, form, parameters }: RowsAsked): Float64Array {
  const { schema } = model;
  const rows = records === 1 && columns.isBlankMissing && isBlank(part) ? BLANK : part;
  const body = columns.before.length === 0 ? rows : Buffer.concat([columns.before, rows]);
  const query = readBody(schema, body, form);
  // A blank line was skipped, or a row was taken for a header: the halves show which.
  if (query.count !== records) throw new RequestError(422, 'the line has no row');
  return computeQuery(model, parameters ? { ...query, parameters } : query);
}

/** Notes a record without an answer; one without an error is blank. */
function noteBad(work: Work, part: Uint8Array, error = BLANK_LINE): void {
  const { asked, done, sink, line } = work;
  const isEmpty = error === BLANK_LINE || isBlank(part);
  const logged = isEmpty ? 'the line is blank' : loggedReason(error, asked.form, asked.columns);
  const reason = isEmpty ? logged : reasonOf(error, asked.columns);
  if (asked.onError === 'fail') throw new RequestError(error.status, `line ${line}: ${reason}`, [], {}, `line ${line}: ${logged}`);
  done.bad += 1;
  if (done.badLines.length < MOST_LISTED) done.badLines.push({ line, reason: logged });
  sink.skip(reason);
  work.line += linesIn(part);
}

function linesIn(part: Uint8Array): number {
  let lines = 0;
  for (let at = part.indexOf(0x0a); at !== -1; at = part.indexOf(0x0a, at + 1)) lines += 1;
  return part.at(-1) === 0x0a ? lines : lines + 1;
}

/** The last piece without the blank lines at its end, which are hardly meant, and how many records are left. */
function withoutBlankEnd({ bytes, records, form }: RowsAsked): [Uint8Array, number] {
  if (records === 0) return [bytes, 0];
  const ends = recordEnds(bytes, form === 'csv');
  let left = ends.length;
  while (left > 0 && isBlank(bytes.subarray(left === 1 ? 0 : ends[left - 2], ends[left - 1]))) left -= 1;
  return [left === 0 ? bytes.subarray(0, 0) : bytes.subarray(0, ends[left - 1]), left];
}
