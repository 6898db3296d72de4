import { describe, expect, test } from '@jest/globals';
import { RequestError } from '../../../shared/errors.ts';
import { generator } from '../../../shared/math/generator.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import { type Cells, readRows } from '../../../shared/schema/rows.ts';
import { csvCells } from '../../../shared/wire/csv-cells.ts';
import { recordCells } from '../../../shared/wire/dialects/arrays.ts';
import { COLUMNS } from '../../../shared/wire/dialects/columns.ts';
import { KEYED_COLUMNS } from '../../../shared/wire/dialects/keyed.ts';
import { SPLIT } from '../../../shared/wire/dialects/split.ts';
import { tensorCells } from '../../../shared/wire/dialects/tensors.ts';
import { readBody } from '../../../shared/wire/read-body.ts';

/** A body may have a single key where a model has tens of thousands of features: it takes time by its keys, and not by these. */
const WIDTH = 40;
const TYPES: Feature['type'][] = ['number', 'factor', 'integer64', 'logical', 'date'];

describe('few columns of many features', () => {
  const random = generator(20261201);
  const one = <T>(of: readonly T[]) => of[Math.floor(random() * of.length)]!;
  const draw = (count: number, make: () => unknown) => Array.from({ length: count }, make);

  function drawSchema(): Schema {
    const takesMissing = random() < 0.6;
    const features = Array.from({ length: WIDTH }, (_, at) => {
      const type = one(TYPES);
      const base = { name: at % 9 === 0 ? `ação${at}` : `x${at}`, type, ...(random() < 0.3 ? { required: true } : {}) };
      return (type === 'factor' ? { ...base, levels: random() < 0.5 ? ['a', 'b'] : ['a', null] } : base) as Feature;
    });
    return { kind: 'regression', takesMissing, features };
  }

  const values = [1, 0, 2.5, -3, 'a', 'b', 'c', 'NA', '', null, true, '2024-01-31', 1e300];
  const names = (schema: Schema) =>
    draw(Math.floor(random() * 7), () =>
      random() < 0.15 ? one(['X1', 'other', 'x1 ']) : one(schema.features).name.normalize(one(['NFC', 'NFD'])),
    );
  const record = (schema: Schema) => Object.fromEntries(names(schema).map((name) => [name, one(values)]));
  const source = (value: unknown) => ({ value, path: '/body', text: JSON.stringify(value) });
  const FORMS: [string, (schema: Schema, rows: number) => Cells][] = [
    [
      'records',
      (schema, rows) =>
        recordCells(
          schema,
          draw(rows, () => record(schema)),
          (row) => `/${row}`,
        ),
    ],
    ['a record', (schema) => COLUMNS.read(schema, source(record(schema)))],
    [
      'columns',
      (schema, rows) =>
        COLUMNS.read(schema, source(Object.fromEntries(names(schema).map((name) => [name, draw(rows, () => one(values))])))),
    ],
    [
      'columns with keys',
      (schema, rows) => {
        const column = () => Object.fromEntries(draw(rows, () => one(values)).map((value, at) => [`r${at}`, value]));
        return KEYED_COLUMNS.read(
          schema,
          source({ [schema.features[3]!.name]: column(), ...Object.fromEntries(names(schema).map((name) => [name, column()])) }),
        );
      },
    ],
    [
      'split',
      (schema, rows) => {
        const columns = [...new Set(names(schema))];
        return SPLIT.read(schema, source({ columns, data: draw(rows, () => draw(columns.length, () => one(values))) }));
      },
    ],
    [
      'a CSV',
      (schema, rows) => csvCells(schema, [['x2', ...new Set(names(schema))].join(), ...draw(rows, () => `1,${one(values)}`)].join('\n')),
    ],
    [
      'tensors',
      (schema, rows) =>
        tensorCells(
          schema,
          ['other', ...new Set(names(schema))].map((name) => ({
            name,
            shape: [rows],
            datatype: 'BYTES',
            data: draw(rows, () => one(values)),
          })),
          '/inputs',
        ),
    ],
  ];

  function outcome(read: () => unknown): unknown {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const { status, message, problems, advice } = error;
      return { status, message, problems, advice };
    }
  }

  test.each(FORMS)('of %s are read as where each feature is looked for', (_, form) => {
    const seen = new Set<string>();
    for (let drawn = 0; drawn < 400; drawn += 1) {
      const schema = drawSchema();
      const cells = outcome(() => form(schema, 1 + Math.floor(random() * 4)));
      if (!(cells instanceof Object && 'cell' in cells)) continue;
      const { names, ...rest } = cells as Cells;
      // Of that many names each feature is looked for.
      const many = (row: number) => [...names!(row)!, ...new Array<string>(WIDTH).fill(schema.features[0]!.name)];
      const found = outcome(() => readRows(schema, cells as Cells));
      expect(found).toEqual(outcome(() => readRows(schema, { ...rest, names: many })));
      seen.add(found instanceof Float64Array ? 'rows' : 'refused');
    }
    expect(seen).toContain('refused');
  });
});

describe('a body of a few bytes', () => {
  /** How often the features of a schema were looked at. */
  function countedSchema(width: number, takesMissing: boolean): { schema: Schema; looks: () => number } {
    let looks = 0;
    const features = Array.from({ length: width }, (_, at): Feature => ({ name: `x${at}`, type: 'number' }));
    const counted = new Proxy(features, {
      get: (of, key) => {
        looks += 1;
        return Reflect.get(of, key);
      },
    });
    return { schema: { kind: 'regression', takesMissing, features: counted }, looks: () => looks };
  }

  test.each([
    ['json', '[{}]'],
    ['json', '{"x7":1}'],
    ['json', '{"other":1}'],
    ['json', '[[1]]'],
    ['json', '[]'],
    ['json', '{"instances":[{"x9":1},{}]}'],
    ['json', '{"dataframe_split":{"columns":["x1"],"data":[[1]]}}'],
    ['json', '{"dataframe_records":[{}]}'],
    ['json', '{"inputs":{"x1":[1,2]}}'],
    ['json', '{"inputs":[{"name":"x1","shape":[1],"datatype":"FP64","data":[1]}]}'],
    ['json', '{"x1":{"a":1}}'],
    ['json', '{"a":{"x1":1}}'],
    ['csv', 'x1\n1'],
    ['csv', 'a\n1'],
    ['csv', '1'],
    ['jsonlines', '{}\n{"x1":1}'],
  ] as const)('is refused without a look at each of the features: %s, %s', (form, text) => {
    const { schema, looks } = countedSchema(20_000, false);
    const read = () => readBody(schema, Buffer.from(text), form);
    // What is made of a schema once is made at the first body.
    expect(read).toThrow(RequestError);
    const before = looks();
    expect(read).toThrow(RequestError);
    expect(looks() - before).toBeLessThan(2_000);
  });

  test('of a model that takes missing values is a row without a look at each of them', () => {
    const { schema, looks } = countedSchema(20_000, true);
    const read = () => readBody(schema, Buffer.from('[{"x3":1}]'), 'json').rows;
    expect(read()).toEqual(new Float64Array(20_000).fill(Number.NaN).with(3, 1));
    const before = looks();
    read();
    expect(looks() - before).toBeLessThan(2_000);
  });
});
