import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { verify } from '../../../model/artifact/verify.ts';
import { answerQuery } from '../../../shared/predict.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { DIALECTS } from '../../../shared/wire/dialects/dialects.ts';
import { findDialect } from '../../../shared/wire/dialects/find.ts';
import { formOf } from '../../../shared/wire/form.ts';
import { bodyForm, type DeclaredForm } from '../../../shared/wire/media.ts';
import { readBody } from '../../../shared/wire/read-body.ts';
import { numbers, read, refusalOf } from '../../support/requests.ts';

const at = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const heart = loadModel(at('../model/heart/heart-age.RDS'));
/** predict() of R for the ages 54, 55 and 61. */
const [R54, R55, R61] = [0.62656818884906396, 0.38163065268065316, 0.12067609232872413];
const answer = (body: string | Uint8Array, form: DeclaredForm) =>
  answerQuery(heart, readBody(heart.schema, Buffer.from(body), form)).predictions;

test.each<[string, string, DeclaredForm, number[]]>([
  ['features alone', '{"features":[54]}', 'json', [R54]],
  ['features alone, as rows', '{"features":[[54],[55]]}', 'json', [R54, R55]],
  ['features as JSON Lines', '{"features":[54]}\n{"features":[55]}\n', 'jsonlines', [R54, R55]],
  ['features and parameters', '{"features":[54],"parameters":{"type":["response"]}}', 'json', [R54]],
  ['blank last lines of CSV', '54\n61\n\n', 'csv', [R54, R61]],
  ['blank lines of CSV', '\nage\r\n54\r\n\r\n61\r\n \r\n\r\n', 'csv', [R54, R61]],
  ['blank lines of JSON Lines', '{"age":54}\n\n{"age":55}\n\n', 'jsonlines', [R54, R55]],
  ['CSV as text/plain', 'age\n54\n61\n', 'any', [R54, R61]],
  ['CSV as curl sends it', '54', 'fields', [R54]],
  ['JSON as curl sends it', ' [{"age":54}]', 'fields', [R54]],
  ['JSON Lines that nobody declared', '\ufeff{"age":54}\n{"age":55}', 'any', [R54, R55]],
  ['pretty JSON that nobody declared', '{\n  "instances": [\n    [54]\n  ]\n}\n', 'any', [R54]],
  ["Excel's line with the delimiter", '\ufeffsep=;\r\nage;note\r\n54,0;"a;b"\r\n', 'csv', [R54]],
  ["Excel's line with a comma", 'sep=,\nage,x\n54,1\n', 'csv', [R54]],
  ["Excel's line with a tab", '"sep=\t"\nage\tx\n54\t1\n', 'any', [R54]],
])('%s', (_, body, form, expected) => expect(answer(body, form)).toEqual(expected));

test('a form that is not read is refused with what to send', () => {
  const told = (body: string, type: string) => refusalOf(() => formOf(bodyForm(type), Buffer.from(body)));
  for (const body of ['age=54', 'age=54&sex=m', 'age=']) {
    const { status, message } = told(body, 'application/x-www-form-urlencoded');
    expect([status, message]).toEqual([415, expect.stringContaining('form fields cannot be read; send JSON, such as curl -H')]);
  }
  const { status, message } = told('--x', 'multipart/form-data; boundary=x');
  expect([status, message]).toEqual([415, expect.stringContaining('--data-binary @rows.csv')]);
});

describe('CSV', () => {
  const two = numbers('age', 'weight');
  test('decimal commas and points together are refused, and so is what may be thousands', () => {
    expect(read(two, 'age;weight\n1,5;2\n3;,5\n', 'csv')).toEqual([1.5, 2, 3, 0.5]);
    expect(read(two, 'age;weight\n1.5;2\n', 'csv')).toEqual([1.5, 2]);
    expect(read(two, 'age;weight\n1,234;2\n', 'csv')).toEqual([1.234, 2]);
    expect(read(two, 'age\tweight\n1,234\t2,5\n', 'csv')).toEqual([1.234, 2.5]);
    expect(refusalOf(() => read(two, 'age;weight\n1,5;2.5\n', 'csv')).message).toContain('some numbers of the CSV have a decimal comma');
    expect(refusalOf(() => read(two, 'age\tweight\n1,234\t2\n', 'csv')).message).toContain('or set thousands apart');
    expect(refusalOf(() => read(two, 'age,weight\n"1,5",2\n', 'csv')).status).toBe(422);
  });
  test('a line too long is named by its number, blank lines counted', () => {
    const { problems } = refusalOf(() => read(two, 'sep=;\nage;weight\n\n1;2\n\n1;2;3\n', 'csv'));
    expect(problems[0]?.message).toBe('found 3 fields on line 6, expected 2 fields, as the header line has');
  });
  test('a header in other capitals is called that', () => {
    expect(refusalOf(() => read(two, 'Age,WEIGHT\n1,2\n', 'csv')).problems.map(({ message }) => message)).toEqual([
      'feature "age" is missing; expected a finite number; found "Age", which differs in its capitals',
      'feature "weight" is missing; expected a finite number; found "WEIGHT", which differs in its capitals',
    ]);
  });
  test('in a column of its own a blank line within is a missing value, where the model answers those; at the end it is none', () => {
    const one = { ...numbers('x'), takesMissing: true };
    expect(read(one, 'x\n1\n\n2\n\n\n', 'csv')).toEqual([1, Number.NaN, 2]);
    expect(read(one, 'x\n1\n""\n', 'csv')).toEqual([1, Number.NaN]);
    expect(read({ ...two, takesMissing: true }, '1,2\n\n3,\n\n', 'csv')).toEqual([1, 2, 3, Number.NaN]);
  });
});

describe('a feature called instances', () => {
  test("SageMaker's form, and what verify sends, with R's values", () => {
    const file = at('cases/A11-instances.rows.json');
    const model = loadModel(at('cases/A11-instances.RDS'));
    expect(verify(model, readFileSync(file, 'utf8'), file)).toMatchObject({ rows: 15, ulp: 0, wrong: [] });
    const schema = numbers('instances', 'b');
    expect(read(schema, '{"instances":[{"instances":1,"b":2}]}')).toEqual([1, 2]);
    expect(read(schema, '{"instances":[[1,2]],"parameters":{"type":"response"}}')).toEqual([1, 2]);
    expect(read(schema, '{"instances":[1,3],"b":[2,4]}')).toEqual([1, 2, 3, 4]);
    expect(read(schema, '{"instances":1,"b":2}')).toEqual([1, 2]);
    expect(read(numbers('inputs'), '{"inputs":{"inputs":[1,2]}}')).toEqual([1, 2]);
    expect(read(numbers('inputs'), '{"inputs":[1,2]}')).toEqual([1, 2]);
    expect(read(numbers('inputs', 'b'), '{"inputs":{"0":1,"1":2},"b":{"0":3,"1":4}}')).toEqual([1, 3, 2, 4]);
    expect(read(numbers('features'), '{"features":[1,2]}')).toEqual([1, 2]);
  });
});

test("parameters are taken as R's jsonlite boxes them", () => {
  const boxed = answer('{"instances":[{"age":54}],"parameters":{"type":["terminalNodes"],"numTrees":[3]}}', 'json');
  expect(boxed).toEqual(answer('{"instances":[{"age":54}],"parameters":{"type":"terminalNodes","numTrees":3}}', 'json'));
  expect(boxed).toEqual([[expect.any(Number), expect.any(Number), expect.any(Number)]]);
  const { problems } = refusalOf(() => answer('{"instances":[{"age":54}],"parameters":{"type":["response","se"]}}', 'json'));
  expect(problems[0]?.path).toBe('/parameters/type/1');
});

describe("records are taken as R's jsonlite boxes their values", () => {
  const schema: Schema = { ...numbers('age', 'dose'), takesMissing: true };
  test.each<[string, string, DeclaredForm]>([
    ['toJSON(list(list(age = 54, dose = 1), list(age = 61, dose = 2)))', '[{"age":[54],"dose":[1]},{"age":[61],"dose":[2]}]', 'json'],
    ['the same within instances', '{"instances":[{"age":[54],"dose":[1]},{"age":[61],"dose":[2]}]}', 'json'],
    ['the same as JSON Lines', '{"age":[54],"dose":[1]}\n{"age":[61],"dose":[2]}\n', 'jsonlines'],
    ['some of them alone', '[{"age":[54],"dose":1},{"age":61,"dose":[2]}]', 'json'],
  ])('%s', (_, body, form) => {
    expect(read(schema, body, form)).toEqual([54, 1, 61, 2]);
  });

  test('NA in each of its forms', () => {
    expect(read(schema, '[{"age":["NA"],"dose":[null]},{"age":[61],"dose":[2]}]')).toEqual([Number.NaN, Number.NaN, 61, 2]);
  });

  test('but not where there are two values or none, or an array in an array', () => {
    const { problems } = refusalOf(() => read(schema, '[{"age":[54,55],"dose":[]},{"age":[[54]],"dose":1}]'));
    expect(problems.map(({ path }) => path)).toEqual(['/0/age', '/0/dose', '/1/age']);
  });
});

test('every dialect of the list reads its examples, and is the one that does', () => {
  for (const { schema } of [heart, { schema: numbers('a', 'b') }]) {
    for (const dialect of DIALECTS) {
      for (const { value } of dialect.examples(schema)) {
        const found = findDialect(schema, { value, path: '', text: undefined }, DIALECTS);
        expect(found?.dialect.name).toBe(dialect.name);
        expect([1, 2]).toContain(read(schema, JSON.stringify(value)).length / schema.features.length);
      }
    }
  }
});

test('more values than a body has bytes are refused before they take memory', () => {
  const wide = numbers(...Array.from({ length: 2_000 }, (_, column) => `f${column}`));
  const recycled = JSON.stringify(
    Object.fromEntries(wide.features.map(({ name }, column) => [name, column === 0 ? Array(50_000).fill(1) : 1])),
  );
  const error = refusalOf(() => read(wide, recycled));
  expect([error.status, error.message]).toEqual([413, expect.stringMatching(/^50000 rows; expected at most \d+ in one request$/)]);
  const sparse = `[${'{},'.repeat(49_999)}{}]`;
  expect(refusalOf(() => read({ ...wide, takesMissing: true }, sparse)).status).toBe(413);
});
