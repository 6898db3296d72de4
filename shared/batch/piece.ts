import type { Model } from '../artifact.ts';
import { RequestError } from '../errors.ts';
import { computeEach } from '../predict.ts';
import type { Schema } from '../schema/features.ts';
import { defaultParameters, type Parameters } from '../schema/parameters.ts';
import { outputWidth } from '../schema/shape.ts';
import { utf8Text } from '../schema/utf8.ts';
import { quickBody } from '../wire/read-body.ts';
import { type BadRecord, badRecord, csvRecords, jsonRecords, type RecordReader, separateRecords } from '../wire/records.ts';
import { notUtf8 } from '../wire/wire.ts';
import type { Columns, LineForm } from './columns.ts';
import { isBlank, type Piece, recordEnds } from './cutter.ts';
import { loggedReason, MOST_SAID, reasonOf } from './reasons.ts';
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
/** Records that are read before they are computed together: at most so many, and so many doubles of them. */
const GROUP = { records: 1_024, doubles: 131_072 };
const BLANK_LINE = badRecord(new RequestError(422, 'the line is blank'));
const NOT_UTF8 = badRecord(notUtf8());
/** Stands for a blank line where that is a missing value: a quoted field is never skipped. */
const BLANK = '""\n';
const LINE = 0x0a;

/** A piece that is read: what is done, and the number of the next line. */
type Work = { model: Model; asked: RowsAsked; parameters: Parameters; sink: Sink; done: Counts; line: number };

/** Records that were read: how many lines each has, and what is wrong with it. */
type Group = { lines: () => number[]; bad: (BadRecord | undefined)[] };

/**
 * Reads the records of a piece, computes and writes a line for each, with the bits of any other request. One that cannot be read, or has
 * no answer, is thrown with `fail` as a RequestError that names its line; with `line` it has an error in its place.
 */
export function computePiece(model: Model, asked: PieceAsked): PieceDone {
  const { accepted: form, empty, parameters = defaultParameters(model.schema) } = asked;
  const sink = createTextSink({ schema: model.schema, parameters, form, empty });
  const counts = answerPiece(model, asked, sink);
  return { text: sink.text(), ...counts };
}

/** The same, whose answers go into a sink. */
export function answerPiece(model: Model, asked: RowsAsked, sink: Sink): Counts {
  const { columns, form, parameters = defaultParameters(model.schema) } = asked;
  const work: Work = { model, asked, parameters, sink, done: { rows: 0, bad: 0, badLines: [] }, line: asked.line };
  const [bytes, records] = asked.onError === 'fail' && asked.isLast ? withoutBlankEnd(asked) : [asked.bytes, asked.records];
  if (records === 0) return work.done;
  const body = columns.before.length === 0 ? bytes : Buffer.concat([columns.before, bytes]);
  const query = quickBody(model.schema, body, form);
  if (query?.count === records) {
    // Lines are counted where one of them has to be named.
    const lines = (ends = recordEnds(bytes, form === 'csv')) => ends.map((end, at) => linesIn(bytes, at === 0 ? 0 : ends[at - 1]!, end));
    answerGroup(work, { lines, bad: [] }, query.rows, records);
  } else readAll(work, bytes, recordEnds(bytes, form === 'csv'));
  return work.done;
}

/**
 * Reads records that end at `ends` one by one, and answers groups of them. With `line` each line of a record that cannot be read is read
 * by itself: a quote that nobody closed made one record of them.
 */
function readAll(work: Work, bytes: Uint8Array, ends: number[]): void {
  const { model, asked } = work;
  const width = model.schema.features.length;
  const most = Math.max(1, Math.min(GROUP.records, Math.floor(GROUP.doubles / width)));
  const rows = new Float64Array(most * width);
  const read = openReader(work, bytes);
  let lines: number[] = [];
  let bad: (BadRecord | undefined)[] = [];
  let good = 0;
  const answer = () => {
    const ofGroup = lines;
    // A copy, since a sink may keep answers, and those of some models are the rows themselves.
    answerGroup(work, { lines: () => ofGroup, bad }, rows.slice(0, good * width), good);
    [lines, bad, good] = [[], [], 0];
  };
  const add = (start: number, end: number, isRecord: boolean) => {
    const wrong = read(start, end, rows, good * width);
    const count = linesIn(bytes, start, end);
    if (wrong && count > 1 && isRecord && asked.onError === 'line') {
      let from = start;
      for (const to of recordEnds(bytes.subarray(start, end), false)) {
        add(from, start + to, false);
        from = start + to;
      }
      return;
    }
    lines.push(count);
    bad.push(wrong);
    if (!wrong) good += 1;
    // With `fail` the first bad record is the last that is looked at, unless one before it has no answer.
    if (lines.length === most || (wrong && asked.onError === 'fail')) answer();
  };
  let start = 0;
  for (const end of ends) {
    add(start, end, true);
    start = end;
  }
  if (lines.length > 0) answer();
}

/** Makes what reads the record between two places of a piece, and puts its row at a place; gives what is wrong with it otherwise. */
function openReader(
  { model, asked }: Work,
  bytes: Uint8Array,
): (start: number, end: number, rows: Float64Array, at: number) => BadRecord | undefined {
  const { columns, form, onError } = asked;
  const read = recordReader(model.schema, form, columns);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return (start, end, rows, at) => {
    const blank = isBlank(bytes, start, end);
    if (blank && onError === 'line' && !columns.isBlankMissing) return BLANK_LINE;
    const text = buffer.toString('utf8', start, end);
    // What is not UTF-8 becomes this character; a decoder that throws takes far longer to say so.
    if (text.includes('\uFFFD') && !Buffer.from(text).equals(buffer.subarray(start, end))) return NOT_UTF8;
    const bad = read(blank && columns.isBlankMissing ? BLANK : text, rows, at);
    return bad && blank ? { ...BLANK_LINE, status: bad.status } : bad;
  };
}

function recordReader(schema: Schema, form: LineForm, { before }: Columns): RecordReader {
  if (form === 'jsonlines') return jsonRecords(schema, MOST_SAID);
  return before.length > 0 ? csvRecords(schema, utf8Text(before), MOST_SAID) : separateRecords(schema, form);
}

/** Answers a group of records: the rows of those that could be read, and the errors of all others. */
function answerGroup(work: Work, { lines, bad }: Group, rows: Float64Array, count: number): void {
  const { model, parameters, sink, done } = work;
  const { outputs, errors } = computeEach(model, { rows, count, parameters });
  const width = outputWidth(model.schema, parameters);
  if (bad.length === 0 && errors.size === 0) {
    sink.take(outputs);
    done.rows += count;
    return;
  }
  // Rows that have an answer go on together, from one of them to the next.
  let [from, row] = [0, 0];
  const take = () => {
    if (row > from) sink.take(outputs.subarray(from * width, row * width));
    done.rows += row - from;
  };
  for (const [at, ofRecord] of lines().entries()) {
    const unread = bad[at];
    const error = unread ? undefined : errors.get(row);
    const wrong = unread ?? (error && badRecord(error));
    if (wrong) {
      take();
      noteBad(work, wrong);
      from = unread ? row : row + 1;
    }
    if (!unread) row += 1;
    work.line += ofRecord;
  }
  take();
}

/** Notes a record without an answer. */
function noteBad({ asked, sink, done, line }: Work, wrong: BadRecord): void {
  const logged = () => (wrong.message === BLANK_LINE.message ? wrong.message : loggedReason(wrong, asked.form, asked.columns));
  const reason = () => reasonOf(wrong, asked.columns);
  if (asked.onError === 'fail') throw new RequestError(wrong.status, `line ${line}: ${reason()}`, [], {}, `line ${line}: ${logged()}`);
  done.bad += 1;
  if (done.badLines.length < MOST_LISTED) done.badLines.push({ line, reason: logged() });
  sink.skip(reason);
}

/** How many lines there are between two places. */
function linesIn(bytes: Uint8Array, start: number, end: number): number {
  let lines = bytes[end - 1] === LINE ? 0 : 1;
  for (let at = start; at < end; at += 1) if (bytes[at] === LINE) lines += 1;
  return lines;
}

/** The last piece without the blank lines at its end, which are hardly meant, and how many records are left. */
function withoutBlankEnd({ bytes, records, form }: RowsAsked): [Uint8Array, number] {
  if (records === 0) return [bytes, 0];
  const ends = recordEnds(bytes, form === 'csv');
  let left = ends.length;
  while (left > 0 && isBlank(bytes, left === 1 ? 0 : ends[left - 2]!, ends[left - 1]!)) left -= 1;
  return [left === 0 ? bytes.subarray(0, 0) : bytes.subarray(0, ends[left - 1]), left];
}
