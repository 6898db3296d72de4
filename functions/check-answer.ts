import * as z from 'zod';
import type { Schema } from '../shared/features.ts';
import type { Prediction } from '../shared/predict.ts';

/** An answer of the endpoint that cannot be believed. The message says what is wrong with it, without its values. */
export class BadAnswer extends Error {}

const prediction = z.union([z.number(), z.string(), z.record(z.string(), z.number())]);
const answerForm = z.object({
  predictions: z.array(prediction),
  model: z.object({ name: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
});

/** The model this side holds. */
type Expected = { schema: Schema; sha256: string };

/**
 * Reads the endpoint's answer and holds it against what was asked: JSON, a prediction for each row, every number finite,
 * and the model that made it; where that is the model held here, predictions of its kind. Throws a BadAnswer: the SDK takes a body that was cut off, or a proxy's page, for a success.
 */
export function checkAnswer(
  body: Uint8Array | undefined,
  rows: number,
  expected: Expected,
): { predictions: Prediction[]; model: { name: string; sha256: string } } {
  if (!body || body.length === 0) throw new BadAnswer('found an empty body, expected an answer');
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new BadAnswer('found a body that is not JSON, expected an answer');
  }
  const parsed = answerForm.safeParse(value);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join('/') ?? '';
    throw new BadAnswer(`found another form at /${path}, expected finite predictions and the model that made them`);
  }
  const { predictions, model } = parsed.data;
  if (predictions.length !== rows) throw new BadAnswer(`found ${predictions.length} predictions, expected ${rows}`);
  const other = predictions.findIndex((one) => !isOfKind(one, expected.schema));
  if (model.sha256 === expected.sha256 && other !== -1) {
    throw new BadAnswer(`found prediction ${other} of another form, expected one of ${expected.schema.kind}`);
  }
  return { predictions, model };
}

function isOfKind(one: Prediction, { kind, classes = [] }: Schema): boolean {
  if (kind === 'regression') return typeof one === 'number';
  if (kind === 'classification') return typeof one === 'string' && classes.includes(one);
  return typeof one === 'object' && Object.keys(one).length === classes.length && classes.every((label) => Object.hasOwn(one, label));
}
