import { describe, expect, test } from '@jest/globals';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { loadModel } from '../../../model/artifact/import.ts';
import type { Model } from '../../../shared/artifact.ts';
import { answerLines } from '../../../shared/batch/columns.ts';
import { checkColumns, openParquet, rangesOf, rowsOf } from '../../../shared/batch/parquet-input.ts';
import {
  answerFields,
  createGroupSink,
  groupOf,
  groupText,
  PARQUET_START,
  parquetEnd,
  placedGroup,
} from '../../../shared/batch/parquet-output.ts';
import { answerRange } from '../../../shared/batch/parquet-piece.ts';
import type { OnError } from '../../../shared/batch/piece.ts';
import { createTextSink } from '../../../shared/batch/sinks.ts';
import { predictRows } from '../../../shared/predict.ts';
import { defaultParameters } from '../../../shared/schema/parameters.ts';
import { golden } from '../../support/golden.ts';

const age = loadModel(golden('heart-age').file);
const iris = loadModel(golden('iris').file);

const fileOf = (bytes: ArrayBuffer) => ({ byteLength: bytes.byteLength, slice: (start: number, end?: number) => bytes.slice(start, end) });
type Columns = Parameters<typeof parquetWriteBuffer>[0]['columnData'];
const parquetOf = (columnData: Columns, rowGroupSize = 4) => openParquet(fileOf(parquetWriteBuffer({ columnData, rowGroupSize })));

/** The lines of CSV that a file is answered with, range by range. */
async function lines(model: Model, columnData: Columns, onError: OnError = 'fail', most = 3): Promise<string> {
  const parquet = await parquetOf(columnData);
  const parameters = defaultParameters(model.schema);
  const sink = createTextSink({ schema: model.schema, parameters, form: 'csv', empty: answerLines(model.schema).empty });
  for (const range of rangesOf(parquet, most)) await answerRange(model, parquet, { range, onError }, sink);
  return sink.text();
}

const AGES = Array.from({ length: 11 }, (_, row) => 29 + row * 4.75);
const ofAges = (ages: number[]) => `${[...predictRows(age, Float64Array.from(ages))].join('\n')}\n`;

describe('the rows of a Parquet file', () => {
  test('have the answers of any other request, however they are cut', async () => {
    const columns = [{ name: 'age', data: Float64Array.from(AGES) }];
    for (const most of [1, 3, 4, 100]) expect(await lines(age, columns, 'fail', most)).toBe(ofAges(AGES));
  });

  test('may be 32-bit floats, which are the doubles that they stand for, and integers of 32 and 64 bits', async () => {
    const whole = [29, 41, 77];
    expect(await lines(age, [{ name: 'age', data: whole, type: 'INT32' }])).toBe(ofAges(whole));
    expect(await lines(age, [{ name: 'age', data: whole.map(BigInt), type: 'INT64' }])).toBe(ofAges(whole));
    expect(await lines(age, [{ name: 'age', data: [54.3], type: 'FLOAT' }])).toBe(ofAges([Math.fround(54.3)]));
  });

  test('lie in any order of columns, beside others that the model does not take', async () => {
    const names = iris.schema.features.map(({ name }) => name);
    const row = [6.3, 2.7, 4.9, 1.8];
    const columns = names.map((name, at) => ({ name, data: [row[at] as number], type: 'DOUBLE' as const }));
    const given = [{ name: 'note', data: ['x'] }, ...columns.toReversed()];
    expect(await lines(iris, given)).toBe(await lines(iris, columns));
  });

  test('a value that is missing or NaN is told with its row in the whole file', async () => {
    const data = [50, 51, 52, 53, 54, null, 56];
    await expect(lines(age, [{ name: 'age', data, type: 'DOUBLE' }])).rejects.toThrow(/^row 6: .*found a missing value/);
    await expect(lines(age, [{ name: 'age', data: [50, Number.NaN] }])).rejects.toThrow(/^row 2: .*found a missing value/);
  });

  test('a bad row has an empty field where it may, and the others their answers', async () => {
    const data = [50, 51, null, 53, null, null, 56];
    const good = ofAges([50, 51, 53, 56]).trimEnd().split('\n');
    const expected = [good[0], good[1], '""', good[2], '""', '""', good[3]];
    expect(await lines(age, [{ name: 'age', data, type: 'DOUBLE' }], 'line')).toBe(`${expected.join('\n')}\n`);
  });

  test('a column that is missing is named, with the one that differs in its capitals', async () => {
    const parquet = await parquetOf([{ name: 'Age', data: AGES }]);
    expect(() => checkColumns(age.schema, parquet)).toThrow('the file lacks a column of the model');
    try {
      checkColumns(age.schema, parquet);
    } catch (error) {
      expect((error as { problems: { message: string }[] }).problems[0]?.message).toContain('found "Age", which differs in its capitals');
    }
  });
});

describe('a file that is no Parquet file', () => {
  const whole = parquetWriteBuffer({ columnData: [{ name: 'age', data: AGES }] });

  test('is refused with a sentence, cut off or with other bytes', async () => {
    await expect(openParquet(fileOf(new TextEncoder().encode('age\n54\n61\n63\n').buffer))).rejects.toThrow(
      'found no PAR1 at its start, expected a Parquet file',
    );
    await expect(openParquet(fileOf(whole.slice(0, whole.byteLength - 3)))).rejects.toThrow('it was cut off, or is still being written');
    await expect(openParquet(fileOf(new ArrayBuffer(3)))).rejects.toThrow('found 3 bytes');
  });

  test('whatever byte of it is changed, it is read or refused, and nothing else is thrown', async () => {
    let refused = 0;
    for (let at = 0; at < whole.byteLength; at += 1) {
      const bytes = new Uint8Array(whole.slice(0));
      bytes[at] = (bytes[at]! + 129) % 256;
      const sink = { take: () => {}, skip: () => {} };
      try {
        const parquet = await openParquet(fileOf(bytes.buffer));
        checkColumns(age.schema, parquet);
        for (const range of [...rangesOf(parquet, 1000)].slice(0, 3)) await answerRange(age, parquet, { range, onError: 'fail' }, sink);
      } catch (error) {
        if ((error as Error).name !== 'RequestError') throw error;
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(10);
  });
});

describe('answers as Parquet', () => {
  /** A file of answers made of groups that were encoded apart and went through JSON. */
  async function written(model: Model, parts: Float64Array[], bad: number[] = []): Promise<ArrayBuffer> {
    const parameters = defaultParameters(model.schema);
    const pieces: Uint8Array[] = [PARQUET_START];
    let at = PARQUET_START.length;
    const groups = parts.flatMap((rows, part) => {
      const sink = createGroupSink(model.schema, parameters);
      if (bad.includes(part)) sink.skip(() => 'bad');
      sink.take(predictRows(model, rows));
      const encoded = sink.group();
      if (!encoded) return [];
      pieces.push(encoded.bytes);
      at += encoded.bytes.length;
      return [placedGroup(groupOf(groupText(encoded.group)), at - encoded.bytes.length)];
    });
    pieces.push(parquetEnd(answerFields(model.schema, parameters), groups));
    const bytes = Buffer.concat(pieces);
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  }

  test('have the bits of the predictions, group after group', async () => {
    const parts = [Float64Array.from(AGES), Float64Array.from(AGES.toReversed())];
    const file = await written(age, parts);
    const rows = await parquetReadObjects({ file: fileOf(file) });
    expect(rows.map(({ predictions }) => predictions)).toEqual(parts.flatMap((part) => [...predictRows(age, part)]));
    expect(parquetMetadata(file).row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([11, 11]);
  });

  test('a row without an answer has no value, and labels are texts', async () => {
    const row = Float64Array.from([6.3, 2.7, 4.9, 1.8]);
    const file = await written(iris, [row, row], [1]);
    const found = (await parquetReadObjects({ file: fileOf(file) })).map((one) => Object.values(one)[0]);
    expect(found[0]).toEqual(found[2]);
    expect(found[1]).toBeNull();
  });

  test('a file without a row can be read too', async () => {
    const parquet = await openParquet(fileOf(await written(age, [])));
    expect([rowsOf(parquet), [...rangesOf(parquet, 10)]]).toEqual([0, []]);
  });
});
