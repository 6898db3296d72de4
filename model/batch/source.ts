import type { Rows, Work } from './task.ts';

/** What of an input is cut off: bytes of its text, or rows of Parquet; the SHA-256 of those bytes, and the number of the next line. */
export type Mark = { read: number; hash: string; line: number };

/** Some rows, the mark behind them, and which part of the input that is, from 0 to 1, where its size is known. */
export type Cut = { work: Work; mark: Mark; share: number | undefined };

/** How large pieces are: they are cut behind the row that reaches either. */
export type Sizes = { rows: number; bytes: number };

/** An input that is open. */
export type Source = {
  rows: Rows;
  /** What a later run compares before it goes on. What of the text was read is compared by its hash. */
  identity: Record<string, unknown>;
  /** Whether it can be read again from its start: a pipe cannot. */
  isFile: boolean;
  /** Its rows behind a mark, or all. Throws a Changed where the input is another than at the mark, or changes before its end. */
  cuts(sizes: Sizes, from: Mark | undefined): AsyncGenerator<Cut>;
  close(): Promise<void>;
};
