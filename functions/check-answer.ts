import * as z from 'zod';
import type { Schema } from '../shared/features.ts';
import { type Beside, type Prediction, type Shape, shapeOf } from '../shared/shape.ts';
import type { Query } from '../shared/wire.ts';

/** An answer of the endpoint that cannot be believed. The message says what is wrong with it, without its values. */
class BadAnswer extends Error {
  /** What endpoint.ts knows it by, like the SDK's errors: it is there before the code here is loaded. */
  override readonly name = 'BadAnswer';
}

/** An answer that was held against what was asked. */
export type Believed = { predictions: Prediction[]; model: { name: string; sha256: string } } & Beside;

const answerForm = z.looseObject({
  predictions: z.array(z.unknown()),
  se: z.array(z.unknown()).optional(),
  times: z.array(z.number()).optional(),
  quantiles: z.array(z.number()).optional(),
  model: z.object({ name: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
});

/** The model this side holds. */
export type Expected = { schema: Schema; sha256: string };

/**
 * Reads the endpoint's answer and holds it against what was asked: JSON, a prediction for each row, every number finite,
 * and the model that made it; where that is the model held here, predictions of the form asked for. Throws a BadAnswer: the
 * SDK takes a body that was cut off, or a proxy's page, for a success.
 */
export function checkAnswer(body: Uint8Array | undefined, query: Query, expected: Expected): Believed {
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
  const { predictions, se, times, quantiles, model } = parsed.data;
  const shape = model.sha256 === expected.sha256 ? shapeOf(expected.schema, query.parameters) : undefined;
  for (const [name, list] of Object.entries({ predictions, se })) {
    if (list === undefined) continue;
    if (list.length !== query.count) throw new BadAnswer(`found ${list.length} ${name}, expected ${query.count}`);
    const other = list.findIndex((one) => !(isPlain(one) && (shape === undefined || hasShape(one, shape))));
    if (other !== -1) throw new BadAnswer(`found number ${other} of ${name} of another form, expected that of the model`);
  }
  const beside = Object.fromEntries(Object.entries({ se, times, quantiles }).filter(([, list]) => list !== undefined)) as Beside;
  return { predictions: predictions as Prediction[], model, ...beside };
}

/** Whether a value is made of texts and finite numbers alone. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'string') return true;
  return typeof value === 'object' && value !== null && Object.values(value).every(isPlain);
}

function hasShape(value: unknown, { sides, labels, places }: Shape): boolean {
  if (places) return typeof value === 'string' && places.includes(value);
  const [side, ...rest] = sides;
  if (side === undefined) return typeof value === 'number';
  if (typeof value !== 'object' || value === null || Array.isArray(value) === (labels !== undefined)) return false;
  if (labels && !labels.every((label) => Object.hasOwn(value, label))) return false;
  const parts = Object.values(value);
  return parts.length === side && parts.every((part) => hasShape(part, { sides: rest }));
}
