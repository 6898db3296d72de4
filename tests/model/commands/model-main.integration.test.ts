import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { printable } from '../../../model/artifact/printable.ts';
import { deparse, MAX_CALL } from '../../../model/formula/deparse.ts';
import type { RValue } from '../../../model/rds/values.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import { golden } from '../../support/golden.ts';

const MAIN = fileURLToPath(new URL('../../../model/main.ts', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-main-'));
const heart = golden('heart-age');
const file = (name: string, text?: string) => {
  const at = path.join(folder, name);
  if (text !== undefined) writeFileSync(at, text);
  return at;
};

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command line: its exit status and what it wrote. */
function run(args: string[], { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {}) {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const all = { PATH, NODE_COMPILE_CACHE, ...env };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { input, env: all, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('help and usage', () => {
  test.each([
    [['--help']],
    [['describe', '--help']],
    [['import', '-h']],
    [['predict', '--help']],
    [['explain', '--help']],
    [['train', '--help']],
    [['verify', '--help']],
  ])('%j is answered on standard output', (args) => {
    const { status, stdout, stderr } = run(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^npm run model -- /);
  });

  test.each([
    [[], 'no command'],
    [['grow'], 'the command grow'],
    [['train'], 'found no --data'],
    [['describe'], 'no argument'],
    [['describe', heart.file, 'more'], 'expected FILE'],
    [['describe', heart.file, '--yaml'], '--yaml'],
    [['import', heart.file], 'expected -o OUT.canopy'],
    [['import', heart.file, '-o', 'model.RDS'], 'expected -o OUT.canopy'],
    [['import', heart.file, '-o', 'out.canopy', '--date', '2026-02-30'], '2026-02-30'],
    [['predict', heart.file], 'expected FILE ROWS'],
    [['explain', heart.file], 'expected FILE ROWS'],
    [['explain', heart.file, '-', '--top', '0'], 'found --top 0, expected a whole number from 1'],
    [['verify', heart.file, 'rows.json', '--ulp', '-1'], '--ulp: found no value'],
    [['import', heart.file, '-o', 'out.canopy', '--levels-order', 'R'], 'the order R'],
    [['import', heart.file, '-o', 'out.canopy', '--libm', 'musl'], 'found --libm musl, expected plain'],
    [['predict', heart.file, '-', '--csv', '--jsonl'], '--csv and --jsonl'],
  ])('%j is refused with status 2 and one line', (args, words) => {
    const { status, stdout, stderr } = run(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(words);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('describe', () => {
  test('tells kind, forest, classes, what made it and each feature', () => {
    const { status, stdout } = run(['describe', golden('iris').file]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^kind +classification$/m);
    expect(stdout).toMatch(/^classes +setosa, versicolor, virginica$/m);
    expect(stdout).toMatch(/^forest +500 trees, 8,176 nodes/m);
    expect(stdout).toMatch(/^made by +ranger\(Species ~ \., data = ir\)$/m);
    expect(stdout).toMatch(/^Sepal\.Length {2}number {2}splits 4\.7 to 7\.1$/m);
  });

  test('tells the same of an RDS and of its artifact as JSON', () => {
    const out = file('described.canopy');
    expect(run(['import', heart.file, '-o', out]).status).toBe(0);
    const [fromRds, fromArtifact] = [heart.file, out].map((at) => JSON.parse(run(['describe', at, '--json']).stdout));
    expect(fromRds.forest).toEqual({ trees: 500, nodes: 34_922, leaves: 17_711, depth: 14 });
    expect(fromRds).toMatchObject({ name: 'heart-age', kind: 'regression', failedCheck: null, checkRows: 16 });
    expect({ ...fromArtifact, file: undefined }).toEqual({ ...fromRds, file: undefined });
  });

  test('a file that is not there, or is no model, gets a sentence and status 1', () => {
    expect(run(['describe', file('none.RDS')])).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('no such file') });
    const { status, stderr } = run(['describe', file('text.RDS', 'not a model')]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^.*expected an R file.*\n$/);
  });

  test('a text cannot move the cursor or turn the writing around', () => {
    expect(printable('a\u001b[2Jb\u202ec\nd')).toBe('a\\u001b[2Jb\\u202ec\\u000ad');
    expect(printable('Idade é 1')).toBe('Idade é 1');
  });
});

describe('import', () => {
  test('writes the artifact whole, says what it is, and leaves nothing else behind', () => {
    const out = file('heart.canopy');
    const { status, stdout } = run(['import', heart.file, '-o', out]);
    const bytes = readFileSync(out);
    expect(status).toBe(0);
    expect(stdout).toBe(`heart-age\nsha256 ${loadModel(heart.file).sha256}\n${out}, ${bytes.byteLength} bytes\n`);
    expect(decodeArtifact(bytes).card.date).toBeUndefined();
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('the date comes from --date, else from SOURCE_DATE_EPOCH, and is outside of the sha256', () => {
    const env = { SOURCE_DATE_EPOCH: '86400' };
    const read = (args: string[]) => {
      const out = file('dated.canopy');
      expect(run(['import', heart.file, '-o', out, ...args], { env }).status).toBe(0);
      return decodeArtifact(readFileSync(out));
    };
    const [epoch, given] = [read([]), read(['--date', '2026-01-31'])];
    expect(epoch.card.date).toBe('1970-01-02T00:00:00Z');
    expect(given.card.date).toBe('2026-01-31');
    expect(given.sha256).toBe(epoch.sha256);
    expect(run(['import', heart.file, '-o', file('never.canopy')], { env: { SOURCE_DATE_EPOCH: 'today' } }).status).toBe(2);
  });

  test('its own input is never overwritten, not even by another name', () => {
    const input = file('input.canopy');
    copyFileSync(heart.file, input);
    symlinkSync(input, file('link.canopy'));
    linkSync(input, file('hard.canopy'));
    for (const out of [input, file('link.canopy'), file('hard.canopy')]) {
      expect(run(['import', input, '-o', out])).toMatchObject({ status: 2, stderr: expect.stringContaining('is the file to import') });
    }
    expect(readFileSync(input).equals(readFileSync(heart.file))).toBe(true);
  });

  test('an import that fails leaves the old artifact as it was', () => {
    const out = file('old.canopy', 'as it was');
    const { status, stderr } = run(['import', file('cut.RDS', readFileSync(heart.file, 'latin1').slice(0, 100)), '-o', out]);
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(readFileSync(out, 'utf8')).toBe('as it was');
  });

  test('a folder that is not there is named', () => {
    const out = path.join(folder, 'nowhere', 'out.canopy');
    expect(run(['import', heart.file, '-o', out])).toMatchObject({ status: 1, stderr: `${out}: no such file or folder\n` });
  });
});

describe('predict', () => {
  const iris = golden('iris');
  const rows = iris.rows.slice(0, 60);
  const names = Object.keys(rows[0] ?? {});
  const expected = iris.predictions.slice(0, 60);

  test.each([
    ['rows.json', JSON.stringify(rows)],
    ['rows.csv', [names.join(','), ...rows.map((row) => names.map((name) => row[name]).join(','))].join('\n')],
    ['rows.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join('')],
    ['rows.ndjson', rows.map((row) => `${JSON.stringify(row)}\n`).join('')],
  ])('reads %s by its name and answers as R does', (name, text) => {
    const { status, stdout } = run(['predict', iris.file, file(name, text)]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ predictions: expected, model: { name: 'iris', sha256: loadModel(iris.file).sha256 } });
  });

  test('reads standard input in the form that it has, or that an option says', () => {
    const { age } = heart.rows[0] as { age: number };
    const bodies: [string[], string][] = [
      [[], `{"age":${age}}`],
      [['--csv'], `age\n${age}\n`],
      [['--jsonl'], `[${age}]\n`],
      // What standard input holds is found by what is read.
      [[], `age\n${age}\n`],
      [[], `sep=;\r\nage;x\r\n${String(age).replace('.', ',')};1\r\n`],
      [[], `{"age":${age}}\n{"age":${age}}\n`],
    ];
    for (const [args, input] of bodies) {
      const { stdout } = run(['predict', heart.file, '-', ...args], { input });
      expect(new Set(JSON.parse(stdout).predictions)).toEqual(new Set([heart.predictions[0]]));
    }
  });

  test('every problem of the rows is listed with its path', () => {
    const { status, stdout, stderr } = run(['predict', heart.file, '-'], { input: '[{"age":"old"},{}]' });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    const [detail, ...problems] = stderr.trim().split('\n');
    expect(detail).toMatch(/^2 things do not fit the model/);
    expect(problems).toEqual([
      expect.stringMatching(/^ {2}\/0\/age {2}.*"old"/),
      expect.stringMatching(/^ {2}\/1\/age {2}.*missing/),
      expect.stringContaining('name its levels in model.json'),
    ]);
  });

  test('rows that are not there are named', () => {
    const none = file('none.json');
    expect(run(['predict', heart.file, none])).toMatchObject({ status: 1, stderr: `${none}: no such file or folder\n` });
    expect(run(['predict', heart.file, folder])).toMatchObject({ status: 1, stderr: expect.stringContaining(`${folder}: a folder`) });
  });

  test('a reader that stops early is no failure', async () => {
    const many = file('many.json', JSON.stringify(Array.from({ length: 20_000 }, (_, at) => [at % 100])));
    const child = spawn(process.execPath, [MAIN, 'predict', heart.file, many], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('verify', () => {
  test("R's predictions are met, and the greatest difference is reported", () => {
    const rows = (name: string) => golden(name).file.replace(/RDS$/, 'json');
    expect(run(['verify', heart.file, rows('heart-age')])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('greatest difference 0 ulp'),
    });
    expect(run(['verify', golden('iris').file, rows('iris')]).stdout).toContain(
      '342 rows, 0 numbers, 0 labels wrong, greatest difference 0 ulp: as R',
    );
    const { status, stdout } = run(['verify', golden('survival-c').file, rows('survival-c')]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('greatest difference 0 ulp: as R') });
  });

  test('another number, another label or too few predictions end with status 1', () => {
    const [first, ...rest] = heart.predictions as number[];
    const other = { rows: heart.rows, predictions: [(first as number) + 2 ** -50, ...rest] };
    const told = run(['verify', heart.file, file('other.json', JSON.stringify(other))]);
    expect(told).toMatchObject({ status: 1, stdout: expect.stringMatching(/greatest difference \d+ ulp \(row 1: /) });
    expect(run(['verify', heart.file, file('other.json'), '--ulp', '1000']).status).toBe(0);
    const iris = { rows: golden('iris').rows.slice(0, 1), predictions: ['virginica'] };
    expect(run(['verify', golden('iris').file, file('iris.json', JSON.stringify(iris))])).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('row 1: setosa, R gave virginica'),
    });
    expect(run(['verify', heart.file, file('few.json', JSON.stringify({ rows: heart.rows, predictions: [1] }))])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('1 predictions, expected'),
    });
  });
});

describe('deparse', () => {
  const symbol = (name: string): RValue => ({ type: 'symbol', name });
  const call = (head: string, ...args: (RValue | [string, RValue])[]): RValue => {
    const pairs = args.map((arg): [string | undefined, RValue] => (Array.isArray(arg) ? arg : [undefined, arg]));
    const values = [symbol(head), ...pairs.map(([, value]) => value)];
    return { type: 'language', values, tags: [undefined, ...pairs.map(([tag]) => tag)] };
  };
  const number = (...values: number[]): RValue => ({ type: 'double', values: Float64Array.from(values) });
  const text = (...values: string[]): RValue => ({ type: 'character', values });
  const [a, b] = [symbol('a'), symbol('b')];

  test.each<[RValue, string]>([
    [call('ranger', ['formula', call('~', a, symbol('.'))], ['data', symbol('my data')]), 'ranger(formula = a ~ ., data = `my data`)'],
    [call('~', call('log', a)), '~log(a)'],
    [call('-', call('(', call('+', a, b))), '-(a + b)'],
    [call('::', symbol('ranger'), symbol('ranger')), 'ranger::ranger'],
    [call('[', a, { type: 'opaque', what: 'a missing argument' }, number(2)), 'a[, 2]'],
    [call('$', a, symbol('if')), 'a$`if`'],
    [call('%in%', a, text('x', 'say "y"')), 'a %in% c("x", "say \\"y\\"")'],
    [
      call('f', number(0.1), number(100_000), number(1e-20), number(123_456), number(1 / 3)),
      'f(0.1, 1e+05, 1e-20, 123456, 0.333333333333333)',
    ],
    [
      call('f', { type: 'integer', values: Int32Array.of(5) }, { type: 'logical', values: Int32Array.of(1) }, { type: 'null' }),
      'f(5L, TRUE, NULL)',
    ],
  ])('writes a call as R does: %#', (value, expected) => {
    expect(deparse(value)).toBe(expected);
  });

  test('data within a call, as do.call() leaves it, is named and never shown', () => {
    const frame: RValue = { type: 'list', values: [number(63)], attributes: new Map([['class', text('data.frame')]]) };
    const column = number(...Array.from({ length: 303 }, (_, at) => at));
    expect(deparse(call('ranger', ['data', frame], ['y', column]))).toBe('ranger(data = <data.frame>, y = <double of length 303>)');
  });

  test('a long call is cut', () => {
    const long = deparse(call('f', ...Array.from({ length: 5000 }, () => a)));
    expect(long).toHaveLength(MAX_CALL);
    expect(long.endsWith('...')).toBe(true);
  });
});
