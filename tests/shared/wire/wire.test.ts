import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_PROBLEMS, RequestError } from '../../../shared/errors.ts';
import { csvField } from '../../../shared/wire/csv.ts';
import type { BodyForm } from '../../../shared/wire/media.ts';
import { readBody } from '../../../shared/wire/read-body.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { AGE, MIXED, numbers, read, refusal } from '../../support/requests.ts';

type Cell = number | string | boolean;

/** A table in every dialect: what each is called, its body and its form. */
function dialects(names: string[], table: Cell[][]): [string, string, BodyForm][] {
  const records = table.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] as Cell])));
  const columns = Object.fromEntries(names.map((name, at) => [name, table.map((row) => row[at] as Cell)]));
  const order = [...names.keys()].reverse();
  const split = { columns: order.map((at) => names[at]), data: table.map((row) => order.map((at) => row[at])), index: [0] };
  const tensors = order.map((at) => ({
    name: names[at],
    shape: [table.length],
    datatype: 'FP64',
    data: table.map((row) => row[at]),
  }));
  const flat = tensors.map((tensor) => ({ ...tensor, shape: [table.length, 1] }));
  const line = (fields: Cell[]) => fields.map((field) => csvField(String(field))).join(',');
  const bodies: Record<string, unknown> = {
    records,
    rows: table,
    columns,
    'instances of records': { instances: records },
    'instances of rows': { instances: table },
    features: { instances: table.map((features) => ({ features })) },
    'features without instances': table.map((features) => ({ features })),
    split: { dataframe_split: split },
    'records of MLflow': { dataframe_records: records },
    'inputs of columns': { inputs: columns },
    'inputs of records': { inputs: records, params: {} },
    tensors: { id: '1', inputs: tensors, parameters: { type: 'response' } },
    'tensors with one column': { inputs: flat },
  };
  return [
    ...Object.entries(bodies).map(([name, body]): [string, string, BodyForm] => [name, JSON.stringify(body), 'json']),
    [
      'CSV with a header',
      [order.map((at) => names[at] as string), ...table.map((row) => order.map((at) => row[at] as Cell))].map(line).join('\n'),
      'csv',
    ],
    ['CSV with CRLF and a mark', `\ufeff${[names, ...table].map((fields) => `${line(fields)}\r\n`).join('')}`, 'csv'],
    ['CSV without a header', table.map(line).join('\n'), 'csv'],
    ['lines of records', records.map((record) => JSON.stringify(record)).join('\n'), 'jsonlines'],
    ['lines of arrays', `${table.map((row) => JSON.stringify(row)).join('\r\n')}\r\n`, 'jsonlines'],
  ];
}

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const row = fc.tuple(number, fc.boolean(), fc.constantFrom('A', 'B', 'a "quoted", one', 'NA'));

test('a table means the same rows in every dialect', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (table) => {
      const levels = (MIXED.features[2] as { levels: string[] }).levels;
      // JSON and CSV both print -0 as 0.
      const expected = table.flatMap(([age, smoker, wool]) => [age === 0 ? 0 : age, smoker ? 1 : 0, levels.indexOf(wool) + 1]);
      for (const [name, body, form] of dialects(['age', 'smoker', 'wool'], table)) {
        expect([name, ...read(MIXED, body, form)]).toEqual([name, ...expected]);
      }
    }),
    { numRuns: 50 },
  );
});

const NAMES = ['instances', 'inputs', 'dataframe_split', 'dataframe_records', 'parameters', 'params', 'data', 'features', 'columns'];
const MORE_NAMES = [
  'name',
  'datatype',
  'shape',
  'constructor',
  'toString',
  'hasOwnProperty',
  'length',
  'a.b',
  'a/b~c',
  'version',
  'body',
  '1',
  '',
];

test("the model's own names win, whatever its features are called", () => {
  const names = fc.uniqueArray(fc.constantFrom(...NAMES, ...MORE_NAMES), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(names, fc.integer({ min: 1, max: 3 }), (given, rows) => {
      const schema = numbers(...given);
      const table = Array.from({ length: rows }, (_, at) => given.map((_, column) => at * 10 + column));
      const [records, , columns] = dialects(given, table) as [string, string, BodyForm][];
      expect(read(schema, records?.[1])).toEqual(table.flat());
      expect(read(schema, columns?.[1])).toEqual(table.flat());
      expect(read(schema, JSON.parse(records?.[1] as string)[0])).toEqual(table[0]);
    }),
    { numRuns: 200 },
  );
});

test('a wrapper still works for a model that has features called like other members', () => {
  for (const name of ['data', 'columns', 'name', 'shape', 'constructor', '__proto', 'parameters', 'params']) {
    expect(read(numbers(name), { instances: [{ [name]: 1 }, { [name]: 2 }], parameters: { type: 'response' } })).toEqual([1, 2]);
    expect(read(numbers(name), { dataframe_split: { columns: [name], data: [[3]] } })).toEqual([3]);
  }
  expect(read(numbers('features'), { instances: [{ features: 7 }] })).toEqual([7]);
  expect(read(numbers('name', 'data', 'datatype'), { inputs: [{ name: 1, data: 2, datatype: 3 }] })).toEqual([1, 2, 3]);
});

describe('one record, and columns that recycle', () => {
  test('a record', () => expect(read(AGE, { age: 54 })).toEqual([54]));
  test('a record with more than the model asks for', () => expect(read(AGE, { age: 54, name: 'x', notes: { a: [1] } })).toEqual([54]));
  test('a length of 1 and a bare value recycle', () => {
    const schema = numbers('a', 'b', 'c');
    expect(read(schema, { a: [1, 2, 3], b: [9], c: 8 })).toEqual([1, 9, 8, 2, 9, 8, 3, 9, 8]);
    expect(read(schema, { inputs: { a: [1, 2], b: 9, c: [8, 7] } })).toEqual([1, 9, 8, 2, 9, 7]);
  });
  test('other lengths are refused with the column', () => {
    const error = refusal(numbers('a', 'b', 'c'), { a: [1, 2, 3], b: [1, 2], c: [1] });
    expect([error.status, error.problems]).toEqual([422, [{ path: '/b', message: 'found a column of 2, expected 3 or 1' }]]);
  });
  test('a missing column is named once', () => {
    const error = refusal(numbers('a', 'b'), { a: [1, 2, 3] });
    expect(error.problems.map(({ path }) => path)).toEqual(['/b']);
  });
});

test('extra tensors and extra columns are ignored, whatever they hold', () => {
  const age = { name: 'age', shape: [2], datatype: 'FP64', data: [1, 2] };
  expect(read(AGE, { inputs: [{ name: 'id', shape: [3], datatype: 'BYTES', data: ['a', 'b', 'c'] }, age] })).toEqual([1, 2]);
  expect(read(AGE, { inputs: [age, { name: { toString: 1 }, datatype: 'X', data: null }] })).toEqual([1, 2]);
  expect(read(AGE, 'id,age\nx,1\ny,2', 'csv')).toEqual([1, 2]);
});

const SCHEMAS = [AGE, MIXED, numbers('instances', 'features'), numbers('inputs', 'name', 'data'), { ...MIXED, takesMissing: true }];

test('any JSON value is read or refused as the caller’s fault, and nothing else', () => {
  const key = fc.constantFrom('age', 'smoker', 'wool', 'shape', 'datatype', ...NAMES, ...MORE_NAMES);
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(null, true, 0, 1, -1.5, 'A', 'age', '', 'FP64'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(value, fc.constantFrom(...SCHEMAS), (body, schema) => {
      try {
        const { rows, count } = readValue(schema, body);
        expect(rows).toHaveLength(count * schema.features.length);
        if (!schema.takesMissing) expect(rows.every(Number.isFinite)).toBe(true);
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        expect([400, 422]).toContain(error.status);
        expect(error.problems.length).toBeLessThanOrEqual(MAX_PROBLEMS);
      }
    }),
    { numRuns: 3000 },
  );
});

test('any text is read or refused as the caller’s fault, and nothing else', () => {
  const piece = fc.constantFrom(
    'age',
    'wool',
    'A',
    '"',
    ',',
    '\n',
    '\r',
    '{',
    '}',
    '[',
    ']',
    ':',
    '1',
    'NA',
    'null',
    '\\',
    ' ',
    '\ufeff',
    'é',
  );
  fc.assert(
    fc.property(
      fc.string({ unit: piece }),
      fc.constantFrom('json', 'csv', 'jsonlines'),
      fc.constantFrom(...SCHEMAS),
      (text, form, schema) => {
        try {
          readBody(schema, new TextEncoder().encode(text), form as BodyForm);
        } catch (error) {
          if (!(error instanceof RequestError)) throw error;
          expect([400, 422]).toContain(error.status);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
