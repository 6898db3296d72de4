import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readRFile } from '../../model/rds/rds.ts';
import { type Columns, compute, distance } from './compute.ts';

/*
 * node tests/recipes/main.ts [COUNT] [SEED]: COUNT fresh recipes, trained and baked by R, and the columns that ours makes of the same
 * rows. Needs R with recipes and jsonlite, and takes its reference BLAS. Prints a table: for each step how many values of columns that it
 * made or changed were compared, and how far from R's they are. Ends with status 1 where one differs by more than it may; then the files
 * stay where they are.
 */

/** The steps in which R asks the C library for sin, cos or asin, or matrix routines whose order of sums is not followed. Every other step has R's bits. */
const NOT_EXACT = ['step_geodist', 'step_classdist', 'step_ica', 'step_pca'];
/** How far a value may lie from R's, relative to it, behind one of these. */
const RELATIVE = 1e-12;

type Baked = { steps: string[]; rows: Columns; baked: Columns };
/** What was compared of a step's columns: values, those that are not R's bits, and the greatest distance. */
type Line = { values: number; others: number; most: number };

const count = Number(process.argv[2] ?? 40);
const seed = Number(process.argv[3] ?? process.env.CI_SEED ?? Date.now() % 2 ** 31);
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-recipes-'));
process.stdout.write(`seed ${seed}\n`);
const reference = ['/usr/lib/*/blas/libblas.so.3', '/usr/lib/*/lapack/liblapack.so.3'].flatMap((pattern) => globSync(pattern));
const env = { ...process.env, LD_PRELOAD: [process.env.LD_PRELOAD, ...reference].filter(Boolean).join(':') };
const script = path.join(import.meta.dirname, 'fresh.R');
process.stdout.write(execFileSync('Rscript', [script, folder, String(seed), String(count)], { encoding: 'utf8', env }));
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : []));
const table = new Map<string, Line>();
const wrong = names.flatMap(differences);
process.stdout.write(`\n| step | values | other bits | greatest relative distance |\n| --- | --- | --- | --- |\n`);
for (const [step, { values, others, most }] of [...table].sort())
  process.stdout.write(`| ${step.replace(/^step_/, '')} | ${values} | ${others} | ${others === 0 ? '0' : most.toExponential(1)} |\n`);
process.stdout.write(`\n${names.length} recipes, ${wrong.length} differences\n${wrong.map((line) => `${line}\n`).join('')}`);
if (wrong.length > 0 || names.length < count) {
  process.stdout.write(`the files are in ${folder}\n`);
  process.exitCode = 1;
} else rmSync(folder, { recursive: true });

/** What differs between R's columns and ours, the first of each recipe. */
function differences(name: string): string[] {
  const { steps, rows, baked } = JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Baked;
  const where = `${name} (${steps.join(', ')})`;
  try {
    const { columns, values, width, pipeline } = compute(readRFile(readFileSync(path.join(folder, `${name}.RDS`)), name).value, rows, name);
    const order = columns.map((column) => column.name).filter((one) => one in baked);
    if (order.join() !== Object.keys(baked).join()) return [`${where}: columns ${order.join()}, R has ${Object.keys(baked).join()}`];
    const firstNear = pipeline.findIndex(({ step }) => NOT_EXACT.includes(step));
    for (const [at, column] of columns.entries()) {
      const expected = baked[column.name] ?? [];
      const distances = expected.map((text, row) => distance(values[row * width + at]!, text, column, rows[column.name]?.[row]));
      const last = pipeline.findLastIndex(({ gives }) => gives?.includes(column.name));
      // What a step makes of columns that are near R's is near R's itself.
      const isNear = firstNear !== -1 && last >= firstNear;
      tell(isNear ? pipeline[firstNear]!.step : pipeline[last]?.step, distances);
      const row = distances.findIndex((one) => one > (isNear ? RELATIVE : 0));
      if (row >= 0) return [`${where}: ${column.name} in row ${row + 1} is ${values[row * width + at]}, R has ${expected[row]}`];
    }
    return [];
  } catch (error) {
    return [`${where}: ${(error as Error).message}`];
  }
}

/** Counts a column's values as those of the step that made or changed it last. */
function tell(step: string | undefined, distances: number[]): void {
  if (step === undefined) return;
  const line = table.get(step) ?? { values: 0, others: 0, most: 0 };
  const others = distances.filter((one) => one > 0);
  table.set(step, {
    values: line.values + distances.length,
    others: line.others + others.length,
    most: others.reduce((most, one) => Math.max(most, one), line.most),
  });
}
