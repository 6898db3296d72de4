import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { golden } from '../../support/golden.ts';

const MAIN = fileURLToPath(new URL('../../../model/main.ts', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-explain-'));
const file = (name: string, text?: string) => {
  const at = path.join(folder, name);
  if (text !== undefined) writeFileSync(at, text);
  return at;
};

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command line: its exit status and what it wrote. */
function run(args: string[], input = '') {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    input,
    env: { PATH, NODE_COMPILE_CACHE },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('explain', () => {
  const glm = golden('heart-glm');
  const rows = file('explained.json', JSON.stringify(glm.rows.slice(0, 3)));

  test('prints what each feature adds to each row, and writes a report', () => {
    const report = file('why.html');
    const { status, stdout, stderr } = run(['explain', glm.file, rows, '--report', report, '--top', '2']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.match(/^row \d: sum before the transform /gm)).toHaveLength(3);
    expect(stdout).toMatch(/^ {2}\d+ others? +[-+]\d/m);
    expect(stdout).toContain('has the charts');
    expect(readFileSync(report, 'utf8')).toContain('<h2>Row by row</h2>');
  });

  test('takes rows from standard input, and the wishes of a request', () => {
    const kyphosis = golden('kyphosis-rpart');
    const input = JSON.stringify(kyphosis.rows.slice(0, 1));
    const { status, stdout } = run(['explain', kyphosis.file, '-', '--class', 'present', '--output', 'probability'], input);
    expect(status).toBe(0);
    expect(stdout).toContain('share of the class "present"');
    const refused = run(['explain', kyphosis.file, '-', '--class', 'ill'], input);
    expect([refused.status, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain('expected one of "absent", "present"');
  });

  test('says what helps where a model has nothing to explain it by', () => {
    const { status, stderr } = run([
      'explain',
      golden('iris').file,
      file('iris-rows.json', JSON.stringify(golden('iris').rows.slice(0, 1))),
    ]);
    expect(status).toBe(1);
    expect(stderr).toContain('--data training.csv');
  });
});
