import { beforeAll, describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { openContainers, post, problem } from '../../support/containers.ts';
import { golden } from '../../support/golden.ts';

const { start, logged } = openContainers();
const wools = golden('warpbreaks-partition');

let url: string;
let woolUrl: string;
beforeAll(async () => {
  url = await start(loadModel(golden('heart-age').file));
  woolUrl = await start(loadModel(wools.file));
});

describe('every dialect is read', () => {
  const [AL, BM] = [wools.predictions[0], wools.predictions[4]];
  const both = [AL, BM];
  const json: [string, unknown, unknown[]][] = [
    ['a record', { wool: 'A', tension: 'L' }, [AL]],
    ['a record with a column the model does not know', { wool: 'A', tension: 'L', breaks: 26 }, [AL]],
    [
      'records',
      [
        { wool: 'A', tension: 'L' },
        { tension: 'M', wool: 'B' },
      ],
      both,
    ],
    [
      'rows in the order of the features',
      [
        ['A', 'L'],
        ['B', 'M'],
      ],
      both,
    ],
    ['columns', { wool: ['A', 'B'], tension: ['L', 'M'] }, both],
    ['columns with one recycled', { wool: 'A', tension: ['L', 'M'] }, wools.predictions.slice(0, 2)],
    ['columns with one of length 1 recycled', { wool: ['A'], tension: ['L', 'M', 'H'] }, wools.predictions.slice(0, 3)],
    ['instances of records', { instances: [{ wool: 'A', tension: 'L' }] }, [AL]],
    [
      'instances of rows',
      {
        instances: [
          ['A', 'L'],
          ['B', 'M'],
        ],
      },
      both,
    ],
    ['instances of features', { instances: [{ features: ['A', 'L'] }, { features: ['B', 'M'] }] }, both],
    [
      'dataframe_split',
      {
        dataframe_split: {
          columns: ['tension', 'wool'],
          data: [
            ['L', 'A'],
            ['M', 'B'],
          ],
        },
      },
      both,
    ],
    ['dataframe_records', { dataframe_records: [{ wool: 'B', tension: 'M' }] }, [BM]],
    ['inputs as columns', { inputs: { wool: ['A', 'B'], tension: ['L', 'M'] } }, both],
    [
      'inputs as records',
      {
        inputs: [
          { wool: 'A', tension: 'L' },
          { wool: 'B', tension: 'M' },
        ],
      },
      both,
    ],
    ['the Open Inference Protocol', { inputs: [tensor('tension', ['L', 'M']), tensor('wool', ['A', 'B'])] }, both],
    ['parameters that name the only answer there is', { instances: [['A', 'L']], parameters: { type: 'response' } }, [AL]],
  ];
  test.each(json)('%s', async (_, body, expected) => {
    const response = await post(`${woolUrl}/invocations`, JSON.stringify(body), { 'content-type': 'application/json' });
    expect(await response.json()).toMatchObject({ predictions: expected });
  });

  const texts: [string, string, string, unknown[]][] = [
    ['CSV with a header in another order', 'text/csv', 'tension,wool\nL,A\nM,B\n', both],
    ['CSV without a header, as SageMaker sends it', 'text/csv', 'A,L\r\nB,M', both],
    ['CSV in quotes, with its charset', 'text/csv; charset=UTF-8', '"wool","tension"\n"B","M"\n', [BM]],
    ['JSON Lines of records', 'application/jsonlines', '{"wool":"A","tension":"L"}\n{"wool":"B","tension":"M"}\n', both],
    ['JSON Lines of rows', 'application/x-ndjson', '["A","L"]\n["B","M"]', both],
    ['JSON under the type that a plain curl -d says', 'application/x-www-form-urlencoded', '[["A","L"]]', [AL]],
    ['JSON as octets, as the SDK sends it by default', 'application/octet-stream', '[["A","L"]]', [AL]],
  ];
  test.each(texts)('%s', async (_, type, body, expected) => {
    const response = await post(`${woolUrl}/invocations`, body, { 'content-type': type });
    expect(await response.json()).toMatchObject({ predictions: expected });
  });

  test('JSON without any content type, its body in chunks', async () => {
    const bytes = new TextEncoder().encode('[["A","L"]]');
    const body = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const response = await post(`${woolUrl}/invocations`, body);
    expect(await response.json()).toMatchObject({ predictions: [AL] });
  });

  function tensor(name: string, data: string[]) {
    return { name, shape: [data.length], datatype: 'BYTES', data };
  }
});

describe('what cannot be answered is refused with a problem document', () => {
  const refusals: [string, number, string | Uint8Array, Record<string, string>, string][] = [
    ['an empty body', 400, '', {}, 'the body is empty'],
    ['a body of blanks', 400, ' \n', {}, 'the body is empty'],
    ['what is not JSON', 400, '{"age": 54', {}, 'not JSON'],
    ['what is not UTF-8', 400, Uint8Array.of(0x5b, 0xff, 0x5d), {}, 'not UTF-8'],
    ['NaN as text', 400, '{"age": NaN}', {}, 'not JSON'],
    ['null', 400, 'null', { 'content-type': 'application/json' }, 'no dialect fits'],
    ['a number', 400, '54', { 'content-type': 'application/json' }, 'no dialect fits'],
    ['an array of numbers', 400, '[54]', {}, 'no dialect fits'],
    ['a duplicate key', 400, '{"age": 54, "age": 61}', {}, 'duplicate key'],
    ['__proto__', 400, '{"age": 54, "__proto__": {"age": 1}}', {}, '__proto__'],
    ['nesting nine deep', 400, '[[[[[[[[[54]]]]]]]]]', {}, 'nested more than 8 deep'],
    ['a quote that is never closed', 400, 'age\n"54', { 'content-type': 'text/csv' }, 'never closed'],
    ['a line that is not JSON', 400, '[54]\n[', { 'content-type': 'application/jsonlines' }, 'line 2'],
    ['an Accept that cannot be given', 406, '[[54]]', { accept: 'text/html' }, 'Accept'],
    ['an Accept of weight 0', 406, '[[54]]', { accept: 'application/json;q=0' }, 'Accept'],
    ['an unknown content type', 415, '[[54]]', { 'content-type': 'application/xml' }, 'content type'],
    ['a charset that is not UTF-8', 415, '[[54]]', { 'content-type': 'text/csv; charset=latin1' }, 'charset'],
    ['another compression', 415, '[[54]]', { 'content-encoding': 'br' }, 'expected gzip'],
    ['what is no gzip', 400, '[[54]]', { 'content-encoding': 'gzip' }, 'not gzip'],
    ['form fields', 415, 'age=54', { 'content-type': 'application/x-www-form-urlencoded' }, 'send JSON'],
    ['a multipart form', 415, 'x', { 'content-type': 'multipart/form-data; boundary=x' }, '--data-binary'],
    ['no rows', 422, '[]', {}, 'no rows'],
    ['no instances', 422, '{"instances": []}', {}, 'no rows'],
    ['a number too large for a double', 422, '{"age": 1e999}', {}, 'does not fit'],
    ['a missing feature', 422, '{"sex": 1}', {}, 'does not fit'],
    ['null for a model without an answer to it', 422, '{"age": null}', {}, 'does not fit'],
    ['text for a number', 422, '{"age": "54"}', {}, 'does not fit'],
    ['a CSV line with a field too many', 422, 'age\n54,1\n', { 'content-type': 'text/csv' }, 'does not fit'],
    ['an unknown parameter', 422, '{"instances": [[54]], "parameters": {"typ": "response"}}', {}, 'does not fit'],
  ];
  test.each(refusals)('%s: %d', async (_, status, body, headers, detail) => {
    const response = await post(`${url}/invocations`, body, headers);
    expect(response.status).toBe(status);
    expect((await problem(response)).detail).toContain(detail);
    expect(logged).toMatchObject([{ status, path: '/invocations', method: 'POST' }]);
    expect(logged[0]).not.toHaveProperty('error');
  });

  test('all that is wrong at once, each with its path', async () => {
    const response = await post(`${woolUrl}/invocations`, '[{"wool":"C","tension":"L"},{"wool":"A"}]');
    expect(response.status).toBe(422);
    expect((await problem(response)).errors?.map((error) => error.path)).toEqual(['/0/wool', '/1/tension']);
  });

  test.each([
    ['POST', '/ping', 'GET, HEAD'],
    ['GET', '/invocations', 'POST'],
    ['DELETE', '/invocations', 'POST'],
    ['PUT', '/execution-parameters', 'GET, HEAD'],
  ])('%s %s: 405 with Allow', async (method, where, allow) => {
    const response = await fetch(url + where, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allow);
    await problem(response);
  });

  test.each(['/', '/model', '/health', '/openapi.json', '/constructor'])('%s where SageMaker asks: 404', async (where) => {
    const response = await fetch(url + where);
    expect(response.status).toBe(404);
    expect((await problem(response)).detail).toContain('/ping, /invocations, /execution-parameters');
  });
});
