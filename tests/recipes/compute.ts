import { element, type RValue } from '../../model/rds/values.ts';
import { rawColumns } from '../../model/readers/workflow/raw-columns.ts';
import { RECIPE_STEPS } from '../../model/readers/workflow/steps.ts';
import { Frame, type FrameColumn } from '../../model/steps/frame.ts';
import { readRecipe, trainingLevels } from '../../model/steps/recipe.ts';
import type { PipelineStep } from '../../shared/schema/card.ts';
import type { Schema } from '../../shared/schema/features.ts';
import { checkSteps, computeInputs, withTexts } from '../../shared/steps/pipeline.ts';

/** Columns by their names, each value as R's text of it; null where it is missing. */
export type Columns = Record<string, (string | null)[]>;

/** Below this a difference counts as one of a number of this size. */
const LEAST = 1e-3;

/** The columns that a trained recipe makes of rows, side by side for each row, and its steps. */
export function compute(
  value: RValue,
  rows: Columns,
  name: string,
): { columns: readonly FrameColumn[]; values: Float64Array; width: number; pipeline: PipelineStep[] } {
  const recipe = element(value, 'recipe') as RValue;
  const known = { texts: trainingLevels(recipe, name), training: undefined, allowsNew: true };
  const { features, columns } = rawColumns(element(value, 'ptype'), known, name);
  const frame = new Frame(columns, name);
  const pipeline = readRecipe(recipe, frame, name, RECIPE_STEPS);
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
  return { columns: frame.columns, values: computeInputs(schema, frame.steps, raw).inputs, width: frame.columns.length, pipeline };
}

/**
 * How far a value of ours is from R's, relative to R's: 0 for the same bits. A label is compared by its place; a text that training did not
 * have, whose raw text is `raw`, stays itself.
 */
export function distance(double: number, text: string | null, column: FrameColumn, raw: string | null | undefined): number {
  const same = (isSame: boolean) => (isSame ? 0 : Number.POSITIVE_INFINITY);
  if (text === null || text === 'NaN') return same(Number.isNaN(double));
  if ('levels' in column) return same(double > column.levels.length ? text === raw : column.levels[double - 1] === text);
  const number = text === 'Inf' ? Number.POSITIVE_INFINITY : text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
  if (double === number) return 0;
  return Math.abs(double - number) / Math.max(Math.abs(number), LEAST) || Number.POSITIVE_INFINITY;
}
