import type { RValue } from '../rds/values.ts';
import { functionName } from './constants.ts';

/** Calls that are integers where what they are given is: integers, or TRUE and FALSE. */
export const INTEGER_CALLS = ['+', '-', '*', '%%', '%/%', '(', 'I', 'identity', 'as.vector', 'abs', 'pmin', 'pmax'];
/** Those of them whose result may be no integer. */
export const OVERFLOWING = ['+', '-', '*', '%/%'];
/** Calls that are integers, or TRUE or FALSE, whatever they are given. */
const WHOLE_CALLS = ['as.integer', 'as.logical', '==', '!=', '<', '<=', '>', '>=', '&', '|', '!', '%in%'];

/** Whether a value is an integer by its form: as.integer(), 2L, a comparison, and sums, remainders and the like of such. */
export function isInteger(value: RValue): boolean {
  if (value.type === 'integer' || value.type === 'logical') return true;
  const [head, ...parts] = value.type === 'language' ? value.values : [];
  const name = functionName(head);
  if (name === undefined) return false;
  if (name === 'ifelse') return parts.slice(1).every(isInteger);
  return WHOLE_CALLS.includes(name) || (INTEGER_CALLS.includes(name) && parts.every(isInteger));
}
