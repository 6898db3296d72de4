import { ModelError } from '../../../shared/errors.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import { computeInputs } from '../../../shared/steps/pipeline.ts';
import { attributesOf, element, numbersOf, type RValue } from '../../rds/values.ts';
import type { Frame, FrameColumn } from '../../steps/frame.ts';

/** How many of the training rows are tried. */
const MAX_ROWS = 200;
/** How far two numbers may lie apart: those of other matrix products. */
const RELATIVE = 1e-6;

/**
 * Computes the columns of some training rows that a workflow still carries, and compares them with those that R made of the same
 * rows. Throws a ModelError that names the first column that differs: a function that a user wrote for a step, say. False where
 * the workflow has no such rows. */
export function proveSteps(
  frame: Frame,
  features: Feature[],
  training: RValue | undefined,
  made: RValue | undefined,
  label: string,
): boolean {
  if (!training || !made) return false;
  const all = rowCount(training, features);
  if (
    all === 0 ||
    all !==
      rowCount(
        made,
        frame.columns.filter(({ name }) => element(made, name) !== undefined),
      )
  )
    return false;
  const rows = rawRows(training, features, Math.min(all, MAX_ROWS));
  const schema: Schema = { kind: 'regression', features, takesMissing: true };
  const { inputs } = computeInputs(schema, frame.steps, rows);
  const width = frame.columns.length;
  let compared = 0;
  frame.columns.forEach((column, at) => {
    const expected = valuesOf(element(made, column.name), column);
    if (!expected) return;
    for (let row = 0; row < inputs.length / width; row += 1) {
      const whole = rows.subarray(row * features.length, (row + 1) * features.length);
      // Where a value was missing R may have drawn another one by chance.
      if (whole.some(Number.isNaN)) continue;
      const ours = inputs[row * width + at]!;
      if (isSame(ours, expected(row), frame.unproved?.mayLack ?? true)) compared += 1;
      else
        throw new ModelError(
          `${label}, column ${column.name}`,
          `${ours} in training row ${row + 1}, where R had ${expected(row)}`,
          'the same',
        );
    }
  });
  return compared > 0;
}

function rowCount(data: RValue, columns: readonly { name: string }[]): number {
  const [first] = columns;
  const values = first && element(data, first.name);
  return values && 'values' in values ? values.values.length : 0;
}

function isSame(ours: number, expected: number, mayLack: boolean): boolean {
  // Where R drew a number by chance (step_impute_lower) there is none here, nor for a level that bake() alone does not have.
  if (Number.isNaN(ours)) return mayLack || Number.isNaN(expected);
  if (ours === expected) return true;
  return Math.abs(ours - expected) <= RELATIVE * Math.max(1, Math.abs(ours), Math.abs(expected));
}

function rawRows(training: RValue, features: Feature[], count: number): Float64Array {
  const rows = new Float64Array(count * features.length);
  features.forEach((feature, at) => {
    const levels = feature.type === 'factor' ? feature.levels : undefined;
    const values = valuesOf(
      element(training, feature.name),
      levels ? { name: feature.name, kind: 'text', levels } : { name: feature.name, kind: 'number' },
    );
    for (let row = 0; row < count; row += 1) rows[row * features.length + at] = values ? values(row) : Number.NaN;
  });
  return rows;
}

/** A column's values as the numbers of a frame's column; undefined where its class says nothing. */
function valuesOf(value: RValue | undefined, column: FrameColumn): ((row: number) => number) | undefined {
  if (value?.type !== 'double' && value?.type !== 'integer' && value?.type !== 'logical' && value?.type !== 'character') return undefined;
  const levels = attributesOf(value).get('levels');
  if ('levels' in column) {
    const places = new Map(column.levels.map((level, at) => [level, at + 1]));
    if (value.type === 'character') return (row) => places.get(value.values[row] ?? null) ?? Number.NaN;
    if (levels?.type !== 'character') return undefined;
    return (row) => places.get(levels.values[value.values[row]! - 1] ?? null) ?? Number.NaN;
  }
  if (value.type === 'character' || levels) return undefined;
  const numbers = numbersOf(value, column.name);
  return (row) => numbers[row]!;
}
