import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { importModel, loadModel } from '../../../model/artifact/import.ts';
import { applyNames } from '../../../model/artifact/names.ts';
import type { Sidecar } from '../../../model/artifact/sidecar/form.ts';
import { applySidecar, findSidecar, readSidecar } from '../../../model/artifact/sidecar.ts';
import { ModelError } from '../../../shared/errors.ts';
import { prove } from '../../../shared/proof/proof.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { errorOf } from '../../support/error-of.ts';
import { golden } from '../../support/golden.ts';

const SCHEMA: Schema = {
  kind: 'regression',
  features: [
    { name: 'age', type: 'number', range: [30, 70] },
    { name: 'wool', type: 'factor', levels: ['A', 'B'] },
    { name: 'constructor', type: 'number' },
  ],
  takesMissing: false,
};

function read(value: unknown): Sidecar {
  return readSidecar(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), 'm.model.json');
}

test('labels, limits and defaults are added to the features they name, and the range stays', () => {
  const sidecar = read({
    features: {
      age: { label: { en: 'Age', pt: 'Idade' }, min: 0, max: 100, step: 1, default: 25 },
      wool: { default: 'B' },
      constructor: { type: 'logical', default: true },
    },
  });
  expect(applySidecar(SCHEMA, sidecar, 'm').features).toEqual([
    { name: 'age', type: 'number', range: [30, 70], label: { en: 'Age', pt: 'Idade' }, min: 0, max: 100, step: 1, default: 25 },
    { name: 'wool', type: 'factor', levels: ['A', 'B'], default: 'B' },
    { name: 'constructor', type: 'logical', default: true },
  ]);
});

test('ends that the model file has stay, unless the sidecar has its own', () => {
  const schema = { ...SCHEMA, features: [{ name: 'age', type: 'number' as const, min: 20, max: 90 }] };
  const of = (age: object) => applySidecar(schema, read({ features: { age } }), 'm').features[0];
  expect(of({ unit: 'years' })).toEqual({ name: 'age', type: 'number', min: 20, max: 90, unit: 'years' });
  expect(of({ min: 95 })).toEqual({ name: 'age', type: 'number', min: 95 });
});

test('levels that are numbers, of a factor that the formula makes a factor again, are the numbers that it reads', () => {
  const schema: Schema = { ...SCHEMA, features: [{ name: 'cyl', type: 'number' }] };
  const of = (entry: object, codes: string[] = []) =>
    applySidecar(schema, read({ features: { cyl: { levels: ['4', '6', '8'], default: '6', ...entry } } }), 'm', {
      numbers: ['cyl'],
      codes,
    });
  expect(of({ rType: 'factor' }).features).toEqual([{ name: 'cyl', type: 'number', default: 6 }]);
  expect(() => of({})).toThrow('found levels, expected none: the formula reads its numbers');
  expect(() => of({ rType: 'factor', levels: ['4', 'six'] })).toThrow('found levels, expected none: the formula reads its numbers');
  expect(() => of({ rType: 'factor' }, ['cyl'])).toThrow('found levels, expected none: the formula reads its numbers');
});

test('words for levels stand beside the levels, which stay what requests have', () => {
  const words = { A: { en: 'Angora', pt: 'Angorá' }, B: 'Merino' };
  const { features } = applySidecar(SCHEMA, read({ features: { wool: { words } } }), 'm');
  expect(features[1]).toEqual({ name: 'wool', type: 'factor', levels: ['A', 'B'], words });
});

test('a sidecar that says nothing of features changes nothing, whatever they are called', () => {
  expect(applySidecar(SCHEMA, read({}), 'm')).toEqual(SCHEMA);
  expect(applySidecar(SCHEMA, read({ features: {} }), 'm')).toEqual(SCHEMA);
});

test('dates, times, 64-bit integers and NA as a level are read', () => {
  const day = { type: 'date', min: '2024-01-01', default: '2024-02-01' } as const;
  const time = { type: 'datetime', timeZone: 'America/Sao_Paulo', default: '2024-02-01T12:00:00' } as const;
  const typed = (said: object) => applySidecar(SCHEMA, read({ features: { constructor: said } }), 'm').features[2];
  expect(typed(day)).toEqual({ name: 'constructor', ...day });
  expect(typed(time)).toEqual({ name: 'constructor', ...time });
  expect(typed({ type: 'integer64', max: 9 })).toEqual({ name: 'constructor', type: 'integer64', max: 9 });
  expect(typed({ levels: ['a', null] })).toEqual({ name: 'constructor', type: 'factor', levels: ['a', null] });
});

test('levels make a number a factor', () => {
  const { features } = applySidecar(SCHEMA, read({ features: { age: { levels: ['young', 'old'] } } }), 'm');
  expect(features[0]).toEqual({ name: 'age', type: 'factor', levels: ['young', 'old'] });
});

describe('a sidecar that does not fit the model is refused with the feature', () => {
  test.each<[string, Sidecar['features'], string]>([
    ['a feature the model does not have', { sex: {} }, 'the feature "sex", expected features of the model: age, wool, constructor'],
    ['other levels than the model file has', { wool: { levels: ['A', 'C'] } }, 'levels A, C, expected those of the model file: A, B'],
    ['a factor of the model file as a number', { wool: { type: 'number' } }, 'the type number, expected factor'],
    ['a factor without levels', { age: { type: 'factor' } }, 'a factor without levels'],
    ['a level twice', { age: { levels: ['a', 'a'] } }, 'a level twice'],
    ['a text as the least number', { age: { min: 'x' } }, 'the min x, expected a number'],
    ['a date that is none', { age: { type: 'date', min: '2024-02-30' } }, 'the min 2024-02-30, expected a date as "2024-01-31"'],
    ['a step of dates', { age: { type: 'date', step: 1 } }, 'min, max or step, expected none for a date'],
    ['a zone that is none', { age: { type: 'datetime', timeZone: 'Mars/Olympus' } }, 'the time zone Mars/Olympus'],
    ['a zone of a date', { age: { type: 'date', timeZone: 'UTC' } }, 'a time zone, expected none for a date'],
    ['days in the wrong order', { age: { type: 'date', min: '2024-02-02', max: '2024-02-01' } }, 'expected min below max'],
    ['a part as an integer64', { age: { type: 'integer64', default: 0.5 } }, 'the default 0.5, expected a whole number'],
    ['levels of a number', { age: { type: 'number', levels: ['a'] } }, 'levels, expected none for a number'],
    ['words for what is no level', { wool: { words: { C: 'x' } } }, 'words for "C", expected one of its levels: A, B'],
    ['words of a number', { age: { words: { 1: 'x' } } }, 'words, expected none for a number'],
    ['limits of a factor', { wool: { min: 1 } }, 'min, max or step, expected none for a factor'],
    ['min above max', { age: { min: 5, max: 1 } }, 'min 5 and max 1'],
    ['a default that is no level', { wool: { default: 'C' } }, 'the default C'],
    ['a default that is no number', { age: { default: 'x' } }, 'the default x, expected a number'],
    ['a default that is no logical', { age: { type: 'logical', default: 1 } }, 'the default 1, expected true or false'],
  ])('%s', (_, features, message) => {
    const apply = () => applySidecar(SCHEMA, { features }, 'm.model.json');
    expect(apply).toThrow(ModelError);
    expect(apply).toThrow(message);
    expect(apply).toThrow(/^m\.model\.json/);
  });
});

test('what is not a sidecar is refused with every member at fault', () => {
  expect(() => read('{')).toThrow(/m\.model\.json: found text that is not JSON/);
  expect(() => readSidecar(Uint8Array.of(0x22, 0xff, 0x22), 'm')).toThrow(ModelError);
  expect(() => read([])).toThrow(ModelError);
  const both = () => read({ name: 'a b', features: { age: { min: true, extra: 1 } } });
  expect(both).toThrow(ModelError);
  expect(both).toThrow('/name');
  expect(both).toThrow('/features/age/min');
  expect(both).toThrow('extra');
  const hidden = new TextEncoder().encode('{"features":{"__proto__":{"levels":["a"]}}}');
  expect(() => readSidecar(hidden, 'm')).toThrow('a feature called __proto__');
});

describe('a sidecar that is wrong in a million places is refused by the first of them', () => {
  const many = (member: (at: number) => string) => Array.from({ length: 1_000_000 }, (_, at) => member(at)).join(',');
  const byName = (value: string) => `{${many((at) => `"f${at}":${value}`)}}`;
  const proof = (rows: string) => `{"proof":{"drawn":true,"columns":["a"],"rows":[${rows}],"answers":[]}}`;
  test.each([
    ['cells', proof(`[${many(() => '{}')}]`), '/proof/rows/0: Invalid input: expected numbers, texts, true, false and null'],
    ['features', `{"features":${byName('1')}}`, '/features: Too big: expected object to have <=100000 members'],
    ['words', `{"features":{"age":{"words":${byName('1')}}}}`, '/features/age/words: Too big'],
    ['unknown members', byName('1'), 'Unrecognized keys: "f0", "f1"'],
  ])('%s', (_, text, message) => {
    const error = errorOf(() => read(text));
    expect(error).toBeInstanceOf(ModelError);
    expect(error.message).toContain(message);
    expect(error.message.length).toBeLessThan(1_500);
  });

  test('or the first twenty of them', () => {
    const words = Object.fromEntries(Array.from({ length: 90_000 }, (_, at) => [`f${at}`, 1]));
    const { message } = errorOf(() => read({ features: { age: { words }, wool: { words } } }));
    expect(message.match(/Invalid input/g)).toHaveLength(20);
  });
});

test('names are compared in linear time, those of features and those of columns in a proof', () => {
  let looks = 0;
  const get = (of: string[], key: string | symbol) => {
    looks += 1;
    return Reflect.get(of, key);
  };
  const names = Array.from({ length: 2_000 }, (_, at) => `name${at}`);
  const counted = new Proxy(names, { get });
  const schema: Schema = { ...SCHEMA, features: names.map((_, at) => ({ name: `f${at}`, type: 'number' })) };
  const renamed = applyNames(schema, true, { names: counted, sidecarFile: 'm', data: undefined });
  expect(renamed.features.map(({ name }) => name)).toEqual(names);
  const answers = [{ parameters: {}, predictions: [1] }];
  const said = { by: 'R', drawn: true, ulp: 0, within: 0, columns: counted, rows: [names.map(() => 1)], answers };
  expect(() => prove({ ...loadModel(golden('iris-lm').file), schema }, said, 'm')).toThrow('R\'s rows with "name0", "name1"');
  expect(looks).toBeLessThan(40_000);
  expect(() => applyNames(SCHEMA, true, { names: ['a', 'b', 'a'], sidecarFile: 'm', data: undefined })).toThrow('the name "a" twice');
});

describe('where a sidecar lies', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('beside the model by its name, else model.json, else nowhere', () => {
    const model = path.join(folder, 'a.RDS');
    expect(findSidecar(model)).toBeUndefined();
    writeFileSync(path.join(folder, 'model.json'), '{"name":"all"}');
    expect(findSidecar(model)?.file).toBe(path.join(folder, 'model.json'));
    writeFileSync(path.join(folder, 'a.model.json'), '{"name":"own"}');
    expect(findSidecar(model)?.file).toBe(path.join(folder, 'a.model.json'));
    expect(findSidecar(path.join(folder, 'b.RDS'))?.file).toBe(path.join(folder, 'model.json'));
  });

  test('a folder in its place is reported as what cannot be read', () => {
    mkdirSync(path.join(folder, 'c.model.json'));
    expect(() => findSidecar(path.join(folder, 'c.RDS'))).toThrow(ModelError);
  });
});

test('fewer levels than the splits need are refused, since a label would be coded wrongly', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-sidecar-'));
  const withLevels = (name: string, levels: string[]) => {
    const file = path.join(folder, `${name}.RDS`);
    copyFileSync(golden(name).file, file);
    const features = { wool: { levels: ['A', 'B'] }, tension: { levels } };
    writeFileSync(path.join(folder, `${name}.model.json`), JSON.stringify({ features }));
    return () => importModel(file);
  };
  expect(withLevels('warpbreaks-ignore', ['L', 'M'])).toThrow(/2 levels of "tension", expected at least 3/);
  expect(withLevels('warpbreaks-ignore', ['L', 'M', 'H'])).not.toThrow();
  // The last level may be in no set at all.
  expect(withLevels('warpbreaks-partition', ['L'])).toThrow(/1 levels of "tension", expected at least 2/);
  rmSync(folder, { recursive: true });
});
