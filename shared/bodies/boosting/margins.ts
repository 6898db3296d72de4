import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';
import { type Objective, transformFor } from './transforms.ts';

/** The answers of a type that rows of margins become; `count` margins a row, `width` doubles an answer. */
export function answersOfMargins(
  { kind, libm }: Schema,
  objective: Objective,
  margins: Float64Array,
  count: number,
  { type }: Parameters,
  width: number,
): Float64Array {
  if (type === 'margin' || type === 'link') return margins;
  const isClass = kind === 'classification' || type === 'class';
  const { classBy = 'margin', positive = 1, transform, parameter = 0 } = objective;
  const apply = transformFor(transform, libm);
  // A class that the margins show needs no transform.
  if (!isClass || classBy === 'share') for (let at = 0; at < margins.length; at += count) apply(margins, at, count, parameter);
  if (!isClass && width === count) return margins;
  const rows = margins.length / count;
  const out = new Float64Array(rows * width);
  for (let row = 0; row < rows; row += 1) {
    if (!isClass) {
      const share = margins[row]!;
      out[2 * row + positive] = share;
      out[2 * row + 1 - positive] = 1 - share;
    } else if (count > 1) out[row] = greatest(margins, row * count, count);
    else out[row] = margins[row]! >= (classBy === 'share' ? 0.5 : 0) ? positive : 1 - positive;
  }
  return out;
}

/** The place of the greatest of some numbers, the first one where several are. */
function greatest(numbers: Float64Array, at: number, count: number): number {
  let place = 0;
  for (let k = 1; k < count; k += 1) if (numbers[at + k]! > numbers[at + place]!) place = k;
  return place;
}
