import type { Made, Outcome } from '../../../shared/bodies/outcome.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import type { AnswerType } from '../../../shared/schema/parameter-table.ts';
import { COMPLETE } from '../../../shared/steps/complete.ts';
import type { BoundStep } from '../../../shared/steps/kind.ts';
import { stepOf } from '../../../shared/steps/kind.ts';
import { makeName } from '../../rds/names.ts';
import type { Arranged, Frame, FrameColumn } from '../../steps/frame.ts';
import { recode } from '../../steps/step-values.ts';
import { isLike } from '../levels-by-names.ts';
import type { Imported } from '../reader.ts';

/** The columns that the engine's model takes, out of those that the pipeline makes: by their names, with the model's levels. */
export function connect(frame: Frame, engine: Imported, label: string): BoundStep[] {
  const { features, takesMissing } = engine.schema;
  const valid = validNames(frame);
  const arranged = features.map((feature): Arranged => {
    const at = `${label}, column ${feature.name}`;
    const name = frame.has(feature.name) ? feature.name : (plainName(feature.name, frame) ?? valid.get(feature.name));
    if (name === undefined) {
      const expected = `one that the pipeline makes: ${frame.columns
        .slice(0, 20)
        .map((column) => column.name)
        .join(', ')}`;
      throw new ModelError(at, 'an input of the model', expected);
    }
    const column = frame.column(name, at);
    return input(column, frame.place(name, at), withLevelsOf(column, feature, engine.lacking?.get(feature.name)), at);
  });
  frame.arrange('inputs', arranged);
  const complete = takesMissing ? [] : [stepOf(COMPLETE, { step: 'complete', ...(engine.isFiniteOnly ? { finite: true } : {}) })];
  return [...frame.steps, ...complete, ...(engine.steps ?? [])];
}

/** A factor whose model does not keep all its levels has those of its column, where they fit. */
export function withLevelsOf(column: FrameColumn, feature: Feature, known: readonly (string | undefined)[] | undefined): Feature {
  if (feature.type !== 'factor' || !known || !('levels' in column)) return feature;
  const { levels } = column;
  return levels.length === known.length && known.every((level, at) => isLike(level, levels[at])) ? { ...feature, levels } : feature;
}

/** The column that R means by a name in backticks. */
function plainName(name: string, frame: Frame): string | undefined {
  const bare = /^`(.*)`$/s.exec(name)?.[1];
  return bare !== undefined && frame.has(bare) ? bare : undefined;
}

/** The columns by their names as data.frame() changes them (make.names()), where only one has that name then. */
function validNames(frame: Frame): Map<string, string | undefined> {
  const names = new Map<string, string | undefined>();
  for (const { name } of frame.columns) names.set(makeName(name), names.has(makeName(name)) ? undefined : name);
  return names;
}

function input(column: FrameColumn, place: number, feature: Feature, label: string): Arranged {
  const named = { ...column, name: feature.name };
  if (!('levels' in column)) {
    if (feature.type !== 'factor') return { column: named, place };
    throw new ModelError(label, `a column of class ${column.kind}`, `a factor of ${feature.levels.length} levels`);
  }
  if (feature.type !== 'factor') {
    // A model that takes a factor's codes as numbers.
    if (column.kind !== 'text') return { column: named, place };
    throw new ModelError(label, 'texts, which R codes anew with each request', 'a factor, as step_string2factor() makes it');
  }
  const value: Expression = recode({ feature: place }, column, feature.levels);
  const isSame = typeof value === 'object' && 'feature' in value;
  if (isSame) return { column: named, place };
  return { column: { name: feature.name, kind: 'factor', levels: feature.levels }, value };
}

/** parsnip's mode of models of survival times. */
const CENSORED = 'censored regression';

/** What a pipeline says of its model: its mode, its classes in their order, and whether one number is the chance of the first. */
export type Fitted = { mode: string; levels: string[] | undefined; eventFirst: boolean };

/** The schema of a pipeline's answers, and how they are made of the engine's. */
export function answersOf(
  engine: Imported,
  { mode, levels, eventFirst }: Fitted,
  features: Feature[],
  label: string,
): Pick<Imported, 'schema' | 'outcome'> {
  const { kind, types = ['response'], trees, rounds, margins } = engine.schema;
  const first = types[0] as AnswerType;
  const size = { ...(trees === undefined ? {} : { trees }), ...(rounds ? { rounds } : {}), ...(margins === undefined ? {} : { margins }) };
  if (mode === 'regression') {
    if (kind !== 'regression') throw new ModelError(label, `a model of the kind ${kind} for regression`, 'one of regression');
    return { schema: { kind, features, takesMissing: false, types: [first], ...size } };
  }
  if (mode === CENSORED) return { schema: censoredSchema(engine, features, label) };
  if (mode !== 'classification' || !levels) throw new ModelError(`${label}'s mode`, mode, 'regression, or classification with its levels');
  const outcome = outcomeOf(engine, levels, eventFirst, label);
  const shares: AnswerType[] = outcome.types.prob ? ['prob'] : [];
  const schema: Schema = { kind: 'classification', features, classes: levels, takesMissing: false, types: ['class', ...shares] };
  return { schema, outcome };
}

/** parsnip's time, linear_pred and quantile are what predict() gives for a survreg; for a coxph they are other numbers (censored, R/). */
function censoredSchema({ schema, body, call }: Imported, features: Feature[], label: string): Schema {
  if (!body.kind.types.includes('survreg')) {
    const expected = "survival_reg() with the engine survival; save extract_fit_engine(model), which R's predict() answers as we do";
    throw new ModelError(`${label}'s mode`, `${CENSORED}, of ${call.slice(0, 60)}`, expected);
  }
  const { types, takes } = schema;
  return { kind: 'regression', features, takesMissing: false, ...(types ? { types } : {}), ...(takes ? { takes } : {}) };
}

/**
 * What parsnip makes of the engine's answers for classes: their chances (prob) and the class (class). `levels` are those of the
 * outcome, in their order; `eventFirst` says that one number is the chance of the first class.
 */
export function outcomeOf({ schema, isCoded = false }: Imported, levels: string[], eventFirst: boolean, label: string): Outcome {
  const { features: _, ...body } = schema;
  const types = waysTo(schema, levels, eventFirst, label);
  // A file that only numbers its classes has them in the order of the levels.
  const classes = isCoded && schema.classes?.length === levels.length ? levels : (schema.classes ?? levels);
  const known = new Map(classes.map((name, place) => [name, place]));
  const places = levels.map((name) => {
    const place = known.get(name);
    if (place === undefined) throw new ModelError(label, `the class "${name}", which the model does not have`, classes.join(', '));
    return place;
  });
  const isOrdered = classes.length === levels.length && places.every((place, at) => place === at);
  const needsOrder = Object.values(types).some((made) => made?.by === 'same');
  if (needsOrder && !isOrdered) throw new ModelError(label, `classes in the order ${classes.join(', ')}`, levels.join(', '));
  return { body, types, places };
}

function waysTo(schema: Schema, levels: string[], eventFirst: boolean, label: string): Partial<Record<AnswerType, Made>> {
  const types = schema.types ?? ['response'];
  const first = types[0] as AnswerType;
  switch (schema.kind) {
    case 'classification':
      return { ...(types.includes('prob') ? { prob: { of: 'prob', by: 'same' } as const } : {}), class: { of: first, by: 'same' } };
    case 'probability': {
      const shares = types.includes('prob') ? 'prob' : first;
      return {
        prob: { of: shares, by: 'order' },
        class: types.includes('class') ? { of: 'class', by: 'same' } : { of: shares, by: 'largest' },
      };
    }
    case 'regression':
      if (levels.length !== 2) throw new ModelError(label, `${levels.length} classes of a model of one number`, '2');
      return eventFirst
        ? { prob: { of: first, by: 'first' }, class: { of: first, by: 'firstHalf' } }
        : { prob: { of: first, by: 'second' }, class: { of: first, by: 'half' } };
    default:
      throw new ModelError(label, `a model of the kind ${schema.kind} for classes`, 'one of classes');
  }
}
