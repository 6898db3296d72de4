import type { Model } from '../../shared/artifact.ts';
import { RequestError } from '../../shared/errors.ts';
import { type FileRange, type Job, keysOf, type RangeDone } from './job.ts';
import { openLines, openParquetPart } from './part.ts';
import { answerLinesOf } from './range-lines.ts';
import { answerRowsOf } from './range-rows.ts';
import type { Store } from './store.ts';
import type { Work } from './work.ts';

/** Time that is kept for the end of a range, in milliseconds. */
const RESERVE_MS = 15_000;

/**
 * Reads a range of a file, computes its rows piece by piece and writes its part; memory stays flat. The same range gives the same bytes
 * at the same key, so it may be computed again after a failure. What is wrong with the input is an answer with `failed`, and then there
 * is no part; every other error is thrown, and the state machine asks once more.
 */
export async function computeRange(store: Store, model: Model, job: Job, range: FileRange, remainingMs: () => number): Promise<RangeDone> {
  const keys = keysOf(job);
  const key = keys.part(range);
  const { bucket } = job.output;
  const out = store.write(bucket, key);
  try {
    if (model.sha256 !== job.sha256)
      throw new RequestError(409, 'found another model than the job began with, expected no deploy before its end');
    const format = job.format ?? range.form;
    const part = format === 'parquet' ? openParquetPart(model, out) : openLines(model, format, job.join, out);
    const checkTime = () => {
      if (remainingMs() < RESERVE_MS) throw new RequestError(413, 'it takes longer than a function may; take smaller ranges (--range-mb)');
    };
    const work: Work = { store, model, job, range, part, checkTime, sum: { rows: 0, bad: 0, lines: [] } };
    await (range.rows ? answerRowsOf(work, range.rows) : answerLinesOf(work));
    const done = { at: range.at, key, bytes: await part.end(), ...work.sum };
    await store.put(bucket, keys.done(range.at), JSON.stringify(done));
    return done;
  } catch (error) {
    await out.abort();
    if (!(error instanceof RequestError)) throw error;
    // No value of a row stands in what a state machine keeps.
    const failed = { at: range.at, failed: `${range.key}, part ${range.part}: ${error.advice ?? error.message}` };
    await store.put(bucket, keys.done(range.at), JSON.stringify(failed));
    return failed;
  }
}
