import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readRFile } from '../../model/rds/rds.ts';
import { element, type RValue } from '../../model/rds/values.ts';
import { IMPUTE_LINEAR_STEPS } from '../../model/readers/workflow/impute-linear.ts';
import { rawColumns } from '../../model/readers/workflow/raw-columns.ts';
import { Frame, type FrameColumn } from '../../model/steps/frame.ts';
import { readRecipe, trainingLevels } from '../../model/steps/recipe.ts';
import { STEP_READERS } from '../../model/steps/steps.ts';
import type { Schema } from '../../shared/schema/features.ts';
import { checkSteps, computeInputs, withTexts } from '../../shared/steps/pipeline.ts';

/*
 * node tests/recipes/main.ts [COUNT] [SEED]: COUNT fresh recipes, trained and baked by R, and the columns that ours makes of the same
 * rows. Needs R with recipes and jsonlite. Ends with status 1 where one differs; then the files stay where they are.
 */

/** How far two numbers may lie apart, relative to R's: where it goes through BLAS or LAPACK. */
const RELATIVE = 1e-12;
/** Below this a difference counts as one of a number of this size. */
const LEAST = 1e-3;

type Columns = Record<string, (string | null)[]>;
type Baked = { steps: string[]; rows: Columns; baked: Columns };

const count = Number(process.argv[2] ?? 40);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-recipes-'));
process.stdout.write(`seed ${seed}\n`);
const script = path.join(import.meta.dirname, 'fresh.R');
process.stdout.write(execFileSync('Rscript', [script, folder, String(seed), String(count)], { encoding: 'utf8' }));
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : []));
const wrong = names.flatMap(differences);
process.stdout.write(`${names.length} recipes, ${wrong.length} differences\n${wrong.map((line) => `${line}\n`).join('')}`);
if (wrong.length > 0 || names.length < count) {
  process.stdout.write(`the files are in ${folder}\n`);
  process.exitCode = 1;
} else rmSync(folder, { recursive: true });

/** What differs between R's columns and ours, the first of each recipe. */
function differences(name: string): string[] {
  const { steps, rows, baked } = JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Baked;
  const where = `${name} (${steps.join(', ')})`;
  try {
    const file = path.join(folder, `${name}.RDS`);
    const { columns, values, width } = compute(readRFile(readFileSync(file), name).value, rows, name);
    const order = columns.map((column) => column.name).filter((own) => own in baked);
    if (order.join() !== Object.keys(baked).join()) return [`${where}: columns ${order.join()}, R has ${Object.keys(baked).join()}`];
    for (const [at, column] of columns.entries()) {
      const expected = baked[column.name] ?? [];
      const raw = rows[column.name] ?? [];
      const row = expected.findIndex((text, place) => !isSame(values[place * width + at]!, text, column, raw[place]));
      if (row >= 0) return [`${where}: ${column.name} in row ${row + 1} is ${values[row * width + at]}, R has ${expected[row]}`];
    }
    return [];
  } catch (error) {
    return [`${where}: ${(error as Error).message}`];
  }
}

function compute(value: RValue, rows: Columns, name: string): { columns: readonly FrameColumn[]; values: Float64Array; width: number } {
  const recipe = element(value, 'recipe') as RValue;
  const known = { texts: trainingLevels(recipe, name), training: undefined, allowsNew: true };
  const { features, columns } = rawColumns(element(value, 'ptype'), known, name);
  const frame = new Frame(columns, name);
  readRecipe(recipe, frame, name, [...STEP_READERS, IMPUTE_LINEAR_STEPS]);
  const schema: Schema = { kind: 'regression', features, takesMissing: true };
  checkSteps(schema, frame.steps, name);
  const many = Object.values(rows)[0]?.length ?? 0;
  const read = withTexts(schema, frame.steps).features;
  const raw = Float64Array.from({ length: many * features.length }, (_, at) => {
    const feature = read[at % features.length]!;
    const text = rows[feature.name]?.[Math.floor(at / features.length)] ?? null;
    if (text === null) return Number.NaN;
    if (feature.type !== 'factor') return Number(text);
    return feature.levels.indexOf(text) + 1 || (feature.placeOfNew?.(text) ?? feature.levels.length + 1);
  });
  return { columns: frame.columns, values: computeInputs(schema, frame.steps, raw).inputs, width: frame.columns.length };
}

/** Whether a value of ours is R's: a label by its place (a text that training did not have stays itself), or a number. */
function isSame(own: number, text: string | null, column: FrameColumn, raw: string | null | undefined): boolean {
  if (text === null || text === 'NaN') return Number.isNaN(own);
  if ('levels' in column) return own > column.levels.length ? text === raw : column.levels[own - 1] === text;
  const number = text === 'Inf' ? Number.POSITIVE_INFINITY : text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
  return own === number || Math.abs(own - number) <= RELATIVE * Math.max(Math.abs(number), LEAST);
}
