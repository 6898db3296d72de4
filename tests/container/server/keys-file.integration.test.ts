import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { openKeysFile } from '../../../container/server/keys.ts';
import { stored } from '../../support/access/keys.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-keys-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a file of keys that is a folder or far too large is refused at once, and not read', () => {
  const huge = path.join(folder, 'huge.json');
  writeFileSync(huge, '');
  truncateSync(huge, 1_100_000_000);
  expect(() => openKeysFile(huge, () => {})).toThrow(/API_KEYS_FILE: .*huge\.json: found 1100000000 bytes, expected at most 1048576/);
  expect(() => openKeysFile(folder, () => {})).toThrow(/found a folder, expected a file/);
});

const mkfifo = ['/usr/bin/mkfifo', '/bin/mkfifo'].find((one) => existsSync(one));
(mkfifo === undefined ? test.skip : test)(
  'a pipe in the place of the keys is not waited for: they stay as they were',
  async () => {
    const [file, pipe] = ['keys.json', 'pipe'].map((name) => path.join(folder, name)) as [string, string];
    execFileSync(mkfifo as string, [pipe]);
    expect(() => openKeysFile(pipe, () => {})).toThrow(/found a pipe or a device, expected a file/);
    writeFileSync(file, JSON.stringify({ keys: [stored('shop', 'a-key')] }));
    const heard: string[] = [];
    const keys = openKeysFile(file, (problem) => void heard.push(problem));
    // Only what changes after the first look at the file is noticed.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    renameSync(pipe, file);
    while (heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    keys.close();
    expect(heard[0]).toMatch(/API_KEYS_FILE: .*found a pipe or a device, expected a file/);
  },
  20_000,
);
