import { ModelError } from '../../shared/errors.ts';
import type { PipelineStep } from '../../shared/schema/card.ts';
import type { Level } from '../../shared/schema/features.ts';
import { attributesOf, classOf, element, levelsOf, listOf, type RValue, textsOf, typeOf } from '../rds/values.ts';
import { placeOfNumber } from './compare.ts';
import type { Frame, FrameColumn, NewColumn } from './frame.ts';
import { flag, namesOf, recode, type StepContext, type StepReader } from './step-values.ts';
import { STEP_READERS } from './steps.ts';

/** Most steps of a recipe. */
const MAX_STEPS = 1000;
/** Steps that recipes before 0.1.16 had under another name. */
const RENAMED = new Map(['mean', 'median', 'mode', 'knn', 'lower'].map((by) => [`step_${by}impute`, `step_impute_${by}`]));
/** Most columns that are named of one step. */
const SHOWN = 50;

/**
 * Changes a frame as recipes' bake() does with a trained recipe: step by step, without those that are skipped at predict(). `readers`
 * read the steps. Throws a ModelError that names a step that is not served, with its place.
 */
export function readRecipe(recipe: RValue, frame: Frame, label: string, readers: readonly StepReader[] = STEP_READERS): PipelineStep[] {
  const found = element(recipe, 'steps');
  const steps = found ? listOf(found, `${label}'s steps`) : [];
  if (steps.length > MAX_STEPS) throw new ModelError(`${label}'s steps`, String(steps.length), `at most ${MAX_STEPS}`);
  const done = steps.map((step, at): PipelineStep => {
    const of = classOf(step).find((name) => !name.startsWith('butchered_')) ?? typeOf(step);
    if (flag(step, 'skip', false)) return { step: of, skipped: true };
    const before = frame.columns;
    readStep(step, { frame, of: RENAMED.get(of) ?? of, label: `${label}, step ${at + 1} (${of})` }, readers);
    return describeStep(of, before, frame.columns);
  });
  lastLevels(element(recipe, 'levels'), frame, `${label}'s levels`);
  checkNames(recipe, frame, done, label);
  return done;
}

/** A step by the columns that it made or changed, and those that it dropped. */
export function describeStep(step: string, before: readonly FrameColumn[], after: readonly FrameColumn[]): PipelineStep {
  const [old, now] = [new Set(before), new Set(after.map(({ name }) => name))];
  const gives = shown(after.filter((column) => !old.has(column)));
  const drops = shown(before.filter(({ name }) => !now.has(name)));
  return { step, ...(gives.length > 0 ? { gives } : {}), ...(drops.length > 0 ? { drops } : {}) };
}

function shown(columns: readonly FrameColumn[]): string[] {
  const names = columns.slice(0, SHOWN).map(({ name }) => name.toWellFormed());
  return columns.length > SHOWN ? [...names, `and ${columns.length - SHOWN} more`] : names;
}

function readStep(step: RValue, context: StepContext, readers: readonly StepReader[]): void {
  const { of, label } = context;
  // A check stops where something is wrong with the data of a request, or lets them through.
  const isCheck = of.startsWith('check_');
  const reader = isCheck ? undefined : readers.find(({ steps }) => steps.includes(of));
  if (!reader) {
    const why = isCheck ? 'a check, which depends on all rows of a request' : 'a step that is not served';
    throw new ModelError(label, why, `a recipe without it${helpFor(of)}; served are ${servedSteps(readers)}`);
  }
  if (!flag(step, 'trained', true))
    throw new ModelError(label, 'a step that was not trained', 'a recipe after prep(), or a fitted workflow');
  reader.read(step, context);
}

/** What a user can do instead of a step, or why it is not served. */
function helpFor(of: string): string {
  return HELP.find(([steps]) => steps.test(of))?.[1] ?? '';
}

const HELP: readonly [RegExp, string][] = [
  [/^step_(?:sample|shuffle|naomit|filter|slice|arrange)$/, ', or with skip = TRUE, as it chooses or moves rows'],
  [/^step_(?:lag|window|impute_roll|rollimpute)$/, ': its columns depend on the rows before and behind'],
  [/^step_(?:lencode|woe|embed|umap)/, ', as with step_other() and step_dummy()'],
  [/^step_kpca/, ', as with step_pca(): its centre depends on how many rows a request has'],
  [/^step_(?:isomap|nnmf|depth)/, ', as with step_pca() or step_ica()'],
  [/^step_(?:spline_|poly_bernstein)/, ', as with step_ns(), step_bs() or step_poly()'],
  [/^step_rename_at$/, ', as with step_rename() and a name for each column: its function is code, which is not read'],
  [/^step_dummy_(?:extract|multi_choice)$/, ', as with step_regex() and step_count(), or step_mutate()'],
  [/^step_(?:harmonic|profile)$/, ', as with step_mutate()'],
];

function servedSteps(readers: readonly StepReader[]): string {
  return readers
    .flatMap(({ steps }) => steps)
    .map((name) => name.replace(/^step_/, ''))
    .sort()
    .join(', ');
}

/**
 * At its end bake() makes factors of all columns that had levels at the end of prep() (strings_as_factors = TRUE), by those levels: of texts,
 * and also of what a step that is skipped left as it was.
 */
function lastLevels(levels: RValue | undefined, frame: Frame, label: string): void {
  const columns = new Map(frame.columns.map((column) => [column.name, column]));
  const set = namesOf(levels, label).flatMap((name): NewColumn[] => {
    const entry = levels && element(levels, name);
    const values = entry && element(entry, 'values');
    if (!entry || values?.type !== 'character' || isMissing(values.values)) return [];
    const column = columns.get(name);
    if (!column) return [];
    const known = levelsOf(values, `${label} of ${name}`);
    const kind = flag(entry, 'ordered', false) ? 'ordered' : 'factor';
    if ('levels' in column && column.kind !== 'text' && column.levels.join('\n') === known.join('\n')) return [];
    const value = frame.value(name, label);
    if ('levels' in column) return [{ name, kind, levels: known, value: recode(value, column, known) }];
    const place = placeOfNumber({ kind: column.kind, value }, known, `${label} of ${name}`);
    return [{ name, kind, levels: known, value: { pick: place, values: known.map((_, at) => at + 1), missing: null, beyond: null } }];
  });
  if (set.length > 0) frame.change('strings_as_factors', { set });
}

/** Whether recipes knows of no levels: of a column that is no factor and no text. */
function isMissing(values: (string | null)[]): boolean {
  return values.length === 0 || (values.length === 1 && values[0] === null);
}

/**
 * A recipe's columns have to have the names that R has at its end. A step may name its columns by a function that a user wrote (naming of
 * step_dummy), whose code is not read, and R names those of a factor by the contrasts of its session, which a recipe does not keep.
 */
function checkNames(recipe: RValue, frame: Frame, done: readonly PipelineStep[], label: string): void {
  const variables = ['last_term_info', 'term_info'].map((part) => {
    const info = element(recipe, part);
    const found = info && element(info, 'variable');
    return found?.type === 'character' ? found.values : undefined;
  });
  const isSkipping = done.some(({ skipped }) => skipped);
  if (variables[0] === undefined && (isSkipping || variables[1] === undefined)) return;
  const known = new Set(variables.flatMap((names) => names ?? []));
  const made = frame.columns.find(({ name }) => frame.guessedNames.has(name) && !known.has(name));
  if (made) throw new ModelError(label, `the column "${made.name}", which R has under another name`, NAMING);
}

const NAMING = "steps with recipes' names (naming = dummy_names), and R's usual contrasts";

/** Each predictor of a recipe has to be there. Throws a ModelError that names the first that is not. */
export function checkPredictors(frame: Frame, names: string[], label: string): void {
  const lost = names.find((name) => !frame.has(name));
  if (lost !== undefined) throw new ModelError(label, `the column "${lost}", which no step makes under this name`, NAMING);
}

/** The texts of each column of a recipe's training data that has texts or levels. */
export function trainingLevels(recipe: RValue | undefined, label: string): Map<string, Level[]> {
  const found = recipe && element(recipe, 'orig_lvls');
  const known = new Map<string, Level[]>();
  for (const name of namesOf(found, label)) {
    const entry = found && element(found, name);
    const values = entry && element(entry, 'values');
    if (values?.type === 'character' && values.values.length > 0) known.set(name, levelsOf(values, `${label}'s levels of ${name}`));
  }
  return known;
}

/** The columns of a recipe that are predictors at its end, in their order. */
export function predictorsOf(recipe: RValue, label: string): string[] {
  const info = element(recipe, 'term_info');
  const names = textsOf(info && element(info, 'variable'), `${label}'s term_info`);
  const roles = info && element(info, 'role');
  if (roles?.type !== 'character' || roles.values.length !== names.length)
    throw new ModelError(`${label}'s roles`, typeOf(roles), 'a role for each column');
  return names.filter((_, at) => roles.values[at] === 'predictor');
}

/** The names of the columns of a data frame. */
export function columnNames(frame: RValue | undefined, label: string): string[] {
  return frame ? textsOf(attributesOf(frame).get('names'), `${label}'s names`) : [];
}
