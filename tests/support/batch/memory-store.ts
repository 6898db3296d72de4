import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { finishJob, type JobEnd } from '../../../functions/batch/finish.ts';
import type { FileRange } from '../../../functions/batch/job.ts';
import { readJob } from '../../../functions/batch/job.ts';
import { listRanges } from '../../../functions/batch/list.ts';
import { computeRange } from '../../../functions/batch/range.ts';
import type { Store } from '../../../functions/batch/store.ts';
import type { Model } from '../../../shared/artifact.ts';
import { RequestError } from '../../../shared/errors.ts';

/** Objects by `BUCKET/KEY`. */
export type Objects = Map<string, Buffer>;

const tagOf = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');

/** A store in memory, for the function's rooms: what is read comes in chunks of `chunk` bytes. */
export function memoryStore(objects: Objects, chunk = 7): Store {
  const put = (bucket: string, key: string, bytes: Buffer) => void objects.set(`${bucket}/${key}`, bytes);
  return {
    async *list({ bucket, prefix }) {
      for (const [name, bytes] of [...objects].toSorted(([one], [other]) => (one < other ? -1 : 1)))
        if (name.startsWith(`${bucket}/${prefix}`)) yield { key: name.slice(bucket.length + 1), bytes: bytes.length, etag: tagOf(bytes) };
    },
    async read(bucket, { key, etag }, start, end) {
      const bytes = objects.get(`${bucket}/${key}`);
      if (!bytes || tagOf(bytes) !== etag) throw new RequestError(409, `${key}: found it changed or gone`);
      if (start >= bytes.length || start >= end) throw new Error(`bytes=${start}-${end - 1} of ${bytes.length}: InvalidRange`);
      const part = bytes.subarray(start, end);
      const count = Math.ceil(part.length / chunk);
      return Readable.from(Array.from({ length: count }, (_, at) => part.subarray(at * chunk, (at + 1) * chunk)));
    },
    async json(bucket, key) {
      const bytes = objects.get(`${bucket}/${key}`);
      return bytes && JSON.parse(bytes.toString());
    },
    async put(bucket, key, body) {
      put(bucket, key, Buffer.from(body as Uint8Array));
    },
    write: (bucket, key) => {
      const parts: Uint8Array[] = [];
      return {
        add: async (bytes) => void parts.push(bytes),
        end: async () => {
          put(bucket, key, Buffer.concat(parts));
          return Buffer.concat(parts).length;
        },
        abort: async () => {},
      };
    },
  };
}

/** What a job came to: its end, its ranges, and of each file of the input the parts in their order. */
export type Ran = { end: JobEnd; ranges: FileRange[]; parts: Record<string, Buffer[]>; objects: Objects };

/** Runs a job as the state machine does, its ranges in the order given by `order`. Files lie below s3://data/in/, by their names. */
export async function runJob(
  model: Model,
  files: Record<string, string | Buffer>,
  asked: Record<string, unknown> = {},
  order = (ranges: FileRange[]) => ranges,
): Promise<Ran> {
  const objects: Objects = new Map(Object.entries(files).map(([name, bytes]) => [`data/in/${name}`, Buffer.from(bytes as string)]));
  const store = memoryStore(objects);
  const job = readJob({ in: 's3://data/in/', out: 's3://data/out', ...asked }, 'one', model.sha256);
  await listRanges(store, model, job);
  const ranges = (await store.json('data', 'out/one/_work/ranges.json')) as FileRange[];
  for (const range of order(ranges)) await computeRange(store, model, job, range, () => 60_000);
  const end = await finishJob(store, job);
  const manifest = (await store.json('data', 'out/one/manifest.json')) as { files: { key: string; parts: { key: string }[] }[] };
  const parts = Object.fromEntries(
    manifest.files.map(({ key, parts }) => [key.slice('in/'.length), parts.map((part) => objects.get(`data/${part.key}`) as Buffer)]),
  );
  return { end, ranges, parts, objects };
}
