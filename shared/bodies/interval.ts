import type { IntervalPart } from '../intervals/section.ts';
import type { Schema } from '../schema/features.ts';
import type { AnswerType, ParameterName } from '../schema/parameter-table.ts';
import type { Parameters } from '../schema/parameters.ts';
import type { IntervalName } from '../schema/spread/interval.ts';
import type { Body } from './kind.ts';

/** The rows that intervals are asked for: what the body gets of them, and what the model answers to other parameters. */
export type IntervalQuestion = { parameters: Parameters; inputs(): Float64Array; predict(parameters: Parameters): Float64Array };

/** What gives intervals of one kind, or standard errors, beside a model's answers. */
export type Interval = {
  by: string;
  names: readonly IntervalName[];
  hasErrors: boolean;
  /** How many rows it is calibrated by. */
  calibration?: number;
  /** Types of answer that it adds to the body's own, with the names of type "terms", and the parameters that it takes. */
  more?: { types: AnswerType[]; takes: ParameterName[]; terms?: string[] };
  /** The doubles of the answers, in the form that shapeOf says: with type `se` the errors lie behind each prediction. */
  answer(question: IntervalQuestion): Float64Array;
};

/** What a kind of intervals is opened with: the model's schema, the one that its body gets, and whether its answers are made of the body's. */
export type IntervalModel = { schema: Schema; ofBody: Schema; body: Body; isMade: boolean };

/** A kind of intervals: one object a kind, listed in intervals.ts. */
export type IntervalKind = {
  /** Its name in artifacts. */
  by: string;
  /** Makes it of its part of an artifact. Throws a ModelError where the part does not fit the model. */
  open(model: IntervalModel, part: IntervalPart, label: string): Interval;
};

/** An array of a part; undefined where there is none of that name. */
export function arrayOf({ arrays }: IntervalPart, name: string): Float64Array | undefined {
  return arrays.find(([own]) => own === name)?.[1];
}

/** The types of answer that intervals add, and the names of type "terms". */
export function moreOf(intervals: readonly Interval[]): { types?: AnswerType[]; terms?: string[] } {
  const types = intervals.flatMap(({ more }) => more?.types ?? []);
  const terms = intervals.find(({ more }) => more?.terms)?.more?.terms;
  return { ...(types.length > 0 ? { types } : {}), ...(terms ? { terms } : {}) };
}
