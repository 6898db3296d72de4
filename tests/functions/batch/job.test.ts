import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { readJob } from '../../../functions/batch/job.ts';
import { computeRange } from '../../../functions/batch/range.ts';
import { loadModel } from '../../../model/artifact/import.ts';
import { predictRows } from '../../../shared/predict.ts';
import { memoryStore, runJob } from '../../support/batch/memory-store.ts';
import { golden } from '../../support/golden.ts';

const age = loadModel(golden('heart-age').file);
const AGES = Array.from({ length: 200 }, (_, row) => 29 + (row % 48) + (row % 7) / 8);
const ANSWERS = [...predictRows(age, Float64Array.from(AGES))];
const lines = (values: unknown[]) => values.map((one) => `${one}\n`).join('');
/** Ranges of a hundred bytes or so. */
const SMALL = { rangeMb: 0.001 };
const textOf = (parts: Buffer[] | undefined) => Buffer.concat(parts ?? []).toString();

describe('the parts of a file, put together in their order, are the answers to its rows', () => {
  test.each([
    ['CSV without a header', 'a.csv', lines(AGES), lines(ANSWERS)],
    ['CSV with a header', 'a.csv', `age\n${lines(AGES)}`, `predictions\n${lines(ANSWERS)}`],
    [
      'CSV with a header in another order, other columns and CR LF',
      'a.csv',
      `id,age\r\n${AGES.map((one) => `"x, ""y",${one}\r\n`).join('')}`,
      `predictions\n${lines(ANSWERS)}`,
    ],
    ['CSV with the mark of UTF-8', 'a.csv', `\ufeffage\n${lines(AGES)}`, `predictions\n${lines(ANSWERS)}`],
    ['JSON Lines', 'a.jsonl', lines(AGES.map((one) => JSON.stringify({ age: one }))), lines(ANSWERS)],
  ])('%s', async (_, name, text, expected) => {
    const { end, ranges, parts } = await runJob(age, { [name]: text, 'folder/b.csv': lines(AGES.slice(0, 3)) }, SMALL, (all) =>
      all.toReversed(),
    );
    expect(ranges.length).toBeGreaterThan(1);
    expect(textOf(parts[name])).toBe(expected);
    expect(textOf(parts['folder/b.csv'])).toBe(lines(ANSWERS.slice(0, 3)));
    expect(end).toMatchObject({ rows: 203, bad: 0, failed: 0, cause: '', manifest: 's3://data/out/one/manifest.json' });
  });

  test('gzip, which is one range', async () => {
    const { ranges, parts } = await runJob(age, { 'a.csv.gz': gzipSync(lines(AGES)) }, SMALL);
    expect(ranges.length).toBe(1);
    expect(textOf(parts['a.csv.gz'])).toBe(lines(ANSWERS));
  });

  test('Parquet, by row groups; a file of answers for each range', async () => {
    const bytes = Buffer.from(parquetWriteBuffer({ columnData: [{ name: 'age', data: Float64Array.from(AGES) }], rowGroupSize: 30 }));
    const { ranges, parts } = await runJob(age, { 'a.parquet': bytes }, SMALL);
    expect(ranges.length).toBeGreaterThan(1);
    const rows = await Promise.all((parts['a.parquet'] ?? []).map((part) => parquetReadObjects({ file: new Uint8Array(part).buffer })));
    expect(rows.flat().map(({ predictions }) => predictions)).toEqual(ANSWERS);
  });

  test('another form of answers than of rows', async () => {
    const { parts } = await runJob(age, { 'a.csv': lines(AGES) }, { ...SMALL, format: 'parquet' });
    const rows = await Promise.all((parts['a.csv'] ?? []).map((part) => parquetReadObjects({ file: new Uint8Array(part).buffer })));
    expect(rows.flat().map(({ predictions }) => predictions)).toEqual(ANSWERS);
  });

  test('an empty object beside it, such as the _SUCCESS of Spark, has no rows', async () => {
    const { parts, end } = await runJob(age, { 'a.csv': lines(AGES.slice(0, 3)), _SUCCESS: '' });
    expect(Object.keys(parts)).toEqual(['a.csv']);
    expect(end).toMatchObject({ rows: 3, failed: 0 });
  });

  test('what tells how the files were written, as Databricks and Dask leave it, has no rows; a file of rows may be called so', async () => {
    const markers = { _committed_1: '{"added":["a.csv"]}', _started_1: '', 'b/_metadata': 'PAR1' };
    const files = { 'a.csv': lines(AGES.slice(0, 3)), '_c.csv': lines(AGES.slice(3, 5)), ...markers };
    for (const said of [{}, { contentType: 'text/csv' }]) {
      const { parts, end } = await runJob(age, files, { ...SMALL, ...said });
      expect(Object.keys(parts).sort()).toEqual(['_c.csv', 'a.csv']);
      expect(end).toMatchObject({ rows: 5, failed: 0 });
    }
  });

  test.each([
    '_delta_log/00000000000000000000.json',
    '.hoodie_partition_metadata',
    'notes',
    '_b.CSV',
    '_b.txt',
    '_committed',
  ])('beside %s nothing is read', async (name) => {
    await expect(runJob(age, { 'a.csv': lines(AGES.slice(0, 3)), [name]: '{}' })).rejects.toThrow('expected names that end in .csv');
  });

  test('joined to its rows', async () => {
    const { parts } = await runJob(
      age,
      { 'a.csv': `id,age\n${AGES.map((one, at) => `${at},${one}\n`).join('')}` },
      { ...SMALL, join: true },
    );
    expect(textOf(parts['a.csv'])).toBe(`id,age,predictions\n${AGES.map((one, at) => `${at},${one},${ANSWERS[at]}\n`).join('')}`);
  });

  test('a line break in quotes, where a file is one range', async () => {
    const text = `id,age\n${AGES.map((one) => `"a\nb",${one}\n`).join('')}`;
    const { parts } = await runJob(age, { 'a.csv': text }, { ...SMALL, split: false });
    expect(textOf(parts['a.csv'])).toBe(`predictions\n${lines(ANSWERS)}`);
  });
});

describe('what cannot be answered', () => {
  const bad = `${lines(AGES.slice(0, 100))}old\n${lines(AGES.slice(100))}`;

  test('a bad row fails its part, which is named without its value; the other parts are there', async () => {
    const { end, parts, objects } = await runJob(age, { 'a.csv': bad }, SMALL);
    expect(end).toMatchObject({ failed: 1, bad: 0 });
    expect(end.cause).toMatch(/^1 of \d+ parts failed\nin\/a\.csv, part 0: line 101: age: expected a finite number$/);
    expect(parts['a.csv']?.length).toBeGreaterThan(0);
    expect([...objects.keys()]).not.toContain('data/out/one/a.csv/part-00000.csv');
  });

  test('with onError=line it has an empty field in its place', async () => {
    const { end, parts } = await runJob(age, { 'a.csv': bad }, { ...SMALL, onError: 'line' });
    expect(end).toMatchObject({ rows: 200, bad: 1, failed: 0 });
    expect(textOf(parts['a.csv'])).toBe(`${lines(ANSWERS.slice(0, 100))}""\n${lines(ANSWERS.slice(100))}`);
  });

  test.each(['fail', 'line'])('a line break in quotes fails a file of several ranges, with onError=%s', async (onError) => {
    for (const before of [0, 60, 150, 199]) {
      const rows = AGES.map((one, at) => (at === before ? `"a\nb",${one}\n` : `x,${one}\n`)).join('');
      const { end } = await runJob(age, { 'a.csv': `id,age\n${rows}` }, { ...SMALL, onError });
      expect(end.failed).toBeGreaterThan(0);
      expect(end.cause).toContain('found a quote that its line does not close');
    }
  });

  test('a Parquet column that a file lacks, a name without a form and an empty place stop the job before a row is computed', async () => {
    const bytes = Buffer.from(parquetWriteBuffer({ columnData: [{ name: 'old', data: Float64Array.from(AGES) }] }));
    await expect(runJob(age, { 'a.parquet': bytes })).rejects.toThrow(/^in\/a\.parquet: .*age/);
    await expect(runJob(age, { 'a.txt': '54\n' })).rejects.toThrow(/^in\/a\.txt: expected names that end in \.csv, \.jsonl/);
    await expect(runJob(age, {})).rejects.toThrow(/found no objects/);
    await expect(runJob(age, { 'a.csv': '54\n' }, { join: true, format: 'parquet' })).rejects.toThrow(/join: expected files of CSV/);
  });

  test('a range whose function ended without a word is named', async () => {
    const { end } = await runJob(age, { 'a.csv': lines(AGES) }, SMALL, (ranges) => ranges.slice(1));
    expect(end.cause).toContain('in/a.csv, part 0 (from byte 0): its function ended without an answer');
  });

  test('a file that changed, another model and too little time fail the range in words', async () => {
    const { ranges, objects } = await runJob(age, { 'a.csv': lines(AGES) }, SMALL);
    const job = readJob({ in: 's3://data/in/', out: 's3://data/out' }, 'one', age.sha256);
    const [range] = ranges as [(typeof ranges)[0]];
    const store = memoryStore(objects);
    const failed = async (given = job, ms = 60_000) =>
      ((await computeRange(store, age, given, range, () => ms)) as { failed: string }).failed;
    expect(await failed({ ...job, sha256: 'other' })).toContain('found another model');
    expect(await failed(job, 5_000)).toContain('take smaller ranges (--range-mb)');
    objects.set('data/in/a.csv', Buffer.from('54\n'));
    expect(await failed()).toContain('found it changed or gone');
  });
});

test('a range that is computed again gives the same bytes at the same key', async () => {
  const once = await runJob(age, { 'a.csv': lines(AGES) }, SMALL);
  const twice = await runJob(age, { 'a.csv': lines(AGES) }, SMALL, (ranges) => [...ranges, ...ranges]);
  expect([...twice.objects]).toEqual([...once.objects]);
});

describe('what a job is started with', () => {
  const read = (given: object) => readJob({ in: 's3://data/in/', out: 's3://data/out', ...given }, 'one', 'sha');

  test('has defaults, and is checked', () => {
    expect(read({})).toMatchObject({ onError: 'fail', join: false, split: true, rangeBytes: 16 * 1_048_576, output: { prefix: 'out/' } });
    expect(() => read({ in: 'data/in' })).toThrow(/in: expected a place in S3/);
    expect(() => read({ onEror: 'line' })).toThrow(/found onEror, expected in, out/);
    expect(() => read({ onError: 'skip' })).toThrow(/onError: expected fail or line/);
    expect(() => read({ rangeMb: 0 })).toThrow(/rangeMb/);
    expect(() => read({ contentType: 'text/plain' })).toThrow(/contentType: expected one of text\/csv/);
    expect(() => read({ format: 'xml' })).toThrow(/format: expected one of csv/);
  });

  test('does not write where the next job would read', () => {
    expect(() => read({ out: 's3://data/in/out' })).toThrow(/out: found a place within in/);
    expect(() => read({ in: 's3://data', out: 's3://data' })).toThrow(/out: found a place within in/);
    expect(read({ in: 's3://data/in' }).output.bucket).toBe('data');
  });
});
