import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from '@jest/globals';
import { openKeysFile } from '../../../container/server/keys.ts';
import { readKeysFile } from '../../../shared/access/stored-key.ts';
import { stored } from '../../support/access/keys.ts';
import { PROJECT } from '../../support/project.ts';

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
    renameSync(pipe, file);
    while (heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    keys.close();
    expect(heard[0]).toMatch(/API_KEYS_FILE: .*found a pipe or a device, expected a file/);
  },
  20_000,
);

/** A container's keys of a file, which was changed at once after it was read. */
async function changedAtOnce(change: (file: string) => void): Promise<number> {
  const file = path.join(folder, 'at-once.json');
  writeFileSync(file, JSON.stringify({ keys: [stored('shop', 'a-key')] }));
  const keys = openKeysFile(file, () => {});
  const isKnown = () => {
    const headers = { 'x-api-key': 'a-key' };
    return keys.judge({ headers } as never, 0).refusal === undefined;
  };
  expect(isKnown()).toBe(true);
  change(file);
  let looks = 0;
  for (; isKnown() && looks < 100; looks += 1) await new Promise((resolve) => setTimeout(resolve, 100));
  keys.close();
  return looks;
}

test('a change right after the start is seen, of a file that is written again with as many bytes too', async () => {
  const other = JSON.stringify({ keys: [stored('shop', 'b-key')] });
  expect(await changedAtOnce((file) => writeFileSync(file, other))).toBeLessThan(100);
  expect(await changedAtOnce((file) => writeFileSync(file, '{"keys": []}'))).toBeLessThan(100);
  const moved = path.join(folder, 'moved.json');
  writeFileSync(moved, other);
  expect(await changedAtOnce((file) => renameSync(moved, file))).toBeLessThan(100);
}, 60_000);

test('keys that are added and removed by commands at once are all as the commands say', async () => {
  const file = path.join(folder, 'commands.json');
  const command = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', 'container/keys.ts', ...args, '--file', file], {
      cwd: PROJECT,
    });
  await command('add', 'gone');
  const names = ['a', 'b', 'c', 'd', 'e'];
  await Promise.all([command('remove', 'gone'), ...names.map((name) => command('add', name))]);
  expect(
    readKeysFile(readFileSync(file, 'utf8'))
      .map(({ name }) => name)
      .sort(),
  ).toEqual(names);
  expect(existsSync(`${file}.lock`)).toBe(false);
}, 60_000);
