import { listsOf, type Predicted } from '../../shared/schema/shape.ts';

/** Whether two answers have the same predictions of every type, and the same errors of them, to the last bit, the sign of a zero among them. */
export function sameBits(one: Predicted, other: Predicted): boolean {
  const lists = (answer: Predicted) => Object.fromEntries(listsOf(answer));
  return isSame(one.predictions, other.predictions) && isSame(one.se, other.se) && isSame(lists(one), lists(other));
}

/** Whether two values are the same to the last bit. */
export function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return Object.is(one, other);
  const keys = Object.keys(one);
  const member = (value: object, key: string) => (value as Record<string, unknown>)[key];
  return keys.length === Object.keys(other).length && keys.every((key) => isSame(member(one, key), member(other, key)));
}
