import type { Schema } from '../../schema/features.ts';
import { answerTypes, defaultParameters, listedTypes } from '../../schema/parameters.ts';
import { isListed, listsOf, type Prediction, type Shape, shapeOf } from '../../schema/shape.ts';
import { numberText } from '../../wire/answer-text.ts';
import type { Answer } from '../../wire/answers.ts';

/** What an output is, as the protocol's metadata has it; -1 is a side of any length. */
export type OutputInfo = { name: string; datatype: 'FP64' | 'BYTES'; shape: number[] };

/** An output of an answer: its values in row-major order. */
export type Output = { name: string; shape: number[]; values: (number | string)[] };

/**
 * The outputs a model has. `predictions` and `se` have a row for each row that was asked for and come without being asked for, and so
 * does an output for each type of answer where several are asked for; `classes`, `times` and `quantiles` say what the columns of the predictions are, and come where a request names them.
 */
export function outputsOf(schema: Schema): OutputInfo[] {
  const types = answerTypes(schema);
  const row = rowOf('predictions', shapeOf(schema, defaultParameters(schema)));
  return [
    row,
    ...(types.includes('se') ? [{ ...row, name: 'se' }] : []),
    ...(schema.classes ? [{ name: 'classes', datatype: 'BYTES' as const, shape: [schema.classes.length] }] : []),
    ...(schema.times ? [{ name: 'times', datatype: 'FP64' as const, shape: [schema.times.length] }] : []),
    ...(types.includes('quantiles') ? [{ name: 'quantiles', datatype: 'FP64' as const, shape: [-1] }] : []),
    ...listedTypes(schema).map((type) => rowOf(type, shapeOf(schema, { type }))),
  ];
}

function rowOf(name: string, { sides, places }: Shape): OutputInfo {
  return { name, datatype: places ? 'BYTES' : 'FP64', shape: [-1, ...sides] };
}

/** The outputs that an answer comes with where a request names none. */
export function unaskedOutputs(answer: Answer): string[] {
  return ['predictions', ...(answer.se ? ['se'] : []), ...listsOf(answer).map(([type]) => type)];
}

/** An output of an answer by its name; undefined where this answer has none of that name. */
export function outputOf(schema: Schema, answer: Answer, name: string): Output | undefined {
  const list = (values: (number | string)[] | undefined) => values && { name, shape: [values.length], values };
  switch (name) {
    case 'predictions':
      return table(schema, name, answer.predictions);
    case 'se':
      return answer.se && table(schema, name, answer.se);
    case 'classes':
      return list(labelsOf(schema, answer.predictions));
    case 'times':
      return list(answer.times);
    case 'quantiles':
      return list(answer.quantiles);
    default: {
      const listed = isListed(name) ? answer[name] : undefined;
      return listed && table(schema, name, listed);
    }
  }
}

/** Predictions as one table of values. Another model's, of an endpoint that was just updated, are taken as they came. */
function table(schema: Schema, name: string, predictions: Prediction[]): Output {
  const labels = labelsOf(schema, predictions);
  const values: (number | string)[] = [];
  for (const prediction of predictions) spread(prediction, labels, values);
  return { name, shape: [predictions.length, ...sidesOf(predictions[0])], values };
}

/** The labels of predictions that are shares of classes, in class order; all classes where the predictions are labels. */
function labelsOf({ classes = [] }: Schema, [first]: Prediction[]): string[] {
  if (typeof first !== 'object' || first === null || Array.isArray(first)) return classes;
  const given = Object.keys(first);
  return classes.length === given.length && classes.every((label) => Object.hasOwn(first, label)) ? classes : given;
}

function spread(prediction: Prediction, labels: string[], values: (number | string)[]): void {
  if (typeof prediction !== 'object') values.push(prediction);
  else {
    const parts = Array.isArray(prediction) ? prediction : labels.map((label) => prediction[label] as Prediction);
    for (const part of parts) spread(part, labels, values);
  }
}

function sidesOf(value: Prediction | undefined): number[] {
  if (typeof value !== 'object') return [];
  const parts = Object.values(value) as Prediction[];
  return [parts.length, ...sidesOf(parts[0])];
}

/** Values as JSON, each number as the shortest text that reads back as the same double. */
export function valuesText(values: (number | string)[]): string {
  return values.map((value) => (typeof value === 'number' ? numberText(value) : JSON.stringify(value))).join(',');
}
