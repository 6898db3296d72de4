import { RequestError } from '../errors.ts';
import { timeOf, wayOf } from '../schema/explain-ask.ts';
import { EXPLANATION, explanationWidth, hasErrors } from '../schema/explanation.ts';
import type { Schema } from '../schema/features.ts';
import { answerTypes, defaultParameters, type Parameters } from '../schema/parameters.ts';
import { outputWidth } from '../schema/shape.ts';
import { placeOfTime } from './explained-number.ts';
import type { Explainer } from './explainer.ts';

/** The model's answers to the rows for other parameters. */
type Predict = (parameters: Parameters) => Float64Array;

/** The doubles of explained answers: those of each row's prediction, then those of its explanation (EXPLANATION in schema/explain.ts). */
export function explainedRows(
  schema: Schema,
  explainer: Explainer,
  rows: Float64Array,
  { explain, ...asked }: Parameters,
  predict: Predict,
): Float64Array {
  const ask = explain || {};
  const { background, outputs, work } = wayOf(explainer, ask)!;
  if (work === Number.POSITIVE_INFINITY)
    throw new RequestError(413, "the model's trees are too large to be explained; expected a request without explain");
  const features = schema.features.length;
  const count = rows.length / features;
  const predicted = predict(asked);
  const width = predicted.length / count;
  const places = placesOf(schema, ask.class, asked, predicted, predict);
  const output = ask.output ?? outputs[0]!;
  const at = timeOf(schema, ask, output);
  const time = at === undefined ? undefined : placeOfTime(schema, at);
  // The place of a time is among those of the model, whichever times the predictions are asked for.
  const { times: _, ...parameters } = asked;
  const questions = { rows, background, output, places, time, parameters };
  const { baselines, contributions, numbers, standardErrors } = explainer.explain(questions);
  const stride = width + explanationWidth(schema);
  const out = new Float64Array(count * stride);
  for (let row = 0; row < count; row += 1) {
    out.set(predicted.subarray(row * width, (row + 1) * width), row * stride);
    const at = row * stride + width;
    let sum = baselines[row]!;
    for (let feature = 0; feature < features; feature += 1) {
      // -0 would be written as such, and says nothing here.
      const contribution = contributions[row * features + feature]! + 0;
      out[at + EXPLANATION.contributions + feature] = contribution;
      sum += contribution;
    }
    if (standardErrors && hasErrors(schema.explain))
      out.set(standardErrors.subarray(row * features, (row + 1) * features), at + EXPLANATION.contributions + features);
    out[at + EXPLANATION.place] = places?.[row] ?? -1;
    out[at + EXPLANATION.baseline] = baselines[row]! + 0;
    out[at + EXPLANATION.rounding] = numbers ? numbers[row]! - sum + 0 : 0;
  }
  return out;
}

/** The place of the class that is explained, for each row: the one that is named, else the predicted one. Undefined where there are no classes. */
function placesOf(
  { classes, ...schema }: Schema,
  named: string | undefined,
  asked: Parameters,
  predicted: Float64Array,
  predict: Predict,
): Int32Array | undefined {
  if (!classes) return undefined;
  const whole = { ...schema, classes };
  const count = predicted.length / outputWidth(whole, asked);
  if (named !== undefined) return new Int32Array(count).fill(classes.indexOf(named));
  const isLabels = (type: Parameters['type']) => type === 'class' || (schema.kind === 'classification' && type === 'response');
  const type = [asked.type, ...answerTypes(whole)].find(isLabels);
  if (type) return Int32Array.from(type === asked.type ? predicted : predict({ ...asked, type }));
  const shares = predict({ ...asked, type: defaultParameters(whole).type });
  const greatest = (row: number) => {
    const own = shares.subarray(row * classes.length, (row + 1) * classes.length);
    return own.indexOf(own.reduce((most, share) => Math.max(most, share), Number.NEGATIVE_INFINITY));
  };
  return Int32Array.from({ length: count }, (_, row) => greatest(row));
}
