import { csvField } from './csv.ts';
import { RequestError } from './errors.ts';
import type { Schema } from './features.ts';
import type { BodyForm } from './media.ts';
import type { Prediction } from './predict.ts';

/** Most bytes an answer may have: Lambda takes 6 MB, headers and base64 aside. */
export const MAX_ANSWER_BYTES = 5_500_000;
/** Most characters a double takes (-1.2345678901234567e-308), with the comma behind it. */
const NUMBER_BYTES = 25;
const ENVELOPE_BYTES = 1_000;

/** Who computed the predictions. */
export type ServedBy = 'endpoint' | 'fallback' | 'container';

/** The answer to a request, as it stands in a JSON body. */
export type Answer = {
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
export function checkAnswerSize(schema: Schema, rows: number): void {
  const most = Math.floor((MAX_ANSWER_BYTES - ENVELOPE_BYTES) / predictionBytes(schema));
  if (rows > most)
    throw new RequestError(
      413,
      `the answer to ${rows} rows could exceed ${MAX_ANSWER_BYTES} bytes; expected at most ${most} rows in one request`,
    );
}

/** Most bytes one prediction can take in an answer. */
function predictionBytes(schema: Schema): number {
  const labels = (schema.classes ?? []).map((label) => Buffer.byteLength(JSON.stringify(label)));
  if (schema.kind === 'regression') return NUMBER_BYTES;
  if (schema.kind === 'classification') return labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  return labels.reduce((sum, label) => sum + label + 1 + NUMBER_BYTES, 2);
}

/** An answer as the bytes of a body. CSV and JSON Lines hold the predictions alone, a line for each row and in order. */
export function writeAnswer(schema: Schema, answer: Answer, form: BodyForm): string {
  const { predictions, ...rest } = answer;
  if (form === 'csv') return predictions.map((prediction) => `${csvLine(schema, prediction)}\n`).join('');
  const texts = predictions.map((prediction) => jsonText(schema, prediction));
  if (form === 'jsonlines') return texts.map((text) => `${text}\n`).join('');
  return `{"predictions":[${texts.join(',')}],${JSON.stringify(rest).slice(1)}`;
}

/** A prediction as JSON. JSON.stringify would move labels that look like whole numbers out of the class order. */
function jsonText(schema: Schema, prediction: Prediction): string {
  if (typeof prediction === 'number') return numberText(prediction);
  if (typeof prediction === 'string') return JSON.stringify(prediction);
  return `{${labelsOf(schema, prediction)
    .map((label) => `${JSON.stringify(label)}:${numberText(prediction[label] as number)}`)
    .join(',')}}`;
}

/** The shortest text that reads back as the same double, -0 among them, which JSON.stringify would make 0. */
function numberText(number: number): string {
  return Object.is(number, -0) ? '-0' : String(number);
}

/** A prediction as a line of CSV: a number, a label, or the classes' shares in their order. */
function csvLine(schema: Schema, prediction: Prediction): string {
  if (typeof prediction === 'number') return numberText(prediction);
  if (typeof prediction === 'string') return csvField(prediction);
  return labelsOf(schema, prediction)
    .map((label) => numberText(prediction[label] as number))
    .join(',');
}

/** The labels in class order; an endpoint with another model may have others, which then stand as they came. */
function labelsOf(schema: Schema, prediction: Record<string, number>): string[] {
  const labels = Object.keys(prediction);
  const known = schema.classes ?? [];
  return known.length === labels.length && known.every((label) => Object.hasOwn(prediction, label)) ? known : labels;
}
