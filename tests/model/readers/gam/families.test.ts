import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../../model/artifact/import.ts';
import { readRds } from '../../../../model/rds/rds.ts';
import { attributesOf, type Kept, type RValue } from '../../../../model/rds/values.ts';
import { GAM_READER } from '../../../../model/readers/gam/reader.ts';
import type { Gam, GamResponse } from '../../../../shared/bodies/gam/gam.ts';
import { answerQuery, checkPredictor } from '../../../../shared/predict.ts';
import { readValue } from '../../../../shared/wire/wire.ts';
import { golden } from '../../../support/golden.ts';
import { attributed, list, texts } from '../../../support/r-objects.ts';

/** A golden's object with a part changed; a path of names and places leads to it. */
function changed(value: RValue, [step, ...rest]: (string | number)[], change: (value: RValue) => RValue): RValue {
  if (step === undefined) return change(value);
  if (value.type !== 'list') throw new Error(`no list at ${step}`);
  const names = attributesOf(value).get('names');
  const place = typeof step === 'number' ? step : names?.type === 'character' ? names.values.indexOf(step) : -1;
  return { ...value, values: value.values.map((one, at) => (at === place ? changed(one, rest, change) : one)) };
}

const object = (name: string) => readRds(readFileSync(golden(name).file), 'm.RDS');
const read = (value: RValue) => checkPredictor(GAM_READER.read(value, 'm.RDS'), 'm.RDS');

describe('each family of mgcv is served or refused by its name:', () => {
  /** The families' names in R (mgcv 1.8 and 1.9), without what they estimated, and a golden of each that is served. */
  const families: [string, string | undefined][] = [
    ...[['Negative Binomial', 'gam-nb'] as [string, string], ['Tweedie', 'gam-tw'] as [string, string]],
    ...[['Beta regression', 'gam-betar'] as [string, string], ['Ordered Categorical', 'gam-ocat'] as [string, string]],
    ...['multinom', 'gaulss', 'gammals', 'gumbls', 'gevlss', 'shash', 'twlss', 'ziplss'].map((name): [string, string] => [
      name,
      name === 'multinom' ? 'gam-multinom-3' : `gam-${name}`,
    ]),
    ['Zero inflated Poisson', 'gam-ziP'],
    ...['Cox PH', 'Multivariate normal', 'gfam', 'bcg'].map((name): [string, undefined] => [name, undefined]),
  ];
  test.each(families)('%s', (name, file) => {
    if (file) {
      const family = object(file);
      expect(() => read(family)).not.toThrow();
      return;
    }
    const other = changed(object('gam-gaulss'), ['family', 'family'], () => texts(name));
    expect(() => read(other)).toThrow(`m.RDS's family: found ${name}, expected a`);
  });
});

test('a response of several numbers is an array, a number a linear predictor, and so is its error', () => {
  const { file, rows } = golden('gam-shash');
  const model = loadModel(file);
  const ask = (type: string) => answerQuery(model, readValue(model.schema, { instances: rows.slice(0, 1), parameters: { type } }));
  expect(ask('response').predictions[0]).toHaveLength(4);
  expect(ask('link').predictions[0]).toHaveLength(4);
  expect(ask('se').se![0]).toHaveLength(4);
});

test('a ziplss has one number a row, and no links, of which it has two', () => {
  const { schema } = loadModel(golden('gam-ziplss').file);
  expect(schema.types).toEqual(['response', 'se', 'terms']);
  expect(() => readValue(schema, { instances: [golden('gam-ziplss').rows[0]!], parameters: { type: 'link' } })).toThrow();
});

describe('a part of a family that is wrong is named:', () => {
  const keeping = (...kept: [string, Kept][]): RValue => ({ type: 'opaque', what: 'a function', variables: new Map(kept) });
  const inverse = (name: string, value: RValue) => changed(object(name), ['family', 'linfo', 1, 'linkinv'], () => value);
  const theta = (value: RValue) => changed(object('gam-ziP'), ['family', 'getTheta'], () => value);
  const links = (name: string, ...given: string[]) => changed(object(name), ['family', 'link'], () => texts(...given));
  const cases: [string, () => RValue, string][] = [
    ['no b', () => inverse('gam-gaulss', keeping()), "m.RDS's link logb: found a function linkinv without b"],
    ['a b that is a text', () => inverse('gam-shash', keeping(['b', { type: 'constant', value: 'x' }])), 'linkinv without b'],
    ['a b that is infinite', () => inverse('gam-gumbls', keeping(['b', { type: 'constant', value: Number.NaN }])), 'linkinv without b'],
    ['no functions', () => changed(object('gam-gaulss'), ['family', 'linfo'], () => list()), 'linkinv without b'],
    ['another link', () => links('gam-gaulss', 'identity', 'log'), "m.RDS's link: found log, expected logb"],
    ['a link of nobody', () => links('gam-twlss', 'mine', 'identity', 'identity'), "m.RDS's link: found mine, expected one of identity"],
    ['too few links', () => links('gam-gevlss', 'identity', 'identity'), "m.RDS's link: found , expected one of"],
    ['no line', () => theta(keeping(['.b', { type: 'constant', value: 0 }])), 'getTheta without .Theta and .b'],
    [
      'no least slope',
      () => theta(keeping(['.Theta', { type: 'numbers', values: Float64Array.of(1, 2) }])),
      'getTheta without .Theta and .b',
    ],
  ];
  test.each(cases)('%s', (_, value, message) => {
    expect(() => read(value())).toThrow(message);
  });
});

describe('an artifact is refused', () => {
  const check = (name: string, response: unknown) => () => {
    const model = loadModel(golden(name).file);
    checkPredictor(
      { ...model, body: { ...model.body, data: { ...(model.body.data as Gam), response: response as GamResponse } } },
      'm.canopy',
    );
  };
  test('with links that do not fit', () => {
    expect(check('gam-gaulss', { by: 'each', links: [{ link: 'identity' }] })).toThrow('found 1 links of the kind regression');
    expect(check('gam-gaulss', { by: 'each', links: [{ link: 'identity' }, { link: 'mine' }] })).toThrow('another link of a predictor');
    expect(check('gam-gaulss', { by: 'each', links: [{ link: 'identity' }, { link: 'logb', b: Number.NaN }] })).toThrow('another link');
    expect(check('gam-gaulss', { by: 'each', links: [null, null] })).toThrow('another link of a predictor');
  });
  test('with counts that do not fit', () => {
    expect(check('gam-ziP', { by: 'inflated', line: { start: 1 } })).toThrow('found another line, expected finite numbers');
    expect(check('gam-ziP', { by: 'inflated', line: null })).toThrow('found another line');
    expect(check('gam-ziP', { by: 'inflated' })).toThrow('found 1 predictors of the kind regression, expected regression with 2');
    expect(check('gam-gaulss', { by: 'inflated' })).toThrow('found 2 margins, expected 1');
  });
});

test('the places of terms in a damaged file may speak of two thousand million terms: no more are made than it names', () => {
  const most = (value: RValue): RValue => ({
    type: 'integer',
    values: new Int32Array('values' in value ? value.values.length : 0).fill(2 ** 31 - 1),
  });
  const damaged = changed(object('gam-binomial'), ['assign'], most);
  expect(() => read(damaged)).not.toThrow();
});

test.each([
  ['gam-effects', 'g'],
  ['gam-factor-smooth', 'f'],
])('smooths of one factor that are too many for its levels are refused before their columns are made: %s', (file, name) => {
  const levels = texts(...Array.from({ length: 2 ** 12 }, (_, at) => `l${at}`));
  const many = changed(object(file), ['model', name], (value) => attributed(value, { levels }));
  const value = changed(many, ['smooth'], (smooths) => list(...new Array<RValue>(200).fill((smooths as { values: RValue[] }).values[0]!)));
  expect(() => read(value)).toThrow('found too many columns of levels, expected at most 524288 of all smooths');
});

test('a factor smooth whose base is a factor smooth is refused, and not read without end', () => {
  const value = changed(object('gam-factor-smooth'), ['smooth', 0, 'base', 'bs'], () => texts('fs.interaction'));
  expect(() => read(value)).toThrow("'s base: found fs.interaction, expected a smooth of a number");
});
