import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { loadModelDir } from '../container/model-dir.ts';
import { importModel } from '../model/import.ts';
import { ModelError } from '../shared/errors.ts';
import { golden } from './golden.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'canopy-model-dir-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Puts a golden's RDS into the folder. */
function put(name: string, as = `${name}.RDS`): string {
  const file = path.join(dir, as);
  copyFileSync(golden(name).file, file);
  return file;
}

/** The message loadModelDir refuses the folder with. */
function refusal(folder = dir): string {
  try {
    loadModelDir(folder);
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError);
    return (error as ModelError).message;
  }
  throw new Error('the folder was taken');
}

describe('a folder with one model', () => {
  test('gives the model of an artifact', () => {
    writeFileSync(path.join(dir, 'any.canopy'), importModel(golden('iris').file));
    const model = loadModelDir(dir);
    expect(model.card.name).toBe('iris');
    expect(model.schema.kind).toBe('classification');
  });

  test.each(['RDS', 'rds', 'Rds'])('imports a model file that ends in .%s', (ending) => {
    put('heart-age', `heart-age.${ending}`);
    expect(loadModelDir(dir).schema.features.map((feature) => feature.name)).toEqual(['age']);
  });

  test('imports a model file with the sidecar beside it', () => {
    put('warpbreaks-partition');
    copyFileSync(golden('warpbreaks-partition').file.replace('.RDS', '.model.json'), path.join(dir, 'warpbreaks-partition.model.json'));
    expect(loadModelDir(dir).schema.features[0]).toMatchObject({ name: 'wool', type: 'factor', levels: ['A', 'B'] });
  });

  test('looks past other files and those that start with a dot', () => {
    put('heart-age');
    writeFileSync(path.join(dir, 'NOTES.md'), 'x');
    writeFileSync(path.join(dir, '._heart-age.RDS'), 'x');
    expect(loadModelDir(dir).card.name).toBe('heart-age');
  });
});

describe('a folder that cannot be used is refused', () => {
  test('where it is empty', () => {
    expect(refusal()).toBe(`${dir}: found an empty folder, expected one model: an artifact (*.canopy) or a model saved by saveRDS (*.RDS)`);
  });

  test('where no file in it is a model, naming what is there', () => {
    writeFileSync(path.join(dir, 'b.txt'), '');
    writeFileSync(path.join(dir, 'model.tar.gz'), '');
    expect(refusal()).toContain('found no model among b.txt, model.tar.gz, expected one model');
  });

  test('where there are two models, naming both', () => {
    put('iris');
    writeFileSync(path.join(dir, 'iris.canopy'), importModel(golden('iris').file));
    expect(refusal()).toContain('found 2 models (iris.RDS, iris.canopy), expected one model');
  });

  test('where it does not exist', () => {
    expect(refusal(path.join(dir, 'gone'))).toContain(`${path.join(dir, 'gone')}: found nothing there, expected a folder`);
  });

  test('where it is a file', () => {
    expect(refusal(put('iris'))).toContain('iris.RDS: found a file, expected a folder');
  });

  test('where the model is cut off, naming the file', () => {
    const file = put('heart-age');
    truncateSync(file, 5000);
    expect(refusal()).toContain(`${file}`);
  });

  test('where the artifact has a byte changed, naming both sha256', () => {
    const bytes = importModel(golden('heart-age').file);
    bytes[2000] = (bytes[2000] as number) ^ 1;
    writeFileSync(path.join(dir, 'heart-age.canopy'), bytes);
    expect(refusal()).toMatch(/heart-age\.canopy: found sha256 [0-9a-f]{64}, expected [0-9a-f]{64}$/);
  });

  test('where the model is a folder', () => {
    mkdirSync(path.join(dir, 'heart-age.canopy'));
    expect(refusal()).toContain('heart-age.canopy: found a folder, expected a file');
  });

  test('where the sidecar cannot be read', () => {
    put('heart-age');
    mkdirSync(path.join(dir, 'heart-age.model.json'));
    expect(refusal()).toContain('heart-age.model.json: found');
  });

  test('where an unordered factor lacks its levels, naming the sidecar that would say them', () => {
    put('warpbreaks-partition');
    expect(refusal()).toContain('warpbreaks-partition.model.json');
  });
});
