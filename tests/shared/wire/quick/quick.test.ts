import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Feature, Schema } from '../../../../shared/schema/features.ts';
import type { BodyForm } from '../../../../shared/wire/media.ts';
import { quickCsv } from '../../../../shared/wire/quick/csv.ts';
import { quickJson, quickLines } from '../../../../shared/wire/quick/json.ts';
import { readAnyBody } from '../../../../shared/wire/wire.ts';

const QUICK = { json: quickJson, jsonlines: quickLines, csv: quickCsv, npy: () => undefined };
const ODD: Schema = {
  kind: 'regression',
  features: [
    { name: 'idade', type: 'number' },
    { name: 'é', type: 'logical' },
    { name: 'wool', type: 'factor', levels: ['A', 'não', 'a "quoted", one', 'NA', '\ud800', ''] },
  ],
  takesMissing: false,
};
const numbers = (...names: string[]): Schema['features'] => names.map((name): Feature => ({ name, type: 'number' }));
const SCHEMAS: Schema[] = [
  ODD,
  { ...ODD, takesMissing: true },
  { kind: 'regression', features: numbers('age'), takesMissing: false },
  { kind: 'regression', features: numbers('age', 'b'), takesMissing: true },
  { kind: 'regression', features: numbers('instances', 'inputs'), takesMissing: false },
  { kind: 'regression', features: numbers('1', '2'), takesMissing: false },
  { kind: 'regression', features: numbers('__proto__'), takesMissing: false },
  { kind: 'regression', features: numbers('a\nb', '\\u0061', '\ud800', '\ufeffage'), takesMissing: false },
];

test('a line that names the delimiter is none of values, even where a level is called so', () => {
  const schema: Schema = { kind: 'regression', features: [{ name: 'f', type: 'factor', levels: ['sep=;', 'x'] }], takesMissing: false };
  for (const body of ['sep=;\nx\n', 'SEP=;\r\nx', 'f\nsep=;\n']) {
    const quick = quickCsv(schema, Buffer.from(body));
    if (quick) expect([...quick.rows]).toEqual(generally(schema, Buffer.from(body), 'csv'));
  }
  expect(quickCsv(schema, Buffer.from('sep=;\nx\n'))).toBeUndefined();
});

describe('rows of a body, for which there is room by the length of those before them', () => {
  const schema: Schema = { kind: 'regression', features: numbers('a', 'b'), takesMissing: false };
  const short = Array.from({ length: 3_000 }, (_, row) => `${row % 10},${row % 7}`);
  const long = short.map((line) => line.replaceAll(/\d/g, (digit) => `0.${digit}00000000000000`));
  test.each([
    ['as long as each other', [...short, ...short]],
    ['short, then long', [...short, ...long]],
    ['long, then short', [...long, ...short]],
  ])('are the same where they are %s', (_, lines) => {
    const wanted = lines.flatMap((line) => line.split(',').map(Number));
    const bodies = { csv: `a,b\n${lines.join('\n')}\n`, json: `[[${lines.join('],[')}]]`, jsonlines: `[${lines.join(']\n[')}]` };
    for (const [form, body] of Object.entries(bodies)) {
      const read = QUICK[form as keyof typeof bodies](schema, Buffer.from(body));
      expect([read?.count, [...read!.rows]]).toEqual([lines.length, wanted]);
      expect(read!.rows.buffer.byteLength).toBeLessThanOrEqual(1.12 * 8 * wanted.length);
    }
  });

  test('take no more than eight times the bytes of a body that ends in white space', () => {
    const body = Buffer.concat([Buffer.from(`[[${short.slice(0, 100).join('],[')}]]`), Buffer.alloc(1_000_000, ' ')]);
    const read = quickJson(schema, body);
    expect([read?.count, read?.rows.buffer.byteLength]).toEqual([100, 1_600]);
  });
});

/** What the general way makes of a body: its rows, or nothing where it refuses. */
function generally(schema: Schema, body: Uint8Array, form: BodyForm): number[] | undefined {
  try {
    return [...readAnyBody(schema, body, form).rows];
  } catch {
    return undefined;
  }
}

/** Whatever is read in one pass is read the same in the general way: the same bits, NaN and -0 among them. */
function agrees(schema: Schema, body: Uint8Array, form: BodyForm): boolean {
  const quick = QUICK[form](schema, body);
  if (!quick) return false;
  expect({ body: Buffer.from(body).toString(), rows: [...quick.rows] }).toEqual({
    body: Buffer.from(body).toString(),
    rows: generally(schema, body, form),
  });
  expect(quick.rows.length).toBe(quick.count * schema.features.length);
  return true;
}

const spelled = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }).map((number) => (Object.is(number, -0) ? '-0' : String(number))),
  fc.integer().map(String),
  fc.stringMatching(/^-?[0-9]{1,20}(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?$/),
  fc.constantFrom('1', '0', '-0', '01', '+1', '.5', '5.', '1e5', '9007199254740993', '1e999', '-', '1.', '0x1', '1_0', 'NaN', '٣'),
);
const word = fc.constantFrom(
  'true',
  'false',
  'null',
  'T',
  'TRUE',
  'NA',
  '',
  'nul',
  'trues',
  '"A"',
  '"não"',
  '"a \\"quoted\\", one"',
  'A',
  'não',
);
const cellOf = (feature: Feature) => {
  const plain = feature.type === 'number' ? spelled : feature.type === 'logical' ? fc.constantFrom('true', 'false', '0', '1', 'T') : word;
  const good = feature.type === 'factor' ? fc.constantFrom('"A"', '"não"', '"NA"') : plain;
  return fc.oneof({ weight: 8, arbitrary: good }, { weight: 1, arbitrary: fc.oneof(spelled, word) });
};
const space = fc.constantFrom('', '', '', '', ' ', '\t', '\n', '\r', '\r\n', '\u00a0');

/** A table in one of the dialects, mostly good, with white space here and there and now and then a byte changed. */
function bodyOf(schema: Schema, form: BodyForm): fc.Arbitrary<Buffer> {
  const names = schema.features.map(({ name }) => name);
  const rows = fc.array(fc.tuple(...schema.features.map(cellOf)), { minLength: 1, maxLength: 4 });
  const order = fc.shuffledSubarray([...names.keys()], { minLength: names.length });
  const style = fc.constantFrom('records', 'rows', 'mixed');
  const wrap = fc.constantFrom('', '', 'instances', 'inputs', 'dataframe_records', 'other');
  const change = fc.option(fc.tuple(fc.nat(), fc.constantFrom(...'"{}[],:\n\r 0-.eN\\\u0000é')), { freq: 4 });
  return fc.tuple(rows, order, style, wrap, space, change, fc.boolean()).map(([cells, places, look, wrapper, gap, changed, flag]) => {
    const record = (row: string[]) => `{${places.map((at) => `${gap}${JSON.stringify(names[at])}:${gap}${row[at]}`).join(',')}${gap}}`;
    const array = (row: string[]) => `[${gap}${row.join(`${gap},`)}]`;
    const elements = cells.map((row, at) => (look === 'records' || (look === 'mixed' && at % 2 === 0) ? record(row) : array(row)));
    let text: string;
    if (form === 'jsonlines') text = `${elements.join(gap === '\r\n' ? gap : '\n')}${flag ? '\n' : ''}`;
    else if (form === 'csv') {
      const line = (fields: string[]) => [...places.map((at) => fields[at] as string), ...(look === 'mixed' ? ['more'] : [])].join(',');
      const lines = [...(flag ? [line(names)] : []), ...cells.map((row) => line(row.map((cell) => cell.replace(/^"(.*)"$/, '$1'))))];
      text = `${lines.join(gap.includes('\r') ? '\r\n' : '\n')}${look === 'rows' ? '\n' : ''}`;
    } else if (wrapper === '' && flag && elements.length === 1) text = elements[0] as string;
    else text = wrapper === '' ? `${gap}[${elements.join(',')}]${gap}` : `{${gap}"${wrapper}"${gap}:[${elements.join(`,${gap}`)}]}`;
    if (changed) {
      const at = changed[0] % (text.length + 1);
      text = text.slice(0, at) + changed[1] + text.slice(at + (changed[0] % 2));
    }
    return Buffer.from(text);
  });
}

describe.each(['json', 'jsonlines', 'csv'] as const)('%s', (form) => {
  test('what is read in one pass is what the general way reads, bit for bit', () => {
    let read = 0;
    for (const schema of SCHEMAS) {
      fc.assert(
        fc.property(bodyOf(schema, form), (body) => {
          if (agrees(schema, body, form)) read += 1;
        }),
        { numRuns: 500 },
      );
    }
    // A quick way that reads nothing would agree, too.
    expect(read).toBeGreaterThan(100);
  });

  test('a body of any bytes', () => {
    for (const schema of SCHEMAS) fc.assert(fc.property(fc.uint8Array({ maxLength: 20 }), (body) => void agrees(schema, body, form)));
  });
});

test.each<[BodyForm, string]>([
  ['json', '{"age":54}'],
  ['json', ' { "age" : 54.5 } '],
  ['json', '[{"age":54},{"age":61}]'],
  ['json', '[[54],[61]]'],
  ['json', '{"instances":[[54],[61]]}'],
  ['json', '{"inputs":[{"age":54}]}'],
  ['json', '{"dataframe_records":[{"age":54}]}'],
  ['jsonlines', '{"age":54}\n[61]\n'],
  ['csv', 'age\n54\r\n61'],
  ['csv', '"sex","age"\nm,54\nf,61\n'],
  ['csv', '54\n61'],
])('%s: %j is read in one pass', (form, text) => {
  expect(agrees(SCHEMAS[2] as Schema, Buffer.from(text), form)).toBe(true);
});

test('a body of many rows is read in one pass too, and one within a larger piece of memory', () => {
  const rows = Array.from({ length: 5_000 }, (_, row) => [row / 7]);
  const body = Buffer.from(`xx${JSON.stringify(rows)}xx`).subarray(2, -2);
  expect(quickJson(SCHEMAS[2] as Schema, new Uint8Array(body.buffer, body.byteOffset, body.length))).toEqual({
    rows: Float64Array.from(rows.flat()),
    count: 5_000,
  });
});
