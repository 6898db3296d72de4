import type { Schema } from '../schema/features.ts';
import type { Parameters } from '../schema/parameters.ts';
import type { BoundStep } from '../steps/kind.ts';
import { usesOf } from '../steps/pipeline.ts';
import type { ExplainedNumber } from './explained-number.ts';
import type { Explainer } from './explainer.ts';
import type { Body } from './kind.ts';
import type { Outcome } from './outcome.ts';
import type { Summed } from './sum-kind.ts';
import { SUMS } from './sums.ts';

/** A model that is explained by its answers, from the features on: with the steps before its body, and what is made of the body's answers. */
export type Answering = {
  schema: Schema;
  steps?: readonly BoundStep[];
  body: Body;
  outcome?: Outcome;
  /** The schema as the body gets it. */
  bodySchema: Schema;
  /** Rows of all features, side by side. */
  background: Float64Array | undefined;
  /** The weight of the training rows in each leaf of a body of trees. */
  cover: ArrayLike<number> | undefined;
  /** The mean of each summand of the body's sum in the training data. */
  means: Float64Array | undefined;
  predict(rows: Float64Array, parameters: Parameters): Float64Array;
};

/** What explains any model by its answers. */
export type AnswersExplainer = (model: Answering) => Explainer | undefined;

/** The sum of inputs that a model's body computes, if it is known to be one. */
export function sumOf({ body, bodySchema }: Pick<Answering, 'body' | 'bodySchema'>): Summed | undefined {
  return sumKindOf(body)?.sum(bodySchema, body.data);
}

/** What knows of a body that it is a sum. */
export function sumKindOf(body: Body) {
  return SUMS.find(({ types }) => types.some((type) => body.kind.types.includes(type)));
}

/** The features of each summand of a number that is the body's sum as it is; undefined where it is not. */
export function summandsOf(model: Answering, { type }: ExplainedNumber): ReadonlySet<number>[] | undefined {
  const { schema, steps, outcome } = model;
  const made = outcome ? outcome.types[type] : ({ of: type, by: 'same' } as const);
  const sum = made?.by === 'same' ? sumOf(model) : undefined;
  const isSum = sum && (made?.of === 'response' ? sum.isResponse : made?.of === 'link' || made?.of === 'margin' || made?.of === 'lp');
  if (!isSum) return undefined;
  const uses = steps && usesOf(schema, steps);
  return sum.summands.map((inputs) => new Set(inputs.flatMap((input) => (uses ? [...uses[input]!] : [input]))));
}
