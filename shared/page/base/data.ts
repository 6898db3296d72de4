import type { Card } from '../../schema/card.ts';
import type { Explanation } from '../../schema/explanation.ts';
import type { IntervalName } from '../../schema/spread/interval.ts';
import { MAX_FIELDS, startOf } from '../html/fields.ts';
import type { FormFeature, FormModel } from '../html/form.ts';
import { explainedOf, type PageExplained } from './explained.ts';

/** One element of an answer's predictions, by the contract. Where an answer is columns (the kind is `columns`), some of the values are texts, logicals or null: cellsOf. */
export type Predicted = number | string | Record<string, number> | number[];

/** The body of an answer; `times` stands beside survival probabilities, `se` beside predictions with standard errors, `explanations` where reasons are asked for. */
export type AnswerBody = {
  predictions: Predicted[];
  times?: number[];
  se?: Predicted[];
  explanations?: Explanation[];
  explain?: { time?: number };
  model?: { name: string; sha256: string };
  servedBy?: string;
  reason?: string;
};

/** A value of a feature as the page holds it; null is missing. */
export type Value = number | string | boolean | null;

/** A feature with the value its field starts at. */
export type PageFeature = FormFeature & { start: Value };

/**
 * How the classes' shares are asked for where an answer is a class alone: as the votes of `trees` trees, which name a class by its
 * number in `codes` where each tree is asked; or as the shares that the model itself has, without `trees`.
 */
export type Votes = { parameters: Record<string, unknown>; trees?: number; codes?: number[] };

/** How an API that asks knows its callers: keys of its own, tokens, or AWS's signatures. */
export type PageAccess = 'keys' | 'jwt' | 'iam';

/** What the page tells its script of a model, in a data block that is not executed. */
export type PageData = PageExplained & {
  /** ranger's word for what is predicted: regression, classification, probability or survival; or columns. */
  kind: string;
  classes: string[];
  /** The names of the columns, where an answer is columns. */
  columns?: string[];
  features: PageFeature[];
  /** The places of the features that have a field of their own, in the order of the form. */
  order: number[];
  takesMissing: boolean;
  /** True where the model has an answer to `parameters: {"type": "se"}` for as many rows as a curve has; ranger's has for 20. */
  standardErrors: boolean;
  /** The kind of interval that is shown beside an answer, where the model has one. */
  interval?: IntervalName;
  /** Where an answer is a class alone: how the classes' shares are asked for. */
  votes?: Votes;
  sha256: string;
  card: Card;
  /** How callers are known, where the API asks: then the ranges, starts and the first answer come once the visitor said who it is. */
  access?: PageAccess;
  /** The answer to the values that the fields start at. */
  first?: AnswerBody;
};

/**
 * What the script gets of a model, with the `order` of its fields. Features without a field have their name, type and start alone.
 */
export function pageData(model: FormModel, first?: AnswerBody, order = orderOf(model)): PageData {
  const { schema, card, sha256 } = model;
  const { types = [], takes = [] } = schema;
  const shown = new Set(order);
  const features = schema.features.map((feature, at): PageFeature => {
    const start = startOf(feature);
    if (shown.has(at)) return { ...feature, start };
    const { name } = feature;
    return feature.type === 'factor' ? { name, type: 'factor', levels: [], start } : { name, type: feature.type, start };
  });
  const votes = votesOf(model);
  const kinds = schema.intervals?.kinds ?? [];
  // That of R's predict(), where there are both.
  const interval = kinds.includes('prediction') ? 'prediction' : kinds.at(-1);
  return {
    kind: schema.kind,
    classes: schema.classes ?? [],
    ...(schema.columns ? { columns: schema.columns.map(({ name }) => name) } : {}),
    features,
    order,
    takesMissing: schema.takesMissing,
    standardErrors: (types.includes('se') && !takes.includes('seMethod')) || schema.intervals?.hasErrors === true,
    ...(interval === undefined ? {} : { interval }),
    ...explainedOf(model),
    ...(votes === undefined ? {} : { votes }),
    sha256,
    card,
    ...(first === undefined ? {} : { first }),
  };
}

/**
 * The places of the features that have a field: the most important first where that is known, else in the model's order. Where the fields
 * came before that was known, they are those of the model's first features, whatever their importance.
 */
export function orderOf({ schema, card }: FormModel, areFirst = false): number[] {
  const trained = card.training?.importance ?? {};
  const means = schema.explain?.importance;
  const weight = (at: number) => {
    const name = schema.features[at]?.name ?? '';
    return means?.[at] ?? (Object.hasOwn(trained, name) ? trained[name]! : Number.NEGATIVE_INFINITY);
  };
  const places = schema.features.map((_, at) => at).slice(0, areFirst ? MAX_FIELDS : undefined);
  if (means || Object.keys(trained).length > 0) places.sort((a, b) => Math.sign(weight(b) - weight(a)) || a - b);
  return places.slice(0, MAX_FIELDS);
}

/** What R's predict() gives the shares of a classification by: the trees' votes or probabilities by a type, or the vote of every tree. */
function votesOf({ schema: { kind, types = [], takes = [], trees }, codes }: FormModel): Votes | undefined {
  if (kind !== 'classification') return undefined;
  if (types.includes('vote') && trees !== undefined) return { parameters: { type: 'vote' }, trees };
  if (types.includes('prob')) return { parameters: { type: 'prob' } };
  return takes.includes('predictAll') && codes && trees !== undefined ? { parameters: { predictAll: true }, trees, codes } : undefined;
}
