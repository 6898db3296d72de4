import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { MAX_PROBLEMS, type RequestError } from '../../../shared/errors.ts';
import { computeQuery } from '../../../shared/predict.ts';
import type { BodyForm } from '../../../shared/wire/media.ts';
import { readBody } from '../../../shared/wire/read-body.ts';
import { errorOf } from '../../support/error-of.ts';
import { golden } from '../../support/golden.ts';
import { AGE, numbers, read, refusal } from '../../support/requests.ts';

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
  test.each(['instances', 'dataframe_records', 'inputs'])('are taken beside %s, and those unknown are listed with the rows', (wrapper) => {
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

test('parameters and params together are refused, since one of them would go unheard', () => {
  expect(refusal(AGE, { instances: [[1]], parameters: {}, params: {} }).message).toContain('together');
});

describe('all problems are listed at once', () => {
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

  test('a feature under another name is listed with that name, in every dialect with names', () => {
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

  test('names that are no feature are listed up to three, and not at any length', () => {
    const keys = ['a'.repeat(1_000), 'b', 'c', 'd', 'e'];
    const { message = '' } = refusal(AGE, Object.fromEntries(keys.map((key) => [key, 1]))).problems[0] ?? {};
    expect(message).toContain(`found "${'a'.repeat(40)}...", "b", "c" and 2 more, which this model does not have`);
    const huge = Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`x${at}`, 1]));
    expect(refusal(AGE, huge).problems[0]?.message).toContain('found "x0", "x1", "x2" and many more, which this model does not have');
    const many = Array.from({ length: 150 }, (_, row) => Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`x${row}_${at}`, 1])));
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

test('every row without a finite answer is named at once, up to 100', () => {
  const model = loadModel(golden('days-inverse-glm').file);
  const refused = (rows: number[]) =>
    errorOf(() => computeQuery(model, readBody(model.schema, Buffer.from(`dose\n${rows.join('\n')}\n`), 'csv')));
  const [one, some, many] = [[1e9], [0.5, 1e9, 0.5, 1e9], Array.from({ length: 1_000 }, () => 1e9)].map(refused) as RequestError[];
  expect([one?.status, one?.message, one?.problems.map(({ path }) => path)]).toEqual([
    422,
    'the model has no finite answer for row 1',
    ['/0'],
  ]);
  expect([some?.message, some?.problems.map(({ path }) => path)]).toEqual([
    'the model has no finite answer for row 2 and others',
    ['/1', '/3'],
  ]);
  expect(many?.problems).toHaveLength(MAX_PROBLEMS);
});
