import { type Beside, listsOf, type Predicted } from '../../shared/schema/shape.ts';

/** What of an answer is compared. */
type Compared = Predicted & Pick<Beside, 'explain' | 'interval'>;

/**
 * Whether two answers have the same predictions of every type, and the same errors of them, to the last bit, the sign of a zero among
 * them; and the same explanations and intervals, where both are computed from the same section of an artifact.
 */
export function sameBits(one: Compared, other: Compared): boolean {
  const isExplained = one.explain !== undefined && one.explain.sha256 === other.explain?.sha256;
  if (isExplained && !isSame(one.explanations, other.explanations)) return false;
  // Intervals of other sections have other bounds, and the numbers are in them.
  if (one.interval?.sha256 !== other.interval?.sha256) return true;
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
