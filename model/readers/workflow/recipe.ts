import { COLUMNS_BODY } from '../../../shared/bodies/columns/body.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { PipelineStep } from '../../../shared/schema/card.ts';
import type { AnswerColumn, Schema } from '../../../shared/schema/features.ts';
import { attributesOf, element, listOf, type RValue, textsOf, typeOf } from '../../rds/values.ts';
import { Frame, type FrameColumn } from '../../steps/frame.ts';
import { readRecipe, trainingLevels } from '../../steps/recipe.ts';
import { flag } from '../../steps/step-values.ts';
import type { Imported } from '../reader.ts';
import { withMissing } from './missing.ts';
import { type Known, type RawColumns, rawColumns, rawFeatures, timeColumn } from './raw-columns.ts';
import { RECIPE_STEPS } from './steps.ts';

/** Roles of columns that bake() does not need. */
const NOT_SENT = ['outcome', 'case_weights'];

/** A recipe after prep(), alone: its answer is what bake() makes of new rows, column by column. */
export function readRecipeAlone(recipe: RValue, label: string): Imported {
  const known: Known = { texts: trainingLevels(recipe, label), training: undefined, allowsNew: true };
  const raw = columnsSent(recipe, known, label);
  const frame = new Frame(raw.columns, label);
  const pipeline = readRecipe(recipe, frame, label, RECIPE_STEPS);
  if (frame.unproved !== undefined)
    throw new ModelError(
      frame.unproved.label,
      frame.unproved.found,
      `a fitted workflow, whose training data proves what it does${frame.unproved.help}`,
    );
  return columnsAlone(raw, frame, { pipeline, call: 'recipe', label });
}

/**
 * A pipeline without a model behind it: the columns of its frame are the answer. `raw` is what callers send. Other pipelines than
 * recipes have it too.
 */
export function columnsAlone(
  raw: RawColumns,
  frame: Frame,
  about: { pipeline: PipelineStep[]; call: string; label: string; version?: string },
): Imported {
  const schema: Schema = { kind: 'columns', features: raw.features, columns: frame.columns.map(answerColumn), takesMissing: true };
  const model = { schema, body: bodyOf(COLUMNS_BODY, {}), ...(frame.steps.length > 0 ? { steps: frame.steps } : {}) };
  const { pipeline, label, ...rest } = about;
  return { ...model, schema: withMissing(model, label), ...(pipeline.length > 0 ? { pipeline } : {}), ...rest };
}

function answerColumn(column: FrameColumn): AnswerColumn {
  const { name } = column;
  if ('levels' in column) return { name, type: 'factor', levels: column.levels };
  return { name, type: column.kind === 'integer' ? 'number' : column.kind };
}

/** The columns of training that bake() needs, in their order, with their types. */
function columnsSent(recipe: RValue, known: Known, label: string): RawColumns {
  const info = element(recipe, 'var_info');
  const names = textsOf(info && element(info, 'variable'), `${label}'s var_info`);
  const [roles, types] = ['role', 'type'].map((name) => info && element(info, name));
  const first = new Map(names.map((name, at) => [name, at] as const).reverse());
  const sent = names.flatMap((name, at) => {
    const role = roles?.type === 'character' ? roles.values[at] : undefined;
    return NOT_SENT.includes(role ?? '') || first.get(name)! < at ? [] : [{ name, at }];
  });
  if (sent.length === 0) throw new ModelError(`${label}'s var_info`, 'no predictors', 'at least one');
  if (element(recipe, 'tr_info') === undefined) throw new ModelError(label, 'a recipe that was not trained', 'one after prep()');
  // Newer versions of recipes keep the training data without its rows.
  const prototype = element(recipe, 'ptype');
  if (prototype?.type === 'list') {
    const columns = sent.map(({ name }) => element(prototype, name) ?? { type: 'null' as const });
    const attributes = new Map([['names', { type: 'character' as const, values: sent.map(({ name }) => name) }]]);
    return rawColumns({ type: 'list', values: columns, attributes }, known, label);
  }
  const kinds = types?.type === 'character' ? types.values.map((type) => [type ?? '']) : types ? listOf(types, label).map(words) : [];
  const columns = sent.map(({ name, at }) => columnOf(name, kinds[at] ?? [], recipe, `${label}, column ${name}`));
  return { columns, features: rawFeatures(columns, known) };
}

function words(value: RValue): string[] {
  return value.type === 'character' ? value.values.map((text) => text ?? '') : [];
}

/** A column by recipes' words for its type: "double" and "numeric", say; one word alone before recipes 1.0. */
function columnOf(name: string, kinds: string[], recipe: RValue, label: string): FrameColumn {
  const is = (kind: string) => kinds.includes(kind);
  if (is('integer')) return { name, kind: 'integer' };
  if (is('double') || is('numeric')) return { name, kind: 'number' };
  if (is('logical')) return { name, kind: 'logical' };
  if (is('date')) return { name, kind: 'date' };
  if (is('datetime')) return timeOf(name, recipe, label);
  const isText = is('string') || is('character');
  if (!isText && !is('factor') && !is('ordered') && !is('nominal'))
    throw new ModelError(label, `the type ${kinds.join(', ') || 'none'}`, 'numbers, logicals, factors, texts, dates or times');
  const levels = trainingLevels(recipe, label).get(name);
  if (!levels) throw new ModelError(label, 'no values of training', 'the levels, or the texts of training');
  const all = element(recipe, 'orig_lvls');
  const entry = all && element(all, name);
  if (isText || (entry && !flag(entry, 'factor', true))) return { name, kind: 'text', levels };
  return { name, kind: is('ordered') || (entry && flag(entry, 'ordered', false)) ? 'ordered' : 'factor', levels };
}

/** A time by the zone that its column has where it is still there at the recipe's end. */
function timeOf(name: string, recipe: RValue, label: string): FrameColumn {
  const template = element(recipe, 'template');
  const values = template && element(template, name);
  const zone = values && attributesOf(values).get('tzone');
  if (!values) throw new ModelError(label, 'a time whose zone the recipe does not keep', 'a fitted workflow, or keep_original_cols = TRUE');
  return timeColumn(name, zone, `${label} (${typeOf(values)})`);
}
