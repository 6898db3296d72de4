import type { Cell } from '../../schema/answer-columns.ts';
import type { AnswerColumn, Schema } from '../../schema/features.ts';
import { answerTypes, defaultParameters, listedTypes } from '../../schema/parameters.ts';
import { isListed, listsOf, type Prediction, type Shape, shapeOf } from '../../schema/shape.ts';
import { isCurve, isQuantiles } from '../../schema/spread/types.ts';
import { cellText, labelsOf } from '../../wire/answer-text.ts';
import type { Answer } from '../../wire/answers.ts';

/** What an output is, as the protocol's metadata has it; -1 is a side of any length. */
export type OutputInfo = { name: string; datatype: Datatype; shape: number[] };
type Datatype = 'FP64' | 'BYTES' | 'BOOL';

/** An output of an answer: its values in row-major order. Those of a column may be missing: null. */
export type Output = { name: string; shape: number[]; datatype: Datatype; values: Cell[] };

/** A table of values of one type. */
type Table = { name: string; shape: number[]; datatype: Datatype; values: (number | string)[] };

/** The datatype of a column of an answer. */
const DATATYPES: Record<AnswerColumn['type'], Datatype> = {
  number: 'FP64',
  logical: 'BOOL',
  date: 'BYTES',
  datetime: 'BYTES',
  factor: 'BYTES',
};

/**
 * The outputs a model has. `predictions` and `se` have a row for each row that was asked for and come without being asked for, and so
 * does an output for each type of answer where several are asked for. An answer of columns has an output for each of them, under its
 * name, and the columns of steps as `steps.NAME`; `classes`, `times` and `quantiles` say what the columns of the predictions are, and come where a request names them.
 */
export function outputsOf(schema: Schema): OutputInfo[] {
  const types = answerTypes(schema);
  const takesTimes = schema.later?.includes('times') === true;
  // The columns of a decision are pairs of classes, one of two classes.
  const labels = types.includes('decision') ? -1 : (schema.classes ?? []).length;
  const [row, ...others] = rowsOf('predictions', shapeOf(schema, defaultParameters(schema)));
  return [
    row!,
    ...others,
    ...(types.includes('se') ? [{ ...row!, name: 'se' }] : []),
    ...(schema.classes ? [{ name: 'classes', datatype: 'BYTES' as const, shape: [labels] }] : []),
    ...(schema.times ? [{ name: 'times', datatype: 'FP64' as const, shape: takesTimes ? [-1] : [schema.times.length] }] : []),
    ...(types.some(isQuantiles) ? [{ name: 'quantiles', datatype: 'FP64' as const, shape: [-1] }] : []),
    ...listedTypes(schema).flatMap((type) => rowsOf(type, takesTimes && isCurve(type) ? { sides: [-1] } : shapeOf(schema, { type }))),
    ...(schema.inputs ? rowsOf('steps', shapeOf(schema, { type: 'steps' })) : []),
  ];
}

function rowsOf(name: string, { sides, places, columns }: Shape): OutputInfo[] {
  if (!columns) return [{ name, datatype: places ? 'BYTES' : 'FP64', shape: [-1, ...sides] }];
  return columns.map((column) => ({ name: outputName(name, column.name), datatype: DATATYPES[column.type], shape: [-1] }));
}

/** What the output of a column is called; that of an answer that is columns alone as the column. */
function outputName(list: string, column: string): string {
  return list === 'steps' ? `steps.${column}` : column;
}

/** The outputs that an answer comes with where a request names none. */
export function unaskedOutputs(schema: Schema, answer: Answer): string[] {
  const columns = (list: string, rows: Prediction[]) => Object.keys(rowOfCells(rows)).map((name) => outputName(list, name));
  const isColumns = schema.kind === 'columns';
  const lists = listsOf(answer).filter(([type]) => !(isColumns && type !== 'steps'));
  return [
    ...(isColumns ? columns('predictions', answer.predictions) : ['predictions']),
    ...(answer.se ? ['se'] : []),
    ...lists.flatMap(([type, list]) => (type === 'steps' ? columns('steps', list) : [type])),
  ];
}

/** The first of rows that are objects of columns; an empty one where they are not. */
function rowOfCells([first]: Prediction[]): Record<string, unknown> {
  return typeof first === 'object' && !Array.isArray(first) ? first : {};
}

/** One column of rows, by its output's name; undefined where they have none of it. */
function column(name: string, list: string, rows: Prediction[] | undefined, ours: AnswerColumn[] = []): Output | undefined {
  const rowKey = Object.keys(rowOfCells(rows ?? [])).find((key) => outputName(list, key) === name);
  if (rowKey === undefined || !rows) return undefined;
  const values = rows.map((row) => ((row as Record<string, unknown>)[rowKey] ?? null) as Cell);
  const known = values.find((value) => value !== null);
  // An endpoint may have another model.
  const given = typeof known === 'string' ? 'BYTES' : typeof known === 'boolean' ? 'BOOL' : 'FP64';
  const declared = ours.find((one) => one.name === rowKey);
  const datatype = known === undefined && declared ? DATATYPES[declared.type] : given;
  return { name, shape: [values.length], datatype, values };
}

/** An output of an answer by its name; undefined where this answer has none of that name. */
export function outputOf(schema: Schema, answer: Answer, name: string): Output | undefined {
  const list = (values: (number | string)[] | undefined) =>
    values && { name, shape: [values.length], datatype: datatypeOf(values), values };
  const found = schema.kind === 'columns' ? column(name, 'predictions', answer.predictions, schema.columns) : undefined;
  if (found) return found;
  if (name.startsWith('steps.')) return column(name, 'steps', answer.steps, schema.inputs);
  switch (name) {
    case 'predictions':
      return tableOf(schema, name, answer.predictions);
    case 'se':
      return answer.se && tableOf(schema, name, answer.se);
    case 'classes':
      return list(labelsOfAll(schema, answer.predictions));
    case 'times':
      return list(answer.times);
    case 'quantiles':
      return list(answer.quantiles);
    default: {
      const listed = isListed(name) ? answer[name] : undefined;
      return listed && tableOf(schema, name, listed);
    }
  }
}

/** Predictions as one table of values, those of columns of numbers too, with NaN where one is missing. Another model's, of an endpoint that was just updated, are taken as they came. */
export function tableOf(schema: Schema, name: string, predictions: Prediction[]): Table {
  const labels = labelsOfAll(schema, predictions);
  const values: (number | string)[] = [];
  for (const prediction of predictions) spread(prediction, labels, values);
  return { name, shape: [predictions.length, ...sidesOf(predictions[0])], datatype: datatypeOf(values), values };
}

function datatypeOf([first]: (number | string)[]): Datatype {
  return typeof first === 'string' ? 'BYTES' : 'FP64';
}

/** The labels of predictions that are shares of classes, or columns, in their order; all classes where the predictions are labels. */
function labelsOfAll(schema: Schema, [first]: Prediction[]): string[] {
  const isObject = typeof first === 'object' && first !== null && !Array.isArray(first);
  return isObject ? labelsOf(schema, first) : (schema.classes ?? []);
}

function spread(prediction: Prediction | Cell, labels: string[], values: (number | string)[]): void {
  if (prediction === null || typeof prediction === 'boolean') values.push(prediction === null ? Number.NaN : Number(prediction));
  else if (typeof prediction !== 'object') values.push(prediction);
  else {
    const parts = Array.isArray(prediction) ? prediction : labels.map((label) => prediction[label] as Prediction | Cell);
    for (const part of parts) spread(part, labels, values);
  }
}

function sidesOf(value: Prediction | Cell | undefined): number[] {
  if (typeof value !== 'object' || value === null) return [];
  const parts = Object.values(value) as Prediction[];
  return [parts.length, ...sidesOf(parts[0])];
}

/** Values as JSON, each number as the shortest text that reads back as the same double. */
export function valuesText(values: Cell[]): string {
  return values.map(cellText).join(',');
}
