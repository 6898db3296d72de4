import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildArtifact } from '../../../model/artifact/build.ts';
import { golden } from '../../support/golden.ts';
import { type Environment, openEnvironment, packageFunction, type Ran, serverless, unpackFunction } from '../../support/lambda.ts';
import { PROJECT, recordedEvent } from '../../support/project.ts';

const heartAge = golden('heart-age');
const at54 = heartAge.predictions[heartAge.rows.findIndex((row) => row.age === 54)];
const at61 = heartAge.predictions[heartAge.rows.findIndex((row) => row.age === 61)];

type HttpAnswer = { statusCode: number; headers: Record<string, string>; body: string };
let packaged: Awaited<ReturnType<typeof packageFunction>>;
let environment: Environment;
const opened: { close(): void }[] = [];
const call = async (event: string) => (await environment.invoke(recordedEvent(event))) as HttpAnswer;

beforeAll(async () => {
  packaged = await packageFunction('predict');
  environment = await openEnvironment(packaged);
}, 90_000);
afterAll(() => {
  for (const one of [environment, ...opened]) one?.close();
  packaged?.remove();
});

test('packaging gives no warning', () => {
  expect(packaged.output).toContain('Service packaged');
  expect(packaged.output).not.toMatch(/warning|deprecat/i);
});

test('the zip of predict is under 350 KB without the artifact and the page, and carries exactly one artifact', () => {
  expect(packaged.artifactBytes).toBeGreaterThan(0);
  expect(packaged.pageBytes).toBeGreaterThan(0);
  expect(packaged.zipBytes - packaged.artifactBytes - packaged.pageBytes).toBeLessThan(350_000);
  const folder = path.join(packaged.folder, path.dirname(packaged.environment.MODEL_FILE as string));
  expect(readdirSync(folder)).toEqual(['model.canopy']);
});

test.each([
  'predict-json',
  'predict-curl',
  'predict-no-content-type',
  'predict-gzip',
])('%s gives exactly what R gives, as JSON', async (event) => {
  const answer = await call(event);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json');
  const body = JSON.parse(answer.body);
  expect(body.predictions).toEqual([at54]);
  expect(body).toMatchObject({ servedBy: 'fallback', reason: 'no-endpoint', model: { name: 'heart-age' } });
  expect(answer.headers).toMatchObject({ 'x-served-by': 'fallback', 'x-model-sha256': body.model.sha256 });
});

test('the request id is echoed where it has the right form, and that of Lambda where there is none', async () => {
  expect((await call('predict-json')).headers['x-request-id']).toBe('test-1');
  expect((await call('predict-curl')).headers['x-request-id']).toMatch(/^invoke-\d+$/);
});

test('CSV in, CSV out: a line for each row', async () => {
  const answer = await call('predict-csv');
  expect(answer.headers['content-type']).toMatch(/^text\/csv/);
  expect(answer.body).toBe(`${at54}\n${at61}\n`);
});

test('JSON Lines as base64 in, JSON Lines out', async () => {
  const answer = await call('predict-jsonlines');
  expect(answer.headers['content-type']).toBe('application/jsonlines');
  expect(answer.body).toBe(`${at54}\n${at61}\n`);
});

test('every value at fault is named at once, with its path', async () => {
  const answer = await call('predict-bad-values');
  expect(answer.statusCode).toBe(422);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  const problem = JSON.parse(answer.body);
  expect(problem.errors.map((error: { path: string }) => error.path)).toEqual(['/0/age', '/1/age', '/2/age']);
  expect(problem.requestId).toBe(answer.headers['x-request-id']);
});

test.each([
  ['predict-not-json', 415],
  ['predict-empty', 400],
  ['predict-not-acceptable', 406],
  ['not-found', 404],
  ['method-not-allowed', 405],
])('%s gives a problem document with status %i', async (event, status) => {
  const answer = await call(event);
  expect(answer.statusCode).toBe(status);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(JSON.parse(answer.body)).toMatchObject({ status, requestId: answer.headers['x-request-id'] });
  if (status === 405) expect(answer.headers.allow).toBe('POST');
});

test('the page, the model, the OpenAPI document and the health are served', async () => {
  expect((await call('get-page')).headers['content-type']).toMatch(/^text\/html/);
  expect(JSON.parse((await call('get-model')).body)).toMatchObject({ name: 'heart-age', kind: 'regression', features: [{ name: 'age' }] });
  expect(JSON.parse((await call('get-openapi')).body).openapi).toMatch(/^3\.1/);
  expect(JSON.parse((await call('get-health')).body)).toMatchObject({ ok: true, endpoint: 'none', fallback: 'ready' });
  expect(await call('head-model')).toMatchObject({ statusCode: 200, body: '' });
});

test("the page's script and style are in the package, compressed for those who take that", async () => {
  const ask = async (path: string, headers: object) => {
    const answer = await environment.invoke({ ...recordedEvent('get-page'), rawPath: path, headers });
    return answer as HttpAnswer & { isBase64Encoded?: boolean };
  };
  for (const path of ['/page.js', '/later.js', '/workbook.js', '/reasons.js', '/page.css', '/docs.js', '/docs.css', '/canopy.R']) {
    const plain = await ask(path, {});
    expect(plain).toMatchObject({ statusCode: 200 });
    expect(plain.isBase64Encoded).toBeUndefined();
    const zipped = await ask(path, { 'accept-encoding': 'gzip, deflate, br' });
    expect(zipped).toMatchObject({ isBase64Encoded: true, headers: { 'content-encoding': 'br' } });
    expect(brotliDecompressSync(Buffer.from(zipped.body, 'base64')).toString()).toBe(plain.body);
  }
});

test('a direct invoke answers with the body itself, and returns a problem rather than throwing it', async () => {
  const answer = await environment.invoke([{ age: 54 }, { age: 61 }]);
  expect(answer).toMatchObject({ predictions: [at54, at61], servedBy: 'fallback' });
  expect(await environment.invoke({ age: null })).toMatchObject({ status: 422, errors: [{ path: '/age' }] });
  expect(await environment.invoke({ version: '2.0', body: 'x', age: 54 })).toMatchObject({ predictions: [at54] });
  expect(await environment.invoke('54')).toMatchObject({ status: 400 });
  expect(await environment.invoke(null)).toMatchObject({ status: 400 });
});

/** What a fresh process loads for its start and, where there is an event, for one answer: files of the package by their names, and modules of Node's own. */
function loadedBy(event: unknown, extra: Record<string, string> = {}): { files: string[]; builtin: string[] } {
  const script = `const { handler } = require(${JSON.stringify(path.join(packaged.folder, packaged.entry))});
  Promise.resolve(${event === undefined ? '' : `handler(${JSON.stringify(event)}, {})`}).then(() => {
    const files = Object.keys(require.cache).map((file) => require('node:path').basename(file));
    console.log(JSON.stringify({ files, builtin: process.moduleLoadList.map((name) => name.replace('NativeModule ', '')) }));
  });`;
  const env = { PATH: process.env.PATH, AWS_REGION: 'sa-east-1', ...packaged.environment, ...extra };
  const output = execFileSync(process.execPath, ['-e', script], { cwd: packaged.folder, env, encoding: 'utf8' });
  return JSON.parse(output.trim().split('\n').at(-1) as string);
}

test('a start and an answer load neither the SDK nor zod nor the documents; the SDK is loaded where there is an endpoint', () => {
  const parts = readdirSync(path.join(packaged.folder, path.dirname(packaged.entry)));
  for (const name of ['sagemaker', 'documents', 'openapi'])
    expect(parts.filter((part) => part.startsWith(`predict.${name}-`))).toHaveLength(1);
  const alone = loadedBy(recordedEvent('predict-json'));
  const text = alone.files.map((file) => readFileSync(path.join(packaged.folder, path.dirname(packaged.entry), file), 'utf8')).join();
  expect(alone.files).toEqual(['predict.cjs', expect.stringMatching(/^predict\.api-\w+\.cjs$/)]);
  expect(text).not.toMatch(/ZodError|SageMakerRuntime\b|<!doctype html>/);
  expect(alone.builtin.filter((name) => ['crypto', 'http', 'perf_hooks', 'zlib'].includes(name))).toEqual([]);
  expect(loadedBy(undefined).files).toEqual(['predict.cjs']);
  // Such a start has no caller who waits for it.
  expect(loadedBy(undefined, { AWS_LAMBDA_INITIALIZATION_TYPE: 'provisioned-concurrency' }).files).toEqual(alone.files);
  const unreachable = {
    ENDPOINT_NAME: 'x',
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: 'http://127.0.0.1:1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
  };
  expect(loadedBy(undefined, unreachable).files.some((file) => file.startsWith('predict.sagemaker-'))).toBe(true);
});

test('the log has a line for each answer, and never a feature value or a prediction', async () => {
  const fresh = await openEnvironment(packaged);
  // With its sign and 16 digits, no time or duration of a log line can look like one of the two.
  const { predictions } = (await fresh.invoke({ age: -54.0625 })) as { predictions: number[] };
  await fresh.invoke({ age: 'fifty-four' });
  const lines = fresh.logs.join('\n');
  fresh.close();
  expect(JSON.parse(fresh.logs[0] as string)).toMatchObject({ servedBy: 'fallback', reason: 'no-endpoint', rows: 1 });
  expect(String(predictions[0]).length).toBeGreaterThan(15);
  for (const secret of ['-54.0625', 'fifty', String(predictions[0])]) expect(lines).not.toContain(secret);
});

test('a call over a kept connection that went stale is made once more; one that fails twice is not', async () => {
  const { sha256 } = JSON.parse((await call('get-model')).body);
  const calls = { canopy: 0, broken: 0 };
  const server = createServer((request, response) => {
    const isBroken = request.url?.includes('broken');
    calls[isBroken ? 'broken' : 'canopy'] += 1;
    if (isBroken || calls.canopy === 2) request.socket.resetAndDestroy();
    else response.end(JSON.stringify({ predictions: [at54], model: { name: 'heart-age', sha256 } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(server, { close: () => server.closeAllConnections() });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // Long enough that a slow machine's pauses end no call.
  const long = { ENDPOINT_DEADLINE_MS: '5000', ENDPOINT_FIRST_DEADLINE_MS: '5000', ENDPOINT_CONNECT_MS: '5000', ENDPOINT_STALE_MS: '2000' };
  const withEndpoint = async (name: string) => {
    const one = await openEnvironment(packaged, { ENDPOINT_NAME: name, AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: url, ...long });
    opened.push(one);
    return one;
  };
  const good = await withEndpoint('canopy');
  for (let time = 0; time < 2; time += 1) expect(await good.invoke({ age: 54 })).toMatchObject({ servedBy: 'endpoint' });
  expect(calls.canopy).toBe(3);
  const bad = await withEndpoint('broken');
  expect(await bad.invoke({ age: 54 })).toMatchObject({ predictions: [at54], reason: 'endpoint-error' });
  expect(calls.broken).toBe(2);
  const metrics = bad.logs.map((line) => JSON.parse(line)).filter((line) => line._aws);
  expect(metrics.filter((line) => line.reason === 'endpoint-error')).toMatchObject([
    { LocalServed: 1, service: 'canopy', _aws: { CloudWatchMetrics: [{ Namespace: 'Canopy' }] } },
  ]);
});

test('the fallback function answers a direct invoke, and says that it was forced', async () => {
  const fallback = await openEnvironment(unpackFunction(packaged.packages, 'fallback'));
  expect(await fallback.invoke({ age: 54 })).toMatchObject({ predictions: [at54], servedBy: 'fallback', reason: 'forced' });
  fallback.close();
});

test('packaging fails where a check row does not give its answer', async () => {
  const model = golden('columns-order').file;
  const { file } = buildArtifact(model, PROJECT);
  const bytes = readFileSync(file);
  bytes[bytes.length - 3] = bytes[bytes.length - 3]! ^ 1;
  writeFileSync(file, bytes);
  try {
    const { code, output } = await serverless([
      'package',
      '--package',
      '.esbuild/none',
      '--param',
      `model=${model}`,
      '--param',
      'workFolder=.esbuild/none-work',
    ]);
    expect(output).toMatch(/check row 16 gives/);
    expect(code).not.toBe(0);
  } finally {
    rmSync(path.dirname(file), { recursive: true });
  }
}, 60_000);

/** What `serverless invoke local` prints of predict, and how it ends. */
async function invokeLocal(...given: string[]): Promise<Ran> {
  const work = '.esbuild/invoke-test';
  const ran = await serverless(['invoke', 'local', '-f', 'predict', '--data', '{"age":54}', '--param', `workFolder=${work}`, ...given]);
  rmSync(path.join(PROJECT, work), { recursive: true, force: true });
  return ran;
}

test('serverless invoke local prints the answer', async () => {
  const { code, output } = await invokeLocal();
  expect(output).toContain(String(at54));
  expect(code).toBe(0);
}, 60_000);

test('serverless invoke local ends where the function does not load, and says why', async () => {
  const { code, output } = await invokeLocal('--env', 'ENDPOINT_SHARE=2');
  expect(output).toContain('settings that cannot be used: ENDPOINT_SHARE: found "2", expected a number from 0 to 1');
  expect(code).toBe(1);
}, 60_000);

test('serverless refuses a parameter that its function would not start with', async () => {
  const { code, output } = await invokeLocal('--param', 'endpointShare=2');
  expect(output).toContain('endpointShare: found 2, expected a number from 0 to 1');
  expect(code).toBe(1);
}, 60_000);

test('one more file is loaded for what only the general way reads: a direct invoke, and a body with a key that is no feature', () => {
  const [first, general] = ['api', 'wire'].map((name) => expect.stringMatching(`^predict\\.${name}-\\w+\\.cjs$`));
  expect(loadedBy({ age: 54 }).files).toEqual(['predict.cjs', first, general]);
  expect(loadedBy({ ...recordedEvent('predict-json'), body: '{"age":54,"x":1}' }).files).toEqual(['predict.cjs', first, general]);
});
