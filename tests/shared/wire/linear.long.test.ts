import { Worker } from 'node:worker_threads';
import { expect, test } from '@jest/globals';
import { codingOf } from '../../../shared/api/coding.ts';
import { RequestError } from '../../../shared/errors.ts';
import type { PageFeature } from '../../../shared/page/base/data.ts';
import { hasDecimalComma, readHeader, splitLine } from '../../../shared/page/sheet/rows.ts';
import { DECIMAL } from '../../../shared/schema/decimal.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { isCompressed } from '../../../shared/wire/encoding.ts';
import { answerForm, type BodyForm, bodyForm, type DeclaredForm } from '../../../shared/wire/media.ts';
import { readBody } from '../../../shared/wire/read-body.ts';
import { expectLinear } from '../../support/linear.ts';

const AGE: Schema = { kind: 'regression', features: [{ name: 'age', type: 'number' }], takesMissing: false };
const read = (text: string, form: BodyForm) => readBody(AGE, Buffer.from(text), form);

test('a decimal is recognized in linear time', () => {
  const runs = ['1', '1.', '.1', '1e1', '+', '1.1', ' 1'];
  for (const run of runs) {
    const make = (length: number) => `${run.repeat(Math.ceil(length / run.length))}`;
    expectLinear(
      `${run}...x`,
      (length) => `${make(length)}x`,
      (text) => DECIMAL.test(text),
    );
    expectLinear(`${run}...`, make, (text) => DECIMAL.test(text));
    expectLinear(
      `1.${run}...x`,
      (length) => `1.${make(length)}x`,
      (text) => DECIMAL.test(text),
    );
    expectLinear(
      `1e${run}...x`,
      (length) => `1e${make(length)}x`,
      (text) => DECIMAL.test(text),
    );
  }
});

test('a decimal is spelled as before', () => {
  for (const good of ['1', '007', '+1.5', '-.5', '5.', '1e5', '1.e-5', '.5E+3']) expect([good, DECIMAL.test(good)]).toEqual([good, true]);
  for (const bad of ['', '.', '+', '1e', 'e1', '1.5.', '--1', '1 ', '0x1', '1_0', 'Inf', '1,5'])
    expect([bad, DECIMAL.test(bad)]).toEqual([bad, false]);
});

test('a field of a quarter of a million digits and a letter is refused at once', () => {
  const start = process.cpuUsage();
  expect(() => read(`age\n${'1'.repeat(250_000)}x\n`, 'csv')).toThrow(RequestError);
  expect(process.cpuUsage(start).user).toBeLessThan(500_000);
});

/** A model as wide as may be: what is done for each feature and each key of a body would be done this often. */
const WIDE: Schema = {
  kind: 'regression',
  features: Array.from({ length: 4_000 }, (_, column) => ({ name: `f${column}`, type: 'number' as const })),
  takesMissing: true,
};
const SMALL: Schema = {
  kind: 'regression',
  features: [
    { name: 'age', type: 'number' },
    { name: 'city', type: 'factor', levels: ['São Paulo', 'Belém'] },
  ],
  takesMissing: true,
};
const times = (text: string, length: number) => text.repeat(Math.ceil(length / text.length));
const list = (one: (at: number) => string, length: number) => {
  const parts: string[] = [];
  for (let size = 0; size < length; size += (parts.at(-1) as string).length + 1) parts.push(one(parts.length));
  return parts.join(',');
};

/** Bodies that are as bad as their length lets them be: many keys, rows, columns, problems, quotes, brackets, marks and spaces. */
const HOSTILE: [string, DeclaredForm, (length: number) => string][] = [
  ['records without a key', 'json', (length) => `[${times('{},', length)}{}]`],
  ['records with a key that is no feature', 'json', (length) => `[${times('{"x":1},', length)}{}]`],
  ['records with parameters', 'json', (length) => `[${times('{"parameters":{}},', length)}{}]`],
  ['a record of many keys', 'json', (length) => `{${list((at) => `"k${at}":1`, length)}}`],
  ['keys that are numbers', 'json', (length) => `{${list((at) => `"${at}":{"age":1}`, length)}}`],
  ["pandas' columns", 'json', (length) => `{"age":{${list((at) => `"${at}":1`, length)}},"city":{"0":"x"}}`],
  ['columns of pandas for each feature', 'json', (length) => `{${list((at) => `"f${at}":{"1":1,"0":2}`, length)}}`],
  ['a long column and short ones', 'json', (length) => `{"f0":[${times('1,', length)}1],${list((at) => `"f${at + 1}":1`, length)}}`],
  ['tensors', 'json', (length) => `{"inputs":[${list((at) => `{"name":"f${at}","shape":[1],"datatype":"FP64","data":[1]}`, length)}]}`],
  ['columns of split', 'json', (length) => `{"columns":[${list((at) => `"c${at}"`, length)}],"data":[[1]]}`],
  ['rows of another width', 'json', (length) => `[${times('[],', length)}[]]`],
  ['many parameters', 'json', (length) => `{"instances":[[1]],"parameters":{${list((at) => `"p${at}":1`, length)}}}`],
  ['a long text', 'json', (length) => `{"age":1,"city":"${times('\u0316\u0301', length)}"}`],
  ['many texts with marks', 'json', (length) => `[${list(() => `{"age":1,"city":"${'\u0316\u0301'.repeat(90)}"}`, length)}]`],
  ['escapes', 'json', (length) => `{"${times('\\u0061', length)}":{"a":1}}`],
  ['brackets', 'json', (length) => times('[', length)],
  ['quotes', 'json', (length) => `[${times('"",', length)}`],
  ['spaces', 'any', (length) => `${times(' ', length)}x`],
  ['open quotes', 'any', (length) => times('{"', length)],
  ['many values', 'any', (length) => times('{}\n', length)],
  ['blank lines', 'jsonlines', (length) => `${times('\n', length)}{"age":1}`],
  ['lines', 'jsonlines', (length) => times('{"x":1}\n', length)],
  ['form fields', 'fields', (length) => `a=${times(' ', length)}&b`],
  ['many form fields', 'fields', (length) => times('a=1&', length)],
  ['digits', 'csv', (length) => `age,city\n${times('1', length)}x,x`],
  ['many numbers that are none', 'csv', (length) => `age,city\n${times('1e1e1,x\n', length)}`],
  ['a wide header', 'csv', (length) => `f0,${times('x,', length)}y\n1`],
  ['a wide header of semicolons', 'csv', (length) => `age;${times('x;', length)}y\n1`],
  ['a wide row', 'csv', (length) => times('1,', length)],
  ['CSV quotes', 'csv', (length) => `"${times('""', length)}"`],
  ['an open quote in each line', 'csv', (length) => times('a"\n', length)],
  ['blank lines of CSV', 'csv', (length) => `age,city\n${times('\n', length)}`],
  ['spaces of CSV', 'csv', (length) => `age,city\n1${times(' ', length)}x,x`],
  ['decimal commas', 'csv', (length) => `age;city\n${times('1,5;x\n', length)}`],
  ['returns', 'csv', (length) => times('\r', length)],
  ['tabs', 'csv', (length) => times('\t', length)],
  ['names that look like features', 'csv', (length) => `${list((at) => `F${at}`, length)}\n1`],
];

test.each(HOSTILE)('%s take linear time, of a small model and a wide one', (name, form, make) => {
  for (const schema of [SMALL, WIDE]) {
    expectLinear(
      `${name}, ${schema.features.length} features`,
      (length) => Buffer.from(make(length)),
      (body) => readBody(schema, body, form),
      512_000,
    );
  }
});

test('headers take linear time', () => {
  const headers = [',', ';', '=', ' ', 'application/', 'a/b;q=0,', 'application/json;q=0.', '"', 'x+json+json', '+json'];
  for (const piece of headers) {
    for (const read of [bodyForm, answerForm, isCompressed, codingOf]) {
      expectLinear(
        `${read.name} of ${piece}`,
        (length) => times(piece, length),
        (header) => read(header),
        32_000,
      );
    }
  }
});

test("the page's reading of a CSV takes linear time", () => {
  const features = WIDE.features.map(({ name }) => ({ name, type: 'number' }) as PageFeature);
  expectLinear(
    'a wide header',
    (length) => times('x,', length),
    (line) => readHeader(features, line),
    512_000,
  );
  expectLinear('a number that is none', (length) => `${times('1', length)},${times('1', length)} x`, hasDecimalComma);
  expectLinear(
    'quotes',
    (length) => `"${times('""', length)}`,
    (line) => splitLine(line, ','),
  );
});

const BODY_BYTES = 6_291_000;
/** Most memory that a body may take while it is read, in MB. */
const MOST_MB = 400;

/** Reads a body in a thread with so much memory; the status of its refusal, or the thread's end. */
const READER = `
  import('node:worker_threads').then(async ({ parentPort, workerData: { root, schema, body } }) => {
    const { readBody } = await import(root + 'shared/wire/read-body.ts');
    try {
      readBody(schema, body, 'csv');
    } catch (error) {
      parentPort.postMessage(error.status);
    }
  });
`;

test.each(['""\n', 'x\n', ',\n'])('a CSV of 6 MB of short lines, %j, is refused with little memory', async (line) => {
  const workerData = {
    root: new URL('../../../', import.meta.url).href,
    schema: AGE,
    body: Buffer.from(line.repeat(Math.floor(BODY_BYTES / line.length))),
  };
  const worker = new Worker(READER, { eval: true, workerData, resourceLimits: { maxOldGenerationSizeMb: MOST_MB } });
  const refused = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject).once('exit', resolve));
  expect(refused).toBe(422);
  await worker.terminate();
}, 60_000);
