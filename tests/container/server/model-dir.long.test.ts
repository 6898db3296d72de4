import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { loadModelDir } from '../../../container/server/model-dir.ts';
import { importModel } from '../../../model/artifact/import.ts';
import { decodeArtifact, encodeArtifact } from '../../../shared/artifact.ts';
import type { Forest } from '../../../shared/bodies/forest/forest.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Predictor } from '../../../shared/predict.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { forestBody } from '../../support/bodies.ts';
import { golden } from '../../support/golden.ts';

const BOOSTERS = fileURLToPath(new URL('../../golden/boosting/', import.meta.url));
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
async function refusal(folder = dir): Promise<string> {
  try {
    await loadModelDir(folder);
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError);
    return (error as ModelError).message;
  }
  throw new Error('the folder was taken');
}

describe('a folder with one model', () => {
  test('gives the model of an artifact', async () => {
    writeFileSync(path.join(dir, 'any.canopy'), importModel(golden('iris').file));
    const { model } = await loadModelDir(dir);
    expect(model.card.name).toBe('iris');
    expect(model.schema.kind).toBe('classification');
  });

  test.each(['RDS', 'rds', 'Rds'])('imports a model file that ends in .%s', async (ending) => {
    put('heart-age', `heart-age.${ending}`);
    expect((await loadModelDir(dir)).model.schema.features.map((feature) => feature.name)).toEqual(['age']);
  });

  test('imports a model file with the sidecar beside it', async () => {
    put('warpbreaks-partition');
    copyFileSync(golden('warpbreaks-partition').file.replace('.RDS', '.model.json'), path.join(dir, 'warpbreaks-partition.model.json'));
    expect((await loadModelDir(dir)).model.schema.features[0]).toMatchObject({ name: 'wool', type: 'factor', levels: ['A', 'B'] });
  });

  test.each([
    ['lightgbm-0001/model.txt', 'churn.txt'],
    ['lightgbm-0004/model.txt', 'model'],
    ['xgboost-3.2-softprob-json/model.model', 'model.json'],
    ['xgboost-1.7-logistic-ubj/model.model', 'xgboost-model'],
    ['xgboost-1.7-aft-binary/model.model', 'model.bin'],
  ])('imports %s, known by its content, when it is called %s', async (golden, name) => {
    copyFileSync(path.join(BOOSTERS, golden), path.join(dir, name));
    writeFileSync(path.join(dir, 'metrics.json'), '{"auc": 0.9}');
    const { model } = await loadModelDir(dir);
    expect(model.schema.rounds?.all).toBeGreaterThan(0);
  });

  test('looks past other files and those that start with a dot', async () => {
    put('heart-age');
    writeFileSync(path.join(dir, 'NOTES.md'), 'x');
    writeFileSync(path.join(dir, '._heart-age.RDS'), 'x');
    expect((await loadModelDir(dir)).model.card.name).toBe('heart-age');
  });
});

test('an artifact of many megabytes is hashed as it comes in, and cut off or changed anywhere it is refused', async () => {
  const { schema, card } = decodeArtifact(importModel(golden('iris').file));
  const file = path.join(dir, 'large.canopy');
  const bytes = encodeArtifact({ ...manyLeaves(schema), card, checks: { rows: new Float64Array(), outputs: new Float64Array() } });
  expect(bytes.length).toBeGreaterThan(3 * 2 ** 22);
  writeFileSync(file, bytes);
  const { model, bytes: shared } = await loadModelDir(dir);
  expect(model.sha256).toBe(decodeArtifact(bytes).sha256);
  expect(Buffer.from(shared).equals(bytes)).toBe(true);
  for (const at of [100, 2 ** 22, 2 ** 23 + 5]) {
    const changed = Uint8Array.from(bytes);
    changed[at] = changed[at]! ^ 1;
    writeFileSync(file, changed);
    expect(await refusal()).toMatch(/large\.canopy: found sha256/);
  }
  for (const length of [0, 10, 63, 2 ** 22, 2 ** 23, bytes.length - 1]) {
    writeFileSync(file, bytes.subarray(0, length));
    expect(await refusal()).toContain('large.canopy: found ');
  }
});

/** A forest of one tree with leaves enough for some pieces of a reading. */
function manyLeaves(schema: Schema): Predictor {
  const leaves = 2 ** 20;
  const nodes = 2 * leaves - 1;
  const inner = (node: number) => node < leaves - 1;
  const of = (value: (node: number) => number) => Uint32Array.from({ length: nodes }, (_, node) => value(node));
  const forest: Forest = {
    roots: Uint32Array.of(0, nodes),
    left: of((node) => (inner(node) ? 2 * node + 1 : 0)),
    right: of((node) => (inner(node) ? 2 * node + 2 : node - leaves + 1)),
    feature: new Uint16Array(nodes),
    threshold: Float64Array.from({ length: nodes }, (_, node) => (inner(node) ? node % 7 : 0)),
    leaves: Float64Array.from({ length: leaves }, (_, leaf) => leaf / 3),
    width: 1,
    partitioned: new Uint8Array(schema.features.length),
  };
  const { classes: _, trees: __, types: ___, takes: ____, ...rest } = schema;
  return { schema: { ...rest, kind: 'regression' }, body: forestBody(forest) };
}

describe('a folder that cannot be used is refused', () => {
  test('where it is empty', async () => {
    expect(await refusal()).toBe(
      `${dir}: found an empty folder, expected one model: an artifact (*.canopy), a model saved by saveRDS (*.RDS) or a booster's own file`,
    );
  });

  test('where no file in it is a model, naming what is there', async () => {
    writeFileSync(path.join(dir, 'b.txt'), '');
    writeFileSync(path.join(dir, 'model.tar.gz'), '');
    expect(await refusal()).toContain('found no model among b.txt, model.tar.gz, expected one model');
  });

  test('where there are two models, naming both', async () => {
    put('iris');
    writeFileSync(path.join(dir, 'iris.canopy'), importModel(golden('iris').file));
    expect(await refusal()).toContain('found 2 models (iris.RDS, iris.canopy), expected one model');
  });

  test('where it does not exist', async () => {
    expect(await refusal(path.join(dir, 'gone'))).toContain(`${path.join(dir, 'gone')}: found nothing there, expected a folder`);
  });

  test('where it is a file', async () => {
    expect(await refusal(put('iris'))).toContain('iris.RDS: found a file, expected a folder');
  });

  test('where the model is cut off, naming the file', async () => {
    const file = put('heart-age');
    truncateSync(file, 5000);
    expect(await refusal()).toContain(`${file}`);
  });

  test('where the artifact has a byte changed, naming both sha256', async () => {
    const bytes = importModel(golden('heart-age').file);
    bytes[2000] = bytes[2000]! ^ 1;
    writeFileSync(path.join(dir, 'heart-age.canopy'), bytes);
    expect(await refusal()).toMatch(/heart-age\.canopy: found sha256 [0-9a-f]{64}, expected [0-9a-f]{64}$/);
  });

  test('where the model is a folder', async () => {
    mkdirSync(path.join(dir, 'heart-age.canopy'));
    expect(await refusal()).toContain('heart-age.canopy: found a folder, expected a file');
  });

  test('where the sidecar cannot be read', async () => {
    put('heart-age');
    mkdirSync(path.join(dir, 'heart-age.model.json'));
    expect(await refusal()).toContain('heart-age.model.json: found');
  });

  test('where an unordered factor lacks its levels, naming the sidecar that would say them', async () => {
    put('warpbreaks-partition');
    expect(await refusal()).toContain('warpbreaks-partition.model.json');
  });
});
