import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { gunzip } from '../../../container/server/gunzip.ts';
import { overloaded, refusalReply } from '../../../container/server/refusals.ts';
import { problemReply } from '../../../shared/api/reply.ts';
import type { RequestError } from '../../../shared/errors.ts';
import { inflateBody } from '../../../shared/wire/encoding.ts';

test('a refusal is written once, and is for each request what any other problem would be', () => {
  const refusal = overloaded('there is "no" room', 3);
  for (const [id, path] of [
    ['first', '/invocations'],
    ['0b1c-2_Z', '/models/one/invoke'],
    ['first', '/v2/models/one/infer'],
  ] as const) {
    expect(refusalReply(refusal, id, path)).toEqual(problemReply(refusal, id, path));
  }
  expect(JSON.parse(refusalReply(refusal, 'second', '/invocations').body)).toMatchObject({ status: 503, requestId: 'second' });
  expect(overloaded('there is "no" room', 3)).toBe(refusal);
});

test('of compressed bodies no more wait than become a gigabyte, and small ones are a small part of it', async () => {
  const most = 6_291_456;
  // Ten kilobytes may be ten megabytes, which no body may have.
  const large = gzipSync(randomBytes(10_000));
  const settled = await Promise.allSettled(Array.from({ length: 300 }, () => gunzip(large, most)));
  const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as RequestError] : []));
  expect(settled.length - refused.length).toBe(Math.floor(2 ** 30 / most));
  expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
  const small = gzipSync('{"age":54}');
  const all = await Promise.all(Array.from({ length: 3_000 }, () => gunzip(small, most)));
  expect(all.every((one) => Buffer.from(one ?? []).toString() === '{"age":54}')).toBe(true);
});

test('a body for whose inflating there is no room is no wrong body', async () => {
  const full = () => Promise.reject(overloaded('too many'));
  await expect(inflateBody(new Uint8Array(1), 10, full)).rejects.toMatchObject({ status: 503 });
});
