import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_PROBLEMS, RequestError } from '../../../shared/errors.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import { csvField } from '../../../shared/wire/csv.ts';
import type { BodyForm } from '../../../shared/wire/media.ts';
import { readBody, readValue } from '../../../shared/wire/wire.ts';

type Cell = number | string | boolean;

const SCHEMA: Schema = {
  kind: 'regression',
  features: [
    { name: 'age', type: 'number' },
    { name: 'smoker', type: 'logical' },
    { name: 'wool', type: 'factor', levels: ['A', 'B', 'a "quoted", one', 'NA'] },
  ],
  takesMissing: false,
};
const AGE: Schema = { kind: 'regression', features: [{ name: 'age', type: 'number' }], takesMissing: false };

function numbers(...names: string[]): Schema {
  return { kind: 'regression', features: names.map((name): Feature => ({ name, type: 'number' })), takesMissing: false };
}

/** The rows of a body, as a plain array. */
function read(schema: Schema, body: unknown, form: BodyForm = 'json'): number[] {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const query = readBody(schema, new TextEncoder().encode(text), form);
  expect(query.rows).toHaveLength(query.count * schema.features.length);
  return Array.from(query.rows);
}

/** The refusal of a body; anything but a RequestError fails the test. */
function refusal(schema: Schema, body: unknown, form: BodyForm = 'json'): RequestError {
  try {
    read(schema, body, form);
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(body)} was read`);
}

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
      const levels = (SCHEMA.features[2] as { levels: string[] }).levels;
      // JSON and CSV both print -0 as 0.
      const expected = table.flatMap(([age, smoker, wool]) => [age === 0 ? 0 : age, smoker ? 1 : 0, levels.indexOf(wool) + 1]);
      for (const [name, body, form] of dialects(['age', 'smoker', 'wool'], table)) {
        expect([name, ...read(SCHEMA, body, form)]).toEqual([name, ...expected]);
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
    fc.property(names, fc.integer({ min: 1, max: 3 }), (own, rows) => {
      const schema = numbers(...own);
      const table = Array.from({ length: rows }, (_, at) => own.map((_, column) => at * 10 + column));
      const [records, , columns] = dialects(own, table) as [string, string, BodyForm][];
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
  test('a missing column is told once', () => {
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

describe('values', () => {
  const one = (feature: Feature): Schema => ({ kind: 'regression', features: [feature], takesMissing: false });
  const flag = one({ name: 'x', type: 'logical' });
  const factor = one({ name: 'x', type: 'factor', levels: ['1', 'NA', ' b', ''] });

  test('a logical takes true, false, 1 and 0, and as CSV what R writes', () => {
    expect(read(flag, [{ x: true }, { x: false }, { x: 1 }, { x: 0 }])).toEqual([1, 0, 1, 0]);
    expect(read(flag, 'x\ntrue\nFALSE\nT\nF\n1\n0\n True ', 'csv')).toEqual([1, 0, 1, 0, 1, 0, 1]);
    for (const wrong of [2, -1, 0.5, 'true', 'yes', [], {}]) expect(refusal(flag, [{ x: wrong }]).status).toBe(422);
    expect(refusal(flag, 'x\nyes', 'csv').status).toBe(422);
  });

  test('a factor takes its label, exactly, and never a code', () => {
    expect(read(factor, [{ x: '1' }, { x: 'NA' }, { x: ' b' }, { x: '' }])).toEqual([1, 2, 3, 4]);
    expect(read(factor, 'x\n1\nNA\n b\n""', 'csv')).toEqual([1, 2, 3, 4]);
    for (const wrong of [1, true, 'b', ' 1', 'constructor', null]) expect(refusal(factor, [{ x: wrong }]).status).toBe(422);
  });

  test('an unknown level names the levels there are, ten at most', () => {
    const levels = Array.from({ length: 12 }, (_, at) => `l${at}`);
    const [problem] = refusal(one({ name: 'x', type: 'factor', levels }), { x: 'other' }).problems;
    expect(problem?.message).toContain('found the text "other", expected one of "l0"');
    expect(problem?.message).toContain('"l9" and 2 more');
  });

  test('a number feature takes finite numbers, and in CSV alone a text that spells one', () => {
    expect(read(AGE, '{"age":[1e308,-0.5,5e-324]}')).toEqual([1e308, -0.5, 5e-324]);
    expect(read(AGE, 'age\n1e3\n +2.5 \n.5\n7.', 'csv')).toEqual([1000, 2.5, 0.5, 7]);
    for (const wrong of ['54', [1, 2], [], [[1]], {}, null]) expect(refusal(AGE, [{ age: wrong }]).status).toBe(422);
    for (const wrong of ['0x10', '1e999', 'NaN', 'Inf', '1_000', '1,5', '--1', '1e', 'e1', '.']) {
      expect([wrong, refusal(AGE, `age\n"${wrong}"`, 'csv').status]).toEqual([wrong, 422]);
    }
  });

  test('1e999 is told as too large for a double', () => {
    expect(refusal(AGE, '{"age":1e999}')).toMatchObject({ status: 422, problems: [{ path: '/age' }] });
    expect(refusal(AGE, '{"age":-1e999}').problems[0]?.message).toContain('a number too large for a double');
  });

  test('a missing value is refused where the model has no answer for it, and NaN where it has', () => {
    const missing: [unknown, BodyForm][] = [
      [{ age: null }, 'json'],
      [[[null]], 'json'],
      ['age\nNA', 'csv'],
      ['age\n""', 'csv'],
      ['NA', 'csv'],
      ['{"age":null}', 'jsonlines'],
    ];
    for (const [body, form] of missing) {
      const error = refusal(AGE, body, form);
      expect([error.status, error.problems.length]).toEqual([422, 1]);
      expect(error.problems[0]?.message).toContain('no answer for missing values');
      expect(read({ ...AGE, takesMissing: true }, body, form)).toEqual([Number.NaN]);
    }
    // A column that is not there is no missing value.
    expect(refusal({ ...AGE, takesMissing: true }, {}).problems[0]?.message).toContain('feature "age" is missing');
  });
});

describe('CSV', () => {
  const schema = numbers('1', '2', 'age');

  test('a first line that is both a header and a row is refused, since either way may be wrong', () => {
    for (const text of ['1,2\n3,4', '2,1\n3,4', '2,1'])
      expect(refusal(numbers('1', '2'), text, 'csv').message).toContain('both a header and a row');
    const level: Schema = { ...AGE, features: [{ name: 'f', type: 'factor', levels: ['f', 'g'] }] };
    expect(refusal(level, 'f\nf\ng', 'csv').status).toBe(422);
    expect(read(level, 'g\nf', 'csv')).toEqual([2, 1]);
  });
  test('a line of numbers some of which are names of features is a row, unless it is no row', () => {
    expect(read(numbers('1', '2'), '1,3\n3,4', 'csv')).toEqual([1, 3, 3, 4]);
    expect(read(schema, 'age,2,1\n3,4,5', 'csv')).toEqual([5, 4, 3]);
  });
  test('names may be quoted, or have spaces around them', () => {
    expect(read(AGE, '"id","age"\n1,2', 'csv')).toEqual([2]);
    expect(read(AGE, ' id , age \n1,2', 'csv')).toEqual([2]);
  });
  test('a line too short or too long is told by its number, with the other problems', () => {
    const error = refusal(schema, 'age,1,2\n1,2\n1,2,3,4\n1,x,3', 'csv');
    expect(error.status).toBe(422);
    expect(error.problems.map(({ path }) => path)).toEqual(['/0', '/1', '/2/1']);
    expect(error.problems[0]?.message).toBe('found 2 fields on line 2, expected 3 fields, as the header line has');
  });
  test('semicolons and tabs are read as R writes them, where commas do not fit', () => {
    const two = numbers('age', 'weight');
    const wool: Schema = { ...AGE, features: [{ name: 'wool', type: 'factor', levels: ['A;B', 'C'] }] };
    const good: [Schema, string, number[]][] = [
      [AGE, 'age;sex\n54;1', [54]],
      [AGE, 'age\tsex\n54\t1', [54]],
      [two, 'age;weight\n54;70', [54, 70]],
      // As R's write.csv2 writes them.
      [two, '"age";"weight"\r\n54,5;70,25\r\n', [54.5, 70.25]],
      [two, '\ufeffage;weight\n54;70', [54, 70]],
      [two, '54\t70', [54, 70]],
      [two, '54,5;70', [54.5, 70]],
      [wool, 'wool;x\nC;1', [2]],
      // Where commas fit, what else stands in a field is its own matter.
      [wool, 'A;B\nC', [1, 2]],
      [AGE, 'note;a,age\nx;y,54', [54]],
      [AGE, ' 54\t\n', [54]],
    ];
    for (const [model, text, expected] of good) expect([text, ...read(model, text, 'csv')]).toEqual([text, ...expected]);
    expect(refusal(two, 'weight;age;x', 'csv').message).toContain('there are no rows');
    expect(refusal(AGE, '54;1', 'csv').problems[0]?.message).toBe('found 2 fields on line 1, expected 1 field: age');
    expect(refusal(wool, 'D;E', 'csv').problems[0]?.message).toContain('found the text "D;E"');
    expect(refusal(two, 'age,weight\n1;2,3', 'csv').problems[0]?.path).toBe('/0/age');
    expect(refusal(two, '1,2,3', 'csv').problems[0]?.message).toBe('found 3 fields on line 1, expected 2 fields: age, weight');
  });
  test('a header alone is no row', () => expect(refusal(AGE, 'age\n', 'csv')).toMatchObject({ status: 422 }));
  test('a feature twice is refused', () => expect(refusal(AGE, 'age,age\n1,2', 'csv')).toMatchObject({ status: 422 }));
  test('a missing column is told once', () => {
    expect(refusal(numbers('a', 'b'), 'a\n1\n2\n3', 'csv').problems.map(({ path }) => path)).toEqual(['/0/b']);
  });
  test('a wide header with unknown names costs no more than it is long', () => {
    const wide = numbers(...Array.from({ length: 2000 }, (_, at) => `f${at}`));
    const start = performance.now();
    expect(refusal(wide, `f0,${'x,'.repeat(1_000_000)}y\n1`, 'csv').status).toBe(422);
    expect(refusal(wide, { dataframe_split: { columns: ['f0', ...Array(500_000).fill('x')], data: [[1]] } }).status).toBe(422);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('what no dialect fits, and what is no body, is 400', () => {
  test.each<[string, BodyForm]>([
    ['', 'json'],
    [' \n', 'csv'],
    ['', 'jsonlines'],
    ['1', 'json'],
    ['"age"', 'json'],
    ['null', 'json'],
    ['true', 'json'],
    ['[1,2]', 'json'],
    ['[null]', 'json'],
    ['["a"]', 'json'],
    ['{"instances":1}', 'json'],
    ['{"instances":{"age":1}}', 'json'],
    ['{"instances":[1]}', 'json'],
    ['{"inputs":"x"}', 'json'],
    ['{"inputs":null}', 'json'],
    ['{"dataframe_records":null}', 'json'],
    ['{"dataframe_split":[]}', 'json'],
    ['{"dataframe_split":{"columns":["age"]}}', 'json'],
    ['{"dataframe_split":{"columns":[1],"data":[[1]]}}', 'json'],
    ['{"instances":[[1]],"inputs":[[1]]}', 'json'],
    ['{"age":1,"age":2}', 'json'],
    ['{"__proto__":{"age":1}}', 'json'],
    ['{"age":NaN}', 'json'],
    ['{"age":Infinity}', 'json'],
    ['[[[[[[[[[1]]]]]]]]]', 'json'],
    ['age=54', 'json'],
    ['{"age":1}\n{"age":', 'jsonlines'],
    ['"age', 'csv'],
  ])('%s as %s', (body, form) => {
    expect(refusal(AGE, body, form).status).toBe(400);
  });

  test('bytes that are not UTF-8', () => {
    for (const form of ['json', 'csv', 'jsonlines'] as const) {
      expect(() => readBody(AGE, Uint8Array.of(0x22, 0xe7, 0x22), form)).toThrow('not UTF-8');
    }
  });

  test('JSON Lines name the line', () => {
    expect(refusal(AGE, '{"age":1}\n{"age":NaN}', 'jsonlines').message).toContain('line 2 is not JSON');
  });
});

describe('what was read but does not fit is 422', () => {
  test.each<[string, BodyForm, string]>([
    ['[]', 'json', 'there are no rows'],
    ['{"instances":[]}', 'json', 'there are no rows'],
    ['{"inputs":[]}', 'json', 'there are no rows'],
    ['{"age":[]}', 'json', 'there are no rows'],
    ['{"dataframe_split":{"columns":["age"],"data":[]}}', 'json', 'there are no rows'],
    ['{"inputs":[{"name":"age","shape":[0],"datatype":"FP64","data":[]}]}', 'json', 'there are no rows'],
    ['{}', 'json', 'does not fit'],
    ['{"height":1}', 'json', 'does not fit'],
    ['[[1,2]]', 'json', 'does not fit'],
    ['[[1],{"age":2}]', 'json', 'does not fit'],
    ['[{"age":2},[1]]', 'json', 'does not fit'],
    ['{"instances":[{"features":[1]},{"age":1}]}', 'json', 'does not fit'],
    ['{"dataframe_split":{"columns":["age","age"],"data":[[1,2]]}}', 'json', 'given twice'],
    ['{"dataframe_split":{"columns":["age"],"data":[1]}}', 'json', 'does not fit'],
    ['{"inputs":[{"name":"age","shape":[2],"datatype":"FP64","data":[1]}]}', 'json', 'tensors'],
    ['{"inputs":[{"name":"age","datatype":"FP64","data":[1]}]}', 'json', 'tensors'],
    ['{"inputs":[{"name":"age","shape":[1],"datatype":"FP64","data":1}]}', 'json', 'tensors'],
    ['{"inputs":[{"name":"x","shape":[1],"datatype":"FP64","data":[1]}]}', 'json', 'does not fit'],
    ['5\n[1,2]', 'jsonlines', '2 things do not fit'],
    ['{"age":54,"parameters":{"type":"terminalNodes"}}', 'json', 'parameters do not stand in a record'],
    ['[{"age":54,"parameters":{"type":"terminalNodes"}}]', 'json', 'does not fit'],
    ['{"age":54}\n{"age":54,"params":{}}', 'jsonlines', 'does not fit'],
  ])('%s', (body, form, message) => {
    const error = refusal(AGE, body, form);
    expect([error.status, error.message]).toEqual([422, expect.stringContaining(message)]);
  });
});

describe('parameters', () => {
  test.each(['instances', 'dataframe_records', 'inputs'])('are taken beside %s, and those unknown are told with the rows', (wrapper) => {
    expect(read(AGE, { [wrapper]: [{ age: 1 }], parameters: { type: 'response' } })).toEqual([1]);
    const error = refusal(AGE, { [wrapper]: [{ age: 'x' }], parameters: { type: 'se', 'a/b': 1 } });
    expect(error.problems.map(({ path }) => path)).toEqual(['/parameters/type', '/parameters/a~1b', `/${wrapper}/0/age`]);
  });
  test("MLflow's params are taken too", () => {
    expect(read(AGE, { instances: [[1]], params: { type: 'response' } })).toEqual([1]);
    expect(refusal(AGE, { instances: [[1]], params: { seed: 1 } }).problems[0]?.path).toBe('/params/seed');
  });
  test('must be an object', () => {
    for (const wrong of [1, [], null, 'x']) expect(refusal(AGE, { instances: [[1]], parameters: wrong }).status).toBe(422);
  });
});

describe('all problems are told at once', () => {
  test('each with its path, in every dialect', () => {
    const names = ['a/b', 'c~d'];
    const problems = (body: unknown, form?: BodyForm) => refusal(numbers(...names), body, form).problems.map(({ path }) => path);
    expect(problems([{ 'a/b': 'x' }, { 'a/b': 1, 'c~d': null }])).toEqual(['/0/a~1b', '/0/c~0d', '/1/c~0d']);
    expect(problems({ 'a/b': [1, 'x'], 'c~d': {} })).toEqual(['/c~0d', '/a~1b/1', '/c~0d']);
    expect(problems([[1, 'x'], [1]])).toEqual(['/0/1', '/1']);
    expect(problems({ instances: [{ features: ['x', 1] }] })).toEqual(['/instances/0/features/0']);
    expect(
      problems({
        dataframe_split: {
          columns: ['x', 'c~d'],
          data: [
            [1, 'y'],
            [2, 3],
          ],
        },
      }),
    ).toEqual(['/dataframe_split/columns', '/dataframe_split/data/0/1']);
    expect(problems('a/b,c~d\nx,y', 'csv')).toEqual(['/0/a~1b', '/0/c~0d']);
    expect(problems('{"a/b":1}\n[1,"x"]', 'jsonlines')).toEqual(['/0/c~0d', '/1/1']);
  });

  test('a feature under another name is told with that name, in every dialect with names', () => {
    const wrong = { years: [3, 4], sex: ['f', 'm'] };
    const records = [0, 1].map((at) => ({ years: wrong.years[at], sex: wrong.sex[at] }));
    const split = { columns: ['years', 'sex'], data: records.map(({ years, sex }) => [years, sex]) };
    const tensors = Object.entries(wrong).map(([name, data]) => ({ name, shape: [2], datatype: 'FP64', data }));
    const bodies: [unknown, BodyForm, string[]][] = [
      [records[0], 'json', ['/age']],
      [records, 'json', ['/0/age', '/1/age']],
      [wrong, 'json', ['/age']],
      [{ instances: records }, 'json', ['/instances/0/age', '/instances/1/age']],
      [{ dataframe_records: records }, 'json', ['/dataframe_records/0/age', '/dataframe_records/1/age']],
      [{ dataframe_split: split }, 'json', ['/dataframe_split/columns']],
      [{ inputs: wrong }, 'json', ['/inputs/age']],
      [{ inputs: tensors }, 'json', ['/inputs']],
      [records.map((record) => JSON.stringify(record)).join('\n'), 'jsonlines', ['/0/age', '/1/age']],
    ];
    const message = 'feature "age" is missing; expected a finite number; found "years", "sex", which this model does not have';
    for (const [body, form, paths] of bodies) {
      expect(refusal(AGE, body, form).problems).toEqual(paths.map((at) => ({ path: at, message })));
    }
    const [problem] = refusal(numbers('age', 'weight'), 'weight,years\n1,2', 'csv').problems;
    expect(problem?.message).toBe('feature "age" is missing; expected a finite number; found "years", which this model does not have');
    expect(refusal(AGE, {}).problems[0]?.message).toBe('feature "age" is missing; expected a finite number');
  });

  test('names that are no feature are told up to three, and not at any length', () => {
    const keys = ['a'.repeat(1_000), 'b', 'c', 'd', 'e'];
    const { message = '' } = refusal(AGE, Object.fromEntries(keys.map((key) => [key, 1]))).problems[0] ?? {};
    expect(message).toContain(`found "${'a'.repeat(40)}...", "b", "c" and 2 more, which this model does not have`);
    const huge = Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`x${at}`, 1]));
    expect(refusal(AGE, huge).problems[0]?.message).toContain('found "x0", "x1", "x2" and many more, which this model does not have');
    const many = Array.from({ length: 300 }, (_, row) => Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`x${row}_${at}`, 1])));
    expect(refusal(numbers('a', 'b', 'c'), many).problems).toHaveLength(MAX_PROBLEMS);
  });

  test('up to a hundred, and the detail has their number', () => {
    const error = refusal(
      AGE,
      Array.from({ length: 250 }, () => ({ age: 'x' })),
    );
    expect(error.problems).toHaveLength(MAX_PROBLEMS);
    expect(error.message).toContain('250 things do not fit the model (the first 100 are listed)');
  });

  test('never more than a hundred, wherever they come from', () => {
    const keys = Array.from({ length: 150 }, (_, at) => `p${at}`);
    const parameters = Object.fromEntries(keys.map((key) => [key, 1]));
    expect(refusal(AGE, { instances: [[1]], parameters }).problems).toHaveLength(MAX_PROBLEMS);
    const columns = Object.fromEntries(keys.map((key, at) => [key, Array(at === 0 ? 3 : 2).fill(1)]));
    expect(refusal(numbers(...keys), columns).problems).toHaveLength(MAX_PROBLEMS);
    const tensors = keys.map((name) => ({ name, shape: [2], datatype: 'FP64', data: [1] }));
    expect(refusal(numbers(...keys), { inputs: tensors }).problems).toHaveLength(MAX_PROBLEMS);
  });
});

test('too many rows are 413 with both numbers', () => {
  const body = new TextEncoder().encode('[[1],[2],[3]]');
  expect(() => readBody(AGE, body, 'json', 2)).toThrow(
    expect.objectContaining({ status: 413, message: '3 rows; expected at most 2 in one request' }),
  );
  expect(readBody(AGE, body, 'json', 3).count).toBe(3);
});

const SCHEMAS = [AGE, SCHEMA, numbers('instances', 'features'), numbers('inputs', 'name', 'data'), { ...SCHEMA, takesMissing: true }];

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

test('parameters and params together are refused, since one of them would go unheard', () => {
  expect(refusal(AGE, { instances: [[1]], parameters: {}, params: {} }).message).toContain('together');
});
