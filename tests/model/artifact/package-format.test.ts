import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ImportOptions, importModel } from '../../../model/artifact/import.ts';
import { isPackageFormat } from '../../../model/artifact/package-format.ts';
import { sidecarPaths } from '../../../model/artifact/sidecar/paths.ts';
import { decodeArtifact, type Model } from '../../../shared/artifact.ts';
import { BODIES } from '../../../shared/bodies/bodies.ts';
import { ModelError } from '../../../shared/errors.ts';
import { predictRows } from '../../../shared/predict.ts';
import { STEPS } from '../../../shared/steps/steps.ts';
import { LINE } from '../../support/toy/body.ts';
import { TOY_FILE } from '../../support/toy/file-reader.ts';

const kinds = { bodies: [...BODIES, LINE], steps: STEPS };
const fileReaders = [TOY_FILE];
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'canopy-package-format-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of a folder of its own, perhaps with a sidecar beside it. */
function put(name: string, text: string, sidecar?: object): string {
  const place = mkdtempSync(path.join(folder, 'case-'));
  const file = path.join(place, name);
  writeFileSync(file, text);
  if (sidecar) writeFileSync(path.join(place, `${path.parse(name).name}.model.json`), JSON.stringify(sidecar));
  return file;
}

function load(file: string, options: ImportOptions = {}): Model {
  return decodeArtifact(importModel(file, { fileReaders, ...options }), file, { kinds });
}

const csv = (text: string) => ({ data: { bytes: Buffer.from(text), file: 'training.csv', order: undefined } });

describe("a package's own file", () => {
  test.each(['model.bin', 'model', 'churn.RDS', 'model.json'])('is read by its content when it is called %s', (name) => {
    const model = load(put(name, 'toy\n2.5\n0.1\n'));
    expect(predictRows(model, Float64Array.of(2))).toEqual(Float64Array.of(0.1 + 2.5 * 2));
    expect(model.card.versions).toBe("toy 1; in the package's own format");
  });

  test('is one model, so that no object of it can be named', () => {
    expect(() => load(put('model.bin', 'toy\n1\n2\n'), { object: 'm' })).toThrow(
      'found a toy in text, which is one model, expected no --object',
    );
  });

  test('that its reader refuses is refused with the name of the file', () => {
    const file = put('model.bin', 'toy\n1\n');
    expect(() => load(file)).toThrow(ModelError);
    expect(() => load(file)).toThrow(`${file}: found 1 terms, expected 2`);
  });

  test('is recognized by its first bytes, and a folder is none', () => {
    expect(isPackageFormat(put('model', 'toy\n1\n2\n'), fileReaders)).toBe(true);
    expect(isPackageFormat(put('notes.txt', 'a toy\n'), fileReaders)).toBe(false);
    expect(isPackageFormat(put('empty', ''), fileReaders)).toBe(false);
    mkdirSync(path.join(folder, 'inner'));
    expect(isPackageFormat(path.join(folder, 'inner'), fileReaders)).toBe(false);
    expect(isPackageFormat(path.join(folder, 'nowhere'), fileReaders)).toBe(false);
  });
});

describe('features without names in the file', () => {
  const names = (model: Model) => model.schema.features.map(({ name }) => name);

  test('have the names that the reader made', () => {
    expect(names(load(put('m', 'toy\n1\n2\n')))).toEqual(['f0']);
  });

  test("have a sidecar's names, and the sidecar speaks of them by these", () => {
    const file = put('m', 'toy\n1\n2\n', { names: ['age'], features: { age: { unit: 'years' } } });
    expect(load(file).schema.features).toEqual([{ name: 'age', type: 'number', unit: 'years' }]);
  });

  test('have the names of the columns of the training data', () => {
    expect(names(load(put('m', 'toy\n1\n2\n'), csv('age\n63\n')))).toEqual(['age']);
    expect(names(load(put('m', 'toy\n1\n2\n'), csv('target,f0\n1,63\n')))).toEqual(['f0']);
  });

  test('are refused other numbers of names, and a name twice', () => {
    const file = put('m', 'toy\n1\n2\n', { names: ['a', 'b'] });
    expect(() => load(file)).toThrow('names: found 2 names, expected 1, one for each feature in the order of the model');
    expect(() => load(put('m', 'toy\n1\n2\n'), csv('a,b\n1,2\n'))).toThrow('training.csv, header: found 2 names, expected 1');
  });
});

test('a model that is called model.json is no sidecar of its own', () => {
  expect(sidecarPaths(path.join('a', 'model.json'))).toEqual([path.join('a', 'model.model.json')]);
  expect(sidecarPaths(path.join('a', 'm.RDS'))).toEqual([path.join('a', 'm.model.json'), path.join('a', 'model.json')]);
});
