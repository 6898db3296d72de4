import { ModelError } from '../errors.ts';
import { MAX_BACKGROUND } from './limits.ts';
import type { Basis } from './section.ts';

/** Checks what explanations rest on, but for the model's own part of it (weights, means), beside the number of features. Throws a ModelError. */
export function checkBasis({ background, importance, permutation }: Basis, features: number, label: string): void {
  const fail = (found: string, expected: string) => new ModelError(label, found, expected);
  const rows = background && background.length / features;
  if (rows !== undefined && !(Number.isInteger(rows) && rows >= 1 && rows <= MAX_BACKGROUND))
    throw fail(`${rows} background rows`, `1 to ${MAX_BACKGROUND}`);
  if (background?.some((value) => Math.abs(value) === Number.POSITIVE_INFINITY))
    throw fail('an infinite value', 'finite ones in background rows');
  if (importance && !(importance.length === features && importance.every((one) => one >= 0 && Number.isFinite(one))))
    throw fail(`${importance.length} importances`, `a number from 0 on for each of ${features} features`);
  if (!permutation) return;
  const { base, increases } = permutation;
  if (!(increases.length === features && increases.every(Number.isFinite) && base >= 0 && base < Number.POSITIVE_INFINITY))
    throw fail(`${increases.length} losses of shuffled features`, `a finite number for each of ${features} features`);
}
