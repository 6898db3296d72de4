import type { RowRange } from '../../shared/batch/parquet-input.ts';
import { RequestError } from '../../shared/errors.ts';

/** A place in S3: a bucket, and the beginning of the keys in it. */
export type S3Place = { bucket: string; prefix: string };

/** How rows are written in a file. */
export type FileForm = 'csv' | 'jsonlines' | 'parquet';

/**
 * A job: what is predicted, where the answers go, and how. `form`: that of the files, where their names do not say it; `format`: that of the
 * answers, where it is another. `onError`: a bad row fails its part, or has an error in its place. `join`: the
 * input's columns stand before the answers. `rangeBytes`: how large a range of a file is; `split` false: each file is one range.
 * `sha256`: the model's, so that a deploy while a job runs mixes no two models.
 */
export type Job = {
  name: string;
  input: S3Place;
  output: S3Place;
  form: FileForm | undefined;
  format: FileForm | undefined;
  onError: 'fail' | 'line';
  join: boolean;
  rangeBytes: number;
  split: boolean;
  sha256: string;
};

/**
 * A range of a file: its number in the job and in its file, from 0, its first byte and the first byte behind it. A record belongs to the
 * range in which it starts. Of a Parquet file `rows` are its rows. `isOnly`: it is all of the file. `headBytes`: the length of a CSV's first
 * record, by which every range of it knows the columns.
 */
export type FileRange = {
  at: number;
  part: number;
  key: string;
  etag: string;
  form: FileForm;
  isGzip: boolean;
  start: number;
  end: number;
  size: number;
  rows?: RowRange;
  isOnly: boolean;
  headBytes: number;
};

/** What came of a range: the object with its answers, or why there is none. `lines`: the first of its bad rows. */
export type RangeDone =
  | { at: number; key: string; bytes: number; rows: number; bad: number; lines: string[] }
  | { at: number; failed: string };

/** Most MB of a range; a function has 15 minutes for it. */
const MOST_RANGE_MB = 1_024;
const FORMS: Record<string, FileForm> = {
  'text/csv': 'csv',
  'application/jsonlines': 'jsonlines',
  'application/vnd.apache.parquet': 'parquet',
};

/**
 * Reads what an execution was started with: `{ in, out, contentType, format, onError, join, rangeMb, split }`, all but the first two with a default.
 * Throws a RequestError that names what is wrong.
 */
export function readJob(given: unknown, name: string, sha256: string): Job {
  const asked = (given ?? {}) as Record<string, unknown>;
  const known = ['in', 'out', 'contentType', 'format', 'onError', 'join', 'rangeMb', 'split'];
  const strange = Object.keys(asked).find((one) => !known.includes(one));
  if (strange !== undefined) throw new RequestError(400, `the job: found ${strange}, expected ${known.join(', ')}`);
  const [input, output] = [readPlace('in', asked.in), readPlace('out', asked.out)];
  const folder = output.prefix === '' || output.prefix.endsWith('/') ? output.prefix : `${output.prefix}/`;
  if (input.bucket === output.bucket && folder.startsWith(input.prefix))
    throw new RequestError(400, 'out: found a place within in, expected another; the next job would read the answers of this one');
  const { onError = 'fail', join = false, split = true, rangeMb = 16, contentType } = asked;
  if (onError !== 'fail' && onError !== 'line') throw new RequestError(400, 'onError: expected fail or line');
  if (typeof join !== 'boolean' || typeof split !== 'boolean') throw new RequestError(400, 'join, split: expected true or false');
  if (typeof rangeMb !== 'number' || !(rangeMb >= 0.001 && rangeMb <= MOST_RANGE_MB))
    throw new RequestError(400, `rangeMb: expected a number up to ${MOST_RANGE_MB}`);
  const form = contentType === undefined ? undefined : FORMS[String(contentType)];
  if (contentType !== undefined && form === undefined)
    throw new RequestError(400, `contentType: expected one of ${Object.keys(FORMS).join(', ')}`);
  const format = asked.format === undefined ? undefined : Object.values(FORMS).find((one) => one === asked.format);
  if (asked.format !== undefined && format === undefined)
    throw new RequestError(400, `format: expected one of ${Object.values(FORMS).join(', ')}`);
  const rangeBytes = Math.ceil(rangeMb * 1_048_576);
  return { name, input, output: { ...output, prefix: folder }, form, format, onError, join, rangeBytes, split, sha256 };
}

function readPlace(name: string, given: unknown): S3Place {
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.{0,900}))?$/.exec(String(given ?? '')) ?? [];
  if (bucket === undefined) throw new RequestError(400, `${name}: expected a place in S3, s3://BUCKET/PREFIX`);
  return { bucket, prefix };
}

/** Where a job writes: all of it below a folder with its own name, so that no job meets the parts of another. */
export function keysOf({ name, output, input, format }: Pick<Job, 'name' | 'output' | 'input' | 'format'>) {
  const folder = `${output.prefix}${name}/`;
  const cut = input.prefix.lastIndexOf('/') + 1;
  return {
    folder,
    ranges: `${folder}_work/ranges.json`,
    done: (at: number) => `${folder}_work/done/${String(at).padStart(6, '0')}.json`,
    manifest: `${folder}manifest.json`,
    /** Of a part: the name of its file below the input's folder, and its number. */
    part: ({ key, part, form }: Pick<FileRange, 'key' | 'part' | 'form'>) => {
      const end = { csv: 'csv', jsonlines: 'jsonl', parquet: 'parquet' }[format ?? form];
      return `${folder}${key.slice(cut)}/part-${String(part).padStart(5, '0')}.${end}`;
    },
  };
}
