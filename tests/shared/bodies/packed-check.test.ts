import { describe, expect, test } from '@jest/globals';
import { decodeArtifact, encodeArtifact } from '../../../shared/artifact.ts';
import { type Forest, openPacked, type Unnoded } from '../../../shared/bodies/forest/forest.ts';
import { type PackedForest, rankBits } from '../../../shared/bodies/forest/packed.ts';
import { checkPacked } from '../../../shared/bodies/forest/packed-check.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { forestBody, forestOf } from '../../support/bodies.ts';

const SCHEMA: Schema = {
  kind: 'regression',
  features: [
    { name: 'x', type: 'number' },
    { name: 'y', type: 'number' },
  ],
  takesMissing: false,
};
const BITS = rankBits(2);

/** A split at the threshold of that place, from 1, of a feature. */
function split(feature: number, place: number): number {
  return feature * 2 ** BITS + place;
}

/**
 * Two trees, level by level: x <= 1 to y <= 5 (its leaves 30 and 40) or to 20; and x <= 2 to 1 or 2. Their bits, from the
 * first node: 1 1 0 0 0, 1 0 0.
 */
const REST: Unnoded = {
  ...{ roots: Uint32Array.of(0, 5, 8), leaves: Float64Array.of(20, 30, 40, 1, 2), width: 1 },
  partitioned: Uint8Array.of(0, 0),
};
const PACKED: PackedForest = {
  inner: Uint8Array.of(0b00100011),
  splits: Uint32Array.of(split(0, 1), split(1, 1), split(0, 2)),
  cuts: Float64Array.of(1, 2, 5),
  cutStarts: Uint32Array.of(0, 2, 3),
};

/** The artifact of that forest with changes, whose sha256 is right whatever they are. */
function artifact(changes: Partial<PackedForest & Unnoded>): Uint8Array {
  const { inner, splits, cuts, cutStarts, ...rest } = { ...PACKED, ...REST, ...changes };
  const forest: Forest = openPacked(rest, { inner, splits, cuts, cutStarts });
  const card = { name: 'small', madeBy: 'hand', source: { file: 'x', sha256: '0'.repeat(64) } };
  return encodeArtifact({
    schema: SCHEMA,
    body: forestBody(forest),
    card,
    checks: { rows: Float64Array.of(), outputs: Float64Array.of() },
  });
}

/** As many thresholds as fill several slices of a check, ascending. */
function manyCuts(): Float64Array {
  return Float64Array.from({ length: 10_000 }, (_, at) => at);
}

test('the forest as it is gives its nodes back', () => {
  const forest = forestOf(decodeArtifact(artifact({})));
  expect(forest?.left).toEqual(Uint32Array.of(1, 3, 0, 0, 0, 6, 0, 0));
  expect(forest?.right).toEqual(Uint32Array.of(2, 4, 0, 1, 2, 7, 3, 4));
  expect([...(forest as Forest).threshold]).toEqual([1, 5, 0, 0, 0, 2, 0, 0]);
});

describe('packed nodes that would lead astray are refused although their sha256 is right', () => {
  const falling = manyCuts();
  falling[8_192] = 8_191;
  test.each<[string, Partial<PackedForest & Unnoded>, string]>([
    ['a flag that is neither', { partitioned: Uint8Array.of(98, 0) }, "a's flags of sets of levels: found 98, expected 0 or 1"],
    ['too few bits', { inner: Uint8Array.of() }, 'a: found 0 bytes of bits for 8 nodes, expected 1'],
    ['too many bits', { inner: Uint8Array.of(0b00100011, 0) }, 'a: found 2 bytes of bits for 8 nodes, expected 1'],
    ['a first tree that starts late', { roots: Uint32Array.of(1, 5, 8) }, 'a: found a first tree that starts at node 1, expected 0'],
    ['bits behind the nodes', { roots: Uint32Array.of(0, 5, 6), inner: Uint8Array.of(0b01000011) }, 'a: found bits behind its 6 nodes'],
    ['a tree without nodes', { roots: Uint32Array.of(0, 8, 8) }, 'a, tree 1, node 5: found a node without a parent'],
    ['a last tree without nodes', { roots: Uint32Array.of(0, 5, 5, 8) }, 'a, tree 2: found no nodes'],
    ['trees that overlap', { roots: Uint32Array.of(0, 8, 5, 8) }, 'a, tree 1, node 5: found a node without a parent'],
    ['a node without a parent', { inner: Uint8Array.of(0b00100001) }, 'a, tree 1, node 3: found a node without a parent'],
    ['children beyond the tree', { inner: Uint8Array.of(0b00101011) }, 'a, tree 1: found 5 nodes, expected 7, two for each inner one'],
    ['a split too few', { splits: PACKED.splits.subarray(1) }, 'a: found 2 splits, expected 3, one an inner node'],
    ['a feature too few', { cutStarts: Uint32Array.of(0, 3) }, 'a: found starts of thresholds that do not cover 3'],
    ['thresholds that start late', { cutStarts: Uint32Array.of(1, 2, 3) }, 'a: found starts of thresholds that do not cover 3'],
    ['thresholds left over', { cutStarts: Uint32Array.of(0, 2, 2) }, 'a: found starts of thresholds that do not cover 3'],
    ['thresholds that end beyond all', { cutStarts: Uint32Array.of(0, 9, 3) }, 'a, feature 0: found thresholds that end before they start'],
    ['thresholds that fall', { cuts: Float64Array.of(2, 1, 5) }, 'a, feature 0, threshold 1: found 1, expected ascending numbers'],
    ['a threshold twice', { cuts: Float64Array.of(2, 2, 5) }, 'a, feature 0, threshold 1: found 2, expected ascending numbers'],
    ['a NaN among thresholds', { cuts: Float64Array.of(1, Number.NaN, 5) }, 'a, feature 0, threshold 1: found NaN'],
    ['a first threshold of NaN', { cuts: Float64Array.of(1, 2, Number.NaN) }, 'a, feature 1, threshold 0: found NaN'],
    [
      'a fall from one slice of the check to the next',
      { cuts: falling, cutStarts: Uint32Array.of(0, 9_000, 10_000) },
      'a, feature 0, threshold 8192: found 8191, expected ascending numbers',
    ],
    [
      'a set of levels below 0',
      { partitioned: Uint8Array.of(1, 0), cuts: Float64Array.of(-1, 2, 5) },
      'a, feature 0: found the set of levels -1, expected at most 53 bits',
    ],
    [
      'a set of too many levels',
      { partitioned: Uint8Array.of(0, 1), cuts: Float64Array.of(1, 2, 2 ** 53) },
      'a, feature 1: found the set of levels 9007199254740992, expected at most 53 bits',
    ],
    ['a feature that is not there', { splits: Uint32Array.of(split(0, 1), split(2, 1), split(0, 2)) }, 'a, split 1: found feature 2'],
    ['a feature as great as can be', { splits: PACKED.splits.with(2, 2 ** 32 - 1) }, 'a, split 2: found feature 3'],
    ['a threshold that is not there', { splits: PACKED.splits.with(1, split(1, 2)) }, 'a, split 1: found feature 1, threshold 2'],
    ['leaves that are not there', { leaves: Float64Array.of(20, 30, 40, 1) }, 'a: found 4 leaves, expected 5'],
    ['leaves left over', { leaves: Float64Array.of(20, 30, 40, 1, 2, 3) }, 'a: found 6 leaves, expected 5'],
  ])('%s', (_, changes, message) => {
    const bytes = artifact(changes);
    const decode = () => decodeArtifact(bytes, 'a');
    expect(decode).toThrow(ModelError);
    expect(decode).toThrow(message);
  });
});

test('thresholds that rise over many slices are taken', () => {
  expect(() => decodeArtifact(artifact({ cuts: manyCuts(), cutStarts: Uint32Array.of(0, 9_000, 10_000) }))).not.toThrow();
});

describe('packed nodes of which a kernel and the plain predictor would make two numbers are refused', () => {
  test.each([
    ['more thresholds than a split can name', 65_535, 65_536, 'feature 65534: found 65536 thresholds, expected at most 65535'],
    ['more features than a node can name', 65_537, 1, 'found 65537 features, expected at most 65536'],
  ])('%s', (_, features, count, message) => {
    const cutStarts = new Uint32Array(features + 1);
    cutStarts[features] = count;
    const packed = {
      inner: Uint8Array.of(0),
      splits: new Uint32Array(0),
      cuts: Float64Array.from({ length: count }, (_, at) => at),
      cutStarts,
    };
    expect(() => checkPacked(packed, Uint32Array.of(0, 1), new Uint8Array(features), 'a forest')).toThrow(message);
  });
});
