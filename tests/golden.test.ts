import { describe, expect, test } from '@jest/globals';
import { importModel } from '../model/import.ts';
import { decodeArtifact, failedCheck } from '../shared/artifact.ts';
import type { Schema } from '../shared/features.ts';
import { answerQuery } from '../shared/predict.ts';
import type { Prediction } from '../shared/shape.ts';
import { readValue } from '../shared/wire.ts';
import { type Golden, goldens } from './golden.ts';

/** The doubles of a prediction in class order, or its label. */
function parts(schema: Schema, prediction: Prediction): (number | string)[] {
  if (typeof prediction !== 'object') return [prediction];
  const own = Array.isArray(prediction) ? prediction : (schema.classes as string[]).map((label) => prediction[label] as Prediction);
  return own.flatMap((part) => parts(schema, part));
}

/** How many doubles lie between two: 0 for the same bits. */
function ulps(one: number | string, other: number | string | undefined): number {
  if (typeof one !== 'number' || typeof other !== 'number') return one === other ? 0 : Number.POSITIVE_INFINITY;
  const [a, b] = new BigInt64Array(Float64Array.of(one, other).buffer) as unknown as [bigint, bigint];
  const ordered = (bits: bigint) => (bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits);
  return Object.is(one, other) ? 0 : Math.max(1, Math.abs(Number(ordered(a) - ordered(b))));
}

/** The rows where our predictions differ from R's in any bit, ties aside. */
function differences(golden: Golden, schema: Schema, ours: Prediction[]): string[] {
  return ours.flatMap((prediction, row) => {
    const expected = golden.predictions[row] as Prediction;
    const ties = golden.ties.get(row);
    if (ties) {
      const first = (schema.classes as string[]).find((label) => ties.includes(label));
      return prediction === first && ties.includes(expected as string) ? [] : [`row ${row}: ${prediction}, expected ${first} of a tie`];
    }
    const own = parts(schema, prediction);
    const theirs = parts(schema, expected);
    const near = (value: number | string, at: number) => {
      const slack = 1e-13 * (golden.terms?.[row] ?? 0);
      return ulps(value, theirs[at]) <= golden.ulp || Math.abs(Number(value) - Number(theirs[at])) <= slack;
    };
    const same = own.length === theirs.length && own.every(near);
    return same ? [] : [`row ${row}: ${JSON.stringify(prediction)}, R gave ${JSON.stringify(expected)}`];
  });
}

describe('every golden model gives the bits that R gave', () => {
  test.each(goldens().map((golden): [string, Golden] => [golden.name, golden]))('%s', (_, golden) => {
    const model = decodeArtifact(importModel(golden.file), golden.name);
    expect(model.schema.kind).toBe(golden.kind);
    expect(model.schema.classes).toEqual(golden.classes);
    expect(model.schema.times).toEqual(golden.times);
    expect(golden.rows.length).toBeGreaterThan(0);
    expect(golden.predictions).toHaveLength(golden.rows.length);
    const query = readValue(model.schema, golden.rows);
    const ours = answerQuery(model, query).predictions;
    expect(differences(golden, model.schema, ours)).toEqual([]);
    for (const { parameters, predictions } of golden.others) {
      const other = answerQuery(model, readValue(model.schema, { instances: golden.rows, parameters })).predictions;
      expect(differences({ ...golden, predictions, ties: new Map() }, model.schema, other)).toEqual([]);
    }
    expect(failedCheck(model)).toBeUndefined();
  });
});

test('there are goldens of every kind of forest', () => {
  const kinds = new Set(goldens().map((golden) => golden.kind));
  expect([...kinds]).toEqual(expect.arrayContaining(['regression', 'classification', 'probability', 'survival']));
});

test('one differing bit is told', () => {
  const golden = goldens().find(({ name }) => name === 'heart-age') as Golden;
  const { schema } = decodeArtifact(importModel(golden.file));
  const bits = new Float64Array(golden.predictions as number[]);
  new BigUint64Array(bits.buffer)[3]! ^= 1n;
  expect(differences(golden, schema, Array.from(bits))).toHaveLength(1);
});

test('a class of a tie that is not the first, and a label where there is no tie, are told', () => {
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
