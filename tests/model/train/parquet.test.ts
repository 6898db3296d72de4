import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { ColumnChunk } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { openParquetFile } from '../../../model/batch/parquet-file.ts';
import { trainFile } from '../../../model/train/artifact.ts';
import { readCsv } from '../../../model/train/data/read-csv.ts';
import { readParquet, writeCsv } from '../../../model/train/data/read-parquet.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import { columnsReader } from '../../../shared/batch/parquet-input.ts';
import { PROJECT } from '../../support/project.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-parquet-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Columns = Parameters<typeof parquetWriteBuffer>[0]['columnData'];

/** A Parquet file of columns, in row groups of 50 rows. */
function parquet(name: string, columnData: Columns): string {
  const file = path.join(folder, name);
  writeFileSync(file, Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 50 })));
  return file;
}

/** The columns of a CSV file, as a frame of another program would write them. */
function columnsOf(csv: string): Columns {
  const table = readCsv(readFileSync(csv, 'utf8'), 'x');
  return table.columns.map(({ name, type, values, levels }) => {
    if (type === 'factor') return { name, data: Array.from(values, (code) => levels?.[code - 1] as string), type: 'STRING' as const };
    if (type === 'logical') return { name, data: Array.from(values, (value) => value === 1), type: 'BOOLEAN' as const };
    return type === 'integer'
      ? { name, data: Int32Array.from(values), type: 'INT32' as const }
      : { name, data: values, type: 'DOUBLE' as const };
  });
}

describe('the forest of a Parquet file is that of the CSV with the same values', () => {
  test.each([
    ['tests/golden/train/iris.csv', 'Species ~ .', { probability: true }],
    ['model/examples/heart/heart.csv', 'diagnosis ~ .', {}],
    ['tests/golden/train/veteran.csv', 'Surv(time, status) ~ .', {}],
  ])('%s', async (source, formula, more) => {
    const csv = path.join(folder, 'data.csv');
    writeFileSync(csv, readFileSync(path.join(PROJECT, source)));
    const file = parquet('data.parquet', columnsOf(csv));
    const train = (data: string, validation: string) =>
      trainFile(data, { formula, arguments: { 'num.trees': 10, ...more }, seeds: { seed: 1 }, validation, output: 'x.canopy' });
    const [one, other] = [await train(csv, file), await train(file, csv)];
    const [ofCsv, ofParquet] = [decodeArtifact(one.artifact), decodeArtifact(other.artifact)];
    expect(ofParquet.sha256).toBe(ofCsv.sha256);
    expect(other.card.validation).toEqual(one.card.validation);
    expect(ofParquet.card.source.file).toBe('data.parquet');
    expect(ofParquet.basis).toEqual(ofCsv.basis);
  });
});

test('a CSV that is too long for a text is refused by its size, and Parquet is named', async () => {
  const file = path.join(folder, 'long.csv');
  writeFileSync(file, 'a,b\n');
  truncateSync(file, 2 ** 29);
  await expect(trainFile(file, { formula: 'a ~ .', seeds: { seed: 1 }, output: 'x.canopy' })).rejects.toThrow(
    /long\.csv: found 536870912 bytes, expected at most 536870888 of CSV, or NAME\.parquet/,
  );
});

describe('its columns', () => {
  test('are typed as they are in the file, and missing values are NA', async () => {
    const file = parquet('types.parquet', [
      { name: 'my name', data: [1, null, 3], type: 'INT32' },
      { name: 'big', data: [1n, 2n ** 40n, 3n], type: 'INT64' },
      { name: 'single', data: [0.1, 0.2, Number.NaN], type: 'FLOAT' },
      { name: 'flag', data: [true, false, null], type: 'BOOLEAN' },
      { name: 'text', data: ['01', 'b,"c"', null], type: 'STRING' },
    ]);
    const table = await readParquet(file, {});
    expect(table.columns.map(({ name, type, values, levels }) => [name, type, Array.from(values), levels])).toEqual([
      ['my.name', 'integer', [1, Number.NaN, 3], undefined],
      ['big', 'double', [1, 2 ** 40, 3], undefined],
      ['single', 'double', [Math.fround(0.1), Math.fround(0.2), Number.NaN], undefined],
      ['flag', 'logical', [1, 0, Number.NaN], undefined],
      ['text', 'factor', [1, 2, Number.NaN], ['01', 'b,"c"']],
    ]);
    expect(
      Buffer.from(writeCsv(table) as Uint8Array)
        .toString()
        .split('\n')[2],
    ).toBe('NA,1099511627776,0.20000000298023224,FALSE,"b,""c"""');
    const settled = await readParquet(file, { text: ['z', 'b,"c"', '01'], flag: ['FALSE', 'TRUE'] });
    expect(settled.columns.slice(3).map(({ values }) => Array.from(values))).toEqual([
      [2, 1, Number.NaN],
      [3, 2, Number.NaN],
    ]);
  });

  test.each<[string, Columns, string]>([
    ['a time', [{ name: 'when', data: [new Date(0)], type: 'TIMESTAMP' }], 'x.parquet, column "when": found INT64 as TIMESTAMP'],
    [
      'JSON',
      [{ name: 'note', data: [{ a: 1 }], type: 'JSON' }],
      'x.parquet, column "note": found BYTE_ARRAY as JSON, expected numbers, booleans',
    ],
    [
      'a number that no double holds',
      [{ name: 'id', data: [2n ** 53n + 1n], type: 'INT64' }],
      'x.parquet, column "id", row 1: found a whole number beyond 2^53',
    ],
  ])('of %s are refused where the formula names them, and stand beside the others else', async (_, [odd], message) => {
    const plain: Columns = [
      { name: 'y', data: [1, 2, 3, 4, 5, 6], type: 'DOUBLE' },
      { name: 'x', data: [1, 5, 2, 4, 3, 9], type: 'DOUBLE' },
    ];
    const all = [{ ...odd!, data: new Array(6).fill(odd!.data[0]) }, ...plain];
    const train = (columns: Columns, formula: string, validation?: string) =>
      trainFile(parquet('x.parquet', columns), {
        formula,
        arguments: { 'num.trees': 2 },
        seeds: { seed: 1 },
        output: 'x.canopy',
        validation,
      });
    await expect(train(all, 'y ~ .')).rejects.toThrow(message);
    await expect(train(all, `${odd!.name} ~ x`)).rejects.toThrow(message);
    const sha256 = async (columns: Columns, formula: string, validation?: string) =>
      decodeArtifact((await train(columns, formula, validation)).artifact).sha256;
    expect(await sha256(all, `y ~ . - ${odd!.name}`, parquet('held.parquet', all))).toBe(await sha256(plain, 'y ~ x'));
  });

  test('of one name are two: the second is refused where the formula names it, and has not the values of the first', async () => {
    const file = parquet('twice.parquet', [
      { name: 'y', data: [1, 2, 3, 4, 5, 6], type: 'DOUBLE' },
      { name: 'x', data: [1, 5, 2, 4, 3, 9], type: 'DOUBLE' },
      { name: 'x', data: [9, 3, 4, 2, 5, 1], type: 'DOUBLE' },
    ]);
    const { columns } = await readParquet(file, {});
    expect(columns.slice(0, 2).map(({ name, values }) => [name, Array.from(values)])).toEqual([
      ['y', [1, 2, 3, 4, 5, 6]],
      ['x', [1, 5, 2, 4, 3, 9]],
    ]);
    const train = (formula: string) => trainFile(file, { formula, arguments: { 'num.trees': 2 }, seeds: { seed: 1 }, output: 'x.canopy' });
    await expect(train('y ~ .')).rejects.toThrow(
      'twice.parquet, column "x": found a second column of that name, expected names that differ',
    );
    expect((await train('y ~ x')).card.columns).toBe(3);
  });

  test('are found without looking through all of them for each: a thousand are looked at a few times', async () => {
    const count = 1_000;
    const all: Columns = Array.from({ length: count }, (_, at) => ({ name: `g${at}`, data: [at, 1], type: 'DOUBLE' }));
    const read = await openParquetFile(parquet('wide.parquet', all));
    const [group] = read.parquet.metadata.row_groups;
    let seen = 0;
    const counted = group!.columns.map((column) => ({
      ...column,
      get meta_data() {
        seen += 1;
        return column.meta_data;
      },
    })) as ColumnChunk[];
    const column = columnsReader({
      ...read.parquet,
      metadata: { ...read.parquet.metadata, row_groups: [{ ...group!, columns: counted }] },
    });
    for (let at = 0; at < count; at += 1) expect(await column(`g${at}`)).toEqual([at, 1]);
    expect(seen).toBeLessThan(20 * count);
  });

  test('of texts keep a byte-order mark before them, as another text', async () => {
    const file = parquet('mark.parquet', [{ name: 'g', data: ['\ufeffb', 'b', 'a'], type: 'STRING' }]);
    expect((await readParquet(file, {})).columns[0]).toMatchObject({ levels: ['a', 'b', '\ufeffb'], values: Float64Array.of(3, 2, 1) });
  });

  test('of a file that is cut off, or is none, are refused in words', async () => {
    const whole = readFileSync(parquet('whole.parquet', [{ name: 'x', data: [1, 2], type: 'INT32' }]));
    for (const [name, bytes] of [
      ['cut.parquet', whole.subarray(0, -5)],
      ['none.parquet', Buffer.from('x,y\n1,2\n3,4\n')],
    ] as const) {
      writeFileSync(path.join(folder, name), bytes);
      await expect(readParquet(path.join(folder, name), {})).rejects.toThrow(
        /^\w+\.parquet: found no PAR1 at its (?:start|end: it was cut off, or is still being written,), expected a Parquet file$/,
      );
    }
  });
});
