import type { Card } from '../../schema/card.ts';
import type { ExplainAsk } from '../../schema/explain-ask.ts';
import { type Explanation, explainMs } from '../../schema/explanation.ts';
import { defaultParameters } from '../../schema/parameters.ts';
import type { IntervalName } from '../../schema/spread/interval.ts';
import { MAX_FIELDS, startOf } from '../html/fields.ts';
import type { FormFeature, FormModel } from '../html/form.ts';

/** The longest that the reasons of one answer may take a server, in milliseconds: they are asked for whenever an input moves. */
const MOST_MS = 500;

/** One element of an answer's predictions, by the contract. Where an answer is columns (the kind is `columns`), some of the values are texts, logicals or null: cellsOf. */
export type Predicted = number | string | Record<string, number> | number[];

/** The body of an answer; `times` stands beside survival probabilities, `se` beside predictions with standard errors, `explanations` where reasons are asked for. */
export type AnswerBody = {
  predictions: Predicted[];
  times?: number[];
  se?: number[];
  explanations?: Explanation[];
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

/** What the page tells its script of a model, in a data block that is not executed. */
export type PageData = {
  /** ranger's word for what is predicted: regression, classification, probability or survival; or columns. */
  kind: string;
  classes: string[];
  /** The names of the columns, where an answer is columns. */
  columns?: string[];
  features: PageFeature[];
  /** The places of the features that have a field of their own, in the order of the form. */
  order: number[];
  takesMissing: boolean;
  /** True where the model has an answer to `parameters: {"type": "se"}`. */
  standardErrors: boolean;
  /** The kind of interval that is shown beside an answer, where the model has one. */
  interval?: IntervalName;
  /** How the reasons of an answer are asked for, where the model has some that come soon. */
  explain?: ExplainAsk;
  /** Where an answer is a class alone: how the classes' shares are asked for. */
  votes?: Votes;
  sha256: string;
  card: Card;
  /** The answer to the values that the fields start at. */
  first?: AnswerBody;
};

/** What the script gets of a model. Features without a field have their name, type and start alone. */
export function pageData(model: FormModel, first?: AnswerBody): PageData {
  const { schema, card, sha256 } = model;
  const order = orderOf(model);
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
  const explain = explainOf(schema);
  return {
    kind: schema.kind,
    classes: schema.classes ?? [],
    ...(schema.columns ? { columns: schema.columns.map(({ name }) => name) } : {}),
    features,
    order,
    takesMissing: schema.takesMissing,
    standardErrors: schema.types?.includes('se') === true || schema.intervals?.hasErrors === true,
    ...(interval === undefined ? {} : { interval }),
    ...(explain === undefined ? {} : { explain }),
    ...(votes === undefined ? {} : { votes }),
    sha256,
    card,
    ...(first === undefined ? {} : { first }),
  };
}

/** The places of the features that have a field: the most important first where that is known, else in the model's order. */
export function orderOf({ schema, card }: FormModel): number[] {
  const importance = card.training?.importance ?? {};
  const weight = (at: number) => {
    const name = schema.features[at]?.name ?? '';
    return Object.hasOwn(importance, name) ? importance[name]! : Number.NEGATIVE_INFINITY;
  };
  const places = schema.features.map((_, at) => at);
  if (Object.keys(importance).length > 0) places.sort((a, b) => Math.sign(weight(b) - weight(a)) || a - b);
  return places.slice(0, MAX_FIELDS);
}

/**
 * What is asked of an explanation: the number that is the answer, where the model has a way to it, else a sum that the answer is made from.
 * Undefined where nothing can be explained, or a row may take longer than MOST_MS.
 */
function explainOf(schema: FormModel['schema']): ExplainAsk | undefined {
  const asks = (schema.explain?.ways ?? []).flatMap(({ background, outputs }) => outputs.map((output) => ({ background, output })));
  const width = schema.features.length;
  const isSoon = (explain: ExplainAsk) =>
    [0, Number.NaN].every(
      (value) => explainMs(schema, { rows: new Float64Array(width).fill(value), count: 1, parameters: { explain } }) <= MOST_MS,
    );
  const soon = asks.filter(isSoon);
  const isSum = ['link', 'lp', 'margin'].includes(defaultParameters(schema).type);
  return soon.find(({ output }) => (output === 'margin') === isSum) ?? soon[0];
}

/** What R's predict() gives the shares of a classification by: the trees' votes or probabilities by a type, or the vote of every tree. */
function votesOf({ schema: { kind, types = [], takes = [], trees }, codes }: FormModel): Votes | undefined {
  if (kind !== 'classification') return undefined;
  if (types.includes('vote') && trees !== undefined) return { parameters: { type: 'vote' }, trees };
  if (types.includes('prob')) return { parameters: { type: 'prob' } };
  return takes.includes('predictAll') && codes && trees !== undefined ? { parameters: { predictAll: true }, trees, codes } : undefined;
}
