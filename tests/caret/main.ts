import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { importModel } from '../../model/artifact/import.ts';
import { decodeArtifact, failedCheck, type Model } from '../../shared/artifact.ts';
import { predictRows } from '../../shared/predict.ts';
import type { Feature } from '../../shared/schema/features.ts';
import type { AnswerType } from '../../shared/schema/parameter-table.ts';

/*
 * node tests/caret/main.ts [COUNT] [SEED]: COUNT fresh models, trained by caret, and ours of the same rows beside caret's predict().
 * Needs R with caret, randomForest, rpart and jsonlite; ranger, gbm, fastICA, RANN, ipred and MASS where they are. Ends with status 1 where one
 * differs; then the files stay where they are.
 */

/** How far two numbers may lie apart, relative to R's: where it goes through BLAS or LAPACK. */
const RELATIVE = 1e-12;
/** Below this a difference counts as one of a number of this size. */
const LEAST = 1e-3;

type Column = (string | boolean | null)[];
type Made = {
  what: string[];
  rows: Record<string, Column>;
  raw?: Column;
  prob?: Record<string, Column> | null;
  columns?: Record<string, Column> | string[];
  mayRefuse?: [boolean];
};

const count = Number(process.argv[2] ?? 40);
const seed = Number(process.argv[3] ?? process.env.CI_SEED ?? Date.now() % 2 ** 31);
const folder = process.argv[4] ?? mkdtempSync(path.join(tmpdir(), 'canopy-caret-'));
process.stdout.write(`seed ${seed}\n`);
// R's bits are those of the reference BLAS.
const reference = ['/usr/lib/*/blas/libblas.so.3', '/usr/lib/*/lapack/liblapack.so.3'].flatMap((pattern) => globSync(pattern));
const env = { ...process.env, LD_PRELOAD: [process.env.LD_PRELOAD, ...reference].filter(Boolean).join(':') };
const script = path.join(import.meta.dirname, 'fresh.R');
if (count > 0)
  process.stdout.write(
    execFileSync('Rscript', [script, folder, String(seed), String(count)], { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] }),
  );
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : []));
let [exact, all, refused] = [0, 0, 0];
const wrong = names.flatMap(differences);
process.stdout.write(
  `${names.length} models, ${all} values, ${exact} to the bit, ${refused} pairs whose order is not in the file, ${wrong.length} differences\n`,
);
process.stdout.write(wrong.map((line) => `${line}\n`).join(''));
if (wrong.length > 0 || names.length < count) {
  process.stdout.write(`the files are in ${folder}\n`);
  process.exitCode = 1;
} else rmSync(folder, { recursive: true });

/** What differs between R's answers and ours, the first of each model. */
function differences(name: string): string[] {
  const made = JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Made;
  const where = `${name} (${made.what.join(', ')})`;
  try {
    const model = decodeArtifact(importModel(path.join(folder, `${name}.RDS`)), name);
    const failed = failedCheck(model);
    if (failed !== undefined) return [`${where}: ${failed}`];
    const rows = rowsOf(model, made.rows);
    const wrong = [...answersOf(model, made)].flatMap(([type, expected]) => compare(model, rows, type, expected));
    return wrong.slice(0, 1).map((text) => `${where}: ${text}`);
  } catch (error) {
    const { message } = error as Error;
    if (made.mayRefuse && /nothing in the file says whether/.test(message)) {
      refused += 1;
      return [];
    }
    return [`${where}: ${message.slice(0, 400)}`];
  }
}

/** R's answers by type, each a list of columns. */
function* answersOf({ schema }: Model, { raw, prob, columns }: Made): Generator<[AnswerType | undefined, Column[]]> {
  // R has the columns in the order of the rows' columns, which a preProcess object does not know.
  if (columns && !Array.isArray(columns)) yield [undefined, (schema.columns ?? []).map(({ name }) => columns[name] ?? [])];
  if (raw) yield [undefined, [raw]];
  if (prob) yield ['prob', Object.values(prob)];
}

function rowsOf({ schema }: Model, rows: Record<string, Column>): Float64Array {
  const many = Object.values(rows)[0]?.length ?? 0;
  return Float64Array.from({ length: many * schema.features.length }, (_, at) => {
    const feature = schema.features[at % schema.features.length] as Feature;
    const cell = rows[feature.name]?.[Math.floor(at / schema.features.length)] ?? null;
    if (cell === null) return Number.NaN;
    return feature.type === 'factor' ? feature.levels.indexOf(String(cell)) + 1 : Number(cell);
  });
}

function compare(model: Model, rows: Float64Array, type: AnswerType | undefined, expected: Column[]): string[] {
  const { schema } = model;
  if (type && !schema.types?.includes(type)) return [`no ${type}`];
  const doubles = predictRows(model, rows, type ? { type } : undefined);
  const width = expected.length;
  if (expected.some((column) => column.length !== rows.length / schema.features.length)) return ['other columns than R has'];
  const many = rows.length / schema.features.length;
  if (doubles.length !== many * width) return [`${doubles.length / many} numbers a row, R has ${width}`];
  const isClass = type === undefined && schema.kind === 'classification';
  for (let at = 0; at < doubles.length; at += 1) {
    const text = expected[at % width]?.[Math.floor(at / width)] ?? null;
    const double = doubles[at]!;
    const isSame = isClass ? (schema.classes?.[double] ?? null) === text : isSameNumber(double, text);
    if (!isSame) return [`${type ?? 'raw'} in row ${Math.floor(at / width) + 1} is ${double}, R has ${text}`];
    all += 1;
    if (isClass || text === null || double === Number(text)) exact += 1;
  }
  return [];
}

function isSameNumber(double: number, text: string | boolean | null): boolean {
  if (text === null || text === 'NaN') return Number.isNaN(double);
  const number = Number(text);
  return double === number || Math.abs(double - number) <= RELATIVE * Math.max(Math.abs(number), LEAST);
}
