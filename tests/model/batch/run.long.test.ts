import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { loadModel } from '../../../model/artifact/import.ts';
import { Stopped } from '../../../model/batch/errors.ts';
import { predictRows } from '../../../shared/predict.ts';
import { golden } from '../../support/golden.ts';
import { openRuns } from '../../support/predict-file/runs.ts';

const { file } = golden('heart-age');
const runs = openRuns(file);
afterAll(runs.stop);

const AGES = Array.from({ length: 1_000 }, (_, row) => 29 + ((row * 7919) % 4801) / 100);
const PREDICTIONS = [...predictRows(loadModel(file), Float64Array.from(AGES))];
const csvOf = (ages: (number | string)[]) => `age\n${ages.join('\n')}\n`;
const EXPECTED = `predictions\n${PREDICTIONS.join('\n')}\n`;
const INPUTS: Record<string, string | Uint8Array> = {
  'ages.csv': csvOf(AGES),
  'without-header.csv': `${AGES.join('\n')}`,
  'with-mark.csv': `\uFEFF${csvOf(AGES)}`,
  'ages.csv.gz': gzipSync(csvOf(AGES)),
  'ages.jsonl': AGES.map((age) => `{"age":${age}}\n`).join(''),
  'ages.parquet': new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'age', data: AGES, type: 'DOUBLE' }], rowGroupSize: 300 })),
};
for (const [name, content] of Object.entries(INPUTS)) runs.write(name, content);

async function parquetOf(name: string): Promise<unknown[]> {
  const { buffer, byteOffset, length } = runs.bytes(name);
  const bytes = buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
  const rows = await parquetReadObjects({ file: { byteLength: bytes.byteLength, slice: (start, end) => bytes.slice(start, end) } });
  return rows.map(({ predictions }) => predictions);
}

describe('a file is answered row by row', () => {
  test('into a file that nobody may read who could not read the one before it', async () => {
    runs.write('secret.csv', 'old');
    chmodSync(runs.at('secret.csv'), 0o600);
    await runs.predict('ages.csv', 'secret.csv', { mode: 'force' });
    expect([runs.read('secret.csv'), statSync(runs.at('secret.csv')).mode & 0o777]).toEqual([EXPECTED, 0o600]);
  });

  test('into the file that a link leads to, of which readers may know no other name', async () => {
    runs.write('target.csv', 'old');
    symlinkSync(runs.at('target.csv'), runs.at('link.csv'));
    await runs.predict('ages.csv', 'link.csv', { mode: 'force' });
    expect([runs.read('target.csv'), lstatSync(runs.at('link.csv')).isSymbolicLink()]).toEqual([EXPECTED, true]);
  });

  test.each(Object.keys(INPUTS))('%s gives the bits of any other request', async (name) => {
    const { rows, bad } = await runs.predict(name, `${name}.out.csv`);
    expect(runs.read(`${name}.out.csv`)).toBe(EXPECTED);
    expect({ rows, bad }).toEqual({ rows: AGES.length, bad: 0 });
    expect(existsSync(runs.at(`${name}.out.csv.part`)) || existsSync(runs.at(`${name}.out.csv.journal`))).toBe(false);
  });

  test('as JSON Lines and Parquet too', async () => {
    await runs.predict('ages.csv', 'ages.out.jsonl', { threads: 3 });
    expect(runs.read('ages.out.jsonl')).toBe(`${PREDICTIONS.join('\n')}\n`);
    for (const name of ['ages.csv', 'ages.parquet']) {
      await runs.predict(name, `${name}.out.parquet`);
      expect(await parquetOf(`${name}.out.parquet`)).toEqual(PREDICTIONS);
    }
  });

  test('one without a row gives a header line alone', async () => {
    runs.write('none.csv', 'age\n');
    await runs.predict('none.csv', 'none.out.csv');
    expect(runs.read('none.out.csv')).toBe('predictions\n');
  });
});

/** The ages with something else in row 900, counted from 1. */
const withRow = (row: string) => csvOf([...AGES.slice(0, 899), row, ...AGES.slice(900)]);

describe('a row that cannot be answered', () => {
  test('ends the run with its line, and what was before it is kept', async () => {
    runs.write('bad.csv', withRow('54,55'));
    await expect(runs.predict('bad.csv', 'bad.out.csv')).rejects.toMatchObject({
      message: expect.stringMatching(/^8\d\d rows are kept in .*bad\.out\.csv\.part; mend the row, or add --on-error line/),
      cause: { message: expect.stringMatching(/^rows: line 901: .*found 2 fields, expected 1/) },
    });
    expect(existsSync(runs.at('bad.out.csv'))).toBe(false);
  });

  test('once it is mended the run goes on, and the output is whole', async () => {
    runs.write('bad.csv', csvOf(AGES));
    const { before } = await runs.predict('bad.csv', 'bad.out.csv', { mode: 'resume' });
    expect(before).toBeGreaterThan(800);
    expect(runs.read('bad.out.csv')).toBe(EXPECTED);
  });

  test('may be left without an answer, by the run that goes on too', async () => {
    const lines = EXPECTED.split('\n');
    lines[900] = '""';
    runs.write('worse.csv', withRow('old'));
    await expect(runs.predict('worse.csv', 'worse.out.csv')).rejects.toThrow('rows are kept');
    const { bad, badLines } = await runs.predict('worse.csv', 'worse.out.csv', { mode: 'resume', onError: 'line' });
    expect(runs.read('worse.out.csv')).toBe(lines.join('\n'));
    expect({ bad, badLines }).toEqual({ bad: 1, badLines: [{ line: 901, reason: expect.stringContaining('age') }] });
    await runs.predict('worse.csv', 'worse.out.parquet', { onError: 'line' });
    expect(await parquetOf('worse.out.parquet')).toEqual(PREDICTIONS.map((one, row) => (row === 899 ? null : one)));
  });
});

describe('an input that changes while it is read', () => {
  const LARGER = { sizes: { rows: 2_000, bytes: 20_000 }, everyMs: 1_000 };

  /** Runs, and does something to the input once the first rows are written. */
  async function changed(name: string, change: (file: string) => void): Promise<string> {
    runs.write(name, csvOf(AGES));
    // A large rest, so that the input is not read to its end before the first rows are written.
    for (let one = 0; one < 60; one += 1) appendFileSync(runs.at(name), `${AGES.join('\n')}\n`.repeat(6));
    let isDone = false;
    const progress = () => {
      if (!isDone) change(runs.at(name));
      isDone = true;
    };
    const error = await runs.predict(name, `${name}.out.csv`, { ...LARGER, progress }).catch((thrown) => thrown);
    return error.cause?.message ?? error.message;
  }

  test('it grows: a sentence, and a run that goes on has the new rows too', async () => {
    expect(await changed('grows.csv', (name) => appendFileSync(name, '55.5\n'))).toMatch(
      /^.*: found \d+ bytes, expected \d+: it grew while it was read$/,
    );
    await runs.predict('grows.csv', 'grows.csv.out.csv', { ...LARGER, mode: 'resume' });
    const lines = runs.read('grows.csv.out.csv').trimEnd().split('\n');
    expect(lines.length).toBe(1 + 361 * AGES.length + 1);
    expect(lines.slice(0, 1_001)).toEqual(EXPECTED.trimEnd().split('\n'));
  });

  test('it shrinks: a sentence', async () => {
    expect(await changed('shrinks.csv', (name) => truncateSync(name, 2_500_000))).toMatch(
      /^.*: found 2500000 bytes, expected \d+: it shrank while it was read$/,
    );
  });

  test('rows that were answered are others than before: nothing goes on behind them', async () => {
    runs.write('other.csv', withRow('old'));
    await expect(runs.predict('other.csv', 'other.out.csv')).rejects.toThrow('rows are kept');
    runs.write('other.csv', withRow('54').replace(/^age\n29\n/, 'age\n30\n'));
    await expect(runs.predict('other.csv', 'other.out.csv', { mode: 'resume' })).rejects.toThrow(/found other bytes among its first \d+/);
    expect(runs.bytes('other.out.csv.part').length).toBeGreaterThan(0);
  });
});

describe('what an earlier run left', () => {
  test('an output that is there is not touched, unless --force says so', async () => {
    runs.write('there.csv', 'mine\n');
    for (const mode of ['new', 'resume'] as const)
      await expect(runs.predict('ages.csv', 'there.csv', { mode })).rejects.toThrow('found a file that is there already');
    expect(runs.read('there.csv')).toBe('mine\n');
    runs.write('ages-later.csv', withRow('old'));
    await expect(runs.predict('ages-later.csv', 'there.csv', { mode: 'force' })).rejects.toThrow('rows are kept');
    expect(runs.read('there.csv')).toBe('mine\n');
    runs.write('ages-later.csv', csvOf(AGES));
    expect((await runs.predict('ages-later.csv', 'there.csv', { mode: 'resume' })).before).toBeGreaterThan(800);
    expect(runs.read('there.csv')).toBe(EXPECTED);
  });

  test('a run that replaces an output goes on doing so, also where it was killed before its first rows and broken off once more', async () => {
    const { openJournal, readJournal } = await import('../../../model/batch/journal.ts');
    runs.write('twice.csv', 'mine\n');
    runs.write('twice-rows.csv', withRow('old'));
    await expect(runs.predict('twice-rows.csv', 'twice.csv', { mode: 'force' })).rejects.toThrow('rows are kept');
    // What a kill before the first rows leaves.
    const journal = runs.at('twice.csv.journal');
    const head = JSON.parse((await readJournal(journal))!.head);
    for (const name of [journal, runs.at('twice.csv.part')]) rmSync(name);
    await (await openJournal(journal, head)).close();
    await expect(runs.predict('twice-rows.csv', 'twice.csv', { mode: 'resume' })).rejects.toThrow('with --resume the run goes on');
    expect(runs.read('twice.csv')).toBe('mine\n');
    runs.write('twice-rows.csv', csvOf(AGES));
    expect((await runs.predict('twice-rows.csv', 'twice.csv', { mode: 'resume' })).before).toBeGreaterThan(800);
    expect(runs.read('twice.csv')).toBe(EXPECTED);
  });

  test('a run that did not end is not begun anew by chance, nor gone on with by another', async () => {
    runs.write('left.csv', withRow('old'));
    await expect(runs.predict('left.csv', 'left.out.csv')).rejects.toThrow('rows are kept');
    await expect(runs.predict('left.csv', 'left.out.csv')).rejects.toThrow(/an earlier run that did not end, which wrote 8\d\d rows/);
    await expect(runs.predict('ages.jsonl', 'left.out.csv', { mode: 'resume' })).rejects.toThrow(
      'found input "csv", expected input "jsonlines"',
    );
    const parameters = { type: 'terminalNodes' as const };
    await expect(runs.predict('left.csv', 'left.out.csv', { mode: 'resume', parameters })).rejects.toThrow(
      'expected parameters {"type":"terminalNodes"}, as asked now',
    );
    await runs.predict('ages.csv', 'left.out.csv', { mode: 'force' });
    expect(runs.read('left.out.csv')).toBe(EXPECTED);
  });

  test.each([
    ['intervals', { interval: 'conformal', level: 0.9 }],
    ['explain', { explain: { background: 'rows' } }],
  ] as const)('a run goes on with the same %s, which are no part of the sha256 of the model', async (name, more) => {
    const rowsOf = (scale: number) => Buffer.from(`age,y\n${AGES.map((age, at) => `${age},${at * scale}`).join('\n')}\n`);
    const importedBy = (scale: number) => ({
      calibration: { bytes: rowsOf(scale), file: 'rows.csv', target: 'y' },
      data: { bytes: Buffer.from(csvOf(scale === 1 ? AGES : [20, ...AGES])), file: 'data.csv', order: undefined },
    });
    const parameters = { type: 'response' as const, ...more };
    const [one, other] = [1, 2].map((scale) => ({ parameters, imported: importedBy(scale) }));
    const output = `rests-${name}.csv`;
    runs.write('rests.csv', withRow('old'));
    await expect(runs.predict('rests.csv', output, one)).rejects.toThrow('rows are kept');
    runs.write('rests.csv', csvOf(AGES));
    const resume = { mode: 'resume' as const };
    await expect(runs.predict('rests.csv', output, { ...other, ...resume })).rejects.toThrow(
      new RegExp(`found ${name} "[0-9a-f]{64}", expected ${name} "[0-9a-f]{64}", as asked now`),
    );
    expect((await runs.predict('rests.csv', output, { ...one, ...resume })).before).toBeGreaterThan(800);
  });

  test('a journal whose last line was cut off counts up to the line before', async () => {
    runs.write('torn.csv', withRow('old'));
    await expect(runs.predict('torn.csv', 'torn.out.csv')).rejects.toThrow('rows are kept');
    const journal = readFileSync(runs.at('torn.out.csv.journal'));
    for (const end of [journal.length - 1, journal.length - 20]) {
      writeFileSync(runs.at('torn.out.csv.journal'), journal.subarray(0, end));
      await expect(runs.predict('torn.csv', 'torn.out.csv', { mode: 'resume' })).rejects.toThrow('rows are kept');
    }
    runs.write('torn.csv', csvOf(AGES));
    await runs.predict('torn.csv', 'torn.out.csv', { mode: 'resume' });
    expect(runs.read('torn.out.csv')).toBe(EXPECTED);
  });

  test('a run that ended after its output had its name is whole when it goes on', async () => {
    await runs.predict('ages.csv', 'named.csv', { progress: () => {} });
    const { before, rows } = await resumedWhole();
    expect([before, rows]).toEqual([AGES.length, AGES.length]);
    expect(runs.read('named.csv')).toBe(EXPECTED);
  });

  /** Puts the journal of a whole run back, as a kill between the last two steps leaves it. */
  async function resumedWhole() {
    let journal = Buffer.alloc(0);
    await runs.predict('ages.csv', 'named.csv', {
      mode: 'force',
      progress: () => {
        journal = readFileSync(runs.at('named.csv.journal'));
      },
    });
    const { openJournal, readJournal } = await import('../../../model/batch/journal.ts');
    writeFileSync(runs.at('named.csv.journal'), journal);
    const kept = await readJournal(runs.at('named.csv.journal'));
    const open = await openJournal(runs.at('named.csv.journal'), {}, kept);
    const written = runs.bytes('named.csv').length;
    await open.add({ ...kept!.place!, rows: AGES.length, written }, [], true);
    await open.close();
    return runs.predict('ages.csv', 'named.csv', { mode: 'resume' });
  }
});

test('a run that is asked to stop keeps what it wrote, and says how to go on', async () => {
  const control = new AbortController();
  const progress = () => control.abort(new Stopped(130));
  await expect(runs.predict('ages.csv', 'stop.csv', { signal: control.signal, progress })).rejects.toMatchObject({
    exitCode: 130,
    message: expect.stringMatching(/rows are kept in .*stop\.csv\.part; the same command with --resume goes on behind them$/),
  });
  await runs.predict('ages.csv', 'stop.csv', { mode: 'resume' });
  expect(runs.read('stop.csv')).toBe(EXPECTED);
});
