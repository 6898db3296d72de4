import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { answerQuery } from '../../../shared/predict.ts';
import { readBody } from '../../../shared/wire/read-body.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { numbers, read, refusalOf } from '../../support/requests.ts';

const heart = loadModel(fileURLToPath(new URL('../../../model/heart/heart-age.RDS', import.meta.url)));
/** predict() of R for the ages 54, 61 and 55. */
const R = { 54: 0.62656818884906396, 61: 0.12067609232872413, 55: 0.38163065268065316 } as const;
const answer = (body: string) => answerQuery(heart, readBody(heart.schema, Buffer.from(body), 'json')).predictions;

/** What pandas 2 writes of a frame with a column age and the rows 54 and 61. */
test.each([
  ['columns, its default', '{"age":{"0":54,"1":61}}'],
  ['split, bare, as MLflow 1 sends it', '{"columns":["age"],"index":[0,1],"data":[[54],[61]]}'],
  ['index', '{"0":{"age":54},"1":{"age":61}}'],
  ['records', '[{"age":54},{"age":61}]'],
  ['values', '[[54],[61]]'],
  [
    'table',
    '{"schema":{"fields":[{"name":"index","type":"integer"},{"name":"age","type":"integer"}],"primaryKey":["index"],"pandas_version":"1.4.0"},"data":[{"index":0,"age":54},{"index":1,"age":61}]}',
  ],
  ['columns within inputs', '{"inputs":{"age":{"0":54,"1":61}}}'],
  ['split with parameters', '{"columns":["age"],"data":[[54],[61]],"parameters":{"type":"response"}}'],
])('to_json(): %s', (_, body) => expect(answer(body)).toEqual([R[54], R[61]]));

describe('rows keep the order in which their labels were sent', () => {
  test.each([
    ['columns', '{"age":{"10":54,"2":61,"1":55}}'],
    ['columns with spaces and escapes', ' { "note" : {"1":"}"} , "\\u0061ge" : { "10" : 54 , "2":61,\n"1":55 } }'],
    ['index', '{"10":{"age":54},"2":{"age":61},"1":{"age":55}}'],
    ['within inputs', '{"params":{},"inputs":{"age":{"10":54,"2":61,"1":55}}}'],
    ['labels that are texts', '{"age":{"z":54,"y":61,"x":55}}'],
    ['labels of both kinds', '{"age":{"z":54,"2":61,"1":55}}'],
    ['quotes in labels', '{"age":{"a\\"{":54,"2":61,"1":55}}'],
  ])('%s', (_, body) => expect(answer(body)).toEqual([R[54], R[61], R[55]]));

  test('a direct invoke has lost that order, and says so', () => {
    const error = refusalOf(() => readValue(heart.schema, { age: { 10: 54, 2: 61 } }));
    expect([error.status, error.message]).toEqual([422, expect.stringContaining('send orient="split" or orient="records"')]);
    expect(Array.from(readValue(heart.schema, { age: { a: 54, b: 61 } }).rows)).toEqual([54, 61]);
    expect(Array.from(readValue(heart.schema, { age: { 7: 54 } }).rows)).toEqual([54]);
  });
});

describe('what may be meant in two ways is refused, and what is not read names a form that is', () => {
  test('columns whose rows have the names of the features', () => {
    const square = numbers('1', '2');
    const error = refusalOf(() => read(square, '{"1":{"1":5,"2":6},"2":{"1":7,"2":8}}'));
    expect([error.status, error.message]).toEqual([422, expect.stringContaining('may be columns or rows')]);
    expect(read(square, '{"1":{"0":5,"1":6},"2":{"0":7,"1":8}}')).toEqual([5, 7, 6, 8]);
  });
  test('columns with other rows, and one that is no object', () => {
    const [a, b] = ['{"a":{"0":1,"1":2},"b":{"0":3,"2":4}}', '{"a":{"0":1,"1":2},"b":3}'];
    expect(refusalOf(() => read(numbers('a', 'b'), a)).problems[0]).toEqual({
      path: '/b',
      message: 'found an object with other rows, expected an object with the 2 rows of the first column',
    });
    expect(refusalOf(() => read(numbers('a', 'b'), b)).problems[0]?.path).toBe('/b');
    expect(refusalOf(() => read(numbers('a', 'b'), '{"a":{"0":1,"1":"x"},"b":{"0":3,"1":null}}')).problems.map(({ path }) => path)).toEqual(
      ['/a/1', '/b/1'],
    );
    expect(refusalOf(() => read(numbers('a', 'b'), '{"a":{"0":1,"1":2}}')).problems.map(({ path }) => path)).toEqual(['/b']);
  });
  test("the model's own names win", () => {
    expect(read(numbers('columns', 'data'), '{"columns":[1,2],"data":[3,4]}')).toEqual([1, 3, 2, 4]);
    expect(read(numbers('x'), '{"x":[1,2],"columns":["a","b"],"data":[3,4]}')).toEqual([1, 2]);
    expect(read(numbers('index'), '{"columns":["index"],"index":[0,1],"data":[[5],[6]]}')).toEqual([5, 6]);
    expect(read(numbers('index'), '{"columns":["a","b"],"index":[0,1],"data":[5,6]}')).toEqual([0, 1]);
    expect(read(numbers('schema', 'data'), '{"schema":1,"data":2}')).toEqual([1, 2]);
  });
  test('a body without any feature is refused with what would be read, on one line', () => {
    for (const body of ['{"rows":[[54]]}', '{"0":54,"1":61}', '{"data":[54]}', '{"a":{"b":{"age":54}}}']) {
      const { message, status } = refusalOf(() => answer(body));
      expect([body, status, message]).toEqual([body, 422, expect.stringContaining('; send a body such as {"age":')]);
      expect(message).not.toContain('\n');
    }
  });
  test('JSON that was written as JSON twice', () => {
    expect(refusalOf(() => answer(JSON.stringify('[{"age":54}]'))).message).toContain('it was written as JSON twice');
  });
});
