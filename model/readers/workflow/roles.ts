import { ModelError } from '../../../shared/errors.ts';
import { element, listOf, namedListOf, type RValue } from '../../rds/values.ts';
import { Frame, type FrameColumn } from '../../steps/frame.ts';
import { readRecipe } from '../../steps/recipe.ts';
import { type Known, rawColumns } from './raw-columns.ts';
import { RECIPE_STEPS } from './steps.ts';

type Prototype = { name: string; value: RValue };

/**
 * The predictors with the columns of other roles (update_role(sold, new_role = "date")) that steps of the recipe read, behind them: a
 * prototype as hardhat has it. Undefined where no step reads one: an id is not asked for.
 */
export function columnsOfOtherRoles(
  blueprint: RValue,
  predictors: RValue | undefined,
  recipe: RValue,
  known: Known,
  label: string,
): RValue | undefined {
  const given = columnsOf(predictors, label);
  const names = new Set(given.map(({ name }) => name));
  const byRole = element(blueprint, 'extra_role_ptypes');
  const roles = byRole?.type === 'list' ? listOf(byRole, label) : [];
  const others = new Map(roles.flatMap((role) => columnsOf(role, label)).map((one) => [one.name, one]));
  const read = [...others.values()].flatMap((one) => (names.has(one.name) ? [] : readable(one, known, label)));
  if (read.length === 0) return undefined;
  const frame = new Frame([...rawColumns(predictors, known, label).columns, ...read], label);
  readRecipe(recipe, frame, `${label}'s recipe`, RECIPE_STEPS);
  const asked = read.flatMap(({ name }) => (frame.asked.has(name) ? [others.get(name) as Prototype] : []));
  return asked.length === 0 ? undefined : prototypeOf([...given, ...asked]);
}

function columnsOf(prototype: RValue | undefined, label: string): Prototype[] {
  if (prototype?.type !== 'list') return [];
  return namedListOf(prototype, `${label}'s columns`).map(([name, value]) => ({ name, value }));
}

/** A column as a feature; none where it cannot be one, which matters only where a step reads it. */
function readable(one: Prototype, known: Known, label: string): FrameColumn[] {
  try {
    return [...rawColumns(prototypeOf([one]), known, label).columns];
  } catch (error) {
    if (error instanceof ModelError) return [];
    throw error;
  }
}

function prototypeOf(columns: Prototype[]): RValue {
  const names: RValue = { type: 'character', values: columns.map(({ name }) => name) };
  return { type: 'list', values: columns.map(({ value }) => value), attributes: new Map([['names', names]]) };
}
