import { csvField } from './csv.ts';
import { RequestError } from './errors.ts';
import type { Schema } from './features.ts';
import type { BodyForm } from './media.ts';
import { defaultParameters, type Parameters } from './parameters.ts';
import { type Beside, type Prediction, shapeOf, shapeWidth } from './shape.ts';

/** Most bytes an answer may have: Lambda takes 6 MB, headers and base64 aside. */
export const MAX_ANSWER_BYTES = 5_500_000;
/** Most characters a double takes (-1.2345678901234567e-308), with the comma behind it. */
const NUMBER_BYTES = 25;
const ENVELOPE_BYTES = 1_000;

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
  const room = MAX_ANSWER_BYTES - ENVELOPE_BYTES - (schema.times?.length ?? 0) * NUMBER_BYTES;
  const most = Math.max(0, Math.floor(room / predictionBytes(schema, parameters)));
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
export function writeAnswer(schema: Schema, answer: Answer, form: BodyForm): string {
  const { predictions, se, ...rest } = answer;
  if (form === 'csv') return predictions.map((prediction) => `${csvLine(schema, prediction)}\n`).join('');
  const texts = predictions.map((prediction) => jsonText(schema, prediction));
  if (form === 'jsonlines') return texts.map((text) => `${text}\n`).join('');
  const errors = se ? `"se":[${se.map((one) => jsonText(schema, one)).join(',')}],` : '';
  return `{"predictions":[${texts.join(',')}],${errors}${JSON.stringify(rest).slice(1)}`;
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
function numberText(number: number): string {
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
