import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { importModel, loadModel, verifyArtifact } from '../../model/artifact/import.ts';
import { decodeArtifact, encodeArtifact, failedCheck, type Model } from '../../shared/artifact.ts';
import { depth, type Forest } from '../../shared/bodies/forest/forest.ts';
import type { PackedForest } from '../../shared/bodies/forest/packed.ts';
import { ModelError } from '../../shared/errors.ts';
import { predictRows } from '../../shared/predict.ts';
import type { Schema } from '../../shared/schema/features.ts';
import { forestBody, forestOf } from '../support/bodies.ts';
import { errorOf } from '../support/error-of.ts';
import { golden, variety as goldens } from '../support/golden.ts';

const SCHEMA: Schema = { kind: 'regression', features: [{ name: 'x', type: 'number' }], takesMissing: false };

/** A forest of two trees: x <= 2.5 left to 10, right to 20; and a leaf of 1. */
function forest(): Forest {
  return {
    roots: Uint32Array.of(0, 3, 4),
    left: Uint32Array.of(1, 0, 0, 0),
    right: Uint32Array.of(2, 0, 1, 2),
    feature: Uint16Array.of(0, 0, 0, 0),
    threshold: Float64Array.of(2.5, 0, 0, 0),
    leaves: Float64Array.of(10, 20, 1),
    width: 1,
    partitioned: Uint8Array.of(0),
  };
}

const CARD = { name: 'small', madeBy: 'hand', source: { file: 'x', sha256: '0'.repeat(64) } };

/** The artifact of that forest, with changes to its parts before it is encoded. */
function artifact({ forest: changed, ...rest }: { schema?: unknown; forest?: Partial<Forest>; card?: unknown } = {}): Uint8Array {
  const rows = Float64Array.of(2, 3);
  const outputs = predictRows({ schema: SCHEMA, body: forestBody(forest()) }, rows);
  return encodeArtifact({
    schema: SCHEMA,
    card: CARD,
    checks: { rows, outputs },
    ...rest,
    body: forestBody({ ...forest(), ...changed }),
  } as Model);
}

/** The model section's end, which is where the card starts. */
function modelEnd(bytes: Uint8Array): number {
  return 64 + new DataView(bytes.buffer, bytes.byteOffset).getFloat64(24, true);
}

describe('an artifact gives back what was put in, bit for bit', () => {
  test.each(goldens().map(({ name, file }): [string, string] => [name, file]))('%s', (_, file) => {
    const bytes = importModel(file);
    expect(Buffer.compare(bytes, importModel(file))).toBe(0);
    const model = decodeArtifact(bytes);
    const { sha256, ...parts } = model;
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(Buffer.compare(encodeArtifact(parts), bytes)).toBe(0);
    expect(verifyArtifact(bytes, 'a.canopy')).toEqual(model);
    expect(model.checks.rows).toHaveLength(16 * model.schema.features.length);
  });
});

test('the arrays are views on the bytes, and odd doubles keep their bits', () => {
  const bytes = artifact({ forest: { leaves: Float64Array.of(-0, 5e-324, -1.5e307) } });
  const model = decodeArtifact(bytes);
  const { leaves, roots, partitioned, packed } = forestOf(model) as Forest;
  const { inner, splits, cuts, cutStarts } = packed as PackedForest;
  for (const array of [leaves, roots, partitioned, inner, splits, cuts, cutStarts, model.checks.rows]) {
    expect(array.buffer).toBe(bytes.buffer);
  }
  expect([...leaves].map((leaf, at) => Object.is(leaf, [-0, 5e-324, -1.5e307][at]))).toEqual([true, true, true]);
});

test.each([
  ['a Uint8Array', (bytes: Uint8Array, skip: number) => new Uint8Array(bytes.buffer, skip)],
  ['a Buffer', (bytes: Uint8Array, skip: number) => Buffer.from(bytes.buffer as ArrayBuffer, skip)],
])('bytes that start anywhere in %s decode to the same model', (_, view) => {
  const bytes = artifact();
  const model = decodeArtifact(bytes);
  for (let skip = 0; skip < 8; skip += 1) {
    const shifted = new Uint8Array(bytes.length + skip);
    shifted.set(bytes, skip);
    expect(decodeArtifact(view(shifted, skip))).toEqual(model);
  }
});

test('another format version is refused by its number', () => {
  const bytes = artifact();
  bytes[8] = 2;
  expect(errorOf(() => decodeArtifact(bytes, 'a.canopy')).message).toBe('a.canopy: found artifact version 2, expected 3');
});

test('an artifact cut off anywhere, or with a byte too many, is refused', () => {
  const bytes = artifact();
  for (let end = 0; end < bytes.length; end += 1) {
    expect(errorOf(() => decodeArtifact(bytes.subarray(0, end), 'a.canopy'))).toBeInstanceOf(ModelError);
  }
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  expect(errorOf(() => decodeArtifact(longer))).toBeInstanceOf(ModelError);
});

test('any changed byte of the model section, its counts and its sha256 is refused', () => {
  const bytes = artifact();
  const end = modelEnd(bytes);
  const accepted: number[] = [];
  for (let at = 0; at < end; at += 1) {
    // The lengths of schema and card and the number of check rows have tests below.
    if (at >= 12 && at < 24) continue;
    const changed = bytes.slice();
    changed[at]! ^= 1 << (at % 8);
    try {
      decodeArtifact(changed);
      accepted.push(at);
    } catch (error) {
      expect(error).toBeInstanceOf(ModelError);
    }
  }
  expect(accepted).toEqual([]);
});

test('a changed length of a section is refused, or changes nothing of the model', () => {
  const bytes = artifact();
  const { body, schema } = decodeArtifact(bytes);
  for (let at = 12; at < 24; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const changed = bytes.slice();
      changed[at]! ^= 1 << bit;
      try {
        const model = decodeArtifact(changed);
        expect({ body: model.body, schema: model.schema }).toEqual({ body, schema });
      } catch (error) {
        expect(error).toBeInstanceOf(ModelError);
      }
    }
  }
});

test('a golden with a changed byte anywhere in its model section is refused', () => {
  const bytes = importModel(golden('chickwts-order').file);
  const end = modelEnd(bytes);
  for (let at = 64; at < end; at += 37) {
    bytes[at]! ^= 0x10;
    expect(errorOf(() => decodeArtifact(bytes)).message).toContain('sha256');
    bytes[at]! ^= 0x10;
  }
  expect(() => decodeArtifact(bytes)).not.toThrow();
});

test('a changed check row is found, by its number', () => {
  const bytes = artifact();
  bytes[bytes.length - 1]! ^= 1;
  expect(failedCheck(decodeArtifact(bytes))).toMatch(/^check row 2 gives 10\.5, at import it gave /);
  expect(() => verifyArtifact(bytes, 'a.canopy')).toThrow(/^a\.canopy: found check row 2/);
  const none = { ...decodeArtifact(artifact()), checks: { rows: new Float64Array(), outputs: new Float64Array() } };
  expect(failedCheck(none)).toBe('the artifact has no check rows');
});

test('as many check rows as a start would compute for seconds are refused', () => {
  const many = (count: number) => {
    const model = decodeArtifact(artifact());
    return encodeArtifact({ ...model, checks: { rows: new Float64Array(count).fill(2), outputs: new Float64Array(count).fill(10.5) } });
  };
  expect(decodeArtifact(many(256)).checks.rows).toHaveLength(256);
  expect(() => decodeArtifact(many(257))).toThrow('found 257 check rows, expected at most 256');
});

test('hostile counts are refused and take no memory', () => {
  const bytes = artifact();
  for (let at = 12; at < 44; at += 4) {
    for (const count of [0, 1, 2, 0x7fffffff, 0xfffffff8, 0xffffffff]) {
      const changed = bytes.slice();
      const view = new DataView(changed.buffer);
      if (view.getUint32(at, true) === count) continue;
      view.setUint32(at, count, true);
      expect(errorOf(() => decodeArtifact(changed))).toBeInstanceOf(ModelError);
    }
  }
});

describe('a forest that would lead the predictor astray is refused although its sha256 is right', () => {
  test.each<[string, { schema?: unknown; forest?: Partial<Forest>; card?: unknown }, string]>([
    ['a child before its parent', { forest: { right: Uint32Array.of(0, 0, 1, 2) } }, 'tree 1, node 0: found children 1 and 0'],
    ['a child in the next tree', { forest: { right: Uint32Array.of(3, 0, 1, 2) } }, 'children 1 and 3'],
    ['a leaf that is not there', { forest: { right: Uint32Array.of(2, 0, 1, 3) } }, 'tree 2, node 0: found leaf 3'],
    ['a feature that is not there', { forest: { feature: Uint16Array.of(1, 0, 0, 0) } }, 'feature 1'],
    ['a leaf without end', { forest: { leaves: Float64Array.of(10, Number.POSITIVE_INFINITY, 1) } }, 'leaf 1: found Infinity'],
    ['a sum that overflows', { forest: { leaves: Float64Array.of(1.7e308, 20, 1) } }, 'leaf 0'],
    ['trees that overlap', { forest: { roots: Uint32Array.of(0, 4, 4) } }, 'tree 2: found no nodes'],
    ['trees that end early', { forest: { roots: Uint32Array.of(0, 2, 3) } }, 'do not cover'],
    ['half a leaf', { forest: { width: 2 } }, 'a multiple of 2'],
    ['leaves without width', { forest: { width: 0 } }, 'width 0'],
    [
      'a set of levels that is NaN',
      { forest: { partitioned: Uint8Array.of(1), threshold: Float64Array.of(Number.NaN, 0, 0, 0) } },
      'set of levels',
    ],
    ['no schema', { schema: null }, 'schema: found null'],
    ['a schema that is a text', { schema: 'x' }, 'schema: found the text'],
    ['an unknown kind', { schema: { ...SCHEMA, kind: { toString: 1 } } }, "schema's kind: found an object"],
    ['no features', { schema: { ...SCHEMA, features: [] } }, 'features'],
    ['a feature that is null', { schema: { ...SCHEMA, features: [null] } }, 'feature 1'],
    ['a feature twice', { schema: { ...SCHEMA, features: [SCHEMA.features[0], SCHEMA.features[0]] } }, 'a name twice'],
    ['a factor without levels', { schema: { ...SCHEMA, features: [{ name: 'x', type: 'factor', levels: [] }] } }, 'feature 1'],
    ['explanations that nothing is known of', { schema: { ...SCHEMA, explain: { outputs: 1 } } }, 'the member explain'],
    ['a count of texts', { schema: { ...SCHEMA, beginTexts: 1 } }, 'the member beginTexts'],
    ['inputs of steps', { schema: { ...SCHEMA, inputs: [] } }, 'the member inputs'],
    [
      'a place of new labels',
      { schema: { ...SCHEMA, features: [{ name: 'x', type: 'factor', levels: ['a'], others: 'new', placeOfNew: 1 }] } },
      'placeOfNew',
    ],
    ['other labels of a number', { schema: { ...SCHEMA, features: [{ ...SCHEMA.features[0], others: 1 }] } }, 'form of its others'],
    ['classes of a regression that are none', { schema: { ...SCHEMA, classes: 5 } }, "schema's classes"],
    ['times that are a text', { schema: { ...SCHEMA, times: 'abc' } }, "schema's times"],
    ['classes without labels', { schema: { ...SCHEMA, kind: 'classification' } }, 'classes'],
    ['a class beyond the labels', { schema: { ...SCHEMA, kind: 'classification', classes: ['a', 'b'] } }, 'class 10, expected 0 to 1'],
    ['markup for a default', { schema: { ...SCHEMA, features: [{ name: 'x', type: 'number', default: '"><p>' }] } }, 'form of its default'],
    ['markup for a step', { schema: { ...SCHEMA, features: [{ name: 'x', type: 'number', step: '1"' }] } }, 'form of its step'],
    ['markup for a range', { schema: { ...SCHEMA, features: [{ name: 'x', type: 'number', range: ['"><p>'] }] } }, 'form of its range'],
    ['a label that is a number', { schema: { ...SCHEMA, features: [{ name: 'x', type: 'number', label: 5 }] } }, 'form of its label'],
    ['a title that is a number', { card: { name: 'x', source: {}, title: 5 } }, "card's title"],
    ['a training without metrics', { card: { ...CARD, training: {} } }, "card's training"],
    ['a card that is null', { card: null }, 'card: found null'],
    ['a card without a name', { card: { source: {} } }, "card's name"],
    ['a name that moves a terminal', { card: { name: 'a\u001b[2J', source: {} } }, "card's name"],
    ['a card without its source', { card: { name: 'x', madeBy: 'hand' } }, "card's source"],
  ])('%s', (_, changes, message) => {
    // encodeArtifact asks the schema for its width, which a broken one cannot tell; so it is put in afterwards.
    const bytes = 'schema' in changes ? withSchema(changes.schema) : artifact(changes);
    const error = errorOf(() => decodeArtifact(bytes, 'a.canopy'));
    expect(error).toBeInstanceOf(ModelError);
    expect(error.message).toContain(message);
    expect(error.message).toMatch(/^a\.canopy/);
  });
});

/** The small artifact with another schema: JSON.stringify is handed a stand-in that knows the width. */
function withSchema(schema: unknown): Uint8Array {
  return artifact({ schema: { kind: 'regression', features: SCHEMA.features, toJSON: () => schema } });
}

test('the depth of a forest is its longest way', () => {
  expect(depth(forest())).toBe(1);
  const chain = { ...forest(), roots: Uint32Array.of(0, 5), left: Uint32Array.of(1, 3, 0, 0, 0), right: Uint32Array.of(2, 4, 0, 1, 2) };
  expect(depth(chain)).toBe(2);
});

describe('the sha256 of a model', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-'));
  const source = golden('heart-age').file;
  const put = (name: string, sidecar?: object) => {
    const file = path.join(folder, name);
    copyFileSync(source, file);
    if (sidecar) writeFileSync(file.replace(/\.RDS$/, '.model.json'), JSON.stringify(sidecar));
    return file;
  };
  afterAll(() => rmSync(folder, { recursive: true }));

  test('does not depend on name, folder, date, title or description', () => {
    const model = loadModel(source);
    const other = loadModel(put('other.RDS', { name: 'renamed', title: 'A title', description: 'More' }), { date: '2026-01-01' });
    expect(other.sha256).toBe(model.sha256);
    expect(other.card).toMatchObject({ name: 'renamed', title: 'A title', date: '2026-01-01', source: { file: 'other.RDS' } });
    expect(other.card.source.sha256).toBe(model.card.source.sha256);
  });

  test('depends on what the sidecar says of the features', () => {
    const plain = loadModel(source).sha256;
    expect(loadModel(put('labelled.RDS', { features: { age: { label: 'Age' } } })).sha256).not.toBe(plain);
    expect(loadModel(put('logical.RDS', { features: { age: { type: 'logical' } } })).sha256).not.toBe(plain);
  });

  test('differs between models', () => {
    const all = goldens().map(({ file }) => loadModel(file).sha256);
    expect(new Set(all).size).toBe(all.length);
  });

  test('is the same when the artifact itself is loaded', () => {
    const file = path.join(folder, 'model.canopy');
    writeFileSync(file, importModel(source));
    expect(loadModel(file).sha256).toBe(loadModel(source).sha256);
  });

  test('an unordered factor without levels asks for its sidecar', () => {
    const bare = path.join(folder, 'bare.RDS');
    copyFileSync(golden('warpbreaks-partition').file, bare);
    expect(() => importModel(bare)).toThrow(/the unordered factor "wool" without its levels.*bare\.model\.json/);
  });

  test('a file that is not there, and a folder, are refused by name', () => {
    expect(() => importModel(path.join(folder, 'none.RDS'))).toThrow(/none\.RDS: found no such file/);
    expect(() => importModel(folder)).toThrow(/found a folder/);
  });
});
