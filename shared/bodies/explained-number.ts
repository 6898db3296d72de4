import { type ExplainOutput, isOfTime } from '../schema/explain-ask.ts';
import type { Schema } from '../schema/features.ts';
import type { AnswerType } from '../schema/parameter-table.ts';
import { answerTypes } from '../schema/parameters.ts';
import { outputWidth, shapeOf } from '../schema/shape.ts';

/**
 * A number among a model's answers: the type of answer, how many doubles a row has of it, and where it is among them. `place`: at the place
 * of the class that is explained; `sign`: there is one number, for the second of two classes and against the first; `time`: at the place
 * of the time that is explained.
 */
export type ExplainedNumber = { type: AnswerType; width: number; by: 'place' | 'sign' | 'time' };

/** The types of answer that are sums before a transform, and those that are the answer itself. */
const MARGINS = ['margin', 'link', 'lp'] as const;
const ANSWERS = ['response', 'prob', 'vector'] as const;

/** The number of a model that an output is; undefined where the model has none, or several that are no classes'. */
export function numberOf(schema: Schema, output: ExplainOutput): ExplainedNumber | undefined {
  const { classes, kind } = schema;
  const known = answerTypes(schema);
  if (isOfTime(schema, output)) return numberOfCurve(schema, output, known);
  if (kind === 'columns' || (output === 'probability' && !classes)) return undefined;
  for (const type of output === 'margin' ? MARGINS : ANSWERS) {
    if (!known.includes(type)) continue;
    const width = outputWidth(schema, { type });
    // The class itself is no number.
    if (shapeOf(schema, { type }).places) continue;
    if (width === (classes?.length ?? 1)) return { type, width, by: 'place' };
    if (width === 1 && classes?.length === 2) return { type, width, by: 'sign' };
  }
  return undefined;
}

/** A curve's number at one time: the chance to live past it, or the cumulative hazard up to it. */
function numberOfCurve({ kind, times = [] }: Schema, output: ExplainOutput, known: AnswerType[]): ExplainedNumber | undefined {
  const chance = kind === 'survival' ? 'response' : 'survival';
  const type = output === 'probability' ? chance : output === 'margin' ? 'chf' : undefined;
  return type && known.includes(type) ? { type, width: times.length, by: 'time' } : undefined;
}

/** Where a time is among those of a curve: at the last one that is not later. -1 before the first, where all live and no hazard was. */
export function placeOfTime({ times = [] }: Pick<Schema, 'times'>, time: number): number {
  return times.findLastIndex((one) => one <= time);
}
