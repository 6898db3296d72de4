import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readRowsFile } from '../../../model/commands/files.ts';

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
