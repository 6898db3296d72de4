import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../../model/artifact/import.ts';
import { readRds } from '../../../../model/rds/rds.ts';
import { attributesOf, type RValue } from '../../../../model/rds/values.ts';
import { GAM_READER } from '../../../../model/readers/gam/reader.ts';
import { openApi } from '../../../../shared/api/openapi/openapi.ts';
import type { Gam } from '../../../../shared/bodies/gam/gam.ts';
import { answerQuery, checkPredictor } from '../../../../shared/predict.ts';
import { readValue } from '../../../../shared/wire/wire.ts';
import { golden } from '../../../support/golden.ts';
import { attributed, integers, list, numbers } from '../../../support/r-objects.ts';

function modelOf(name: string) {
  const { file, rows } = golden(name);
  const model = loadModel(file);
  const ask = (type: string) => answerQuery(model, readValue(model.schema, { instances: rows.slice(0, 1), parameters: { type } }));
  return { model, ask };
}

test('a multinom answers the share of each category by its number, and links as an array, one a predictor', () => {
  const { model, ask } = modelOf('gam-multinom-6');
  expect(model.schema.classes).toEqual(['0', '1', '2', '3', '4', '5']);
  const [shares] = ask('response').predictions as Record<string, number>[];
  expect(Object.keys(shares!)).toEqual(model.schema.classes);
  expect(Object.values(shares!).reduce((all, share) => all + share, 0)).toBeCloseTo(1, 14);
  expect(ask('link').predictions[0]).toHaveLength(5);
  expect(Object.keys(ask('se').se![0] as object)).toEqual(model.schema.classes);
  expect(JSON.stringify(openApi(model))).toContain('"5"');
});

test('a multinom of two categories has one predictor, whose link is a number', () => {
  const { model, ask } = modelOf('gam-multinom-2');
  expect(model.schema.classes).toEqual(['0', '1']);
  expect(typeof ask('link').predictions[0]).toBe('number');
});

test('terms have the names of R, with the intercept of each formula', () => {
  expect(modelOf('gam-multinom-3').model.schema.terms).toEqual([
    ...['(Intercept)', '(Intercept).1', 'f', 'poly(z, 2).1', 's(x)', 's.1(x):fb', 's.1(x):fa', 's.1(x):fc'],
  ]);
});

test('where mgcv dropped a column there are no terms, of which R answers wrong ones', () => {
  const { schema } = modelOf('gam-multinom-shared').model;
  expect(schema.terms).toBeUndefined();
  expect(schema.types).toEqual(['response', 'link', 'se']);
});

/** A golden's object as R wrote it, with a part changed; a path of names leads to it. */
function changed(value: RValue, [step, ...rest]: string[], change: (value: RValue) => RValue): RValue {
  if (step === undefined) return change(value);
  if (value.type !== 'list') throw new Error(`no list at ${step}`);
  const names = attributesOf(value).get('names');
  const place = names?.type === 'character' ? names.values.indexOf(step) : -1;
  return { ...value, values: value.values.map((one, at) => (at === place ? changed(one, rest, change) : one)) };
}

describe('a part of a gam with several formulas that is wrong is named:', () => {
  const { file } = golden('gam-multinom-shared');
  const object = readRds(readFileSync(file), 'm.RDS');
  const of = (part: string, change: (value: RValue) => RValue) => changed(object, [part], change);
  const attribute = (part: string, name: string, value: RValue) =>
    of(part, (one) => ({ ...one, attributes: new Map([...attributesOf(one), [name, value]]) }) as RValue);
  const starts = { pstart: integers(1, 6, 10) };
  const cases: [string, RValue, string][] = [
    ['its numbers of columns', of('nsdf', () => attributed(numbers(1), starts)), "m.RDS's nsdf: found 1 and 3 places"],
    [
      'the places of formulas',
      attribute('nsdf', 'pstart', integers(1, 6)),
      "m.RDS's nsdf: found 3 and 2 places, expected 3, one a formula",
    ],
    ['no places of formulas', of('nsdf', () => numbers(2, 1, 3)), "m.RDS's pstart"],
    [
      'another number of columns',
      of('nsdf', () => attributed(numbers(2, 1, 4), starts)),
      'found 4, expected 3, one a column of its formula',
    ],
    ['a place below all', attribute('nsdf', 'pstart', integers(-5, 6, 10)), 'found a block of 2 columns at -6'],
    ['a place of others', attribute('nsdf', 'pstart', integers(1, 1, 10)), 'a place of its own among'],
    ['the predictors', attribute('formula', 'lpi', list()), "m.RDS's lpi: found 0 predictors, expected 1 to 3, the formulas"],
    ['a predictor of no places', attribute('formula', 'lpi', list(integers(1), integers(99))), 'found other places of coefficients'],
    [
      'more predictors than categories',
      attribute('formula', 'lpi', list(integers(1), integers(2), integers(3))),
      "m.RDS's lpi: found 3 predictors, expected 2, as its family has",
    ],
    ['the places of terms', of('assign', () => list(integers(0), integers(0))), "m.RDS's assign: found"],
    ['formulas without terms', of('pterms', () => numbers(1)), "m.RDS's pterms: found double of length 1, expected a list, one a formula"],
  ];
  test.each(cases)('%s', (_, value, message) => {
    expect(() => checkPredictor(GAM_READER.read(value, 'm.RDS'), 'm.RDS')).toThrow(message);
  });
});

test('an artifact whose predictors do not fit its categories is refused', () => {
  const { model } = modelOf('gam-multinom-3');
  const gam = model.body.data as Gam;
  const check = (data: Partial<Gam>) => () => checkPredictor({ ...model, body: { ...model.body, data: { ...gam, ...data } } }, 'm.canopy');
  expect(check({ predictors: [gam.predictors[0]!] })).toThrow('found 2 margins, expected 1, one a predictor');
  expect(check({ blocks: gam.blocks.slice(0, 1) })).toThrow('found 2 predictors, expected at most 1, one a block');
  expect(check({ predictors: [[0], [99_999]] })).toThrow('found other places of coefficients');
  expect(check({ response: { by: 'ordered', theta: [0] } })).toThrow('expected two less than categories, of one predictor');
});
