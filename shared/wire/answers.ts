import { RequestError } from '../errors.ts';
import { cellBytes, cellOf } from '../schema/answer-columns.ts';
import type { Schema } from '../schema/features.ts';
import { defaultParameters, type Parameters } from '../schema/parameters.ts';
import {
  type Beside,
  besideOf,
  explanationsOf,
  listParts,
  outputWidth,
  type Prediction,
  partsOf,
  type Shape,
  shapeOf,
  shapeWidth,
  toPredictions,
} from '../schema/shape.ts';
import { cellText, columnsOf, csvCell, csvHeader, csvLine, jsonText, numberText, writeTable } from './answer-text.ts';
import { csvField } from './csv.ts';
import { explainedLine, explanationBytes, explanationFields, explanationHeader, explanationsText } from './explanation-text.ts';
import type { AnswerForm } from './media.ts';

/** The forms of an answer that are texts. */
export type TextForm = Exclude<AnswerForm, 'npy'>;

/** Most bytes an answer may have: Lambda takes 6 MB, headers and base64 aside. */
export const MAX_ANSWER_BYTES = 5_500_000;
/** Most characters a double takes (-1.2345678901234567e-308), with the comma behind it. */
const NUMBER_BYTES = 25;
const ENVELOPE_BYTES = 1_000;
/** The most rows that default parameters are answered for. */
const MOST_ROWS = new WeakMap<Parameters, number>();

/** Who computed the predictions. */
export type ServedBy = 'endpoint' | 'fallback' | 'container';

/** The answer to a request, as it stands in a JSON body. */
export type Answer = Beside & {
  predictions: Prediction[];
  model: { name: string; sha256: string };
  servedBy?: ServedBy;
  /** Why the fallback answered. */
  reason?: string;
};

/**
 * Refuses, before anything is computed, a request whose answer could grow over the limit. Throws a 413 that names the
 * largest number of rows that fits, and a 406 for several types in one array, or explanations in a form that has no place for them.
 */
export function checkAnswerSize(
  schema: Schema,
  rows: number,
  parameters: Parameters = defaultParameters(schema),
  form: AnswerForm = 'json',
): void {
  if (parameters.explain && (form === 'npy' || form === 'table' || form === 'tidymodels')) {
    const expected = 'expected an answer as JSON, CSV or JSON Lines';
    throw new RequestError(406, `found explain with an answer as ${form === 'npy' ? 'an array' : 'a bare table'}; ${expected}`);
  }
  const isOther = form === 'npy' || form === 'csvHeader';
  let most = isOther ? undefined : MOST_ROWS.get(parameters);
  if (most === undefined) {
    const times = (parameters.times ?? schema.times ?? []).length * NUMBER_BYTES;
    const header = form === 'csvHeader' ? Buffer.byteLength(headerOf(schema, parameters)) : 0;
    const bytes = form === 'npy' ? arrayBytes(schema, parameters) : predictionBytes(schema, parameters);
    most = Math.max(0, Math.floor((MAX_ANSWER_BYTES - ENVELOPE_BYTES - times - header) / bytes));
    // Those that a schema has by default are asked for again.
    if (parameters === defaultParameters(schema) && !isOther) MOST_ROWS.set(parameters, most);
  }
  if (rows <= most) return;
  const detail = `the answer to ${rows} rows could exceed ${MAX_ANSWER_BYTES} bytes; expected at most ${most} rows in one request`;
  throw new RequestError(413, detail);
}

/** Most bytes that a row takes in an array, written as base64. A label has four bytes a character, as many as the longest has. */
function arrayBytes(schema: Schema, parameters: Parameters): number {
  if (parameters.also) {
    const expected = 'expected one type, or an answer as JSON, CSV or JSON Lines';
    throw new RequestError(406, `found ${parameters.also.length + 1} types of answer, which are no single array; ${expected}`);
  }
  if (parameters.type === 'se')
    throw new RequestError(
      406,
      'found standard errors beside predictions, which are no single array; expected an answer as JSON, CSV or JSON Lines',
    );
  const shape = shapeOf(schema, parameters);
  const other = shape.columns?.find(({ type }) => type !== 'number' && type !== 'logical');
  if (other)
    throw new RequestError(406, `column "${other.name}" is no number, which an array has; expected an answer as JSON, CSV or JSON Lines`);
  const longest = shape.places?.reduce((most, label) => Math.max(most, label.length), 1);
  return ((longest === undefined ? 8 * shapeWidth(shape) : 4 * longest) * 4) / 3;
}

/** Most bytes one prediction can take in an answer. */
function predictionBytes(schema: Schema, { explain, ...parameters }: Parameters): number {
  if (explain) return predictionBytes(schema, parameters) + explanationBytes(schema, NUMBER_BYTES);
  if (parameters.also) {
    const each = partsOf(schema, parameters).map((part) => predictionBytes(schema, part.parameters));
    // The first type stands there twice; a line of JSON Lines has each type's name.
    const names = [parameters.type, ...parameters.also].join().length + 4 * each.length;
    return each.reduce((sum, bytes) => sum + bytes, each[0]! + names);
  }
  const shape = shapeOf(schema, parameters);
  const labelBytes = (labels: string[]) => labels.map((label) => Buffer.byteLength(JSON.stringify(label)) + 1);
  if (shape.places) return labelBytes(shape.places).reduce((most, bytes) => Math.max(most, bytes), 0);
  if (shape.columns) {
    const names = labelBytes(shape.columns.map(({ name }) => name));
    return shape.columns.reduce((sum, column, at) => sum + cellBytes(column) + names[at]! + 1, 3);
  }
  // Each side but the last has an array or object around the next.
  const brackets = shape.sides.reduce((sum, _, side) => sum + 3 * shapeWidth({ sides: shape.sides.slice(0, side) }), 0);
  const bytes = shapeWidth(shape) * NUMBER_BYTES + brackets + labelBytes(shape.labels ?? []).reduce((sum, one) => sum + one, 0);
  // A line of JSON Lines has the names of both.
  return parameters.type === 'se' ? 2 * bytes + 24 : bytes;
}

/** The header line of the answer to parameters, with its end. */
function headerOf(
  schema: Schema,
  parameters: Parameters,
  outputs: Float64Array = new Float64Array(outputWidth(schema, parameters)),
): string {
  return `${headerText(schema, toPredictions(schema, parameters, outputs))}\n`;
}

/** The names of an answer's columns. */
function headerText(schema: Schema, answer: { predictions: Prediction[] } & Beside): string {
  const [first] = answer.explanations ?? [];
  return first ? `${csvHeader(schema, answer)},${explanationHeader(schema, first)}` : csvHeader(schema, answer);
}

/**
 * An answer as the bytes of a body. CSV and JSON Lines hold the predictions alone, a line for each row and in order. Of several types,
 * or of predictions with standard errors, a line of CSV has the columns of each, one of JSON Lines an object of them.
 */
export function writeAnswer(schema: Schema, answer: Answer, form: TextForm): string {
  if (form === 'table' || form === 'tidymodels') return writeTable(schema, answer, form);
  const { predictions, se, explanations } = answer;
  const lists = columnsOf(answer);
  if (form === 'csv' || form === 'csvHeader') {
    const columns = lists.length > 0 ? lists.map(([, list]) => list) : [predictions];
    const why = (row: number) => (explanations ? `,${explanationFields(schema, explanations[row]!)}` : '');
    const lines = predictions.map((_, row) => `${columns.map((list) => csvLine(schema, list[row]!)).join(',')}${why(row)}\n`);
    return form === 'csv' ? lines.join('') : `${headerText(schema, answer)}\n${lines.join('')}`;
  }
  if (form === 'jsonlines' && lists.length > 0) {
    const object = (row: number) => lists.map(([type, list]) => `"${type}":${jsonText(schema, list[row]!)}`).join(',');
    return predictions.map((_, row) => `{${object(row)}}\n`).join('');
  }
  const texts = predictions.map((prediction) => jsonText(schema, prediction));
  if (form === 'jsonlines' && explanations) return texts.map((text, row) => explainedLine(schema, text, explanations[row]!)).join('');
  if (form === 'jsonlines') return texts.map((text) => `${text}\n`).join('');
  const listed: [string, Prediction[]][] = se ? [['se', se]] : lists;
  const beside = listed.map(([name, list]) => `"${name}":[${list.map((one) => jsonText(schema, one)).join(',')}],`).join('');
  const why = explanations ? explanationsText(schema, explanations) : '';
  const isRest = ([name]: [string, unknown]) =>
    name !== 'predictions' && name !== 'explanations' && !listed.some(([other]) => other === name);
  const rest = Object.fromEntries(Object.entries(answer).filter(isRest));
  return `{"predictions":[${texts.join(',')}],${beside}${why}${JSON.stringify(rest).slice(1)}`;
}

/** What stands behind the predictions in a JSON answer that was computed here. */
export function tailOf(schema: Schema, parameters: Parameters, rest: Omit<Answer, 'predictions' | keyof Beside>): string {
  return JSON.stringify({ ...besideOf(schema, parameters), ...rest }).slice(1);
}

/**
 * The predictor's doubles as the bytes of a body, the same as writeAnswer's, without the predictions as values between them.
 * `tail` is tailOf's.
 */
export function writeOutputs(schema: Schema, parameters: Parameters, outputs: Float64Array, form: TextForm, tail: string): string {
  if (form === 'csvHeader') {
    const first = outputs.subarray(0, outputWidth(schema, parameters));
    return headerOf(schema, parameters, first) + writeOutputs(schema, parameters, outputs, 'csv', tail);
  }
  if (form === 'table' || form === 'tidymodels') return writeTable(schema, toPredictions(schema, parameters, outputs), form);
  if (parameters.also) return writeTypes({ schema, parameters, outputs, form, tail });
  if (parameters.explain) return writeExplained({ schema, parameters, outputs, form, tail });
  if (parameters.type === 'se' && form !== 'json') return writeTypes({ schema, parameters, outputs, form, tail });
  const list = writeList(schema, parameters, outputs, form);
  if (parameters.type !== 'se') return joinLists(schema, parameters, [list], form, tail);
  const shape = shapeOf(schema, parameters);
  const errors = writeRows(jsonWriter(shape), outputs, outputWidth(schema, parameters), shapeWidth(shape), ',', '');
  return `{"predictions":[${list}],"se":[${errors}],${tail}`;
}

/** Whether an answer is one list, so that what writeOutputs writes can be put together of lists of some rows each. */
export function isOneList({ also, explain, type }: Parameters, form: AnswerForm): boolean {
  return !also && !explain && type !== 'se' && (form === 'json' || form === 'jsonlines' || form === 'csv' || form === 'csvHeader');
}

/** The list of some rows of such an answer. */
export function writeList(schema: Schema, parameters: Parameters, outputs: Float64Array, form: AnswerForm): string {
  const shape = shapeOf(schema, parameters);
  const stride = outputWidth(schema, parameters);
  if (form === 'json') return writeRows(jsonWriter(shape), outputs, stride, 0, ',', '');
  return writeRows(form === 'jsonlines' ? jsonWriter(shape) : csvWriter(shape), outputs, stride, 0, '', '\n');
}

/** Such an answer, of its lists in order; `tail` as writeOutputs has it. */
export function joinLists(schema: Schema, parameters: Parameters, lists: string[], form: AnswerForm, tail: string): string {
  if (form === 'json') return `{"predictions":[${lists.join(',')}],${tail}`;
  return form === 'csvHeader' ? headerOf(schema, parameters) + lists.join('') : lists.join('');
}

/** What writeOutputs writes, in the forms that have no table. */
type Computed = { schema: Schema; parameters: Parameters; outputs: Float64Array; form: 'json' | 'csv' | 'jsonlines'; tail: string };

/** The same with explanations. */
function writeExplained({ schema, parameters, outputs, form, tail }: Computed): string {
  const shape = shapeOf(schema, parameters);
  const stride = outputWidth(schema, parameters);
  const { explanations = [] } = explanationsOf(schema, parameters, outputs);
  const write = form === 'csv' ? csvWriter(shape) : jsonWriter(shape);
  const texts = explanations.map((_, row) => write(outputs, row * stride));
  if (form === 'csv') return texts.map((text, row) => `${text},${explanationFields(schema, explanations[row]!)}\n`).join('');
  if (form === 'jsonlines') return texts.map((text, row) => explainedLine(schema, text, explanations[row]!)).join('');
  return `{"predictions":[${texts.join(',')}],${explanationsText(schema, explanations)}${tail}`;
}

/** The same of several types, or of predictions and their standard errors. */
function writeTypes({ schema, parameters, outputs, form, tail }: Computed): string {
  const stride = outputWidth(schema, parameters);
  const parts = listParts(schema, parameters);
  if (form === 'csv') {
    const writers = parts.map(({ shape, offset }) => ({ write: csvWriter(shape), offset }));
    const line: Writer = (outputs, at) => writers.map(({ write, offset }) => write(outputs, at + offset)).join(',');
    return writeRows(line, outputs, stride, 0, '', '\n');
  }
  const writers = parts.map(({ type, shape, offset }) => ({ type, write: jsonWriter(shape), offset }));
  if (form === 'jsonlines') {
    const object: Writer = (outputs, at) =>
      `{${writers.map(({ type, write, offset }) => `"${type}":${write(outputs, at + offset)}`).join(',')}}`;
    return writeRows(object, outputs, stride, 0, '', '\n');
  }
  const lists = writers.map(({ type, write, offset }) => ({ type, text: writeRows(write, outputs, stride, offset, ',', '') }));
  const members = lists.map(({ type, text }) => `"${type}":[${text}],`).join('');
  return `{"predictions":[${lists[0]!.text}],${members}${tail}`;
}

/** Writes the doubles of one prediction, which begin at a place. */
type Writer = (outputs: Float64Array, at: number) => string;

/** Makes what writes the doubles of rows as lines, as writeOutputs does: for answers that come in many small parts. */
export function linesWriter(schema: Schema, parameters: Parameters, form: 'csv' | 'jsonlines'): (outputs: Float64Array) => string {
  if (parameters.explain || parameters.also || parameters.type === 'se')
    return (outputs) => writeOutputs(schema, parameters, outputs, form, '');
  const shape = shapeOf(schema, parameters);
  const stride = outputWidth(schema, parameters);
  const write = form === 'csv' ? csvWriter(shape) : jsonWriter(shape);
  return (outputs) => writeRows(write, outputs, stride, 0, '', '\n');
}

function writeRows(write: Writer, outputs: Float64Array, stride: number, offset: number, between: string, behind: string): string {
  let text = '';
  for (let at = offset; at < outputs.length; at += stride) text += (at === offset ? '' : between) + write(outputs, at) + behind;
  return text;
}

function jsonWriter({ sides, labels, places, columns }: Shape): Writer {
  if (columns) {
    const keys = columns.map(({ name }) => JSON.stringify(name));
    return (outputs, at) => {
      const cell = (place: number) => cellOf(columns[place]!, outputs[at + place]!);
      return `{${keys.map((key, place) => `${key}:${cellText(cell(place))}`).join(',')}}`;
    };
  }
  if (places) {
    const texts = places.map((label) => JSON.stringify(label));
    return (outputs, at) => texts[outputs[at]!] as string;
  }
  const [side, ...rest] = sides;
  if (side === undefined) return (outputs, at) => numberText(outputs[at]!);
  const write = jsonWriter({ sides: rest });
  const width = shapeWidth({ sides: rest });
  const keys = labels?.map((label) => `${JSON.stringify(label)}:`);
  const [open, close] = keys ? ['{', '}'] : ['[', ']'];
  return (outputs, at) => {
    let text = open;
    for (let place = 0; place < side; place += 1) {
      text += `${place === 0 ? '' : ','}${keys?.[place] ?? ''}${write(outputs, at + place * width)}`;
    }
    return text + close;
  };
}

function csvWriter(shape: Shape): Writer {
  const { places, columns } = shape;
  if (columns) return (outputs, at) => columns.map((column, place) => csvCell(cellOf(column, outputs[at + place]!))).join(',');
  if (places) {
    const fields = places.map(csvField);
    return (outputs, at) => fields[outputs[at]!] as string;
  }
  const width = shapeWidth(shape);
  return (outputs, at) => {
    let text = '';
    for (let place = 0; place < width; place += 1) text += (place === 0 ? '' : ',') + numberText(outputs[at + place]!);
    return text;
  };
}
