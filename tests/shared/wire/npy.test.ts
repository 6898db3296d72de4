import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { isArrayOfDoubles, npyOutputs, npyReply } from '../../../shared/api/npy-reply.ts';
import { predictRows } from '../../../shared/predict.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { defaultParameters } from '../../../shared/schema/parameters.ts';
import { readRows } from '../../../shared/schema/rows.ts';
import { outputWidth, toPredictions } from '../../../shared/schema/shape.ts';
import { npyCells, npyHeader, npyRows } from '../../../shared/wire/npy.ts';
import { npyBytes } from '../../../shared/wire/npy-answer.ts';
import { readBody } from '../../../shared/wire/read-body.ts';
import { golden } from '../../support/golden.ts';
import { numbers, read, refusal } from '../../support/requests.ts';

const TWO = numbers('a', 'b');
const rows = (schema: Schema, body: Uint8Array) => read(schema, body, 'npy');

/** What numpy.save() writes of an array: its magic, version and header padded to 64 bytes, then its bytes. */
function npy(header: string, data: Uint8Array, version = 1): Buffer {
  const start = version === 1 ? 10 : 12;
  const padded = `${header}${' '.repeat((64 - ((start + header.length + 1) % 64)) % 64)}\n`;
  const head = Buffer.alloc(start);
  head.write('\x93NUMPY', 'latin1');
  head[6] = version;
  if (version === 1) head.writeUInt16LE(padded.length, 8);
  else head.writeUInt32LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded, 'latin1'), data]);
}
const header = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
const doubles = (...values: number[]) => Buffer.from(Float64Array.from(values).buffer);

test('the bytes that numpy.save() writes of [[54.5, 1], [61, 2]]', () => {
  // np.save(file, np.array([[54.5, 1], [61, 2]])) , NumPy 2.4.6.
  const hex =
    '934e554d5059010076007b276465736372273a20273c6638272c2027666f727472616e5f6f72646572273a2046616c73652c20277368617065273a2028322c2032292c207d' +
    '20'.repeat(58) +
    '0a0000000000404b40000000000000f03f0000000000804e400000000000000040';
  expect(rows(TWO, Buffer.from(hex, 'hex'))).toEqual([54.5, 1, 61, 2]);
  expect(Array.from(readBody(TWO, Buffer.from(hex, 'hex'), 'any').rows)).toEqual([54.5, 1, 61, 2]);
});

describe('every type of numbers, both byte orders, both orders of storage', () => {
  const types: [string, number, (view: DataView, at: number, value: number, little: boolean) => void][] = [
    ['f8', 8, (view, at, value, little) => view.setFloat64(at, value, little)],
    ['f4', 4, (view, at, value, little) => view.setFloat32(at, value, little)],
    ['i1', 1, (view, at, value) => view.setInt8(at, value)],
    ['i2', 2, (view, at, value, little) => view.setInt16(at, value, little)],
    ['i4', 4, (view, at, value, little) => view.setInt32(at, value, little)],
    ['i8', 8, (view, at, value, little) => view.setBigInt64(at, BigInt(value), little)],
    ['u1', 1, (view, at, value) => view.setUint8(at, value)],
    ['u2', 2, (view, at, value, little) => view.setUint16(at, value, little)],
    ['u4', 4, (view, at, value, little) => view.setUint32(at, value, little)],
    ['u8', 8, (view, at, value, little) => view.setBigUint64(at, BigInt(value), little)],
  ];
  test.each(types)('%s', (type, bytes, set) => {
    for (const order of ['<', '>'] as const) {
      const data = new DataView(new ArrayBuffer(6 * bytes));
      for (const [at, value] of [1, 2, 3, 4, 5, 100].entries()) set(data, at * bytes, value, order === '<');
      const body = new Uint8Array(data.buffer);
      expect(rows(TWO, npy(header(order + type, '(3, 2)'), body))).toEqual([1, 2, 3, 4, 5, 100]);
      expect(rows(TWO, npy(header(order + type, '(3, 2)', 'True'), body, 2))).toEqual([1, 4, 2, 5, 3, 100]);
    }
  });
  test('b1', () => expect(rows(TWO, npy(header('|b1', '(1, 2)'), Uint8Array.of(1, 0), 3))).toEqual([1, 0]));
});

test('an array of one dimension is a row, or a column for a model of one feature', () => {
  expect(rows(TWO, npy(header('<f8', '(2,)'), doubles(1, 2)))).toEqual([1, 2]);
  expect(rows(numbers('a'), npy(header('<f8', '(3,)'), doubles(1, 2, 3)))).toEqual([1, 2, 3]);
  expect(rows(numbers('a'), npy(header('<f8', '(2, 1)'), doubles(1, 2)))).toEqual([1, 2]);
  expect(rows(numbers('a'), npy(header('<f8', '()'), doubles(7)))).toEqual([7]);
});

test('NaN is a missing value', () => {
  const body = npy(header('<f8', '(1, 2)'), doubles(1, Number.NaN));
  expect(rows({ ...TWO, takesMissing: true }, body)).toEqual([1, Number.NaN]);
  expect(refusal(TWO, body, 'npy').problems).toEqual([{ path: '/0/1', message: expect.stringContaining('found a missing value') }]);
});

test.each<[string, Uint8Array, number, string]>([
  ['no NumPy', Buffer.from('x'.repeat(200)), 400, 'expected what numpy.save() writes'],
  ['another version', npy(header('<f8', '(1, 2)'), doubles(1, 2), 4), 400, 'found version 4'],
  ['texts', npy(header('<U3', '(1, 2)'), Buffer.alloc(24)), 400, 'send texts as JSON or CSV'],
  ['Python objects', npy(header('|O', '(1, 2)'), Buffer.alloc(24)), 400, 'another type of values'],
  ['named fields', npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", doubles(1)), 400, 'another type of values'],
  ['too few bytes', npy(header('<f8', '(2, 2)'), doubles(1, 2, 3)), 400, 'found 24 bytes behind the header, expected 32'],
  ['too many bytes', npy(header('<f8', '(1, 2)'), doubles(1, 2, 3)), 400, 'found 24 bytes behind the header, expected 16'],
  ['a huge shape', npy(header('<f8', '(99999999999999999999, 2)'), doubles(1, 2)), 400, 'another shape'],
  ['a header that is cut off', npy(header('<f8', '(1, 2)'), doubles(1, 2)).subarray(0, 40), 400, 'found a header of'],
  ['three dimensions', npy(header('<f8', '(1, 1, 2)'), doubles(1, 2)), 400, 'an array of 3 dimensions'],
  ['another width', npy(header('<f8', '(1, 3)'), doubles(1, 2, 3)), 422, 'the array has 3 columns; expected an array of 2: a, b'],
  ['no rows', npy(header('<f8', '(0, 2)'), doubles()), 422, 'there are no rows'],
])('%s is refused', (_, body, status, message) => {
  const error = refusal(TWO, body, 'npy');
  expect([error.status, error.message]).toEqual([status, expect.stringContaining(message)]);
});

describe('an answer as an array', () => {
  test('has the bytes that numpy.save() writes', () => {
    const numbers = npyBytes({ shape: [2], values: [54.5, -0] }, 1_000);
    expect(Buffer.from(numbers)).toEqual(npy(header('<f8', '(2,)'), doubles(54.5, -0)));
    const table = npyBytes({ shape: [2, 2], values: [1, 2, 3, 5e-324] }, 1_000);
    expect(Buffer.from(table)).toEqual(npy(header('<f8', '(2, 2)'), doubles(1, 2, 3, 5e-324)));
    // Four bytes a character, the shorter label padded with zeros; one beyond 16 bits is one character.
    const utf32 = Buffer.from(Uint32Array.of(0x61, 0xe9, 0x1f600, 0).buffer);
    expect(Buffer.from(npyBytes({ shape: [2], values: ['a\u00e9', '\u{1f600}'] }, 1_000))).toEqual(npy(header('<U2', '(2,)'), utf32));
    expect(Buffer.from(npyBytes({ shape: [1], values: [''] }, 1_000))).toEqual(npy(header('<U1', '(1,)'), Buffer.alloc(4)));
  });

  test('is read again by the reader of requests', () => {
    expect(rows(TWO, npyBytes({ shape: [2, 2], values: [54.5, 1, 61, 2] }, 1_000))).toEqual([54.5, 1, 61, 2]);
  });

  test('is refused where it would be too large', () => {
    expect(() => npyBytes({ shape: [1_000], values: Array(1_000).fill(1) }, 1_000)).toThrow(
      'the answer has 8128 bytes; expected fewer rows',
    );
  });
});

test('every NaN is one and the same missing value, whatever its bits', () => {
  const optional: Schema = { ...TWO, takesMissing: true };
  // R's NA, and a negative NaN.
  const data = Buffer.from('a20700000000f07f000000000000f8ff0000000000000040000000000000f83f', 'hex');
  const found = readBody(optional, npy(header('<f8', '(2, 2)'), data), 'npy').rows;
  expect(Buffer.from(found.buffer, found.byteOffset, 32)).toEqual(Buffer.from(Float64Array.of(Number.NaN, Number.NaN, 2, 1.5).buffer));
  expect(data.subarray(0, 2)).toEqual(Buffer.from('a207', 'hex'));
});

test('what most arrays are is read to the rows that its cells give, and nothing else is', () => {
  for (const takesMissing of [true, false])
    for (const values of [
      [1.5, -0, 3, 4],
      [1, Number.NaN, 3, 4],
      [1, 2, 3, Number.POSITIVE_INFINITY],
    ])
      for (const [descr, data] of [
        ['<f8', Float64Array.from(values)],
        ['<f4', Float32Array.from(values)],
      ] as const) {
        const body = npy(header(descr, '(2, 2)'), new Uint8Array(data.buffer));
        // As Node gives a body: not at a place where a double may begin.
        for (const bytes of [body, Buffer.concat([Buffer.alloc(1), body]).subarray(1)]) {
          const schema: Schema = { ...TWO, takesMissing };
          const array = npyHeader(bytes);
          const cells = npyCells(schema, array);
          let expected: Float64Array | undefined;
          try {
            expected = readRows(schema, cells);
          } catch {}
          expect(npyRows(schema, array)?.rows).toEqual(expected);
        }
      }
});

test.each(['iris', 'heart-age', 'heart-probability'])('the doubles of %s make the array that its predictions make', (name) => {
  const model = loadModel(golden(name).file);
  const parameters = defaultParameters(model.schema);
  const outputs = predictRows(model, model.checks.rows, parameters);
  const answer = { ...toPredictions(model.schema, parameters, outputs), model: { name, sha256: '' } };
  const half = Math.floor(outputs.length / outputWidth(model.schema, parameters) / 2) * outputWidth(model.schema, parameters);
  const pieces = [outputs.slice(0, half), outputs.slice(half)];
  if (isArrayOfDoubles(model.schema, parameters))
    expect(Buffer.from(npyOutputs(model.schema, parameters, pieces)).toString('base64')).toBe(npyReply(model.schema, answer).body);
  else expect(model.schema.kind).toBe('classification');
});
