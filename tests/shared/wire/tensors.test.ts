import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { RequestError } from '../../../shared/errors.ts';
import { answerQuery } from '../../../shared/predict.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { readBinaryRequest } from '../../../shared/wire/binary-tensors.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { refusalOf } from '../../support/requests.ts';

const heart = loadModel('model/heart/heart-age.RDS');
/** R's values for the ages 54 and 61. */
const R = [0.62656818884906396, 0.12067609232872413];
const answer = (body: unknown) => answerQuery(heart, readValue(heart.schema, body)).predictions;
const age = (rest: object) => ({ name: 'age', shape: [2, 1], datatype: 'INT64', data: [54, 61], ...rest });

const people: Schema = {
  kind: 'regression',
  features: [
    { name: 'age', type: 'number' },
    { name: 'smoker', type: 'logical' },
    { name: 'sex', type: 'factor', levels: ['female', 'male'] },
  ],
  takesMissing: true,
};
const rowsOf = (body: unknown) => Array.from(readValue(people, body).rows);

describe('tensors of the Open Inference Protocol', () => {
  test.each<[string, object]>([
    ["MLServer's PandasCodec", { parameters: { content_type: 'pd' }, inputs: [age({})] }],
    [
      "MLServer's NumpyRequestCodec",
      { parameters: { content_type: 'np' }, inputs: [age({ name: 'input-0', parameters: { content_type: 'np' } })] },
    ],
    ['one tensor of all features, nested', { inputs: [age({ name: 'predict', datatype: 'FP64', data: [[54], [61]] })] }],
    ['a column that is nested as its shape says', { inputs: [age({ datatype: 'FP64', data: [[54], [61]] })] }],
    ['a column alone', { id: '1', inputs: [age({ shape: [2] })] }],
  ])("%s has R's numbers", (_, body) => expect(answer(body)).toEqual(R));

  test('one tensor of BYTES has numbers and labels spelled, as CSV has', () => {
    const matrix = { name: 'x', shape: [2, 3], datatype: 'BYTES', data: ['54', 'true', 'male', '61.5', '0', 'female'] };
    expect(rowsOf({ inputs: [matrix] })).toEqual([54, 1, 2, 61.5, 0, 1]);
  });

  test('labels as BYTES in plain text, in base64 and as JSON, missing ones as null', () => {
    const inputs = [
      { name: 'age', shape: [2], datatype: 'FP32', data: [1, null] },
      { name: 'smoker', shape: [2, 1], datatype: 'BOOL', data: [[true], [false]] },
      { name: 'sex', shape: [2], datatype: 'BYTES', data: ['male', 'female'], parameters: { content_type: 'str' } },
    ];
    expect(rowsOf({ inputs })).toEqual([1, 1, 2, Number.NaN, 0, 1]);
    const coded = (data: unknown[], content_type: string) => ({ ...inputs[2], data, parameters: { content_type } });
    expect(rowsOf({ inputs: [...inputs.slice(0, 2), coded(['bWFsZQ==', 'ZmVtYWxl'], 'base64')] })).toEqual([1, 1, 2, Number.NaN, 0, 1]);
    expect(rowsOf({ inputs: [...inputs.slice(0, 2), coded(['"male"', 'null'], 'pd_json')] })).toEqual([1, 1, 2, Number.NaN, 0, Number.NaN]);
  });

  test.each<[string, object, string, string]>([
    ['a shape with too few columns', { name: 'x', shape: [1, 2], data: [1, 2] }, '/inputs/0/shape', 'one of shape [rows, 3]'],
    ['data of another length', { name: 'x', shape: [2, 3], data: [1, 2] }, '/inputs/0/data', 'found 2 values, expected 6'],
    ['data nested in another way', { name: 'x', shape: [2, 3], data: [[1, 2, 3], [4]] }, '/inputs/0/data', 'nested in another way'],
    [
      'a fraction in a tensor of integers',
      { name: 'x', shape: [1, 3], datatype: 'INT8', data: [1, 2.5, 3] },
      '/inputs/0/data',
      'found 2.5',
    ],
    ['a datatype that there is not', { name: 'age', shape: [1], datatype: 'FP8', data: [1] }, '/inputs/0/datatype', 'FP8'],
    [
      'a content type that is not read',
      { name: 'age', shape: [1], data: [1], parameters: { content_type: 'hg' } },
      '/inputs/0/parameters/content_type',
      'np, pd',
    ],
  ])('%s is 422', (_, input, path, words) => {
    const error = refusalOf(() => readValue(people, { inputs: [{ datatype: 'FP64', ...input }] }));
    expect(error.status).toBe(422);
    expect(error.problems[0]).toEqual({ path, message: expect.stringContaining(words) });
  });

  test('a content type of the request that is not read is 422', () => {
    const error = refusalOf(() => readValue(heart.schema, { parameters: { content_type: 'hg_tf' }, inputs: [age({})] }));
    expect(error.problems).toEqual([{ path: '/parameters/content_type', message: expect.stringContaining('hg_tf') }]);
  });
});

/** A request with binary tensors: its JSON, and the data of each behind it. */
function binary(inputs: [object, Uint8Array][], rest: object = {}): { body: Uint8Array; length: string } {
  const head = Buffer.from(
    JSON.stringify({ ...rest, inputs: inputs.map(([input, { length }]) => ({ ...input, parameters: { binary_data_size: length } })) }),
  );
  return { body: Buffer.concat([head, ...inputs.map(([, data]) => data)]), length: String(head.length) };
}

describe('binary tensors', () => {
  const bytes = (...values: number[]) => Uint8Array.from(values);
  const view = (array: { buffer: ArrayBufferLike }) => new Uint8Array(array.buffer);

  test.each<[string, Uint8Array, unknown[]]>([
    ['FP64', view(Float64Array.of(0.1, Number.NaN, -0)), [0.1, null, -0]],
    ['FP32', view(Float32Array.of(0.1)), [Math.fround(0.1)]],
    ['FP16', bytes(0x00, 0x3c, 0x01, 0x00, 0x00, 0xfc, 0x01, 0x7c), [1, 2 ** -24, Number.NEGATIVE_INFINITY, null]],
    ['BF16', bytes(0x80, 0x3f, 0x49, 0xc0), [1, -3.140625]],
    ['INT64', view(BigInt64Array.of(-5n, 9007199254740991n)), [-5, 9007199254740991]],
    ['UINT64', view(BigUint64Array.of(7n)), [7]],
    ['INT32', view(Int32Array.of(-2)), [-2]],
    ['UINT32', view(Uint32Array.of(4294967295)), [4294967295]],
    ['INT16', view(Int16Array.of(-3)), [-3]],
    ['UINT16', view(Uint16Array.of(65535)), [65535]],
    ['INT8', bytes(255), [-1]],
    ['UINT8', bytes(255), [255]],
    ['BOOL', bytes(0, 1), [false, true]],
    ['BYTES', bytes(2, 0, 0, 0, 0xc3, 0xa9, 0, 0, 0, 0), ['é', '']],
  ])('of %s are read', (datatype, data, expected) => {
    const { body, length } = binary([[{ name: 'x', datatype, shape: [expected.length] }, data]]);
    expect(readBinaryRequest(body, length).value).toMatchObject({ inputs: [{ name: 'x', data: expected }] });
  });

  test('lie one behind the other, beside tensors that are JSON', () => {
    const { body, length } = binary([
      [{ name: 'sex', datatype: 'BYTES', shape: [1] }, bytes(4, 0, 0, 0, ...Buffer.from('male'))],
      [{ name: 'age', datatype: 'FP64', shape: [1] }, view(Float64Array.of(54))],
    ]);
    const { value } = readBinaryRequest(body, length) as { value: { inputs: object[] } };
    expect(rowsOf({ inputs: [...value.inputs, { name: 'smoker', datatype: 'BOOL', shape: [1], data: [true] }] })).toEqual([54, 1, 2]);
  });

  const sized = (input: object, data: Uint8Array) => binary([[{ name: 'x', shape: [1], ...input }, data]]);
  test.each<[string, { body: Uint8Array; length: string }, string]>([
    ['a length of the JSON over the body', { ...sized({ datatype: 'FP64' }, bytes()), length: '9999' }, 'inference-header-content-length'],
    ['a length that is no number', { ...sized({ datatype: 'FP64' }, bytes()), length: '-1' }, 'inference-header-content-length'],
    ['bytes that are no whole values', sized({ datatype: 'FP64' }, bytes(1, 2, 3)), 'expected 8 for each value'],
    ['a datatype that there is not', sized({ datatype: 'FP8' }, bytes(1)), 'datatype'],
    ['a text that is cut off', sized({ datatype: 'BYTES' }, bytes(9, 0, 0, 0, 65)), 'text 1 is cut off'],
    ['a text that is not UTF-8', sized({ datatype: 'BYTES' }, bytes(1, 0, 0, 0, 255)), 'not UTF-8'],
  ])('%s is 400', (_, { body, length }, words) => {
    expect(() => readBinaryRequest(body, length)).toThrow(RequestError);
    try {
      readBinaryRequest(body, length);
    } catch (error) {
      const { status, message, problems } = error as RequestError;
      expect([status, `${message} ${JSON.stringify(problems)}`]).toEqual([400, expect.stringContaining(words)]);
    }
  });

  test('bytes behind the last tensor, and fewer than announced, are 400', () => {
    const { body, length } = sized({ datatype: 'FP64' }, view(Float64Array.of(1)));
    expect(() => readBinaryRequest(Buffer.concat([body, bytes(0)]), length)).toThrow('1 bytes behind the last tensor');
    expect(() => readBinaryRequest(body.subarray(0, -1), length)).toThrow('does not fit its tensors');
  });
});
