import type { Forest } from './bodies/forest/forest.ts';
import { isDefault, kernelFor, type Prepared, prepareForest } from './bodies/forest/kernels/kernels.ts';
import { predictForest } from './bodies/forest/predict.ts';
import { type Linear, predictLinear } from './bodies/linear/predict.ts';
import { predictRpart, type Rpart } from './bodies/rpart/predict.ts';
import { RequestError } from './errors.ts';
import type { Schema } from './features.ts';
import { defaultParameters, type Parameters } from './parameters.ts';
import { type Beside, outputWidth, type Prediction, toPredictions } from './shape.ts';
import type { Query } from './wire.ts';

/** What computes: one of the families of models. */
export type Body =
  | { forest: Forest; rpart?: never; linear?: never }
  | { rpart: Rpart; forest?: never; linear?: never }
  | { linear: Linear; forest?: never; rpart?: never };

/** A model that can answer: its schema, and what computes. */
export type Predictor = { schema: Schema } & Body;

/**
 * The model's answers for rows that lie side by side in a Float64Array, `outputWidth` doubles a row. Everything that
 * computes a prediction does it here: endpoint, fallback, check rows and command line.
 */
export function predictRows(model: Predictor, rows: Float64Array, parameters = defaultParameters(model.schema)): Float64Array {
  if (model.forest) {
    const { schema, forest } = model;
    const kernel = isDefault(forest, parameters) ? kernelFor(schema, forest, rows.length / schema.features.length) : undefined;
    return kernel ? kernel.predict(rows) : predictForest(schema, forest, rows, parameters);
  }
  if (model.rpart) return predictRpart(model.schema, model.rpart, rows, parameters);
  return predictLinear(model.schema, model.linear, rows, parameters);
}

/** The answer to a query. Throws as computeQuery. */
export function answerQuery(model: Predictor, query: Query): { predictions: Prediction[] } & Beside {
  return toPredictions(model.schema, query.parameters, computeQuery(model, query));
}

/**
 * Makes the kernel of a model's forest now, where no request shall wait for it; of the table that another thread made of the
 * same model, where there is one. Undefined where the model is no forest.
 */
export function prepareKernel(model: Predictor, table?: Prepared['table']): Prepared | undefined {
  return model.forest && prepareForest(model.schema, model.forest, table);
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
