import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeText } from '../../../../model/artifact/describe.ts';
import { encodeModel, importModel, loadModel, readModel } from '../../../../model/artifact/import.ts';
import { verify } from '../../../../model/artifact/verify.ts';
import { readRds } from '../../../../model/rds/rds.ts';
import { attributesOf, type RValue } from '../../../../model/rds/values.ts';
import { decodeArtifact } from '../../../../shared/artifact.ts';
import { texts } from '../../../support/r-objects.ts';
import { type Ask, openThreeWays, type ThreeWays, WAYS } from '../../../support/three-ways.ts';

const FOLDER = path.join(import.meta.dirname, '../../../golden/recipes');
const fileOf = (name: string) => path.join(FOLDER, `${name}.RDS`);
const expectedOf = (name: string) => readFileSync(path.join(FOLDER, `${name}.json`), 'utf8');

type Row = Record<string, string | boolean | null>;
/** The golden's rows as callers send them: its numbers stand in quotes, with 17 digits. */
function golden(name: string): { rows: Record<string, unknown>[]; baked: Record<string, unknown>[] } {
  const { rows, predictions } = JSON.parse(expectedOf(name)) as { rows: Row[]; predictions: Row[] };
  const value = (cell: Row[string]) =>
    typeof cell === 'string' && /^-?\d[\d.e+-]*$/.test(cell) && !/^\d{4}-/.test(cell) ? Number(cell) : cell;
  const read = (row: Row) => Object.fromEntries(Object.entries(row).map(([key, cell]) => [key, value(cell)]));
  return { rows: rows.map(read), baked: predictions.map(read) };
}

test.each([
  ['house', 12],
  ['plain', 12],
  ['numbers', 12],
  ['compared', 10],
  ['pls', 9],
  ['bag', 14],
  ['edges', 14],
  ['skipped', 14],
  ['neighbors', 10],
  ['builtins', 14],
  ['ends', 6],
  ['old-names', 20],
  ['many-columns', 6],
  ['many-trees', 6],
])('the columns of the recipe %s are those that bake() makes, to the bit', (name, count) => {
  const { rows, wrong, ulp } = verify(loadModel(fileOf(name)), expectedOf(name), name);
  expect({ rows, wrong, ulp }).toEqual({ rows: count, wrong: [], ulp: 0 });
});

test('columns of other roles are features where a step reads them, and an id is not', () => {
  const model = loadModel(fileOf('roles'));
  expect(model.schema.features.map(({ name, type }) => `${name} ${type}`)).toEqual(['size number', 'lift logical', 'sold date']);
  const { rows, numbers, wrong, ulp } = verify(model, expectedOf('roles'), 'roles');
  expect({ rows, numbers, wrong, ulp }).toEqual({ rows: 10, numbers: 10, wrong: [], ulp: 0 });
});

test('texts that training did not have are matched with the patterns of regex and count', () => {
  const { rows, wrong, ulp } = verify(loadModel(fileOf('texts')), expectedOf('texts'), 'texts');
  expect({ rows, wrong, ulp }).toEqual({ rows: 8, wrong: [], ulp: 0 });
});

test('features are the raw columns without the outcome, and the card has the steps', () => {
  const { schema, card } = loadModel(fileOf('house'));
  expect(schema.features.map(({ name, type }) => `${name} ${type}`)).toEqual([
    ...['size number', 'rooms number', 'zone factor', 'grade factor', 'note factor', 'sold date', 'seen datetime', 'lift logical'],
  ]);
  expect(schema.columns?.map(({ name, type }) => `${name} ${type}`)).toEqual([
    ...['size number', 'rooms number', 'grade factor', 'note factor', 'sold date', 'seen datetime', 'lift logical'],
    ...['zone_Norte number', 'zone_Sul number', 'sold_dow factor', 'sold_year number'],
  ]);
  expect(card.pipeline?.at(-1)).toEqual({ step: 'step_filter', skipped: true });
});

test('describe names the kind and says that there is no body', () => {
  const file = fileOf('house');
  const text = describeText({ file, bytes: 1, model: loadModel(file) });
  expect(text).toMatch(/^kind +columns$/m);
  expect(text).toMatch(/^body +none: the columns are the answer$/m);
  expect(text).toMatch(/^parameters +type$/m);
  expect(text).toMatch(/^pipeline +1 step_impute_median: changes rooms$/m);
  expect(text).toMatch(/^ +3 step_dummy: adds zone_Norte, zone_Sul; drops zone$/m);
  expect(text).toMatch(/^ +5 step_filter: left out at predict\(\)$/m);
});

const house = golden('house');
const body = (rows: unknown[]) => JSON.stringify({ instances: rows });
let ways: ThreeWays;
beforeAll(async () => {
  ways = await openThreeWays(importModel(fileOf('house')));
});
afterAll(() => ways.close());

describe.each(WAYS)('a recipe alone, of the %s', (name) => {
  const ask: Ask = (...given) => ways.ask[name](...given);

  test('as JSON: an object a row, null where a value is missing', async () => {
    const { text, servedBy } = await ask('/predict', body(house.rows));
    expect(JSON.parse(text).predictions).toEqual(house.baked);
    expect(house.baked[2]).toMatchObject({ size: null, lift: false });
    expect(servedBy).toBe(name);
    expect(ways.events).not.toContain('Mismatch');
    expect(ways.events).not.toContain('BadAnswer');
  });

  test('as CSV: the columns by their names, with NA as R writes it', async () => {
    const { text } = await ask('/predict', body(house.rows.slice(2, 3)), 'text/csv; header=present');
    const [header, line] = text.split('\n');
    expect(header).toBe(Object.keys(house.baked[2] as object).join(','));
    const cells = Object.values(house.baked[2] as object).map((cell) => String(cell ?? 'NA'));
    expect(line).toBe(cells.map((cell) => (cell.includes(',') ? `"${cell}"` : cell)).join(','));
  });

  test('as JSON Lines and as a bare table', async () => {
    const lines = await ask('/predict', body(house.rows.slice(0, 2)), 'application/jsonlines');
    expect(
      lines.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(house.baked.slice(0, 2));
    const table = JSON.parse((await ask('/predict', body(house.rows), 'application/json', 'format=tidymodels')).text);
    expect(Object.keys(table)).toEqual(Object.keys(house.baked[0] as object));
    expect(table.sold_dow).toEqual(house.baked.map(({ sold_dow }) => sold_dow));
  });

  test('as outputs of the Open Inference Protocol, one a column', async () => {
    const inputs = [
      { name: 'size', shape: [1], datatype: 'FP64', data: [100] },
      { name: 'rooms', shape: [1], datatype: 'FP64', data: [3] },
      ...['zone', 'grade', 'note'].map((key) => ({ name: key, shape: [1], datatype: 'BYTES', data: [house.rows[0]?.[key]] })),
      { name: 'sold', shape: [1], datatype: 'BYTES', data: ['2024-11-03'] },
      { name: 'seen', shape: [1], datatype: 'BYTES', data: ['2024-05-05T18:01:21Z'] },
      { name: 'lift', shape: [1], datatype: 'BOOL', data: [true] },
    ];
    const { outputs } = JSON.parse((await ask('/v2/models/house/infer', JSON.stringify({ inputs }))).text);
    expect(outputs).toHaveLength(11);
    expect(outputs).toContainEqual({ name: 'lift', datatype: 'BOOL', shape: [1], data: [true] });
    expect(outputs).toContainEqual({ name: 'sold_dow', datatype: 'BYTES', shape: [1], data: ['Sun'] });
    expect(outputs).toContainEqual({ name: 'rooms', datatype: 'FP64', shape: [1], data: [3] });
  });

  test('as one array they are refused where a column is no number', async () => {
    const { status, text } = await ask('/predict', body(house.rows), 'application/x-npy');
    expect([status, text]).toEqual([406, expect.stringContaining('column \\"grade\\" is no number')]);
  });

  test('a label that training did not have, and that no step takes, is refused', async () => {
    const { status, text } = await ask('/predict', body([{ ...house.rows[0], grade: 'best' }]));
    expect([status, text]).toEqual([422, expect.stringContaining('column \\"grade\\" has a label that training did not have')]);
  });
});

test('columns of numbers alone are one NumPy array', async () => {
  const numbers = await openThreeWays(importModel(fileOf('numbers')));
  try {
    const { text } = await numbers.ask.container('/predict', body(golden('numbers').rows), 'application/x-npy');
    expect(text).toContain("{'descr': '<f8', 'fortran_order': False, 'shape': (12, 3), }");
  } finally {
    numbers.close();
  }
});

/** A value in whose lists each element of this name is another one. */
function withElement(value: RValue, name: string, change: (one: RValue) => RValue): RValue {
  if (value.type !== 'list') return value;
  const names = attributesOf(value).get('names');
  const named = names?.type === 'character' ? names.values : [];
  return { ...value, values: value.values.map((one, at) => (named[at] === name ? change(one) : withElement(one, name, change))) };
}

test('bagged trees impute by hundreds of columns, too', () => {
  const read = (columns: string[]) => {
    const value = withElement(readRds(readFileSync(fileOf('bag')), 'm.RDS'), '..imp_vars', () => texts(...columns));
    return decodeArtifact(encodeModel(readModel(value, 'm.RDS'), {}, { file: 'm.RDS', bytes: new Uint8Array(), sidecarFile: 'm.RDS' }));
  };
  const many = Array.from({ length: 150 }, () => ['g', 'h']).flat();
  expect(verify(read(many), expectedOf('bag'), 'bag')).toMatchObject({ rows: 14, wrong: [], ulp: 0 });
  expect(() => read([])).toThrow("column a's predictors: found none, expected at least one");
});
