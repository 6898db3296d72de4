import { describe, expect, test } from '@jest/globals';
import { readInference } from '../../../shared/api/v2/infer.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { toBits } from '../../../shared/schema/integer64.ts';
import type { BodyForm } from '../../../shared/wire/media.ts';
import { read, refusal, refusalOf } from '../../support/requests.ts';

const SCHEMA: Schema = {
  kind: 'regression',
  features: [
    { name: 'id', type: 'integer64' },
    { name: 'x', type: 'number' },
  ],
  takesMissing: false,
};
const MOST = 2 ** 53 - 1;
/** Numbers that are none of an integer64, though a double rounds each to a whole number. */
const ROUNDED = ['4503599627370497.5', '9007199254740991.4', '45035996273704975e-1', '5.0000000000000000001', '1e-400'];

const forms: [string, BodyForm, (id: string, x: string) => string][] = [
  ['a record', 'json', (id, x) => `{"id":${id},"x":${x}}`],
  ['records as R writes lists', 'json', (id, x) => `[{"id":[${id}],"x":[${x}]}]`],
  ['rows', 'json', (id, x) => `{"instances":[[${id},${x}]]}`],
  ['columns', 'json', (id, x) => `{"id":[${id}],"x":[${x}]}`],
  ['columns of pandas', 'json', (id, x) => `{"id":{"0":${id}},"x":{"0":${x}}}`],
  ['tensors', 'json', (id, x) => `{"inputs":[${tensor('id', 'INT64', id)},${tensor('x', 'FP64', x)}]}`],
  ['tensors of JSON texts', 'json', (id, x) => `{"inputs":[${jsonTensor('id', id)},${tensor('x', 'FP64', x)}]}`],
  ['JSON Lines', 'jsonlines', (id, x) => `{"id":${id},"x":${x}}\n{"id":7,"x":0}`],
  ['a CSV', 'csv', (id, x) => `id,x\n${id},${x}\n`],
];

function tensor(name: string, datatype: string, value: string): string {
  return `{"name":"${name}","shape":[1],"datatype":"${datatype}","data":[${value}]}`;
}

function jsonTensor(name: string, value: string): string {
  return `{"name":"${name}","shape":[1],"datatype":"BYTES","parameters":{"content_type":"pd_json"},"data":["${value}"]}`;
}

describe.each(forms)('an integer64 in %s', (_, form, body) => {
  test.each(ROUNDED)('that is %s is refused, since it would be rounded', (id) => {
    const { status, problems } = refusal(SCHEMA, body(id, '0.5'), form);
    expect([status, problems.length]).toEqual([422, 1]);
    expect(problems[0]?.message).toMatch(/^feature "id": found .*, expected a whole number from 0 to 9007199254740991 \(integer64\)$/);
    expect(problems[0]?.message).toContain(id);
  });

  test('is read wherever it is a whole number, however it is spelled', () => {
    for (const id of [String(MOST), '4503599627370498.0', '5e0', '0.5e1', '50e-1', '0e-400'])
      expect(read(SCHEMA, body(id, '0.25'), form).slice(0, 2)).toEqual([toBits(Number(id)), 0.25]);
  });

  test('leaves a number beside it as the double nearest to it', () => {
    for (const x of ROUNDED) expect(read(SCHEMA, body('6', x), form).slice(0, 2)).toEqual([toBits(6), Number(x)]);
  });
});

test('an integer64 of an inference request of the protocol is refused likewise', () => {
  const request = (id: string) => Buffer.from(`{"inputs":[${tensor('id', 'INT64', id)},${tensor('x', 'FP64', '1.5')}]}`);
  const { problems } = refusalOf(() => readInference(SCHEMA, request('4503599627370497.5'), undefined));
  expect(problems[0]).toEqual({
    path: '/inputs/0/data/0',
    message: expect.stringContaining('found the number 4503599627370497.5, expected a whole number'),
  });
  expect(readInference(SCHEMA, request('4503599627370497'), undefined).query.rows[0]).toBe(toBits(4503599627370497));
});
