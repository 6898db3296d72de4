import { explainedRows } from './bodies/explained.ts';
import { type Explainer, type ExplainerKind, explainableOf } from './bodies/explainer.ts';
import { EXPLAINERS } from './bodies/explainers.ts';
import { type Interval, type IntervalKind, moreOf } from './bodies/interval.ts';
import { INTERVAL_KINDS } from './bodies/intervals.ts';
import type { Answers, Body, Prepared } from './bodies/kind.ts';
import { bodyParameters, checkOutcome, makeOutcome, type Outcome } from './bodies/outcome.ts';
import { ROWS_EXPLAINERS } from './bodies/rows-explainers.ts';
import { treesOf } from './bodies/trees-of.ts';
import { asOne, findUnanswered } from './bodies/unanswered.ts';
import { MAX_PROBLEMS, ModelError, RequestError } from './errors.ts';
import { checkBasis } from './explain/check-basis.ts';
import { type Basis, decodeSection } from './explain/section.ts';
import { decodeIntervals } from './intervals/section.ts';
import { checkSchema } from './schema/check-schema.ts';
import type { Explainable } from './schema/explain-ask.ts';
import type { Schema } from './schema/features.ts';
import { answerTypes, defaultParameters, type Parameters } from './schema/parameters.ts';
import { type Beside, outputWidth, type Prediction, partsOf, toPredictions } from './schema/shape.ts';
import { type Hash, toHex } from './sections/sections.ts';
import type { BoundStep } from './steps/kind.ts';
import { checkSteps, computeInputs, inputSchema, replaceUndefined } from './steps/pipeline.ts';
import type { Query } from './wire/wire.ts';

/**
 * A model that can answer: its schema, the steps that make the body's inputs of the features, if there are any, what computes, and,
 * where the model's answers are made of the body's, how.
 */
export type Predictor = {
  schema: Schema;
  steps?: readonly BoundStep[];
  body: Body;
  outcome?: Outcome;
  /** What explains its answers, where the artifact has what that takes. */
  explainer?: Explainer;
  /** What gives intervals and standard errors, where the artifact has what that takes. */
  intervals?: readonly Interval[];
};

/**
 * The model's answers for rows that lie side by side in a Float64Array, `outputWidth` doubles a row (NaN for a row without an
 * answer). Everything that computes a prediction does it here: endpoint, fallback, check rows and command line.
 */
export function predictRows(model: Predictor, rows: Float64Array, parameters = defaultParameters(model.schema)): Float64Array {
  const { schema, steps } = model;
  // A section that explains is opened when it is first looked at.
  if (parameters.explain && model.explainer)
    return explainedRows(schema, model.explainer, rows, parameters, (asked) => predictRows(model, rows, asked));
  if (parameters.also) return predictTypes(model, rows, parameters);
  const interval = model.intervals && intervalAsked(model.intervals, parameters);
  if (interval) {
    const inputs = () => (steps ? computeInputs(schema, steps, rows).inputs : rows);
    return interval.answer({ parameters, inputs, predict: (asked) => predictRows(model, rows, asked) });
  }
  if (!steps) return predictBody(model, rows, parameters);
  if (parameters.type === 'steps') return computeInputs(schema, steps, rows).inputs;
  const { inputs, unknown } = computeInputs(schema, steps, rows);
  const { body } = model;
  const instead = body.kind.undefinedAs?.(body.data);
  if (instead !== undefined) replaceUndefined(schema, steps, rows, inputs, instead);
  const out = predictBody(model, inputs, parameters);
  const width = out.length / unknown.length;
  // Of columns NaN is a missing value.
  const none = schema.kind === 'columns' ? Number.POSITIVE_INFINITY : Number.NaN;
  unknown.forEach((flag, row) => {
    if (flag === 1) out.fill(none, row * width, (row + 1) * width);
  });
  return out;
}

/** What gives the intervals or the errors that are asked for; undefined where none are, or the body itself gives them. */
function intervalAsked(all: readonly Interval[], { interval, type }: Parameters): Interval | undefined {
  if (interval) return all.find(({ names }) => names.includes(interval));
  return all.find(({ hasErrors, more }) => (type === 'se' && hasErrors) || more?.types.includes(type));
}

/** The answers of the body to its inputs, and what the model makes of them. */
function predictBody(model: Predictor, inputs: Float64Array, parameters: Parameters): Float64Array {
  const { schema, body, outcome } = model;
  if (!outcome) return body.kind.predict(bodySchema(model), body.data, inputs, parameters);
  const doubles = body.kind.predict(bodySchema(model), body.data, inputs, bodyParameters(outcome, parameters));
  return makeOutcome(schema, outcome, parameters, doubles);
}

const BODY_SCHEMAS = new WeakMap<Outcome, Schema>();

/** The schema that the body gets: the model's with the body's inputs as its features, and with the body's kind where that is another. */
export function bodySchema({ schema, steps, outcome }: Predictor): Schema {
  const inputs = steps ? inputSchema(schema, steps) : schema;
  if (!outcome) return inputs;
  const known = BODY_SCHEMAS.get(outcome);
  if (known && known.features === inputs.features && known.libm === schema.libm) return known;
  const made = { ...outcome.body, features: inputs.features, ...(schema.libm === undefined ? {} : { libm: schema.libm }) };
  BODY_SCHEMAS.set(outcome, made);
  return made;
}

/** What explains a model's kind of body; undefined where nothing does. */
export function explainerKindOf(
  { schema, steps, body, outcome }: Predictor,
  explainers: readonly ExplainerKind<unknown>[] = EXPLAINERS,
): ExplainerKind<unknown> | undefined {
  // The chance to live past a time is no sum of trees, as their hazards are.
  if (steps || outcome || schema.kind === 'survival') return undefined;
  return explainers.find(({ types }) => types.some((type) => body.kind.types.includes(type)));
}

/** What explains a model's answers, by what its artifact has for that. Throws a ModelError where that is of another model, or of one that nothing explains. */
export function openExplainer(
  model: Predictor,
  basis: Basis,
  label: string,
  explainers: readonly ExplainerKind<unknown>[] = EXPLAINERS,
): Explainer {
  const { schema, body } = model;
  const { cover } = basis;
  const part = `${label}'s section for explanations`;
  const fail = (found: string, expected: string) => new ModelError(part, found, expected);
  const kind = explainerKindOf(model, explainers);
  if (cover) {
    const leaves = (kind ?? treesOf(body))?.leaves?.(body.data) ?? 0;
    if (cover.length !== leaves) throw fail(`${cover.length} weights`, `one for each of ${leaves} leaves`);
    for (let leaf = 0; leaf < leaves; leaf += 1)
      if (!(cover[leaf]! >= 0 && cover[leaf]! < Number.POSITIVE_INFINITY)) throw fail(String(cover[leaf]), 'weights from 0 on');
  }
  checkBasis(basis, schema.features.length, part);
  const explainer = kind ? kind.open(bodySchema(model), body.data, basis) : openRowsExplainer(model, basis);
  if (!explainer) throw fail('a model of a form that is not explained', 'one number, or one for each class');
  return explainer;
}

/** A model with the intervals that a section of its artifact gives. Throws a ModelError where the section is damaged, or does not fit the model. */
export function withIntervals<M extends Predictor>(
  model: M,
  section: Uint8Array,
  label: string,
  hash: Hash | undefined,
  known: readonly IntervalKind[] = INTERVAL_KINDS,
): M {
  const { schema, body, outcome } = model;
  const { parts, sha256 } = decodeIntervals(section, label, hash);
  const intervals = parts.map((part) => {
    const kind = known.find(({ by }) => by === part.by);
    if (!kind) throw new ModelError(`${label}'s intervals`, `the kind "${part.by}"`, known.map(({ by }) => by).join(', '));
    return kind.open({ schema, ofBody: bodySchema(model), body, isMade: outcome !== undefined }, part, label);
  });
  const calibration = intervals.find((one) => one.calibration !== undefined)?.calibration;
  const offered = {
    ...{ sha256: toHex(sha256), kinds: intervals.flatMap(({ names }) => names), hasErrors: intervals.some(({ hasErrors }) => hasErrors) },
    ...(calibration === undefined ? {} : { calibration }),
    ...moreOf(intervals),
  };
  const later = [...(schema.later ?? []), ...intervals.flatMap(({ more }) => more?.takes ?? [])];
  return { ...model, intervals, schema: { ...schema, intervals: offered, ...(later.length > 0 ? { later } : {}) } };
}

/**
 * A model with what explains its answers, by a section of its artifact. With `hash` the section is compared with its sha256 and opened
 * now; else it was compared before, and is opened when it is first asked for, as most environments of a function never are. Throws as
 * decodeSection and openExplainer.
 */
export function withExplanations<M extends Predictor>(
  model: M,
  bytes: Uint8Array,
  label: string,
  { hash, explainers }: { hash: Hash | undefined; explainers: readonly ExplainerKind<unknown>[] | undefined },
): M {
  let made: { explainer: Explainer; explain: Explainable } | undefined;
  const open = () => {
    if (made) return made;
    const section = decodeSection(bytes, label, hash);
    const explainer = openExplainer(model, section, label, explainers);
    made = { explainer, explain: explainableOf(explainer, { ...section, sha256: toHex(section.sha256) }) };
    return made;
  };
  if (hash) open();
  const schema = Object.defineProperty({ ...model.schema }, 'explain', { enumerable: true, get: () => open().explain });
  return Object.defineProperty({ ...model, schema }, 'explainer', { enumerable: true, get: () => open().explainer });
}

/** What explains a model of any kind against background rows, or by the means of its body's sum. */
function openRowsExplainer(model: Predictor, { cover, background, means }: Basis): Explainer | undefined {
  const [open] = ROWS_EXPLAINERS;
  if (!open || !(cover || background || means)) return undefined;
  const predict = (rows: Float64Array, parameters: Parameters) => predictRows(model, rows, parameters);
  return open({ ...model, bodySchema: bodySchema(model), cover, background, means, predict });
}

/** Checks what a file says of the steps and the body, so that no prediction needs a check. Throws a ModelError. */
export function checkPredictor(model: Predictor, label: string): void {
  const { schema, steps, body, outcome } = model;
  if (steps) checkSteps(schema, steps, label);
  const ofBody = bodySchema(model);
  if (outcome) checkSchema(ofBody, `${label}'s outcome`);
  body.kind.check(ofBody, body.data, label);
  const can = body.kind.answers(ofBody, body.data);
  if (outcome) checkOutcome(schema, ofBody, outcome, can, label);
  else checkAnswers(schema, can, label);
}

/** The answers of several types, side by side for each row. */
function predictTypes(model: Predictor, rows: Float64Array, parameters: Parameters): Float64Array {
  const stride = outputWidth(model.schema, parameters);
  const count = rows.length / model.schema.features.length;
  const out = new Float64Array(count * stride);
  for (const { parameters: one, offset, width } of partsOf(model.schema, parameters)) {
    const ofType = predictRows(model, rows, one);
    for (let row = 0; row < count; row += 1) out.set(ofType.subarray(row * width, (row + 1) * width), row * stride + offset);
  }
  return out;
}

/** Checks that a model offers only what its body can answer, with the same default. */
function checkAnswers(schema: Schema, can: Answers, label: string): void {
  const [types, takes] = [answerTypes(schema), schema.takes ?? []];
  const wrongType = types[0] === can.types[0] ? types.find((type) => !can.types.includes(type)) : types[0];
  if (wrongType !== undefined) throw new ModelError(`${label}'s types`, `"${wrongType}"`, `${can.types.join(', ')}, the first one first`);
  const wrong = takes.find((name) => !can.takes.includes(name));
  if (wrong !== undefined) throw new ModelError(`${label}'s parameters`, `"${wrong}"`, can.takes.join(', ') || 'none');
}

/** The answer to a query. Throws as computeQuery. */
export function answerQuery(model: Predictor, query: Query): { predictions: Prediction[] } & Beside {
  return toPredictions(model.schema, query.parameters, computeQuery(model, query));
}

/**
 * Makes a model's kernel now, where no request shall wait for it; of the table that another thread made of the same model,
 * where there is one. Undefined where its kind of body has none.
 */
export function prepareKernel(model: Predictor, table?: Prepared['table']): Prepared | undefined {
  const { kind, data } = model.body;
  return kind.prepare?.(bodySchema(model), data, table);
}

/**
 * The doubles of the answer to a query, as predictRows gives them. Throws a 422 where the model has no finite answer for a
 * row (a link's infinity, say): JSON has no number for it. It names each such row, up to 100.
 */
export function computeQuery(model: Predictor, query: Query): Float64Array {
  const outputs = predictRows(model, query.rows, query.parameters);
  const errors: RequestError[] = [];
  findUnanswered(model.schema, query.parameters, outputs, reasonsOf(model, query), ({ error }) => {
    errors.push(error);
    if (errors.length === MAX_PROBLEMS) throw asOne(errors);
  });
  if (errors.length > 0) throw asOne(errors);
  return outputs;
}

/** The same, where a row without an answer keeps no other from its answer: the error of each such row, by its number. */
export function computeEach(model: Predictor, query: Query): { outputs: Float64Array; errors: Map<number, RequestError> } {
  const errors = new Map<number, RequestError>();
  const [width, features] = [outputWidth(model.schema, query.parameters), model.schema.features.length];
  if (query.count === 0) return { outputs: new Float64Array(0), errors };
  try {
    const outputs = predictRows(model, query.rows, query.parameters);
    findUnanswered(model.schema, query.parameters, outputs, reasonsOf(model, query), ({ row, error }) => errors.set(row, error));
    return { outputs, errors };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (query.count === 1) return { outputs: new Float64Array(width), errors: errors.set(0, error) };
  }
  // A row that cannot be explained, say: it is looked for one by one.
  const outputs = new Float64Array(query.count * width);
  for (let row = 0; row < query.count; row += 1) {
    const one = computeEach(model, { ...query, rows: query.rows.subarray(row * features, (row + 1) * features), count: 1 });
    outputs.set(one.outputs, row * width);
    for (const error of one.errors.values()) errors.set(row, error);
  }
  return { outputs, errors };
}

/** Why a row has no answer, where the body's kind knows it. */
function reasonsOf(model: Predictor, { rows, parameters }: Query): (row: number) => string | undefined {
  const { schema, steps, body } = model;
  return (row) => {
    if (!body.kind.noAnswer) return undefined;
    const one = rows.subarray(row * schema.features.length, (row + 1) * schema.features.length);
    const inputs = steps ? computeInputs(schema, steps, one).inputs : one;
    return body.kind.noAnswer(bodySchema(model), body.data, inputs, parameters);
  };
}
