import { describe, expect, test } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { decodeArtifact, failedCheck } from '../../../shared/artifact.ts';
import { compare, differences, type Golden, goldens } from '../../support/golden.ts';

describe('every golden model gives the bits that R gave', () => {
  test.each(goldens().map((golden): [string, Golden] => [golden.name, golden]))('%s', (_, golden) => {
    const model = decodeArtifact(importModel(golden.file), golden.name);
    expect(model.schema.kind).toBe(golden.kind);
    expect(model.schema.classes).toEqual(golden.classes);
    expect(model.schema.times).toEqual(golden.times);
    expect(golden.rows.length).toBeGreaterThan(0);
    expect(golden.predictions).toHaveLength(golden.rows.length);
    expect(compare(golden, model).wrong).toEqual([]);
    expect(failedCheck(model)).toBeUndefined();
  });
});

test('there are goldens of every kind of forest', () => {
  const kinds = new Set(goldens().map((golden) => golden.kind));
  expect([...kinds]).toEqual(expect.arrayContaining(['regression', 'classification', 'probability', 'survival']));
});

test('one differing bit is reported', () => {
  const golden = goldens().find(({ name }) => name === 'heart-age') as Golden;
  const { schema } = decodeArtifact(importModel(golden.file));
  const bits = new Float64Array(golden.predictions as number[]);
  new BigUint64Array(bits.buffer)[3]! ^= 1n;
  expect(differences(golden, schema, Array.from(bits))).toHaveLength(1);
});

test('a class of a tie that is not the first, and a label where there is no tie, are reported', () => {
  const golden = goldens().find(({ name }) => name === 'iris') as Golden;
  const { schema } = decodeArtifact(importModel(golden.file));
  const [row, tied] = [...golden.ties][0] as [number, string[]];
  const ours = [...golden.predictions];
  ours[row] = tied[1] as string;
  expect(differences(golden, schema, ours)).toHaveLength(1);
  ours[row] = tied[0] as string;
  expect(differences(golden, schema, ours)).toEqual([]);
  ours[0] = 'virginica';
  expect(differences(golden, schema, ours)).toHaveLength(1);
});
