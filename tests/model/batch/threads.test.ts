import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { importModel } from '../../../model/artifact/import.ts';
import { openParquetRows } from '../../../model/batch/parquet-source.ts';
import { startThreads } from '../../../model/batch/threads.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import { NO_COLUMNS } from '../../../shared/batch/columns.ts';
import { golden } from '../../support/golden.ts';

const TASK = { table: undefined, output: 'jsonlines', onError: 'fail', memory: 2 ** 20 } as const;

test('rows that come after a thread has ended are refused with its reason, and never wait for it', async () => {
  // No artifact: the thread ends as soon as it starts.
  const task = { ...TASK, artifact: new SharedArrayBuffer(0), rows: { form: 'jsonlines', columns: NO_COLUMNS } } as const;
  const threads = startThreads(task, 1);
  const piece = { bytes: Buffer.from('{}\n'), records: 1, line: 1, isLast: true };
  await expect(threads.compute({ piece })).rejects.toThrow('the model');
  await expect(threads.compute({ piece })).rejects.toThrow('the model');
  await threads.close();
});

test('a Parquet file that was replaced before a thread opened it is never read in place of the first', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-threads-'));
  const [file, other] = [path.join(folder, 'ages.parquet'), path.join(folder, 'other.parquet')];
  const write = (name: string, ages: number[]) =>
    writeFileSync(name, new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'age', data: ages, type: 'DOUBLE' }] })));
  write(file, [41, 52]);
  write(other, [63, 74]);
  const bytes = importModel(golden('heart-age').file);
  const artifact = new SharedArrayBuffer(bytes.length);
  new Uint8Array(artifact).set(bytes);
  const { rows } = await openParquetRows(decodeArtifact(bytes, 'heart-age').schema, file);
  const range = { start: 0, rows: 2 };
  const before = startThreads({ ...TASK, artifact, rows }, 1);
  expect((await before.compute({ range })).rows).toBe(2);
  renameSync(other, file);
  const after = startThreads({ ...TASK, artifact, rows }, 1);
  await expect(after.compute({ range })).rejects.toThrow('it was replaced while it was read');
  await Promise.all([before.close(), after.close()]);
  rmSync(folder, { recursive: true });
});
