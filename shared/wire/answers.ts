import { RequestError } from '../errors.ts';
import type { Schema } from '../schema/features.ts';
import { defaultParameters, type Parameters } from '../schema/parameters.ts';
import { type Beside, besideOf, outputWidth, type Prediction, type Shape, shapeOf, shapeWidth, toPredictions } from '../schema/shape.ts';
import { csvField } from './csv.ts';
import type { AnswerForm, TableForm } from './media.ts';

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
 * largest number of rows that fits.
 */
export function checkAnswerSize(schema: Schema, rows: number, parameters: Parameters = defaultParameters(schema)): void {
  let most = MOST_ROWS.get(parameters);
  if (most === undefined) {
    const room = MAX_ANSWER_BYTES - ENVELOPE_BYTES - (schema.times?.length ?? 0) * NUMBER_BYTES;
    most = Math.max(0, Math.floor(room / predictionBytes(schema, parameters)));
    // Those that a schema has by default are asked for again.
    if (parameters === defaultParameters(schema)) MOST_ROWS.set(parameters, most);
  }
  if (rows <= most) return;
  const detail = `the answer to ${rows} rows could exceed ${MAX_ANSWER_BYTES} bytes; expected at most ${most} rows in one request`;
  throw new RequestError(413, detail);
}

/** Most bytes one prediction can take in an answer. */
function predictionBytes(schema: Schema, parameters: Parameters): number {
  const shape = shapeOf(schema, parameters);
  const labelBytes = (labels: string[]) => labels.map((label) => Buffer.byteLength(JSON.stringify(label)) + 1);
  if (shape.places) return labelBytes(shape.places).reduce((most, bytes) => Math.max(most, bytes), 0);
  // Each side but the last has an array or object of its own around the next.
  const brackets = shape.sides.reduce((sum, _, side) => sum + 3 * shapeWidth({ sides: shape.sides.slice(0, side) }), 0);
  const own = shapeWidth(shape) * NUMBER_BYTES + brackets + labelBytes(shape.labels ?? []).reduce((sum, bytes) => sum + bytes, 0);
  return parameters.type === 'se' ? 2 * own : own;
}

/** An answer as the bytes of a body. CSV and JSON Lines hold the predictions alone, a line for each row and in order. */
export function writeAnswer(schema: Schema, answer: Answer, form: AnswerForm): string {
  const { predictions, se, ...rest } = answer;
  if (form === 'table' || form === 'tidymodels') return writeTable(schema, answer, form);
  if (form === 'csv') return predictions.map((prediction) => `${csvLine(schema, prediction)}\n`).join('');
  const texts = predictions.map((prediction) => jsonText(schema, prediction));
  if (form === 'jsonlines') return texts.map((text) => `${text}\n`).join('');
  const errors = se ? `"se":[${se.map((one) => jsonText(schema, one)).join(',')}],` : '';
  return `{"predictions":[${texts.join(',')}],${errors}${JSON.stringify(rest).slice(1)}`;
}

/** What stands behind the predictions in a JSON answer that was computed here. */
export function tailOf(schema: Schema, parameters: Parameters, rest: Omit<Answer, 'predictions' | keyof Beside>): string {
  return JSON.stringify({ ...besideOf(schema, parameters), ...rest }).slice(1);
}

/**
 * The predictor's doubles as the bytes of a body, the same as writeAnswer's, without the predictions as values between them.
 * `tail` is tailOf's.
 */
export function writeOutputs(schema: Schema, parameters: Parameters, outputs: Float64Array, form: AnswerForm, tail: string): string {
  if (form === 'table' || form === 'tidymodels') return writeTable(schema, toPredictions(schema, parameters, outputs), form);
  const shape = shapeOf(schema, parameters);
  const stride = outputWidth(schema, parameters);
  if (form === 'csv') return writeRows(csvWriter(shape), outputs, stride, 0, '', '\n');
  const write = jsonWriter(shape);
  if (form === 'jsonlines') return writeRows(write, outputs, stride, 0, '', '\n');
  const errors = parameters.type === 'se' ? `"se":[${writeRows(write, outputs, stride, shapeWidth(shape), ',', '')}],` : '';
  return `{"predictions":[${writeRows(write, outputs, stride, 0, ',', '')}],${errors}${tail}`;
}

/** How a table's columns are called: those of vetiver's servers in Python, and those of tidymodels, which its servers in R have. */
const COLUMNS: Record<TableForm, { number: string; label: string; each: string; error: string }> = {
  table: { number: 'predict', label: 'predict', each: 'predict_', error: 'se' },
  tidymodels: { number: '.pred', label: '.pred_class', each: '.pred_', error: '.std_error' },
};

/** An answer as a bare table: a column of predictions, or one a class, and nothing that is not as long. */
function writeTable(schema: Schema, { predictions, se }: Pick<Answer, 'predictions' | 'se'>, form: TableForm): string {
  const { number, label, each, error } = COLUMNS[form];
  const columns = (values: Prediction[], alone: string, before: string): string[] => {
    const [first] = values;
    const isShares = typeof first === 'object' && !Array.isArray(first);
    const column = (name: string, pick: (value: Prediction) => Prediction) =>
      `${JSON.stringify(name)}:[${values.map((value) => jsonText(schema, pick(value))).join(',')}]`;
    if (!isShares) return [column(alone, (value) => value)];
    return labelsOf(schema, first).map((one) => column(before + one, (value) => (value as Record<string, Prediction>)[one] as Prediction));
  };
  const own = columns(predictions, typeof predictions[0] === 'string' ? label : number, each);
  return `{${[...own, ...(se ? columns(se, error, `${error}_`) : [])].join(',')}}`;
}

/** Writes the doubles of one prediction, which begin at a place. */
type Writer = (outputs: Float64Array, at: number) => string;

function writeRows(write: Writer, outputs: Float64Array, stride: number, offset: number, between: string, behind: string): string {
  let text = '';
  for (let at = offset; at < outputs.length; at += stride) text += (at === offset ? '' : between) + write(outputs, at) + behind;
  return text;
}

function jsonWriter({ sides, labels, places }: Shape): Writer {
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
  const { places } = shape;
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

/** A prediction as JSON. JSON.stringify would move labels that look like whole numbers out of the class order. */
function jsonText(schema: Schema, prediction: Prediction): string {
  if (typeof prediction === 'number') return numberText(prediction);
  if (typeof prediction === 'string') return JSON.stringify(prediction);
  if (Array.isArray(prediction)) return `[${prediction.map((one) => jsonText(schema, one)).join(',')}]`;
  return `{${labelsOf(schema, prediction)
    .map((label) => `${JSON.stringify(label)}:${jsonText(schema, prediction[label] as Prediction)}`)
    .join(',')}}`;
}

/** The shortest text that reads back as the same double, -0 among them, which JSON.stringify would make 0. */
export function numberText(number: number): string {
  return Object.is(number, -0) ? '-0' : String(number);
}

/** A prediction as a line of CSV: a number, a label, or all its numbers in order (shares in class order). */
function csvLine(schema: Schema, prediction: Prediction): string {
  if (typeof prediction === 'number') return numberText(prediction);
  if (typeof prediction === 'string') return csvField(prediction);
  const parts = Array.isArray(prediction) ? prediction : labelsOf(schema, prediction).map((label) => prediction[label] as Prediction);
  return parts.map((part) => csvLine(schema, part)).join(',');
}

/** The labels in class order; an endpoint with another model may have others, which then stand as they came. */
function labelsOf(schema: Schema, prediction: object): string[] {
  const labels = Object.keys(prediction);
  const known = schema.classes ?? [];
  return known.length === labels.length && known.every((label) => Object.hasOwn(prediction, label)) ? known : labels;
}
