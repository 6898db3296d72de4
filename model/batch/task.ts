import type { Columns, LineForm } from '../../shared/batch/columns.ts';
import type { Piece } from '../../shared/batch/cutter.ts';
import type { RowRange } from '../../shared/batch/parquet-input.ts';
import type { Counts, OnError } from '../../shared/batch/piece.ts';
import type { Parameters } from '../../shared/schema/parameters.ts';
import type { ParquetFile } from './parquet-file.ts';

/** What a file of answers can be. */
export type OutputForm = LineForm | 'parquet';

/** How the rows of an input are read: lines come as bytes, rows of Parquet by their places in a file that each thread opens; it must be `identity`. */
export type Rows = { form: LineForm; columns: Columns } | { form: 'parquet'; file: string; identity: ParquetFile['identity'] };

/**
 * What a thread is started with. The artifact, and the nodes that a kernel walks, lie in memory that all share. `memory`: bytes of a Parquet file
 * that it may keep for its next rows.
 */
export type Task = {
  artifact: SharedArrayBuffer;
  table: WebAssembly.Memory | undefined;
  rows: Rows;
  output: OutputForm;
  onError: OnError;
  memory: number;
  /** What is computed; the model's default where this is not given. */
  parameters?: Parameters | undefined;
};

/** Some rows: a piece of lines, or a range of a Parquet file. */
export type Work = { piece: Piece } | { range: RowRange };

/** The answers to some rows: bytes of the output, for Parquet with what the footer says of them, and how many they are. */
export type Done = Counts & { bytes: Uint8Array; group?: string };

/** What a thread is sent, and what it says: the answers, why the rows have none, how the input changed, or the stack of a fault of ours. */
export type Order = { number: number; work: Work };
export type Report = { number: number } & (
  | { done: Done }
  | { refused: { status: number; message: string } }
  | { changed: string }
  | { fault: string }
);
