import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { keptEndpoint } from '../../../container/deploy/account/kept-endpoint.ts';
import type { Plan } from '../../../container/deploy/costs.ts';
import { type FakeAws, startFakeAws } from '../../support/batch/fake-aws.ts';

/** Both stacks answer the same outputs. */
const aws: FakeAws = { outputs: undefined, buckets: {}, states: [], log: undefined, orders: [] };
let server: Awaited<ReturnType<typeof startFakeAws>>;
beforeAll(async () => {
  server = await startFakeAws(aws);
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_ENDPOINT_URL: server.url });
});
afterAll(() => server.close());

/** The deadline that an endpoint on `there` keeps in a deploy of a plan. */
async function deadline(there: string, hosting: Plan['hosting'], params: Record<string, string> = {}) {
  aws.outputs = { EndpointName: 'canopy-dev', InstanceType: there };
  const plan = { hosting, instanceType: 'ml.c7i.large', instanceCount: 1 };
  return (await keptEndpoint({ stage: 'dev', region: 'sa-east-1' }, plan, params)).endpointDeadlineMs;
}

test('an endpoint that stays keeps the deadline of its hosting, in a deploy of the API alone too', async () => {
  expect(await deadline('serverless', 'none')).toBe('1000');
  expect(await deadline('ml.c7i.large', 'none')).toBe('250');
  expect(await deadline('ml.c7i.large', 'serverless')).toBe('1000');
  expect(await deadline('serverless', 'instances')).toBe('250');
  expect(await deadline('serverless', 'none', { endpointDeadlineMs: '700' })).toBe('700');
});
