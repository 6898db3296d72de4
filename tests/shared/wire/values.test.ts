import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { verify } from '../../../model/artifact/verify.ts';
import { answerQuery } from '../../../shared/predict.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import type { BodyForm } from '../../../shared/wire/media.ts';
import { readBody } from '../../../shared/wire/read-body.ts';
import { numbers, read, refusal } from '../../support/requests.ts';

const model = (name: string) => loadModel(fileURLToPath(new URL(`../../cases/${name}.RDS`, import.meta.url)));
const schemaOf = (features: Feature[], takesMissing = false): Schema => ({ kind: 'regression', features, takesMissing });

const messages = (...args: Parameters<typeof refusal>) => refusal(...args).problems.map(({ message }) => message);

describe('NA as R writes it, for a model that answers missing values', () => {
  const { schema, ...rest } = model('E14-NA');
  const answer = (body: string, form: BodyForm) => answerQuery({ schema, ...rest }, readBody(schema, Buffer.from(body), form)).predictions;
  // predict(m, data.frame(a = NA, b = 3, f = "x", s = "p")) of R 4.2.2.
  const R = 4.134964949994348;

  test.each<[string, BodyForm, string]>([
    ['a key that jsonlite left out', 'json', '[{"b":3,"f":"x","s":"p"}]'],
    ['a record alone', 'json', '{"b":3,"f":"x","s":"p"}'],
    ['a line', 'jsonlines', '{"b":3,"f":"x","s":"p"}\n'],
    ['within instances', 'json', '{"instances":[{"b":3,"f":"x","s":"p"}]}'],
    ['the text NA', 'json', '[{"a":"NA","b":3,"f":"x","s":"p"}]'],
    ['columns', 'json', '{"a":["NA"],"b":[3],"f":["x"],"s":["p"]}'],
    ['null', 'json', '[[null,3,"x","p"]]'],
    ['CSV', 'csv', 'a,b,f,s\nNA,3,x,p\n'],
    ['CSV, an empty field', 'csv', 'a,b,f,s\n,3,x,p\n'],
  ])('%s', (_, form, body) => expect(answer(body, form)).toEqual([R]));

  test('a factor and all of a row may be missing', () => {
    const f = schema.features.findIndex(({ name }) => name === 'f');
    expect(read(schema, { a: ['NA'], b: [3], f: ['NA'], s: ['p'] })[f]).toBe(Number.NaN);
    expect(read(schema, [{}])).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  });

  test('a missing key beside an unknown one is most likely misspelt', () => {
    expect(messages(schema, [{ A: 1, b: 3, f: 'x', s: 'p' }])).toEqual([
      'feature "a" is missing; expected a finite number; found "A", which differs in its capitals',
    ]);
    expect(messages(schema, { aa: 1, b: 3, f: 'x', s: 'p' })[0]).toContain('found "aa", which this model does not have');
  });

  test('a column that is not there is refused, since R refuses it', () => {
    for (const body of [{ b: [3], f: ['x'], s: ['p'] }, {}]) expect(refusal(schema, body).status).toBe(422);
    expect(messages(schema, 'b,f,s\n3,x,p\n', 'csv')[0]).toContain('feature "a" is missing');
  });

  test('a level of that name is the level, and a model without an answer says so', () => {
    const levels: Feature = { name: 'f', type: 'factor', levels: ['x', 'NA'] };
    expect(read(schemaOf([levels], true), [{ f: 'NA' }])).toEqual([2]);
    expect(messages(numbers('a'), [{ a: 'NA' }])[0]).toContain('found a missing value');
  });
});

describe('true and false for a number', () => {
  test("are 1 and 0, as R's TRUE is", () => {
    const i08 = model('I08-ranger-logical');
    const file = fileURLToPath(new URL('../../cases/I08-ranger-logical.rows.json', import.meta.url));
    // R's predictions for rows with TRUE and FALSE.
    expect(verify(i08, readFileSync(file, 'utf8'), file)).toMatchObject({ rows: 10, ulp: 0, wrong: [] });
    const schema = numbers('l', 'a');
    const bodies: [unknown, BodyForm][] = [
      [
        [
          { l: true, a: 0.5 },
          { l: false, a: 1 },
        ],
        'json',
      ],
      ['l,a\nTRUE,0.5\nfalse,1\n', 'csv'],
      ['{"l":true,"a":0.5}\n[false,1]\n', 'jsonlines'],
    ];
    for (const [body, form] of bodies) expect(read(schema, body, form)).toEqual([1, 0.5, 0, 1]);
  });
  test('T and F are no numbers, since a feature may be called so', () => {
    expect(read(numbers('T'), 'T\n21\n', 'csv')).toEqual([21]);
    expect(refusal(numbers('a'), 'a\nT\n', 'csv').status).toBe(422);
  });
});

describe('texts that look the same', () => {
  const { schema } = model('churn');
  const nfd = { age: 58, income: 27459, city: 'São Paulo'.normalize('NFD'), plan: 'basic' };

  test('a label in NFD is the level in NFC', () => {
    expect(nfd.city).not.toBe('São Paulo');
    expect(read(schema, nfd)).toEqual(read(schema, { ...nfd, city: 'São Paulo' }));
    expect(read(schema, `age,income,city,plan\n58,27459,${nfd.city},basic\n`, 'csv')).toEqual(read(schema, nfd));
  });
  test("a feature's name, too, in records, columns and headers", () => {
    const [nfc, other] = ['ação', 'ação'.normalize('NFD')];
    for (const [name, sent] of [
      [nfc, other],
      [other, nfc],
    ] as const) {
      const one = { ...numbers(name, 'b'), takesMissing: true };
      expect(read(one, { [sent]: 1, b: 2 })).toEqual([1, 2]);
      expect(read(one, [{ [sent]: 1 }])).toEqual([1, Number.NaN]);
      expect(read(one, { [sent]: [1, 3], b: 2 })).toEqual([1, 2, 3, 2]);
      expect(read(one, `b,${sent}\n2,1`, 'csv')).toEqual([1, 2]);
      expect(read(one, `{"${sent}":1,"b":2}`, 'jsonlines')).toEqual([1, 2]);
      expect(read(one, { dataframe_split: { columns: ['b', sent], data: [[2, 1]] } })).toEqual([1, 2]);
    }
  });
  test('two levels, or two features, that look the same are kept apart exactly', () => {
    const [nfc, other] = ['é', 'é'.normalize('NFD')];
    const levels: Feature = { name: 'f', type: 'factor', levels: [nfc, other] };
    expect(read(schemaOf([levels]), [{ f: nfc }, { f: other }])).toEqual([1, 2]);
    expect(read(numbers(nfc, other), [{ [nfc]: 1, [other]: 2 }])).toEqual([1, 2]);
    expect(messages(numbers(nfc, other), [{ [nfc]: 1 }])[0]).toContain('is missing');
  });
});

describe('what callers read in problems', () => {
  const { schema } = model('churn');
  test('a number in quotes is to be sent without them', () => {
    expect(messages(schema, { age: '58', income: 1, city: 'Belém', plan: 'basic' })).toEqual([
      'feature "age": found the text "58", expected a finite number, without quotes',
    ]);
  });
  test('advice on model.json is for whoever serves the model', () => {
    const error = refusal(schema, { age: 'old', income: 1, city: 'Belém', plan: 'basic' });
    expect(error.problems.map(({ message }) => message)).toEqual(['feature "age": found the text "old", expected a finite number']);
    expect(`${error.message}${JSON.stringify(error.problems)}`).not.toContain('model.json');
    expect(error.advice).toBe('if "age" is a factor in R, name its levels in model.json, or import with --data training.csv');
    expect(refusal(schema, { age: '58', income: 1, city: 'Belém', plan: 'basic' }).advice).toBeUndefined();
  });
});
