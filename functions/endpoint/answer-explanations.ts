import * as z from 'zod';
import { type Explained, type Explanation, explainedOf } from '../../shared/schema/explanation.ts';
import type { Schema } from '../../shared/schema/features.ts';
import type { Query } from '../../shared/wire/wire.ts';
import { isLabel } from './answer-form.ts';

/** Most contributions of a row of a model that is not the one held here. */
const MOST_CONTRIBUTIONS = 100_000;

const explanationForm = z.strictObject({
  class: z.string().optional(),
  baseline: z.number(),
  contributions: z.record(z.string(), z.number()),
  others: z.number().optional(),
  rounding: z.number().optional(),
  standardErrors: z.record(z.string(), z.number().min(0)).optional(),
});

const explainedForm = z.object({
  output: z.enum(['margin', 'response', 'probability']),
  background: z.enum(['path', 'rows', 'means']),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  time: z.number().optional(),
});

/** What of an endpoint's answer its explanations are. */
export type Reasons = { explanations: Explanation[]; explain: Explained };

/**
 * The explanations of an endpoint's answer, checked against what was asked: one for each row, all numbers finite, and, of the model
 * held here, of its features and of the class that was named. A text says what is wrong.
 */
export function checkReasons(
  found: Record<string, unknown>,
  { parameters, count }: Query,
  schema: Schema,
  isOurs: boolean,
): Reasons | string {
  const ask = parameters.explain || {};
  const explain = explainedForm.safeParse(found.explain);
  const list = z.array(explanationForm).length(count).safeParse(found.explanations);
  if (!explain.success || !list.success) return `found other explanations, expected one for each of ${count} rows, and what they are of`;
  const explanations = list.data as Explanation[];
  const ours = explainedOf(schema, ask);
  const { output, background, time } = explain.data;
  if (isOurs && !(output === ours?.output && background === ours.background && time === ours.time))
    return 'found explanations of another number, expected that which was asked for';
  const most = isOurs ? schema.features.length : MOST_CONTRIBUTIONS;
  const expected = Math.min(most, ask.top ?? most);
  const names = new Set(schema.features.map(({ name }) => name));
  const wrong = explanations.findIndex(({ contributions, class: label, others, standardErrors }) => {
    const given = Object.keys(contributions);
    if (standardErrors && !isOfSame(standardErrors, contributions)) return true;
    if (!isOurs) return given.length === 0 || given.length > expected || !given.every(isLabel) || (label !== undefined && !isLabel(label));
    const isNamed = given.length === expected && given.every((name) => names.has(name));
    const isClass = schema.classes ? label !== undefined && schema.classes.includes(label) : label === undefined;
    return !isNamed || !isClass || (ask.class !== undefined && label !== ask.class) || (others !== undefined) !== expected < most;
  });
  if (wrong !== -1) return `found number ${wrong} of explanations of other features or of another class, expected those of the model`;
  return { explanations, explain: explain.data as Explained };
}

/** Whether two objects have the same members. */
function isOfSame(one: object, other: object): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name));
}
