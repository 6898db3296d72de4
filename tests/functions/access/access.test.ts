import { beforeEach, describe, expect, test } from '@jest/globals';
import { openAccess } from '../../../functions/access/access.ts';
import { createFailover } from '../../../functions/failover.ts';
import { type Call, lambda } from '../../../functions/http.ts';
import type { Telemetry } from '../../../functions/telemetry.ts';
import type { AskingKind } from '../../../shared/access/kinds.ts';
import { sharedTable, stored } from '../../support/access/keys.ts';
import { openFailover } from '../../support/failover.ts';

const { local, entries } = openFailover();
const KEY = 'canopy_a-key-that-is-secret';
const CONTEXT = { awsRequestId: 'test', getRemainingTimeInMillis: () => 8_000 };
const telemetry: Telemetry = {
  log: (level, message, entry) => void entries.push({ level, message, ...entry }),
  count: () => {},
  remoteLatency: () => {},
  localServed: () => {},
  flush: () => {},
};

type Answer = { statusCode: number; body: string; headers: Record<string, string> };
let table = sharedTable([]);
beforeEach(() => {
  table = sharedTable([stored('shop', KEY)]);
});

/** A predict handler that asks who calls, or nobody. */
function handlerOf(kind: AskingKind | 'none') {
  const answer = createFailover(local, undefined, telemetry, { dualShare: 0 });
  const options = { stage: 'test', model: local.model, page: () => undefined, log: telemetry.log, table };
  const handler = lambda(kind === 'none' ? answer : openAccess<Call>({ ...options, kind }, answer), telemetry);
  return (event: unknown) => handler(event, CONTEXT as never) as Promise<Answer>;
}

const event = (method: string, path: string, headers: Record<string, string> = {}, authorizer?: object) => ({
  version: '2.0',
  rawPath: path,
  headers,
  requestContext: { http: { method, path }, ...(authorizer ? { authorizer } : {}) },
  body: method === 'POST' ? '{"age": 54}' : undefined,
});
const ask = (headers: Record<string, string>) => event('POST', '/predict', headers);

describe('an API with keys', () => {
  const guarded = ['/predict', '/model', '/model/importance', '/metadata', '/prototype', '/v2', '/v2/health/ready', '/nothing', '/metrics'];
  test.each(guarded)('%s without a key is a 401 with a problem document and a challenge', async (path) => {
    const { statusCode, headers, body } = await handlerOf('keys')(event(path === '/predict' ? 'POST' : 'GET', path));
    expect(statusCode).toBe(401);
    expect(headers).toMatchObject({ 'www-authenticate': 'Bearer realm="canopy"', 'x-request-id': 'test' });
    if (path.startsWith('/v2')) expect(JSON.parse(body)).toMatchObject({ error: expect.stringContaining('x-api-key') });
    else expect(JSON.parse(body)).toMatchObject({ title: 'Unauthorized', status: 401, detail: expect.stringContaining('x-api-key') });
  });

  test('a key, as x-api-key or as a bearer, gets the answer of an open API; its name stands in the log, and the key never', async () => {
    const handler = handlerOf('keys');
    const bare = await handlerOf('none')(ask({}));
    for (const headers of [{ 'x-api-key': KEY }, { authorization: `Bearer ${KEY}` }]) {
      const answer = await handler(ask(headers));
      expect([answer.statusCode, answer.body]).toEqual([200, bare.body]);
    }
    await handler(event('GET', '/model', { 'x-api-key': KEY }));
    await handler(ask({ 'x-api-key': `${KEY}x` }));
    expect(entries.map(({ message, caller }) => [message, caller])).toEqual([
      ['answered', undefined],
      ['answered', 'shop'],
      ['answered', 'shop'],
      ['read', 'shop'],
      ['refused', undefined],
    ]);
    expect(JSON.stringify(entries)).not.toContain(KEY);
  });

  test('over its limit a caller is told so, under its name', async () => {
    table.keys = [stored('lab', KEY, 1)];
    const handler = handlerOf('keys');
    expect((await handler(ask({ 'x-api-key': KEY }))).statusCode).toBe(200);
    const refused = await handler(ask({ 'x-api-key': KEY }));
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '1']);
    expect(entries.at(-1)).toMatchObject({ message: 'refused', status: 429, caller: 'lab' });
  });

  test('a direct invoke is asked nothing: AWS has decided on it', async () => {
    expect(await handlerOf('keys')({ age: 54 })).toMatchObject({ predictions: [expect.any(Number)] });
  });

  test('the open paths answer without a key, and tell no number of the model', async () => {
    const handler = handlerOf('keys');
    for (const path of ['/', '/openapi.json', '/docs', '/health', '/health/', '/icon.svg']) {
      const { statusCode, body } = await handler(event('GET', path));
      expect([path, statusCode]).toEqual([path, 200]);
      expect(body).not.toMatch(/"(?:range|known|edges|first|training)":|R²|29 to 77/);
    }
    expect((await handler(event('POST', '/health'))).statusCode).toBe(405);
  });

  test('a browser’s question before its question needs no key, and tells nothing', async () => {
    expect(await handlerOf('jwt')(event('OPTIONS', '/predict'))).toMatchObject({ statusCode: 204, body: '' });
  });

  test('the page asks for a key, and gets with it what it would have come with', async () => {
    const handler = handlerOf('keys');
    const page = (await handler(event('GET', '/'))).body;
    expect(page).toContain('<form id="access"');
    expect(page).toContain('"access":"keys"');
    expect((await handlerOf('none')(event('GET', '/'))).body).not.toMatch(/id="access"|"access"|data-locked/);
    const accept = 'application/vnd.canopy.page+json';
    const whole = JSON.parse((await handler(event('GET', '/model', { 'x-api-key': KEY, accept }))).body);
    expect(whole).toMatchObject({ order: [0], first: { predictions: [expect.any(Number)] }, features: [{ known: expect.any(Array) }] });
  });

  test('the description says how a caller shows its key, and where it is not asked', async () => {
    const document = JSON.parse((await handlerOf('keys')(event('GET', '/openapi.json'))).body);
    expect(document.components.securitySchemes).toMatchObject({ ApiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' } });
    expect(document.security).toEqual([{ ApiKey: [] }, { Bearer: [] }]);
    expect(document.paths['/health'].get.security).toEqual([]);
    expect(document.paths['/predict'].post.responses['401']).toEqual({ $ref: '#/components/responses/Unauthorized' });
  });

  test('where the table cannot be read nobody is let in, with 503; keys that were read live on', async () => {
    table.broken = true;
    const handler = handlerOf('keys');
    const { statusCode, headers } = await handler(ask({ 'x-api-key': KEY }));
    expect([statusCode, headers['retry-after']]).toEqual([503, '2']);
    expect(entries[0]).toMatchObject({ level: 'error', message: 'the table of the keys does not answer' });
    table.broken = false;
    expect((await handler(ask({ 'x-api-key': KEY }))).statusCode).toBe(200);
    table.broken = true;
    expect((await handler(ask({ 'x-api-key': KEY }))).statusCode).toBe(200);
  });
});

describe('an API behind an authorizer of the gateway', () => {
  test.each<[AskingKind, object, string]>([
    ['jwt', { jwt: { claims: { sub: 'someone' } } }, 'someone'],
    ['jwt', { jwt: { claims: { client_id: 'machine' } } }, 'machine'],
    ['jwt', { jwt: { claims: {} } }, 'unnamed'],
    ['iam', { iam: { userArn: 'arn:aws:iam::1:user/x', accessKey: 'AKIA' } }, 'arn:aws:iam::1:user/x'],
  ])('takes the caller that %s and %j name', async (kind, authorizer, caller) => {
    const { statusCode } = await handlerOf(kind)(event('POST', '/predict', {}, authorizer));
    expect(statusCode).toBe(200);
    expect(entries.at(-1)).toMatchObject({ message: 'answered', caller });
  });

  test.each<[AskingKind, object | undefined]>([
    ['jwt', undefined],
    ['jwt', { iam: { userArn: 'x' } }],
    ['jwt', { lambda: { sub: 'x' } }],
    ['iam', undefined],
    ['iam', { jwt: { claims: { sub: 'x' } } }],
  ])('refuses what came around it (%s, %j)', async (kind, authorizer) => {
    const headers = { authorization: 'Bearer x', 'x-api-key': KEY };
    const answer = await handlerOf(kind)(event('POST', '/predict', headers, authorizer));
    expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([
      401,
      kind === 'jwt' ? 'Bearer realm="canopy"' : 'AWS4-HMAC-SHA256',
    ]);
  });
});
