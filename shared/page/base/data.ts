import type { Card, Feature, ModelInfo } from '../../features.ts';
import { MAX_FIELDS, startOf } from '../html/fields.ts';

/** One element of an answer's predictions, by the contract. */
export type Predicted = number | string | Record<string, number> | number[];

/** The body of an answer; `times` stands beside survival probabilities, `se` beside predictions with standard errors. */
export type AnswerBody = {
  predictions: Predicted[];
  times?: number[];
  se?: number[];
  model?: { name: string; sha256: string };
  servedBy?: string;
  reason?: string;
};

/** A value of a feature as the page holds it; null is missing. */
export type Value = number | string | boolean | null;

/** A feature with the value its field starts at. */
export type PageFeature = Feature & { start: Value };

/** What the page tells its script of a model, in a data block that is not executed. */
export type PageData = {
  /** ranger's word for what is predicted: regression, classification, probability or survival. */
  kind: string;
  classes: string[];
  features: PageFeature[];
  /** How many features have a field of their own. */
  fields: number;
  takesMissing: boolean;
  /** True where the model has an answer to `parameters: {"type": "se"}`. */
  standardErrors: boolean;
  sha256: string;
  card: Card;
  /** The answer to the values that the fields start at. */
  first?: AnswerBody;
};

/** What the script is told of a model. Features without a field have their name, type and start alone. */
export function pageData({ schema, card, sha256 }: ModelInfo, first?: AnswerBody): PageData {
  const features = schema.features.map((feature, at): PageFeature => {
    const start = startOf(feature);
    if (at < MAX_FIELDS) return { ...feature, start };
    const { name } = feature;
    return feature.type === 'factor' ? { name, type: 'factor', levels: [], start } : { name, type: feature.type, start };
  });
  return {
    kind: schema.kind,
    classes: schema.classes ?? [],
    features,
    fields: Math.min(MAX_FIELDS, features.length),
    takesMissing: schema.takesMissing,
    standardErrors: schema.types?.includes('se') === true,
    sha256,
    card,
    ...(first === undefined ? {} : { first }),
  };
}
