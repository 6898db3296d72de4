import type { Model } from '../../shared/artifact.ts';
import { bytesOf, withoutMark } from '../../shared/batch/chunks.ts';
import { csvColumns } from '../../shared/batch/columns.ts';
import { recordEnds } from '../../shared/batch/cutter.ts';
import { checkColumns } from '../../shared/batch/parquet-input.ts';
import { RequestError } from '../../shared/errors.ts';
import { type FileForm, type FileRange, type Job, keysOf } from './job.ts';
import { MOST_RECORD } from './lines.ts';
import { openFile, rowRanges } from './parquet.ts';
import type { Listed, Store } from './store.ts';

/** Most ranges of a job: the list of them stays far below what a state machine reads. */
const MOST_RANGES = 100_000;
/** So many files are looked at together. */
const TOGETHER = 20;
const FORMS: Record<string, FileForm> = { csv: 'csv', jsonl: 'jsonlines', ndjson: 'jsonlines', parquet: 'parquet' };

/** What the list comes to: where it stands, and how much it is. */
export type JobListed = { bucket: string; key: string; files: number; bytes: number; ranges: number };

/**
 * Cuts the files of a job into ranges and puts the list of them beside its answers, for a distributed map to read. Throws a RequestError
 * for what no range of it could be answered: no files, names that say no form, a header line without the model's columns.
 */
export async function listRanges(store: Store, model: Model, job: Job): Promise<JobListed> {
  const ranges: FileRange[] = [];
  let [files, bytes] = [0, 0];
  for await (const some of inGroups(store.list(job.input))) {
    const cut = await Promise.all(some.map((file) => rangesOf(store, model, job, file)));
    for (const range of cut.flat()) ranges.push({ ...range, at: ranges.length });
    files += some.length;
    bytes += some.reduce((sum, one) => sum + one.bytes, 0);
    if (ranges.length > MOST_RANGES)
      throw new RequestError(413, `in: found more than ${MOST_RANGES} ranges, expected fewer; take a larger rangeMb, or fewer files`);
  }
  if (files === 0) throw new RequestError(404, 'in: found no objects there, expected files of CSV, JSON Lines or Parquet');
  const { bucket } = job.output;
  const key = keysOf(job).ranges;
  await store.put(bucket, key, JSON.stringify(ranges));
  return { bucket, key, files, bytes, ranges: ranges.length };
}

async function* inGroups(files: AsyncIterable<Listed>): AsyncGenerator<Listed[]> {
  let some: Listed[] = [];
  for await (const file of files) {
    some.push(file);
    if (some.length < TOGETHER) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}

type Unnumbered = Omit<FileRange, 'at'>;

async function rangesOf(store: Store, model: Model, job: Job, file: Listed): Promise<Unnumbered[]> {
  try {
    return await rangesIn(store, model, job, file);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const [first] = error.problems;
    throw new RequestError(error.status, `${file.key}: ${first ? first.message : error.message}`);
  }
}

async function rangesIn(store: Store, model: Model, job: Job, file: Listed): Promise<Unnumbered[]> {
  const { key, etag, bytes: size } = file;
  // Also what says no form: Spark leaves an empty _SUCCESS beside its files.
  if (size === 0 || MARKER.test(key)) return [];
  const [form, isGzip] = formOf(key, job.form);
  const whole = { part: 0, key, etag, form, isGzip, start: 0, end: size, size, isOnly: true, headBytes: 0 };
  if (job.join && (form === 'parquet' || (job.format ?? form) !== form))
    throw new RequestError(400, 'join: expected files of CSV or JSON Lines, and answers of the same form');
  if (form === 'parquet') {
    const parquet = await openFile(store, job.input.bucket, file);
    checkColumns(model.schema, parquet);
    const ranges = rowRanges(parquet, size, job.split ? job.rangeBytes : size);
    return ranges.map((rows, part) => ({ ...whole, part, rows, isOnly: ranges.length === 1 }));
  }
  // What gzip has packed can be read from its start alone.
  if (isGzip || !job.split || size <= job.rangeBytes) return [whole];
  const headBytes = form === 'csv' ? await headOf(store, model, job, file) : 0;
  return Array.from({ length: Math.ceil(size / job.rangeBytes) }, (_, part) => {
    const start = part * job.rangeBytes;
    return { ...whole, part, start, end: Math.min(start + job.rangeBytes, size), isOnly: false, headBytes };
  });
}

/**
 * The names of what tells how the files beside it were written, and has no rows: those of Spark, Databricks, and Dask or pyarrow. What tells of
 * several versions of a table (Delta's log, Hudi's files with a dot) is none: its files must not be read one by one. Nor is any other name that
 * says no form: it may have rows.
 */
const MARKER = /(?:^|\/)_(?:SUCCESS|(?:common_)?metadata|(?:committed|started)_\w+)$/;

/** The form of a file by the end of its name, or as the job says; and whether gzip has packed it. */
function formOf(key: string, given: FileForm | undefined): [FileForm, boolean] {
  const isGzip = key.endsWith('.gz');
  const end = /\.([a-z]+)(?:\.gz)?$/.exec(key)?.[1] ?? '';
  const form = given ?? (Object.hasOwn(FORMS, end) ? FORMS[end] : undefined);
  if (form !== undefined) return [form, isGzip];
  const names = Object.keys(FORMS).map((one) => `.${one}`);
  throw new RequestError(415, `expected names that end in ${names.join(', ')}; else say contentType`);
}

/** How long a CSV's first record is, by which every range of it knows the columns. Throws a RequestError where they are not the model's. */
async function headOf(store: Store, model: Model, { input }: Job, file: Listed): Promise<number> {
  const bytes = await bytesOf(await store.read(input.bucket, file, 0, Math.min(file.bytes, MOST_RECORD)));
  const length = recordEnds(bytes, true)[0] ?? 0;
  csvColumns(model.schema, withoutMark(bytes.subarray(0, length)), true);
  return length;
}
