import type { Answers, Body, Prepared } from './bodies/kind.ts';
import { ModelError, RequestError } from './errors.ts';
import type { Schema } from './schema/features.ts';
import { answerTypes, defaultParameters, type Parameters } from './schema/parameters.ts';
import { type Beside, outputWidth, type Prediction, partsOf, toPredictions } from './schema/shape.ts';
import type { BoundStep } from './steps/kind.ts';
import { checkSteps, computeInputs, inputSchema } from './steps/pipeline.ts';
import type { Query } from './wire/wire.ts';

/** A model that can answer: its schema, the steps that make the body's inputs of the features, if there are any, and what computes. */
export type Predictor = { schema: Schema; steps?: readonly BoundStep[]; body: Body };

/**
 * The model's answers for rows that lie side by side in a Float64Array, `outputWidth` doubles a row (NaN for a row without an
 * answer). Everything that computes a prediction does it here: endpoint, fallback, check rows and command line.
 */
export function predictRows(model: Predictor, rows: Float64Array, parameters = defaultParameters(model.schema)): Float64Array {
  const { schema, steps, body } = model;
  if (parameters.also) return predictTypes(model, rows, parameters);
  if (!steps) return body.kind.predict(schema, body.data, rows, parameters);
  const { inputs, unknown } = computeInputs(schema, steps, rows);
  const out = body.kind.predict(inputSchema(schema, steps), body.data, inputs, parameters);
  const width = out.length / unknown.length;
  unknown.forEach((flag, row) => {
    if (flag === 1) out.fill(Number.NaN, row * width, (row + 1) * width);
  });
  return out;
}

/** Checks what a file says of the steps and the body, so that no prediction needs a check. Throws a ModelError. */
export function checkPredictor({ schema, steps, body }: Predictor, label: string): void {
  if (steps) checkSteps(schema, steps, label);
  const inputs = inputSchema(schema, steps);
  body.kind.check(inputs, body.data, label);
  checkAnswers(schema, body.kind.answers(inputs, body.data), label);
}

/** The answers of several types, side by side for each row. */
function predictTypes(model: Predictor, rows: Float64Array, parameters: Parameters): Float64Array {
  const stride = outputWidth(model.schema, parameters);
  const count = rows.length / model.schema.features.length;
  const out = new Float64Array(count * stride);
  for (const { parameters: one, offset, width } of partsOf(model.schema, parameters)) {
    const own = predictRows(model, rows, one);
    for (let row = 0; row < count; row += 1) out.set(own.subarray(row * width, (row + 1) * width), row * stride + offset);
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
export function prepareKernel({ schema, steps, body }: Predictor, table?: Prepared['table']): Prepared | undefined {
  return body.kind.prepare?.(inputSchema(schema, steps), body.data, table);
}

/**
 * The doubles of the answer to a query, as predictRows gives them. Throws a 422 where the model has no finite answer for a
 * row (a link's infinity, say): JSON has no number for it.
 */
export function computeQuery(model: Predictor, { rows, parameters }: Query): Float64Array {
  const outputs = predictRows(model, rows, parameters);
  checkFinite(model.schema, parameters, outputs);
  return outputs;
}

function checkFinite(schema: Schema, parameters: Parameters, outputs: Float64Array): void {
  for (let at = 0; at < outputs.length; at += 1) {
    if (Number.isFinite(outputs[at])) continue;
    const row = Math.floor(at / outputWidth(schema, parameters));
    const message =
      parameters.type === 'se' && Number.isNaN(outputs[at])
        ? 'the estimate of the variance is below 0, for which R says NaN; expected a forest of more trees'
        : `the model's answer is ${outputs[at]}, expected a finite number`;
    throw new RequestError(422, `the model has no finite answer for row ${row + 1}`, [{ path: `/${row}`, message }]);
  }
}
