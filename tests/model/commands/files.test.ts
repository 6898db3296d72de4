import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { checkReplaceable, readRowsFile } from '../../../model/commands/files.ts';
import { trainCommand } from '../../../model/commands/train.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a file of rows', () => {
  const file = path.join(folder, 'rows.csv');
  const bytes = Buffer.alloc(2_500_000, 'a,b\n');
  writeFileSync(file, bytes);

  test('is read whole, in pieces', () => {
    expect(Buffer.compare(readRowsFile(file), bytes)).toBe(0);
  });

  test('with more bytes than may be is refused before it is read', () => {
    expect(() => readRowsFile(file, 2_000_000)).toThrow(`${file}: found 2500000 bytes, expected at most 2000000`);
  });

  test('that is a device without an end is refused', () => {
    expect(() => readRowsFile('/dev/zero')).toThrow('/dev/zero: found a device, expected a file, a pipe');
  });

  test('that is a folder is an error with its name', () => {
    expect(() => readRowsFile(folder)).toThrow(expect.objectContaining({ code: 'EISDIR', path: folder }));
  });
});

describe('a file to write', () => {
  test('in a folder that is not there, or that is a folder, is refused before anything is grown', async () => {
    const nowhere = path.join(folder, 'none', 'm.canopy');
    expect(() => checkReplaceable(nowhere)).toThrow(expect.objectContaining({ code: 'ENOENT', path: nowhere }));
    expect(() => checkReplaceable(folder)).toThrow(`${folder}: found a folder, expected a file, or a name that is free`);
    for (const fine of [path.join(folder, 'new'), 'new', '/dev/null']) checkReplaceable(fine);
    const data = path.join(folder, 'data.csv');
    writeFileSync(data, 'no,target\n1,2\n');
    const training = trainCommand(['--data', data, '--formula', 'y ~ .', '--seed', '1', '-o', nowhere], undefined);
    await expect(training).rejects.toThrow(expect.objectContaining({ code: 'ENOENT', path: nowhere }));
  });
});
