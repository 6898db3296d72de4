import { LOSSES, type Loss, type Permutation } from '../schema/explain-ask.ts';

/** Most characters of the target's name. */
const MOST_NAME = 1_000;

/** The part of the section's JSON that says what the numbers are; undefined where it has another form. */
export function readPermuted(given: unknown): Pick<Permutation, 'loss' | 'target' | 'rows'> | undefined {
  const { loss, target, rows } = (given ?? {}) as Record<string, unknown>;
  const isName = typeof target === 'string' && target.length <= MOST_NAME;
  if (!isName || !LOSSES.includes(loss as Loss) || !Number.isSafeInteger(rows) || (rows as number) < 1) return undefined;
  return { loss: loss as Loss, target, rows: rows as number };
}
