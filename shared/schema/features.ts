import type { Explainable } from './explain-ask.ts';
import type { AnswerType, ParameterName, Rounds } from './parameter-table.ts';
import type { Intervals } from './spread/interval.ts';

/** A text shown to people: one for all, or one a language. */
export type Label = string | { en: string; pt: string };

type Shown = {
  name: string;
  label?: Label;
  /** True where the model takes missing values, but has no answer where this one is missing. */
  required?: true;
};
/** A finite double. `range` is the least and the greatest split value seen; min, max and step only shape the page's slider. */
export type NumberFeature = Shown & {
  type: 'number';
  range?: [number, number];
  min?: number;
  max?: number;
  step?: number;
  default?: number;
  /** What it is measured in, for people. */
  unit?: Label;
};
/** A whole number from 0 to 2^53; to the model the double that has its 64 bits (R's class integer64). */
export type Integer64Feature = Omit<NumberFeature, 'type'> & { type: 'integer64' };
/** A day, as an ISO 8601 text or as its number; the days since 1970-01-01 to the model (R's class Date). Range and limits are texts. */
export type DateFeature = Shown & { type: 'date'; range?: [string, string]; min?: string; max?: string; default?: string };
/** A point in time, as an ISO 8601 text or as its number; the seconds since 1970 to the model (R's class POSIXct). */
export type DatetimeFeature = Omit<DateFeature, 'type'> & {
  type: 'datetime';
  /** The IANA name of the zone of times without Z or an offset; UTC where this is not given. */
  timeZone?: string;
};
/** true or false; 1 or 0 to the model. */
export type LogicalFeature = Shown & { type: 'logical'; default?: boolean };
/** The label of a factor's level. R's NA may be a level too: null. */
export type Level = string | null;
/** One of `levels`, by its label; the level's place, counted from 1, to the model (R's integer codes). */
export type FactorFeature = Shown & {
  type: 'factor';
  levels: Level[];
  default?: string;
  /** What any other label is: a missing value, or, as "new", the place after the last level. Where this is not given, a problem. */
  others?: 'missing' | 'new';
  /** The place of a label that is new, where steps have to know more of it than that. Who opens an artifact adds it. */
  placeOfNew?: (label: string) => number;
  /** What people see instead of a level, by the level; requests and answers have the level itself. */
  words?: Record<string, Label>;
};
export type Feature = NumberFeature | Integer64Feature | DateFeature | DatetimeFeature | LogicalFeature | FactorFeature;

/**
 * A column of an answer that is a row of a data frame: its name, and what its doubles are. A factor's are the places of its levels, from 1;
 * a date's its days and a time's its seconds since 1970-01-01. NaN is a missing value.
 */
export type AnswerColumn =
  | { name: string; type: 'number' | 'logical' | 'date' | 'datetime' }
  | { name: string; type: 'factor'; levels: Level[] };

/** What the model predicts, in the words of ranger's `treetype`; `columns`: the columns that a pipeline makes. */
export type Kind = 'regression' | 'classification' | 'probability' | 'survival' | 'columns';

/** What goes into a model and what comes out. Features are in the order of a row; classes in the order of an answer. */
export type Schema = {
  kind: Kind;
  features: Feature[];
  /** The class labels, for classification and probability. */
  classes?: string[];
  /** The times at which a survival model gives its curve, ascending. */
  times?: number[];
  /** The columns of an answer, where the kind is `columns`. */
  columns?: AnswerColumn[];
  /** The columns that steps give to the body, where there are steps. An artifact has them not: who opens it finds them. */
  inputs?: AnswerColumn[];
  /** What explanations rest on, where there are any. An artifact's schema has it not: who opens it finds it. */
  explain?: Explainable;
  /** Begins to count, anew for each request, how long its texts take (withTexts). Who opens an artifact adds it. */
  beginTexts?: () => void;
  /** What intervals rest on, where there are any. An artifact's schema has it not: who opens it finds it. */
  intervals?: Intervals;
  /** True where the model itself has an answer for a missing value. */
  takesMissing: boolean;
  /** Which form of the C library R had; the usual one, with fused multiplication, where this is not given. */
  libm?: 'plain';
  /** The types of answer it has, the default first; `response` alone where this is not given. */
  types?: AnswerType[];
  /** Which parameters it takes beside `type`; none where this is not given. */
  takes?: ParameterName[];
  /** Parameters that it takes, too, which its kind of body had not when artifacts were first made of it. An artifact has them not: who opens it finds them. */
  later?: ParameterName[];
  /** The number of trees of a forest. */
  trees?: number;
  /** The rounds of a boosted model that can be asked for fewer of them. */
  rounds?: Rounds;
  /** How many numbers an answer of regression, or the sums of trees of a boosted model, have for a row; one where this is not given. */
  margins?: number;
  /** The names of the numbers of type "terms": the terms that add up to the link. */
  terms?: string[];
  /** The names of penalties that the model has values for: lambda.min ... */
  chosen?: string[];
};

/** Whether a feature's value may be missing. */
export function takesMissing(schema: Schema, feature: Feature): boolean {
  return schema.takesMissing && feature.required !== true && feature.type !== 'integer64';
}
