import { expect, test } from '@jest/globals';
import { overloaded, refusalReply } from '../../../container/server/refusals.ts';
import { problemReply } from '../../../shared/api/reply.ts';

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
