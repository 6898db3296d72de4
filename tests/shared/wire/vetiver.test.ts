import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createContainer } from '../../../container/server/server.ts';
import { createFailover } from '../../../functions/failover.ts';
import { lambda } from '../../../functions/http.ts';
import { openLocal } from '../../../functions/local.ts';
import type { Telemetry } from '../../../functions/telemetry.ts';
import { buildArtifact } from '../../../model/artifact/build.ts';
import { PUBLIC_PATHS } from '../../../shared/api/paths.ts';
import { prototype } from '../../../shared/api/vetiver.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { writeAnswer } from '../../../shared/wire/answers.ts';
import { answerForm } from '../../../shared/wire/media.ts';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const { file, model } = buildArtifact(`${PROJECT}model/heart/heart-age.RDS`, PROJECT);
const SILENT: Telemetry = { log: () => {}, count: () => {}, remoteLatency: () => {}, localServed: () => {}, flush: () => {} };
const handler = lambda(createFailover(openLocal(readFileSync(file), file), undefined, SILENT, { dualShare: 0 }), SILENT);
const server = createContainer(model, { mode: 'sagemaker', log: () => {} });
/** predict() of R for the ages 54 and 61. */
const R = [0.62656818884906396, 0.12067609232872413];
/** What vetiver's predict() sends in Python: df.to_json(orient="records"), and what its predict() sends in R. */
const BODY = '[{"age":54},{"age":61}]';
let url = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function byContainer(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; type: string | null; body: unknown }> {
  const response = await fetch(`${url}${path}`, { method: 'POST', body: BODY, headers });
  return { status: response.status, type: response.headers.get('content-type'), body: await response.json() };
}

async function byFunction(event: object): Promise<{ status: number; type: string | undefined; body: unknown }> {
  const answer = (await handler(event, { getRemainingTimeInMillis: () => 8_000 } as never)) as {
    statusCode: number;
    headers: Record<string, string>;
    body: string;
  };
  return { status: answer.statusCode, type: answer.headers['content-type'], body: JSON.parse(answer.body) };
}
const event = (rawPath: string, rawQueryString: string, headers: Record<string, string> = {}) => ({
  ...{ version: '2.0', rawPath, rawQueryString, headers, body: BODY },
  requestContext: { http: { method: 'POST' } },
});

describe('a bare table', () => {
  test.each<[string, string, Record<string, string>, object]>([
    ['format=table', '/predict?format=table', {}, { predict: R }],
    ['format=tidymodels', '/predict?format=tidymodels', {}, { '.pred': R }],
    ['Accept', '/invocations', { accept: 'application/json;format=table' }, { predict: R }],
    ['Accept beside others', '/invocations', { accept: 'text/html, application/json; format="tidymodels"' }, { '.pred': R }],
  ])('by %s, of container and function', async (_, path, headers, body) => {
    expect(await byContainer(path, headers)).toEqual({ status: 200, type: 'application/json', body });
    const query = path.split('?')[1] ?? '';
    expect(await byFunction(event('/predict', query, headers))).toEqual({ status: 200, type: 'application/json', body });
  });
  test('of a REST API and a load balancer, too', async () => {
    const rest = {
      httpMethod: 'POST',
      path: '/predict',
      queryStringParameters: { format: 'table' },
      headers: {},
      body: BODY,
      requestContext: {},
    };
    expect((await byFunction(rest)).body).toEqual({ predict: R });
    const multi = { ...rest, queryStringParameters: null, multiValueQueryStringParameters: { format: ['table'] } };
    expect((await byFunction(multi)).body).toEqual({ predict: R });
  });
  test('another format is refused, and no format is the answer of ever', async () => {
    expect(await byContainer('/predict?format=x')).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('format=table') },
    });
    expect(await byFunction(event('/predict', 'format=x'))).toMatchObject({ status: 400 });
    expect(await byContainer('/predict?x=1')).toMatchObject({ status: 200, body: { predictions: R, model: { name: 'heart-age' } } });
    expect(answerForm('application/json;format=x')).toBe('json');
  });

  test("classes, shares and errors have columns, in the model's order of classes", () => {
    const classes = ['b', '2', '1'];
    const schema: Schema = { kind: 'probability', features: [{ name: 'x', type: 'number' }], classes, takesMissing: false };
    const who = { model: { name: 'm', sha256: '0' } };
    const shares = {
      ...who,
      predictions: [
        { b: 0.5, 2: 0.25, 1: 0.25 },
        { b: 1, 2: 0, 1: 0 },
      ],
    };
    expect(writeAnswer(schema, shares, 'table')).toBe('{"predict_b":[0.5,1],"predict_2":[0.25,0],"predict_1":[0.25,0]}');
    expect(writeAnswer(schema, shares, 'tidymodels')).toBe('{".pred_b":[0.5,1],".pred_2":[0.25,0],".pred_1":[0.25,0]}');
    expect(writeAnswer(schema, { ...who, predictions: ['b', '1'] }, 'tidymodels')).toBe('{".pred_class":["b","1"]}');
    expect(writeAnswer(schema, { ...who, predictions: [1, -0], se: [2, 3] }, 'tidymodels')).toBe('{".pred":[1,-0],".std_error":[2,3]}');
    expect(writeAnswer(schema, { ...who, predictions: [[1, 2]], times: [5, 6] }, 'table')).toBe('{"predict":[[1,2]]}');
  });
});

test("vetiver's paths are there on the container that SageMaker starts, and in the API", async () => {
  for (const path of ['/metadata', '/prototype']) {
    const response = await fetch(`${url}${path}`);
    expect(response.status).toBe(200);
    const get = { ...event(path, ''), requestContext: { http: { method: 'GET' } } };
    expect((await byFunction(get)).body).toEqual(await response.json());
    expect((await fetch(`${url}${path}`, { method: 'POST' })).status).toBe(405);
  }
  expect(await (await fetch(`${url}/metadata`)).json()).toMatchObject({
    user: { name: 'heart-age', sha256: model.sha256 },
    required_pkgs: [],
  });
  expect(await (await fetch(`${url}/prototype`)).json()).toEqual({
    properties: { age: { example: expect.any(Number), type: 'number' } },
    required: ['age'],
    title: 'prototype',
    type: 'object',
  });
  const schema: Schema = { kind: 'regression', features: [{ name: 'f', type: 'factor', levels: ['a', 'b'] }], takesMissing: true };
  expect(prototype({ ...model, schema })).toMatchObject({ properties: { f: { enum: ['a', 'b', null] } } });
});

test('a slash at the end of a path is of no matter', async () => {
  for (const path of ['/invocations/', '/predict/'])
    expect(await byContainer(path)).toMatchObject({ status: 200, body: { predictions: R } });
  expect(await byFunction(event('/predict/', ''))).toMatchObject({ status: 200, body: { predictions: R } });
  expect((await fetch(`${url}/ping/`)).status).toBe(200);
  expect((await fetch(`${url}//`)).status).toBe(404);
});

test('more than one slash at the end of a path makes it none', async () => {
  const asked = { ...event('/', ''), requestContext: { http: { method: 'GET' } } };
  for (const path of Object.keys(PUBLIC_PATHS))
    for (const more of ['//', '///']) {
      const { status } = await byFunction({ ...asked, rawPath: path + more });
      expect([path + more, status]).toEqual([path + more, 404]);
    }
});
