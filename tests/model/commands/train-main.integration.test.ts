import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { describeFile, describeText } from '../../../model/artifact/describe.ts';
import { loadModel } from '../../../model/artifact/import.ts';
import { describeModel } from '../../../shared/api/routes.ts';
import { pageHtml } from '../../../shared/page/html/page.ts';

// A process each: slow where much else runs.
jest.setTimeout(30_000);

const MAIN = fileURLToPath(new URL('../../../model/main.ts', import.meta.url));
const IRIS = fileURLToPath(new URL('../../golden/train/iris.csv', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-train-'));
const at = (name: string) => path.join(folder, name);

afterAll(() => rmSync(folder, { recursive: true }));

function train(...args: string[]) {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const env = { PATH, NODE_COMPILE_CACHE };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'train', ...args], { env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('train', () => {
  test('writes the artifact and a report, prints the measures, and the card is shown wherever the model is', () => {
    const given = [
      '--data',
      IRIS,
      '--formula',
      'Species ~ .',
      '--seed',
      '7',
      '--num.trees',
      '25',
      '--probability',
      '--importance',
      'impurity',
    ];
    const { status, stdout, stderr } = train(...given, '-o', at('iris.canopy'), '--report', at('iris.html'), '--date', '2026-01-31');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^call +ranger\(Species ~ \., data, num\.trees = 25, probability = TRUE, importance = "impurity"\)$/m);
    expect(stdout).toMatch(/^true +setosa +versicolor +virginica +right$/m);
    expect(stdout).toMatch(/^Petal\.\w+ +\d.* #{30}$/m);
    const model = loadModel(at('iris.canopy'));
    expect(stdout).toMatch(new RegExp(`^sha256 +${model.sha256}$`, 'm'));
    expect(model.card).toMatchObject({
      name: 'iris',
      date: '2026-01-31',
      source: { file: 'iris.csv' },
      training: { rows: 150, columns: 5, seed: 7, arguments: { 'num.trees': 25, probability: true }, versions: { ranger: '0.14.1' } },
    });
    expect(describeText({ file: 'iris.canopy', bytes: 1, model })).toMatch(/^out of bag +prediction\.error 0\.0/m);
    expect(describeFile({ file: 'iris.canopy', bytes: 1, model }).card.training).toEqual(model.card.training);
    expect(describeModel(model).card.training).toEqual(model.card.training);
    expect(pageHtml(model)).toContain('<details id="training">');

    const report = readFileSync(at('iris.html'), 'utf8');
    for (const heading of ['Confusion, out of the bag', 'Importance', 'Shares, out of the bag', 'Response curves']) {
      expect(report).toContain(`<h2>${heading}</h2>`);
    }
    // A plot each: ROC, calibration, and a curve for each of four features; nothing is loaded or run.
    expect(report.match(/<svg /g)).toHaveLength(6);
    expect(report).not.toMatch(/NaN|<script|src=|href=/);
  });

  test.each([
    [['--data', IRIS, '--formula', 'Species ~ .', '-o', 'x.canopy'], 2, 'found no seed'],
    [['--data', IRIS, '--seed', '1', '-o', 'x.canopy'], 2, 'found no --formula'],
    [['--data', IRIS, '--formula', 'y ~ .', '--seed', '1', '-o', 'x.RDS'], 2, 'expected -o OUT.canopy'],
    [['--data', at('none.csv'), '--formula', 'y ~ .', '--seed', '1', '-o', at('x.canopy')], 1, 'none.csv: no such file'],
    [['--data', IRIS, '--formula', 'Species ~ Petal', '--seed', '1', '-o', at('x.canopy')], 1, 'the column "Petal"'],
    [['--data', IRIS, '--formula', 'Species ~ .', '--seed', '1', '--min.bucket', '3', '-o', at('x.canopy')], 1, 'min.bucket'],
    [['--data', IRIS, '--formula', 'Species ~ .', '--seed', '1', '--mtr', '3', '-o', at('x.canopy')], 2, '--mtr'],
  ])('%j is refused with one line, and writes nothing', (args, expected, words) => {
    const { status, stdout, stderr } = train(...args);
    expect({ status, stdout }).toEqual({ status: expected, stdout: '' });
    expect(stderr).toContain(words);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(existsSync(at('x.canopy'))).toBe(false);
  });

  test('what goes wrong while it grows leaves the artifact that was there', () => {
    writeFileSync(at('bad.csv'), 'y,x\n1,2\n2,NA\n');
    writeFileSync(at('kept.canopy'), 'kept');
    const { status, stderr } = train('--data', at('bad.csv'), '--formula', 'y ~ x', '--ranger-seed', '1', '-o', at('kept.canopy'));
    expect(status).toBe(1);
    expect(stderr).toBe(
      `bad.csv, column "x", row 2: found NA, expected a value in every row: ranger 0.14.1 grows with complete rows only\n`,
    );
    expect(readFileSync(at('kept.canopy'), 'utf8')).toBe('kept');
  });
});
