import { expect, test } from '@jest/globals';
import type { Schema } from '../../../shared/schema/features.ts';
import { NEIGHBORS, type NeighborsStep } from '../../../shared/steps/neighbors.ts';

const schemaOf = (width: number): Schema => ({
  ...{ kind: 'regression', takesMissing: true },
  features: Array.from({ length: width }, (_, at) => ({ name: `x${at}`, type: 'number' as const })),
});

function stepOf(values: (number | null)[][], imputed: { column: number; by: number[] }[]): NeighborsStep {
  const reference = values.map((column, from) => ({ from, type: 'number' as const, values: column }));
  return {
    step: 'neighbors',
    of: 'step_impute_knn',
    neighbors: 1,
    eps: 1e-8,
    reference,
    imputed: imputed.map((one) => ({ ...one, make: 'mean' })),
  };
}

test('a column is compared once, and imputed once', () => {
  const values = [
    [1, 2],
    [3, 4],
  ];
  const check = (imputed: { column: number; by: number[] }[]) => () => NEIGHBORS.check(stepOf(values, imputed), schemaOf(2), 'the model');
  check([
    { column: 0, by: [1] },
    { column: 1, by: [0] },
  ])();
  const refused = "the model's neighbors: found another form";
  expect(check([{ column: 0, by: [1, 1] }])).toThrow(refused);
  expect(
    check([
      { column: 0, by: [1] },
      { column: 0, by: [1] },
    ]),
  ).toThrow(refused);
});

test('the range of a column is that of the rows that know what is imputed', () => {
  // By 0 to 4 the second row is nearer; by 0 to 100 the third column decides.
  const values = [
    [10, 20, null],
    [0, 4, 100],
    [1, 0, 0],
  ];
  const row = Float64Array.of(Number.NaN, 3, 0.7);
  const answer = (first: (number | null)[]) =>
    NEIGHBORS.compile(stepOf([first, ...values.slice(1)], [{ column: 0, by: [1, 2] }]), schemaOf(3))(row, 1, new Uint8Array(1))[0];
  expect(answer([10, 20, null])).toBe(20);
  expect(answer([10, 20, 30])).toBe(10);
});

test('columns are looked at only for a row that lacks a value', () => {
  const all = Array.from({ length: 400 }, (_, at) => at);
  const values = all.map(() => new Array(5_000).fill(1));
  const step = stepOf(
    values,
    all.map((column) => ({ column, by: all.filter((other) => other !== column) })),
  );
  const start = process.cpuUsage();
  const row = new Float64Array(400).fill(1);
  expect(NEIGHBORS.compile(step, schemaOf(400))(row, 1, new Uint8Array(1))).toEqual(row);
  // 0.1 s; 5 s where the ends of all columns are looked for.
  expect(process.cpuUsage(start).user / 1_000).toBeLessThan(1_000);
});

/** The columns of a step that imputes each by all others, of drawn numbers; a training value in so many is missing. */
function drawn(width: number, rows: number, missing: number): NeighborsStep {
  let state = 1;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state;
  };
  const all = Array.from({ length: width }, (_, at) => at);
  const values = all.map(() => Array.from({ length: rows }, () => (next() % missing === 0 ? null : next() / 2 ** 31)));
  return stepOf(
    values,
    all.map((column) => ({ column, by: all.filter((other) => other !== column) })),
  );
}

test.each([7, 1e9])('what is missing together is imputed as each by itself (a training value in %d is missing)', (missing) => {
  const step = drawn(9, 600, missing);
  const row = Float64Array.from([Number.NaN, 0.2, Number.NaN, 0.4, 0.5, Number.NaN, 0.7, 3, 0.9]);
  const impute = (imputed: NeighborsStep['imputed']) => NEIGHBORS.compile({ ...step, imputed }, schemaOf(9))(row, 1, new Uint8Array(1));
  const together = impute(step.imputed);
  expect([...together].some(Number.isNaN)).toBe(false);
  for (const at of [0, 2, 5]) expect(together[at]).toBe(impute([step.imputed[at]!])[at]);
});

test('columns that are missing together are compared once', () => {
  const impute = NEIGHBORS.compile(drawn(400, 10_000, 1e9), schemaOf(400));
  const row = Float64Array.from({ length: 400 }, (_, at) => (at % 2 ? Number.NaN : 0.5));
  const start = process.cpuUsage();
  expect([...impute(row, 1, new Uint8Array(1))].some(Number.isNaN)).toBe(false);
  // 0.1 s; 1.6 s where each is compared by itself.
  expect(process.cpuUsage(start).user / 1_000).toBeLessThan(800);
});
