import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { RequestError } from '../../shared/errors.ts';
import type { S3Place } from './job.ts';

/** An object of a listing. */
export type Listed = { key: string; bytes: number; etag: string };

/** What a job asks of S3: the only file that knows its client is this one. */
export type Store = {
  /** The objects below a place, without those that stand for folders. */
  list(place: S3Place): AsyncIterable<Listed>;
  /** The bytes of an object from `start` to before `end`, no more and no fewer, where it is still the one that was listed. Throws a RequestError (409) where not. */
  read(bucket: string, object: Pick<Listed, 'key' | 'etag'>, start: number, end: number): Promise<Readable>;
  /** An object's JSON; undefined where there is none. */
  json(bucket: string, key: string): Promise<unknown>;
  put(bucket: string, key: string, body: string | Uint8Array): Promise<void>;
  /** An object that is written as its bytes come. Nothing stands at its key before `end`. */
  write(bucket: string, key: string): Written;
};

/** `end` gives how many bytes were written; `abort` leaves nothing behind. */
export type Written = { add(bytes: Uint8Array): Promise<void>; end(): Promise<number>; abort(): Promise<void> };

/** S3 takes no part of an upload under 5 MB but the last, and 10,000 of them. */
const PART = 8 * 1_048_576;

/** S3 in this region; where else it is, the SDK's own variables say (AWS_ENDPOINT_URL). */
export function openStore(): Store {
  const client = new S3Client({ forcePathStyle: true, maxAttempts: 5 });
  return {
    async *list({ bucket, prefix }) {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
        for (const { Key = '', Size = 0, ETag = '' } of Contents) if (!Key.endsWith('/')) yield { key: Key, bytes: Size, etag: ETag };
      }
    },
    async read(bucket, { key, etag }, start, end) {
      const asked = { Bucket: bucket, Key: key, IfMatch: etag, Range: `bytes=${start}-${end - 1}` };
      try {
        const { Body } = await client.send(new GetObjectCommand(asked));
        return Readable.from(exactly(Body as Readable, end - start), { objectMode: false });
      } catch (error) {
        const { name } = error as Error;
        if (name === 'PreconditionFailed' || name === 'NoSuchKey' || name === 'InvalidRange')
          throw new RequestError(409, `${key}: found it changed or gone since the job began, expected it as it was`);
        throw error;
      }
    },
    async json(bucket, key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return JSON.parse((await Body?.transformToString()) ?? 'null');
      } catch (error) {
        if ((error as Error).name === 'NoSuchKey') return undefined;
        throw error;
      }
    },
    async put(bucket, key, body) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    },
    write: (bucket, key) => written(client, { Bucket: bucket, Key: key }),
  };
}

/**
 * Bytes that must be so many. Throws an Error where they are more or fewer: a range that was not heeded, or an answer that was cut off between
 * two lines, would double rows or lose them without a word.
 */
async function* exactly(chunks: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let found = 0;
  for await (const chunk of chunks) {
    found += chunk.length;
    if (found > bytes) break;
    yield chunk;
  }
  if (found !== bytes) throw new Error(`S3 gave ${found > bytes ? 'more than ' : ''}${Math.min(found, bytes)} bytes, expected ${bytes}`);
}

/** An object in one piece where it is small, else in parts, of which one is in memory. */
function written(client: S3Client, place: { Bucket: string; Key: string }): Written {
  let held: Uint8Array[] = [];
  let [heldBytes, total] = [0, 0];
  let UploadId: string | undefined;
  const parts: { PartNumber: number; ETag: string | undefined }[] = [];
  const take = (): Buffer => {
    const bytes = Buffer.concat(held);
    held = [];
    heldBytes = 0;
    return bytes;
  };
  const send = async () => {
    UploadId ??= (await client.send(new CreateMultipartUploadCommand(place))).UploadId as string;
    const PartNumber = parts.length + 1;
    const { ETag } = await client.send(new UploadPartCommand({ ...place, UploadId, PartNumber, Body: take() }));
    parts.push({ PartNumber, ETag });
  };
  return {
    add: async (bytes) => {
      held.push(bytes);
      heldBytes += bytes.length;
      total += bytes.length;
      if (heldBytes >= PART) await send();
    },
    end: async () => {
      if (UploadId === undefined) {
        await client.send(new PutObjectCommand({ ...place, Body: take() }));
      } else {
        if (heldBytes > 0) await send();
        await client.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts: parts } }));
      }
      return total;
    },
    abort: async () => {
      // A rule of the bucket's may clear what is left where this fails; the reason of the failure before counts more.
      if (UploadId !== undefined) await client.send(new AbortMultipartUploadCommand({ ...place, UploadId })).catch(() => {});
    },
  };
}
