import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { readModel } from '../../../model/artifact/import.ts';
import { readRds } from '../../../model/rds/rds.ts';
import { attributesOf, type RValue } from '../../../model/rds/values.ts';
import { ModelError } from '../../../shared/errors.ts';
import { errorOf } from '../../support/error-of.ts';
import { FOLDER } from '../../support/pipelines/files.ts';
import { list, texts } from '../../support/r-objects.ts';

/** A list with another element in the place of the one that a path of names leads to. */
function changed(value: RValue, [name, ...rest]: string[], change: (value: RValue) => RValue): RValue {
  if (name === undefined) return change(value);
  const names = attributesOf(value).get('names');
  if (value.type !== 'list' || names?.type !== 'character') throw new Error(`no list around ${name}`);
  return { ...value, values: value.values.map((one, at) => (names.values[at] === name ? changed(one, rest, change) : one)) };
}

/** What the import says of a damaged pipeline. */
function said(name: string, where: string[], change: (value: RValue) => RValue): Error {
  const value = readRds(readFileSync(path.join(FOLDER, `${name}.RDS`)), name);
  return errorOf(() => readModel(changed(value, where, change), name));
}

test('a pipeline is checked before it is asked which values may be missing', () => {
  const error = said('caret-pre-knn', ['method', 'knnImpute'], () => list());
  expect(error).toBeInstanceOf(ModelError);
  expect(error.message).toContain("caret-pre-knn's pipeline's nearest rows: found another form");
});

test('a list of more names than values is refused', () => {
  const error = said('caret-pre-sign', ['et'], (value) => {
    const attributes = new Map([...attributesOf(value), ['names', texts('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i')]]);
    return { ...value, attributes } as RValue;
  });
  expect(error).toBeInstanceOf(ModelError);
  expect(error.message).toMatch(/et's names: found 9 names, expected \d/);
});

test.each<[string, string, string[], string]>([
  ['columns of training', 'step-corr-nzv-lincomb-zv', ['pre', 'mold', 'blueprint', 'ptypes', 'predictors'], 'columns: found 4 names of 5'],
  ['training data', 'caret-xy-ranger', ['trainingData'], 'trainingData: found 4 names of 5'],
])('a list of more values than names is refused: %s', (_, name, where, message) => {
  const error = said(name, where, (value) => {
    if (value.type !== 'list') throw new Error(`found ${value.type}, expected a list`);
    return { ...value, values: [...value.values, value.values[0] as RValue] };
  });
  expect(error).toBeInstanceOf(ModelError);
  expect(error.message).toContain(message);
});

test('a leaf that is no number is refused by the name of its file, where the first class is looked for', () => {
  const error = said('engine-xgboost-class', ['fit', 'fit', 'fit', 'raw'], (raw) => {
    if (raw.type !== 'raw') throw new Error(`found ${raw.type}, expected the booster's bytes`);
    const bytes = Buffer.from(raw.values);
    const key = 'split_conditions[$d#L';
    // The numbers of the first tree: their count in 8 bytes, then 4 bytes each, of which the last are a leaf's.
    const at = bytes.indexOf(key) + key.length;
    bytes.writeFloatBE(Number.NaN, at + 8 + 4 * (Number(bytes.readBigInt64BE(at)) - 1));
    return { ...raw, values: bytes };
  });
  expect(error).toBeInstanceOf(ModelError);
  expect(error.message).toMatch(/^engine-xgboost-class's fit, leaf \d+: found NaN, expected a finite number$/);
});
