import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stored } from '../../support/access/keys.ts';
import { type Environment, openEnvironment, packageFunction } from '../../support/lambda.ts';

const KEY = 'canopy_the-key-of-the-shop';
const asked: string[] = [];
/** What DynamoDB answers a Scan with (its JSON protocol 1.0): one key. */
const server = createServer((request, response) => {
  asked.push(String(request.headers['x-amz-target']));
  request.resume();
  const { name, sha256 } = stored('shop', KEY);
  const Items = [{ name: { S: name }, sha256: { S: sha256 }, used: { N: '0' } }];
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify({ Items, Count: 1, ScannedCount: 1 }));
});
let packaged: Awaited<ReturnType<typeof packageFunction>>;
let environment: Environment;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  packaged = await packageFunction('predict', ['auth=keys']);
  const { port } = server.address() as AddressInfo;
  environment = await openEnvironment(packaged, { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` });
}, 120_000);
afterAll(() => {
  environment.close();
  packaged.remove();
  server.closeAllConnections();
  server.close();
});

test('the zip of an API with keys reads its table by the SDK, and lets in who has a key', async () => {
  const ask = async (headers: Record<string, string>) => {
    const requestContext = { http: { method: 'POST', path: '/predict' } };
    const event = { version: '2.0', rawPath: '/predict', headers, requestContext, body: '{"age": 54}' };
    return ((await environment.invoke(event)) as { statusCode: number }).statusCode;
  };
  expect([await ask({}), await ask({ 'x-api-key': `${KEY}x` }), await ask({ 'x-api-key': KEY })]).toEqual([401, 401, 200]);
  expect(asked[0]).toBe('DynamoDB_20120810.Scan');
  expect(environment.logs.join('')).toContain('"caller":"shop"');
  expect(environment.logs.join('')).not.toContain(KEY);
});
