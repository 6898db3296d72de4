import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openKeys } from '../../../functions/access/keys.ts';
import { openKeysTable } from '../../../functions/access/keys-table.ts';
import { stored } from '../../support/access/keys.ts';

const { sha256 } = stored('shop', 'one-key');
const item = (name: string, more: object = {}) => ({ name: { S: name }, sha256: { S: sha256 }, used: { N: '0' }, ...more });

/** What the table's server says next; undefined: it begins an answer, and never ends it. */
let says: ((operation: string, asked: number) => object) | undefined;
let asked = 0;
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    asked += 1;
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    if (says) response.end(JSON.stringify(says(String(request.headers['x-amz-target']), asked)));
    else response.write('{"Items": [');
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, { AWS_ENDPOINT_URL_DYNAMODB: url, AWS_REGION: 'sa-east-1' });
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const never = () => new AbortController().signal;

test('an item of another form is no key, above all not one without its limit', async () => {
  const good = [item('shop'), item('lab', { perSecond: { N: '5' } }), item('odd', { used: { S: 'many' } })];
  const bad = [
    item('text', { perSecond: { S: '5' } }),
    item('none', { perSecond: { N: '0' } }),
    item('null', { perSecond: { NULL: true } }),
    item('big', { perSecond: { N: '1e9' } }),
    { name: { N: '1' }, sha256: { S: sha256 } },
    { name: { S: 'short' }, sha256: { S: 'abc' } },
    {},
  ];
  says = () => ({ Items: [...bad, ...good] });
  const { keys, used, unusable } = await openKeysTable('t').read(never());
  expect(keys).toEqual([
    { name: 'shop', sha256 },
    { name: 'lab', sha256, perSecond: 5 },
    { name: 'odd', sha256 },
  ]);
  expect([...used.values()]).toEqual([0, 0, 0]);
  expect(unusable).toHaveLength(bad.length);
  expect(unusable?.join()).not.toContain(sha256);
});

test('a count that is none is an error: a bucket of NaN would let everything through', async () => {
  for (const answer of [{}, { Attributes: {} }, { Attributes: { used: { S: 'x' } } }, { Attributes: { used: { N: 'x' } } }]) {
    says = () => answer;
    await expect(openKeysTable('t').add('shop', 1, never())).rejects.toThrow('no count');
  }
  says = () => ({ Attributes: { used: { N: '7' } } });
  expect(await openKeysTable('t').add('shop', 1, never())).toBe(7);
});

test('pages without an end are not asked for once nobody waits', async () => {
  const over = new AbortController();
  says = (_, at) => {
    if (at === 5) over.abort();
    return { Items: [], LastEvaluatedKey: { name: { S: `page ${at}` } } };
  };
  asked = 0;
  await expect(openKeysTable('t').read(over.signal)).rejects.toThrow(/abort/i);
  expect(asked).toBeLessThan(8);
});

test('an answer that begins and never ends holds nobody', async () => {
  says = undefined;
  const errors: unknown[] = [];
  const keys = openKeys({ table: openKeysTable('t'), now: () => 0, report: (error) => void errors.push(error), patienceMs: 50 });
  expect((await keys.judge('one-key')).refusal?.status).toBe(503);
  expect(errors).toMatchObject([{ name: 'TimeoutError' }]);
});
