import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readEvent } from '../../functions/events.ts';
import { createFailover } from '../../functions/failover.ts';
import { lambda } from '../../functions/http.ts';
import { openLocal } from '../../functions/local.ts';
import { readSettings } from '../../functions/settings.ts';
import { buildArtifact } from '../../model/artifact/build.ts';
import { PROJECT, recordedEvent } from '../support/project.ts';

/** R's value for age 54. */
const R = 0.62656818884906396;
const built = buildArtifact(`${PROJECT}model/heart/heart-age.RDS`, PROJECT);
const local = openLocal(readFileSync(built.file), 'the artifact');
const silent = { log: () => {}, count: () => {}, remoteLatency: () => {}, localServed: () => {}, flush: () => {} };

type Response = { statusCode: number; body: string; headers?: Record<string, string>; [other: string]: unknown };
const invoke = (event: unknown, basePath = '') => {
  const handler = lambda(createFailover(local, undefined, silent, { dualShare: 0 }), silent, basePath);
  return handler(event, { awsRequestId: 'test', getRemainingTimeInMillis: () => 8_000 } as never) as Promise<Response>;
};
const changed = (name: string, changes: object) => ({ ...recordedEvent(name), ...changes });
const first = (response: Response) => JSON.parse(response.body).predictions[0];
const pathOf = (event: object, basePath = '') => readEvent(event, basePath)?.path;

test.each(['rest', 'alb', 'stage', 'function-url', 'predict-json'])("the recorded event %s has R's number", async (name) => {
  const response = await invoke(recordedEvent(name));
  expect(response).toMatchObject({ statusCode: 200, headers: { 'x-request-id': expect.any(String) } });
  expect(first(response)).toBe(R);
});

test("a load balancer's event is answered with a status line, and with multi-value headers where it has such", async () => {
  const plain = await invoke(recordedEvent('alb'));
  expect(plain).toMatchObject({ statusDescription: '200 OK', isBase64Encoded: false, headers: { 'content-type': 'application/json' } });
  const { headers: _, ...rest } = recordedEvent('alb');
  const many = await invoke({ ...rest, multiValueHeaders: { 'Content-Type': ['text/csv'], Accept: ['text/csv'] }, body: 'age\n54\n' });
  expect(many.multiValueHeaders).toMatchObject({ 'x-served-by': ['fallback'] });
  expect(many.headers).toBeUndefined();
  expect(many.body).toBe(`${R}\n`);
});

test("a load balancer's errors are problem documents, and what is larger than it takes is 413", async () => {
  expect(await invoke(changed('alb', { path: '/nothing' }))).toMatchObject({ statusCode: 404, statusDescription: '404 Not Found' });
  const rows = JSON.stringify({ instances: Array(10_000).fill([54]), parameters: { predictAll: true } });
  expect(await invoke(changed('alb', { body: rows }))).toMatchObject({ statusCode: 413 });
});

test('a part of the page comes compressed through a load balancer, as base64, and as text through a REST API', async () => {
  const get = { httpMethod: 'GET', path: '/', body: null, headers: { 'accept-encoding': 'br' } };
  expect(await invoke(changed('alb', get))).toMatchObject({ isBase64Encoded: true, headers: { 'content-encoding': 'br' } });
  const rest = await invoke(changed('rest', get));
  expect(rest.isBase64Encoded).toBeUndefined();
  expect(rest.body).toContain('<!doctype html>');
});

test('names of headers count in any case', async () => {
  const event = changed('rest', { headers: { 'CONTENT-TYPE': 'text/csv', 'X-Request-Id': 'mine' }, body: '54\n' });
  const response = await invoke(event);
  expect(response.headers?.['x-request-id']).toBe('mine');
  expect(first(response)).toBe(R);
});

test.each<[string, object, string, string]>([
  ['a named stage of an HTTP API', { version: '2.0', rawPath: '/dev/predict', requestContext: { stage: 'dev', http: {} } }, '', '/predict'],
  ['the stage alone', { version: '2.0', rawPath: '/dev', requestContext: { stage: 'dev', http: {} } }, '', '/'],
  ['no stage', { version: '2.0', rawPath: '/predict', requestContext: { stage: '$default', http: {} } }, '', '/predict'],
  [
    'a path that only begins as the stage',
    { version: '2.0', rawPath: '/developer', requestContext: { stage: 'dev', http: {} } },
    '',
    '/developer',
  ],
  ['a stage called as a path', { version: '2.0', rawPath: '/model/model', requestContext: { stage: 'model', http: {} } }, '', '/model'],
  [
    "a REST API's path, which has no stage",
    { httpMethod: 'GET', path: '/model', requestContext: { stage: 'model', path: '/model/model' } },
    '',
    '/model',
  ],
  ['a base path', { version: '2.0', rawPath: '/heart/predict', requestContext: { http: {} } }, '/heart', '/predict'],
  [
    'a base path before the stage',
    { version: '2.0', rawPath: '/heart/dev/predict', requestContext: { stage: 'dev', http: {} } },
    '/heart',
    '/predict',
  ],
  [
    'a base path behind the stage',
    { version: '2.0', rawPath: '/dev/heart/predict', requestContext: { stage: 'dev', http: {} } },
    '/heart',
    '/predict',
  ],
  ['a request past the base path', { version: '2.0', rawPath: '/predict', requestContext: { http: {} } }, '/heart', '/predict'],
])('%s leaves the path that is ours', (_, event, basePath, expected) => expect(pathOf(event, basePath)).toBe(expected));

test('the page is sent behind a slash where its path has none, since its links would lead past the base path or the stage', async () => {
  const get = (rawPath: string, more: object = {}) =>
    invoke({ version: '2.0', rawPath, requestContext: { stage: 'dev', http: { method: 'GET' } }, ...more }, '/a/heart');
  const placeOf = async (rawPath: string, more?: object) => {
    const { statusCode, headers } = await get(rawPath, more);
    return [statusCode, headers?.location && new URL(headers.location, `https://api.example.org${rawPath || '/a/heart'}`).href];
  };
  expect(await placeOf('/a/heart')).toEqual([307, 'https://api.example.org/a/heart/']);
  expect(await placeOf('/a/heart', { rawQueryString: 'age=54' })).toEqual([307, 'https://api.example.org/a/heart/?age=54']);
  // What a gateway says where a mapping's path is all there is.
  expect(await placeOf('')).toEqual([307, 'https://api.example.org/a/heart/']);
  expect(await placeOf('/dev')).toEqual([307, 'https://api.example.org/dev/']);
  for (const path of ['/', '/dev/', '/a/heart/', '/a/heart/dev/']) expect(await placeOf(path)).toEqual([200, undefined]);
  const alb = await invoke(changed('alb', { httpMethod: 'GET', path: '/heart', body: null }), '/heart');
  expect(alb).toMatchObject({ statusDescription: '307 Temporary Redirect', headers: { location: 'heart/' } });
  const { statusCode } = await get('/a/heart', { requestContext: { stage: 'dev', http: { method: 'POST' } } });
  expect(statusCode).toBe(405);
});

test.each<[string, unknown]>([
  ['httpMethod alone', { age: 54, httpMethod: 'POST' }],
  ['an httpMethod that is no text', { age: 54, httpMethod: 1, requestContext: {} }],
  ['a requestContext that is no object', { age: 54, httpMethod: 'POST', requestContext: 'x' }],
  ['a version alone', { age: 54, version: '2.0', requestContext: {} }],
])('%s is a direct invoke, since a feature may be called so', async (_, event) => {
  expect(await invoke(event)).toMatchObject({ predictions: [R], servedBy: 'fallback' });
});

test.each<[string, object]>([
  ['headers', { headers: { accept: null, 'content-type': 5, 'accept-encoding': ['br'], 'content-encoding': {}, 'if-none-match': true } }],
  ['headers that are no object', { headers: 'x', multiValueHeaders: 'accept' }],
  ['multi-value headers', { multiValueHeaders: { 'x-request-id': [{}], traceparent: [[]], 'if-none-match': 1 } }],
  ['a query', { rawQueryString: [1], queryStringParameters: { format: {} }, multiValueQueryStringParameters: 'x' }],
])('%s of a form that no gateway sends are as if they were missing', async (_, changes) => {
  for (const name of ['rest', 'alb', 'predict-json']) {
    for (const get of [{}, { httpMethod: 'GET', path: '/model' }])
      expect(await invoke(changed(name, { ...changes, ...get }))).toMatchObject({ statusCode: 200 });
  }
});

test('a path, a stage, a method and a body that are no texts are as if they were missing', async () => {
  const http = { version: '2.0', rawPath: [], requestContext: { stage: {}, http: { method: { toString: 1 } } }, body: { toString: 1 } };
  expect(readEvent(http, '')).toMatchObject({ method: 'GET', path: '/', body: Buffer.from('') });
  expect(await invoke(changed('alb', { path: { toString: 1 }, body: 5 }))).toMatchObject({ statusCode: 405 });
});

test('the base path is a setting', () => {
  const basePath = (BASE_PATH?: string) => readSettings({ MODEL_FILE: 'x', ...(BASE_PATH === undefined ? {} : { BASE_PATH }) }).basePath;
  expect([basePath(), basePath('none'), basePath('/a/b')]).toEqual(['', '', '/a/b']);
  expect([basePath('/.well-known'), basePath('/v1..2/...')]).toEqual(['/.well-known', '/v1..2/...']);
  for (const wrong of ['heart', '/heart/', '/', '/a b', '/../x', '/a/..', '/./a', '/a/.', '/..'])
    expect(() => basePath(wrong)).toThrow('BASE_PATH');
});
