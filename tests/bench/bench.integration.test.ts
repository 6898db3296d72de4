import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { loadModel } from '../../model/artifact/import.ts';
import { forestOf } from '../support/bodies.ts';
import { golden } from '../support/golden.ts';
import { PROJECT } from '../support/project.ts';
import { checkOut } from './against/against.ts';
import { installBoosters } from './boosters/install.ts';
import { interleave, median, ratios, short, spread } from './figures.ts';
import { toOnnx } from './onnx/onnx.ts';
import { betweenMarks, createReport, summary, toMarkdown, writeBetweenMarks } from './report.ts';
import { runWrk, writeWrkScript, wrkMissing } from './wrk.ts';

test('medians, spreads and ratios, each of its own round', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(spread([0.12345, 2_000, 30])).toBe('30 (0.123..2,000)');
  expect(ratios([10, 30], [5, 10])).toEqual([2, 3]);
  expect([short(0.00012345), short(999.4), short(1e6)]).toEqual(['0.000123', '999', '1,000,000']);
});

test('contenders take turns', async () => {
  const order: string[] = [];
  const all = await interleave(2, ['a', 'b'], (name, round) => order.push(`${name}${round}`));
  expect(order).toEqual(['a0', 'b0', 'a1', 'b1']);
  expect(all).toEqual([
    [1, 3],
    [2, 4],
  ]);
});

test('a report tells every figure with its peers, what is missing and what misses', () => {
  const lines: string[] = [];
  const report = createReport((line) => lines.push(line));
  report.speed('heart', 'us', [1, 2, 3], [['ranger', [50, 100, 150]]]);
  report.speed('container', 'requests a second', [10], [['bare', [40]]], 'per second');
  report.missing('wrk', 'it is not here');
  report.missing('wrk', 'it is not here');
  report.judge('heart', '>= 100 x', '50 x', false);
  report.judge('large', '>= 6 x', 'not here', undefined);
  report.compared(10_000, 0);
  expect(lines).toEqual([
    'heart: ours 2 (1..3) us; ranger 100 (50..150), ours is 50 x as fast (50 x..50 x)',
    'container: ours 10 (10..10) requests a second; bare 40 (40..40), ours is 1/4 x as fast (1/4 x..1/4 x)',
    'wrk: not measured: it is not here',
  ]);
  const markdown = toMarkdown(report, 'Here.');
  expect(markdown).toContain('0 of 10,000 doubles differ');
  expect(markdown).toContain('| heart | >= 100 x | 50 x | MISSES |\n| large | >= 6 x | not here | not measured |');
  expect(markdown).toContain('| container | 10 requests a second | bare 40: 1/4 x |');
});

test('the last line names the bars that are missed, and a run without them does not fail', () => {
  const report = createReport(() => {});
  report.judge('heart', '< 3 us', '2 us', true);
  report.compared(10_000, 0);
  expect(summary(report)).toEqual({ line: "0 of 10,000 doubles differ from the model's own; all 1 bars hold", fails: false });
  report.judge('large', '>= 6 x', 'not here', undefined);
  expect(summary(report).fails).toBe(false);
  report.judge('iris', '>= 100 x', '50 x', false);
  expect(summary(report)).toEqual({
    line: "0 of 10,000 doubles differ from the model's own; 1 of 2 bars are missed: iris (50 x, the bar is >= 100 x); 1 were not measured",
    fails: true,
  });
  const wrong = createReport(() => {});
  wrong.compared(10, 1);
  expect(summary(wrong).fails).toBe(true);
});

test('the tables stand between their marks, and tests/README.md has them', () => {
  const text = 'a\n<!-- bench:speed -->\nold\n<!-- /bench:speed -->\nb\n';
  expect(betweenMarks(text, 'new')).toBe('a\n<!-- bench:speed -->\nnew\n<!-- /bench:speed -->\nb\n');
  expect(() => betweenMarks('a', 'new')).toThrow('found no <!-- bench:speed -->');
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-bench-test-'));
  const file = path.join(folder, 'README.md');
  writeFileSync(file, readFileSync(path.join(PROJECT, 'tests', 'README.md')));
  writeBetweenMarks(file, 'the tables');
  expect(readFileSync(file, 'utf8')).toContain('\nthe tables\n<!-- /bench:speed -->');
  rmSync(folder, { recursive: true });
});

test('a forest is an ONNX model; one that splits by sets of levels is refused', () => {
  const model = loadModel(golden('heart-age').file);
  const forest = forestOf(model)!;
  const bytes = toOnnx(model.schema, forest);
  // The version of the form (field 1) is 8, and the producer (field 2) comes next.
  expect([...bytes.subarray(0, 4)]).toEqual([8, 8, 18, 6]);
  const count = (text: string) => Buffer.from(bytes).toString('latin1').split(text).length - 1;
  const leaves = forest.left.filter((child) => child === 0).length;
  expect([count('LEAF'), count('BRANCH_LEQ')]).toEqual([leaves, forest.left.length - leaves]);
  const sets = loadModel(golden('warpbreaks-partition').file);
  expect(() => toOnnx(sets.schema, forestOf(sets)!)).toThrow('sets of levels');
});

test('without a name it says what there is, and ends with 2; a wrong part is reported', () => {
  const run = (...args: string[]) => {
    try {
      return {
        code: 0,
        said: execFileSync(process.execPath, [path.join(PROJECT, 'tests/bench/main.ts'), ...args], { encoding: 'utf8', stdio: 'pipe' }),
      };
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: string };
      return { code: status, said: stderr };
    }
  };
  const bare = run();
  expect(bare.code).toBe(2);
  for (const name of ['speed', 'page', 'faults']) expect(bare.said).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  expect(run('speed', '--help')).toMatchObject({ code: 0, said: expect.stringContaining('--quick') });
  expect(run('speed', '--only', 'nothing').said).toContain('--only: found nothing, expected some of heart-age');
  expect(run('speed', '--against', 'no-such-commit').said).toContain(
    '--against: found no-such-commit, expected a commit of this repository',
  );
  expect(run('speed', '--only', 'heart', '--write').said).toContain('--write: found --quick or --only with it');
});

const withGit = existsSync(path.join(PROJECT, '.git')) ? test : test.skip;
withGit("a commit's code is put into a folder, with the packages and the forests of this one", () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-older-'));
  try {
    expect(checkOut('HEAD', folder, () => {})).toMatch(/^[0-9a-f]{7,}$/);
    const there = (file: string) => realpathSync(path.join(folder, file));
    expect(there('tests/bench/main.ts')).toBe(path.join(realpathSync(folder), 'tests/bench/main.ts'));
    expect(there('node_modules')).toBe(realpathSync(path.join(PROJECT, 'node_modules')));
    expect(there('.canopy/bench')).toBe(realpathSync(path.join(PROJECT, '.canopy/bench')));
    // git would have written of another work tree.
    expect(existsSync(path.join(folder, '.git'))).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('where Python is missing the boosters are left out, and it says why', async () => {
  const folder = path.join(tmpdir(), 'canopy-no-python-here');
  const said: string[] = [];
  const found = await installBoosters((line) => said.push(line), folder, 'no-such-python');
  expect(found).toEqual({ missing: 'it needs python3 and python3-venv: apt-get install them' });
  expect(said).toEqual([]);
});

const withWrk = wrkMissing() ? test.skip : test;
withWrk('wrk counts what a bare server answers', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-wrk-'));
  const child = spawn(process.execPath, [path.join(PROJECT, 'tests/bench/bare-main.ts')], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const url = await new Promise<string>((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk).trim())));
    const reply = await fetch(url, { method: 'POST', body: '[ {"age": 54} ]' });
    expect(await reply.text()).toBe('[{"age":54}]');
    expect(await runWrk(url, writeWrkScript(folder, ['{"age":54}', '{"age":61}']), 1)).toBeGreaterThan(10);
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});
