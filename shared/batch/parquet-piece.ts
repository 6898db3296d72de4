import type { Model } from '../artifact.ts';
import { RequestError } from '../errors.ts';
import { computeQuery } from '../predict.ts';
import type { Schema } from '../schema/features.ts';
import { defaultParameters, type Parameters } from '../schema/parameters.ts';
import { pointer } from '../schema/pointer.ts';
import { type Cells, readRows } from '../schema/rows.ts';
import { badRecord } from '../wire/records.ts';
import { NO_COLUMNS } from './columns.ts';
import { type Parquet, type ParquetRows, type RowRange, readParquet } from './parquet-input.ts';
import { type Counts, MOST_LISTED, type OnError } from './piece.ts';
import { loggedReason, reasonOf } from './reasons.ts';
import type { Sink } from './sinks.ts';

/** A range of rows and how they are answered; `parameters`: the model's default where they are not given. */
export type RangeAsked = { range: RowRange; onError: OnError; parameters?: Parameters };

/** How many times fewer rows are read together after some of which one is bad. */
const FEWER = 4;

/**
 * Reads a range of rows of a Parquet file, computes them, and gives the answers to a sink, with the bits of any other request. Rows count
 * from 1 in the whole file, under `line`. With `fail` a bad row is thrown as a RequestError that names it; with `line` it has no answer.
 */
export async function answerRange(model: Model, parquet: Parquet, { range, onError, parameters }: RangeAsked, sink: Sink): Promise<Counts> {
  const read = await readParquet(model.schema, parquet, range);
  const counts: Counts = { rows: 0, bad: 0, badLines: [] };
  const answer = (from: number, rows: number): RequestError | undefined => {
    try {
      const query = { rows: readRows(model.schema, cellsOf(model.schema, read, from, rows)), count: rows };
      sink.take(computeQuery(model, { ...query, parameters: parameters ?? defaultParameters(model.schema) }));
      counts.rows += rows;
      return undefined;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return error;
    }
  };
  const refuse = (row: number, error: RequestError) => {
    const line = range.start + row + 1;
    const bad = badRecord(error);
    const [reason, logged] = [() => reasonOf(bad, NO_COLUMNS), loggedReason(bad, 'jsonlines', NO_COLUMNS)];
    if (onError === 'fail') throw new RequestError(error.status, `row ${line}: ${reason()}`, [], {}, `row ${line}: ${logged}`);
    counts.bad += 1;
    if (counts.badLines.length < MOST_LISTED) counts.badLines.push({ line, reason: logged });
    sink.skip(reason);
  };
  if (range.rows > 0 && answer(0, range.rows) !== undefined) answerEach(range.rows, answer, refuse);
  return counts;
}

/** Answers rows among which there are bad ones: ever more together while all are good, and fewer where one is bad. */
function answerEach(
  count: number,
  answer: (from: number, rows: number) => RequestError | undefined,
  refuse: (row: number, error: RequestError) => void,
): void {
  for (let [at, size] = [0, 1]; at < count; ) {
    const rows = Math.min(size, count - at);
    const error = answer(at, rows);
    if (error && rows > 1) {
      size = Math.max(1, Math.floor(rows / FEWER));
      continue;
    }
    if (error) refuse(at, error);
    size = error ? 1 : 2 * rows;
    at += rows;
  }
}

function cellsOf({ features }: Schema, { columns, names }: ParquetRows, from: number, rows: number): Cells {
  const path = (row: number, feature: number) => `/${row}/${pointer(features[feature]?.name ?? '')}`;
  const cell = (row: number, feature: number) => {
    const column = columns[feature];
    return column?.cell(column.values[from + row]);
  };
  return { rows, text: false, columnar: true, cell, path, names: () => names };
}
