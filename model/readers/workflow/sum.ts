import type { Expression } from '../../../shared/expressions/expressions.ts';
import { MOST_SUMMANDS } from '../../../shared/steps/pipeline-functions.ts';
import type { Frame } from '../../steps/frame.ts';

/** Most summands that are nested in one another: an expression is at most 200 deep, and the summands are nested too. */
const MOST_NESTED = 150;

/** Numbers of a frame's columns added up one after the other, from 0 on, as R does. Throws a ModelError where they have too many parts. */
export function sumInOrder(summands: readonly Expression[], frame: Frame, label: string): Expression {
  if (summands.length <= MOST_NESTED) return summands.reduce<Expression>((sum, one) => ({ call: '+', of: [sum, one] }), 0);
  let sum: Expression = 0;
  for (let at = 0; at < summands.length; at += MOST_SUMMANDS - 1)
    sum = { call: '(sum)', of: [sum, ...summands.slice(at, at + MOST_SUMMANDS - 1)] };
  frame.parts.take(sum, label);
  return sum;
}
