import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { replaceFile } from '../../../model/artifact/replace-file.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-replace-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a file is replaced, and nothing is left beside it', () => {
  const file = path.join(folder, 'plain');
  for (const content of ['one', 'two']) {
    replaceFile(file, content);
    expect(readFileSync(file, 'utf8')).toBe(content);
  }
  expect(readdirSync(folder).filter((name) => name.startsWith('plain'))).toEqual(['plain']);
});

test('a file that its owner alone may read stays so', () => {
  const file = path.join(folder, 'secret');
  writeFileSync(file, 'old', { mode: 0o600 });
  replaceFile(file, 'new');
  expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['new', 0o600]);
});

test('a file keeps its mode whatever the umask, and its owner where root writes it', () => {
  const file = path.join(folder, 'keys');
  writeFileSync(file, 'old');
  chmodSync(file, 0o664);
  // Nobody but root gives files away.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(file, 1_000, 1_001);
  const before = process.umask(0o077);
  try {
    replaceFile(file, 'new');
  } finally {
    process.umask(before);
  }
  const { mode, uid, gid } = statSync(file);
  expect([readFileSync(file, 'utf8'), mode & 0o777]).toEqual(['new', 0o664]);
  expect(isRoot ? [uid, gid] : [1_000, 1_001]).toEqual([1_000, 1_001]);
});

test('of a link the file that it leads to is replaced, and the link stays', () => {
  const [file, link] = [path.join(folder, 'file'), path.join(folder, 'link')];
  writeFileSync(file, 'old');
  symlinkSync('file', link);
  replaceFile(link, 'new');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(file, 'utf8')).toBe('new');
});

/** Only a program makes a pipe with a name. */
const withPipes = spawnSync('mkfifo', ['--version']).status === 0 ? test : test.skip;
withPipes('a pipe is written to and stays a pipe, as a device does', () => {
  const pipe = path.join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  // Open at both ends, so that writing need not wait for a reader.
  const handle = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    replaceFile(pipe, 'through');
    const read = new Uint8Array(20);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    expect(Buffer.from(read.subarray(0, readSync(handle, read))).toString()).toBe('through');
  } finally {
    closeSync(handle);
  }
});

test('an error names the file itself', () => {
  const file = path.join(folder, 'none', 'x');
  expect(() => replaceFile(file, '')).toThrow(expect.objectContaining({ code: 'ENOENT', path: file }));
});
