import { ModelError } from '../../shared/errors.ts';
import type { AnswerColumn, Feature } from '../../shared/schema/features.ts';
import { makeName } from '../rds/names.ts';
import { Frame, type FrameColumn } from '../steps/frame.ts';
import type { Imported } from './reader.ts';
import { connect } from './workflow/engine.ts';
import { withMissing } from './workflow/missing.ts';

/** The names of the two objects in their file, and of the file. */
export type Names = { label: string; first: string; second: string };

/** The features of a model that a pipeline without a model does not make: its columns have other names. */
export function notMade({ schema: { columns = [] } }: Imported, { schema }: Imported): Feature[] {
  const made = new Set(columns.flatMap(({ name }) => [name, makeName(name)]));
  return schema.features.filter(({ name }) => !made.has(name));
}

/**
 * A pipeline and the model that takes its columns, as one model. Throws a ModelError where the model does not take them, and where the
 * file does not say whether it was trained on columns before or behind the pipeline.
 */
export function pairOf(first: Imported, model: Imported, names: Names): Imported {
  const { label } = names;
  const [missing] = notMade(first, model);
  if (missing) {
    const expected = `one that ${names.first} makes, or --object ${names.second} alone`;
    throw new ModelError(`${label}'s ${names.second}`, `the column "${missing.name}", which ${names.first} does not make`, expected);
  }
  checkOrder(first, model, names);
  const frame = new Frame((first.schema.columns ?? []).map(frameColumn), label);
  const behind = { ...model, steps: [...(first.steps ?? []), ...connect(frame, model, label)] };
  const paired = { ...behind, schema: { ...model.schema, features: first.schema.features } };
  const pipeline = [...(first.pipeline ?? []), ...(model.pipeline ?? [])];
  const { others: _, isUnnamed: __, read: ___, ...rest } = paired;
  return {
    ...rest,
    schema: withMissing(rest, label),
    call: `${first.call}, then ${model.call}`,
    ...(pipeline.length > 0 ? { pipeline } : {}),
  };
}

function frameColumn(column: AnswerColumn): FrameColumn {
  return column.type === 'factor' ? { name: column.name, kind: 'factor', levels: column.levels } : { name: column.name, kind: column.type };
}

/**
 * That a model stands behind a pipeline is sure where it takes a column that only the pipeline makes, or none that it changes. Otherwise
 * the values tell that the model had in training.
 */
function checkOrder({ schema, asFirst }: Imported, model: Imported, { label, first, second }: Names): void {
  const raw = new Set(schema.features.map(({ name }) => name));
  const { features } = model.schema;
  if (features.some(({ name }) => !raw.has(name))) return;
  const changed = features.filter(({ name }) => asFirst === undefined || asFirst.has(name));
  if (changed.length === 0) return;
  const told = changed.map((feature): 'before' | 'behind' | undefined => {
    const values = asFirst?.get(feature.name);
    const [least, most] = 'range' in feature && feature.range ? feature.range.map(Number) : [];
    if (!values || least === undefined || most === undefined) return undefined;
    const [before, behind] = [values.before, values.behind].map((value) => value >= least && value <= most);
    return before === behind ? undefined : before ? 'before' : 'behind';
  });
  if (told.includes('behind') && !told.includes('before')) return;
  const why = told.includes('before')
    ? `which was trained on columns as they were before ${first}`
    : `and nothing in the file says whether ${second} takes columns before or behind it`;
  const expected = `--object ${second} for columns as the model takes them; or one object that does both, as train(preProcess = ) or a workflow`;
  throw new ModelError(label, `${first} beside the model ${second}, ${why}`, expected);
}
