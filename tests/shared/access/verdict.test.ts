import { describe, expect, test } from '@jest/globals';
import { credentialOf, findKey, judge, keyRing } from '../../../shared/access/key-ring.ts';
import { readKeysFile } from '../../../shared/access/stored-key.ts';
import { isOpen } from '../../../shared/api/paths.ts';
import { digest, stored } from '../../support/access/keys.ts';

const ring = keyRing([stored('shop', 'one-key'), stored('lab', 'other-key', 2)], digest);

test.each<[string | undefined, string | undefined, string | undefined]>([
  ['one-key', undefined, 'one-key'],
  [undefined, 'Bearer one-key', 'one-key'],
  [undefined, 'bearer  one-key', 'one-key'],
  ['one-key', 'Bearer other-key', 'one-key'],
  ['', 'Bearer other-key', 'other-key'],
  [undefined, 'Basic b25lOmtleQ==', undefined],
  [undefined, 'Bearer ', undefined],
  [undefined, undefined, undefined],
])('of x-api-key %j and Authorization %j the credential is %j', (apiKey, authorization, expected) => {
  expect(credentialOf(apiKey, authorization)).toBe(expected);
});

const NO_KEYS = ['', 'one-ke', 'one-key ', 'ONE-KEY', 'one-key\u0000', 'x'.repeat(201), stored('shop', 'one-key').sha256, 'ключ'];
test.each(NO_KEYS)('%j is no key', (credential) => {
  expect(findKey(ring, credential)).toBeUndefined();
});

test('two keys whose hashes begin alike are told apart by all of their bytes', () => {
  const near = { name: 'near', sha256: `${stored('shop', 'one-key').sha256.slice(0, 62)}00` };
  expect(findKey(keyRing([near, stored('shop', 'one-key')], digest), 'one-key')?.key.name).toBe('shop');
  expect(findKey(keyRing([near], digest), 'one-key')).toBeUndefined();
});

test('who sends nothing is told what to send, who sends a wrong key that it is wrong, each with a challenge', () => {
  expect(judge(ring, undefined, 0).refusal).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer realm="canopy"' } });
  expect(judge(ring, 'no-key', 0).refusal).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': 'Bearer realm="canopy", error="invalid_token"' },
  });
  expect(judge(ring, 'one-key', 0)).toMatchObject({ caller: 'shop' });
});

test('over its limit a key gets 429 with the seconds until it has room again, and the name is still known', () => {
  const own = keyRing([stored('lab', 'other-key', 0.5)], digest);
  expect(judge(own, 'other-key', 0).refusal).toBeUndefined();
  expect(judge(own, 'other-key', 100)).toMatchObject({ caller: 'lab', refusal: { status: 429, headers: { 'retry-after': '2' } } });
  expect(judge(own, 'other-key', 2_001).refusal).toBeUndefined();
});

test('a ring that is made anew keeps the buckets of the keys that stay', () => {
  const first = keyRing([stored('lab', 'other-key', 1)], digest);
  expect(judge(first, 'other-key', 0).refusal).toBeUndefined();
  expect(judge(keyRing([stored('lab', 'other-key', 1), stored('new', 'k')], digest, first), 'other-key', 10).refusal?.status).toBe(429);
});

test('the page, its parts and the documents are open, with a slash at the end too; all else asks', () => {
  const open = ['/', '/page.js', '/health', '/health/', '/openapi.json', '/docs', '/docs.css', '/canopy.R', '/icon.svg'];
  const asks = ['/predict', '/model', '/model/importance', '/metadata', '/prototype', '/v2', '/v2/health/live', '/metrics', '/healthz'];
  for (const path of open) expect([path, isOpen(path)]).toEqual([path, true]);
  for (const path of [...asks, '/docs/../model', '', 'health', '/HEALTH', '/health//']) expect([path, isOpen(path)]).toEqual([path, false]);
});

describe('a file of keys', () => {
  const good = stored('shop', 'one-key', 5);

  test('gives its keys; further members are nobody else’s matter', () => {
    expect(readKeysFile(JSON.stringify({ keys: [{ ...good, made: '2026-01-01' }] }))).toEqual([good]);
    expect(readKeysFile('{"keys": []}')).toEqual([]);
  });

  test.each<[string, RegExp]>([
    ['', /found no JSON, expected/],
    ['[]', /found no list, expected/],
    ['{"keys": {}}', /found no list/],
    ['{"keys": [1]}', /keys\[0\]: found no object/],
    ['{"keys": [{"name": "a b"}]}', /keys\[0\]: name: expected letters/],
    ['{"keys": [{"name": "a", "sha256": "AB"}]}', /keys\[0\]: a: sha256: expected 64/],
    [JSON.stringify({ keys: [{ ...good, perSecond: 0 }] }), /keys\[0\]: shop: perSecond: expected a number from 0.01/],
    [JSON.stringify({ keys: [good, good] }), /keys\[1\]: found shop twice/],
    [JSON.stringify({ keys: Array.from({ length: 1_001 }, () => good) }), /found 1001 keys, expected at most 1000/],
  ])('%j is refused with a sentence', (text, message) => {
    expect(() => readKeysFile(text)).toThrow(message);
  });
});
