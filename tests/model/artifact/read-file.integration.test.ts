import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { loadShared } from '../../../container/server/shared-model.ts';
import { isPackageFormat } from '../../../model/artifact/package-format.ts';
import { checkOpened, readWhole } from '../../../model/artifact/read-file.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-read-'));
afterAll(() => rmSync(folder, { recursive: true }));
const inside = path.join(folder, 'inside');
mkdirSync(inside);
const [plain, outside] = [path.join(inside, 'plain.canopy'), path.join(folder, 'outside.canopy')];
writeFileSync(plain, 'abc');
writeFileSync(outside, 'secret');
symlinkSync(outside, path.join(inside, 'linked.canopy'));
const LIMITS = { most: 10, expected: 'a file' };

test('a file is read whole, up to its limit', () => {
  expect(Buffer.from(readWhole(plain, LIMITS)).toString()).toBe('abc');
  expect(Buffer.from(readWhole(path.join(inside, 'linked.canopy'), LIMITS)).toString()).toBe('secret');
  expect(() => readWhole(plain, { ...LIMITS, most: 2 })).toThrow('found 3 bytes, expected at most 2');
  expect(() => readWhole(inside, LIMITS)).toThrow('found a folder, expected a file');
  expect(() => readWhole('/dev/zero', LIMITS)).toThrow('found a pipe or a device, expected a file');
});

test('a link out of the folder is refused where a folder is given, by the container too', async () => {
  const linked = path.join(inside, 'linked.canopy');
  expect(() => readWhole(linked, { ...LIMITS, within: inside })).toThrow('found a link to another place, expected a file below');
  await expect(loadShared(linked, inside)).rejects.toThrow('found a link to another place, expected a file below');
  expect(Buffer.from(readWhole(plain, { ...LIMITS, within: inside })).toString()).toBe('abc');
});

test('what was opened is refused where its name leads to another file by then', () => {
  const file = path.join(inside, 'swapped');
  symlinkSync(outside, file);
  const handle = openSync(file, 'r');
  try {
    writeFileSync(path.join(inside, 'next'), 'abc');
    renameSync(path.join(inside, 'next'), file);
    expect(() => checkOpened(file, fstatSync(handle), { ...LIMITS, within: inside })).toThrow('found another file than was opened');
    expect(checkOpened(file, statSync(file), { ...LIMITS, within: inside })).toBe(3);
  } finally {
    closeSync(handle);
  }
});

test('a socket is refused', async () => {
  const file = path.join(folder, 'socket');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(file, resolve));
  expect(() => readWhole(file, LIMITS)).toThrow('found a pipe or a device, expected a file');
  expect(isPackageFormat(file)).toBe(false);
  await new Promise((resolve) => server.close(resolve));
});

/** Only a program makes a pipe with a name. */
const withPipes = spawnSync('mkfifo', ['--version']).status === 0 ? test : test.skip;
withPipes('a pipe that has no writer is refused at once, and not waited for', async () => {
  const file = path.join(inside, 'pipe.canopy');
  execFileSync('mkfifo', [file]);
  expect(() => readWhole(file, LIMITS)).toThrow('found a pipe or a device, expected a file');
  await expect(loadShared(file)).rejects.toThrow('found a pipe or a device, expected a file');
  expect(isPackageFormat(file)).toBe(false);
});
