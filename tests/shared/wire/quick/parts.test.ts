import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Feature, Schema } from '../../../../shared/schema/features.ts';
import { belongTogether, cutBody, evenParts, firstRowBytes, readPart } from '../../../../shared/wire/quick/parts.ts';
import { quickBody } from '../../../../shared/wire/read-body.ts';

const NUMBERS: Schema['features'] = ['a', 'b'].map((name): Feature => ({ name, type: 'number' }));
/** Levels that look like the end of a row and the begin of the next. */
const LEVELS = ['x', ',{', '},{', '],[', '},{a:1,b:2},{', '[{', '\n'];
const SCHEMA: Schema = { kind: 'regression', features: [...NUMBERS, { name: 'f', type: 'factor', levels: LEVELS }], takesMissing: true };
const FORMS = ['json', 'jsonlines', 'csv'] as const;

/** The rows of a body that is read in parts; undefined where it is not. */
function inParts(body: Uint8Array, form: (typeof FORMS)[number], most: number): number[] | undefined {
  const parts = cutBody(body, form, most);
  if (!parts) return undefined;
  expect(Buffer.concat(parts.map((part) => part.body)).equals(body)).toBe(true);
  const read = parts.map((part) => readPart(SCHEMA, part));
  const all = read.filter((part) => part !== undefined);
  return all.length === parts.length && belongTogether(all) ? all.flatMap(({ rows }) => [...rows]) : undefined;
}

const row = fc.record({ a: fc.double({ noNaN: true, noDefaultInfinity: true }), b: fc.integer(), f: fc.constantFrom(...LEVELS) });
const rows = fc.array(row, { minLength: 1, maxLength: 40 });
const spaces = fc.constantFrom('', '', ' ', '\n', '\r\n ', '\t');

/** A body in one of the forms that many send. */
const body = fc
  .tuple(rows, spaces, fc.constantFrom('records', 'rows', 'instances', 'inputs', 'jsonlines', 'csv', 'no header'))
  .map(([all, space, kind]) => {
    const cells = all.map(({ a, b, f }) => [a, b, f]);
    const lines = cells.map(([a, b, f]) => `${a},${b},${/[\n,]/.test(String(f)) ? 'x' : f}\n`).join('');
    if (kind === 'csv') return { form: 'csv' as const, text: `a,b,f\n${lines}` };
    if (kind === 'no header') return { form: 'csv' as const, text: lines };
    if (kind === 'jsonlines') return { form: 'jsonlines' as const, text: all.map((one) => `${JSON.stringify(one)}\n`).join('') };
    const elements = (kind === 'rows' ? cells : all).map((one) => JSON.stringify(one));
    const list = `[${space}${elements.join(`${space},${space}`)}${space}]`;
    return { form: 'json' as const, text: kind === 'records' || kind === 'rows' ? list : `{"${kind}":${space}${list}${space}}` };
  });

test('a body that is read in parts has the rows that it has as a whole, whatever its texts look like', () => {
  let read = 0;
  fc.assert(
    fc.property(body, fc.integer({ min: 2, max: 5 }), ({ form, text }, most) => {
      const bytes = Buffer.from(text);
      const found = inParts(bytes, form, most);
      if (!found) return;
      read += 1;
      expect(found).toEqual([...(quickBody(SCHEMA, bytes, form)?.rows ?? [])]);
    }),
    { numRuns: 2_000, seed: 24 },
  );
  expect(read).toBeGreaterThan(500);
});

test('a body with something wrong anywhere in it is not read in parts, unless it is read as a whole, too', () => {
  let refused = 0;
  fc.assert(
    fc.property(
      body,
      fc.nat(),
      fc.constantFrom('', ',', ']', '}', '[', '{', '"', 'x', '0', ' ', '\n'),
      fc.nat({ max: 3 }),
      ({ form, text }, place, put, cut) => {
        const at = place % (text.length + 1);
        const bytes = Buffer.from(text.slice(0, at) + put + text.slice(at + cut));
        const whole = quickBody(SCHEMA, bytes, form);
        const found = inParts(bytes, form, 3);
        if (found) expect(found).toEqual([...(whole?.rows ?? [])]);
        if (!whole) refused += 1;
      },
    ),
    { numRuns: 5_000, seed: 24 },
  );
  expect(refused).toBeGreaterThan(1_000);
});

test('parts of two kinds of elements, or of a wrapper that is not closed, are no body', () => {
  const mixed = (first: string, last: string) => Buffer.from(`${first}${last}`);
  const many = Array.from({ length: 20 }, (_, at) => `[${at},2,"x"],`).join('');
  expect(inParts(mixed(`[${many}`, '[1,2,"x"]]'), 'json', 2)).toHaveLength(63);
  expect(inParts(mixed(`{"instances":[${many}`, '[1,2,"x"]]'), 'json', 2)).toBeUndefined();
  expect(inParts(mixed(`[${many}`, '[1,2,"x"]]}'), 'json', 2)).toBeUndefined();
  const records = Array.from({ length: 12 }, () => '{"a":1,"b":2,"f":"x"}').join();
  expect(inParts(mixed(`[${many}`, `${records}]`), 'json', 2)).toBeUndefined();
});

test('the first row says how long a row is', () => {
  expect(firstRowBytes(Buffer.from('[[1,2],[3,4]]'), 'json')).toBe(6);
  expect(firstRowBytes(Buffer.from('a,b\n1,2\n34,5\n'), 'csv')).toBe(4);
  expect(firstRowBytes(Buffer.from('{"a":1}\n{"a":2}\n'), 'jsonlines')).toBe(8);
  expect(firstRowBytes(Buffer.from('[[1,2]]'), 'json')).toBeUndefined();
  expect(firstRowBytes(Buffer.from('{"a":1}'), 'json')).toBeUndefined();
});

test('even parts of rows leave none out, however many there are', () => {
  let wrong = 0;
  for (const parts of [2, 3, 4, 5, 6, 7, 8, 11, 49]) {
    for (let count = parts; count <= 9_000; count += 1) {
      const cut = evenParts(count, parts);
      const isJoined = cut.every(([from, to], at) => from === (cut[at - 1]?.[1] ?? 0) && to > from);
      if (!isJoined || cut.at(-1)?.[1] !== count) wrong += 1;
    }
  }
  expect(wrong).toBe(0);
});

test('an array in seven parts has all of its rows', () => {
  const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (7801, 1), }".padEnd(117);
  const data = Buffer.from(Float64Array.from({ length: 7_801 }, (_, at) => at).buffer);
  const body = Buffer.concat([Buffer.from(`\x93NUMPY\x01\0v\0${header}\n`, 'latin1'), data]);
  const parts = cutBody(body, 'npy', 7) ?? [];
  expect(parts).toHaveLength(7);
  expect(Buffer.concat(parts.map((part) => part.body)).equals(data)).toBe(true);
});
