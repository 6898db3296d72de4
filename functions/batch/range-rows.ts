import type { RowRange } from '../../shared/batch/parquet-input.ts';
import { answerRange } from '../../shared/batch/parquet-piece.ts';
import { openFile, piecesOf } from './parquet.ts';
import { addCounts, type Work } from './work.ts';

/** Answers rows of a Parquet file. */
export async function answerRowsOf(work: Work, rows: RowRange): Promise<void> {
  const { store, model, job, range, part, checkTime } = work;
  const parquet = await openFile(store, job.input.bucket, { ...range, bytes: range.size });
  if (range.part === 0) await part.head(undefined);
  for (const piece of piecesOf(model.schema, parquet, rows)) {
    checkTime();
    addCounts(work, await answerRange(model, parquet, { range: piece, onError: job.onError }, part.sink), 'row');
    await part.piece(NOTHING);
  }
}

const NOTHING = new Uint8Array(0);
