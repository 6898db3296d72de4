import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { golden } from '../../support/golden.ts';

const MAIN = fileURLToPath(new URL('../../../model/main.ts', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-predict-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string) => path.join(folder, name);
const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
const env = { PATH, NODE_COMPILE_CACHE };
/** Runs `predict` with some arguments: its exit status and what it wrote. */
function predict(args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'predict', ...args], { env, encoding: 'utf8', input: '' });
  return { status, stdout, stderr };
}

const iris = golden('iris');
const names = Object.keys(iris.rows[0] ?? {});
writeFileSync(at('iris.csv'), [names.join(','), ...iris.rows.map((row) => names.map((name) => row[name]).join(','))].join('\n'));

test("a file of rows becomes a file of predictions, which are R's", () => {
  const { status, stdout, stderr } = predict([iris.file, at('iris.csv'), '-o', at('out.jsonl')]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^\d+ rows in .*out\.jsonl \([\d,]+ bytes\); [\d.]+ s, [\d,]+ rows a second\n$/);
  const found = readFileSync(at('out.jsonl'), 'utf8').trimEnd().split('\n');
  expect(found.map((line) => JSON.parse(line))).toEqual(iris.predictions);
});

test('explanations and intervals stand in its columns', () => {
  const heart = fileURLToPath(new URL('../../../model/heart/heart-age.RDS', import.meta.url));
  writeFileSync(at('age.csv'), 'age\n54\n61\n');
  expect(predict([heart, at('age.csv'), '-o', at('why.csv'), '--explain'])).toMatchObject({ status: 0, stderr: '' });
  const [header, ...rows] = readFileSync(at('why.csv'), 'utf8').trimEnd().split('\n');
  expect(header).toMatch(/^predictions,.*age/);
  expect(rows.map((row) => row.split(',').length)).toEqual([header!.split(',').length, header!.split(',').length]);
  expect(predict([heart, at('age.csv'), '-o', at('why.parquet'), '--explain'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('found --explain and Parquet'),
  });
});

test.each([
  [['-o', at('x.txt')], 'expected a name that ends in .csv, .jsonl, .ndjson, .parquet'],
  [['-o', at('x.csv'), '--on-error', 'skip'], 'expected fail or line'],
  [['-o', at('x.csv'), '--threads', '0'], 'expected a whole number from 1 to 256'],
  [['-o', at('x.csv'), '--resume', '--force'], 'expected one of them'],
  [['-o', at('iris.csv')], 'which is read; expected another file'],
  [['--resume'], 'found --resume without -o'],
])('the command line %j is refused', (args, message) => {
  const { status, stderr } = predict([iris.file, at('iris.csv'), ...args]);
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) });
});

test('rows are not read of the file by way of which the output is written: --force would take them away', () => {
  copyFileSync(at('iris.csv'), at('mine.csv.part'));
  const { status, stderr } = predict([iris.file, at('mine.csv.part'), '-o', at('mine.csv'), '--force']);
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('mine.csv.part, which is read; expected another file') });
  expect(existsSync(at('mine.csv.part'))).toBe(true);
});

test('what is not there, or no rows, is named', () => {
  const out = ['-o', at('none.csv')];
  expect(predict([iris.file, at('no.csv'), ...out])).toMatchObject({ status: 1, stderr: `${at('no.csv')}: no such file or folder\n` });
  writeFileSync(at('one.json'), '{"instances":[[1,2,3,4]]}');
  expect(predict([iris.file, at('one.json'), ...out]).stderr).toContain('found one JSON value, which is answered as a whole');
  writeFileSync(at('not.parquet'), 'Sepal.Length\n5\n6\n7\n8\n9\n');
  expect(predict([iris.file, at('not.parquet'), ...out]).stderr).toContain('found no PAR1 at its start, expected a Parquet file');
  const noFolder = predict([iris.file, at('iris.csv'), '-o', at('no/folder/out.csv')]);
  expect(noFolder).toMatchObject({ status: 1, stderr: expect.stringMatching(/out\.csv\.journal: no such file or folder\n$/) });
  expect(existsSync(at('none.csv.part')) || existsSync(at('none.csv.journal'))).toBe(false);
});

test('Ctrl-C ends a run that waits for a pipe, and leaves nothing where nothing can go on', async () => {
  const child = spawn(process.execPath, [MAIN, 'predict', iris.file, '-', '-o', at('pipe.csv')], { env });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  child.stdin.on('error', () => {});
  // More than the first megabyte, by which the form is found, and no end.
  child.stdin.write(`${names.join(',')}\n${`${names.map((name) => iris.rows[0]?.[name]).join(',')}\n`.repeat(100_000)}`);
  while (!existsSync(at('pipe.csv.part'))) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGINT');
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect({ status, errors }).toEqual({ status: 130, errors: 'stopped; nothing is kept\n' });
  expect(existsSync(at('pipe.csv.part'))).toBe(false);
});
