import { ModelError } from '../errors.ts';
import type { Schema } from '../schema/features.ts';
import type { Answers } from './kind.ts';

/** What a body of chances for classes answers: the class or the chances, whichever R's predict() gives where nothing is asked. */
export function classAnswers({ kind }: Schema): Answers {
  return { types: kind === 'classification' ? ['class', 'prob'] : ['prob', 'class'], takes: [] };
}

/** Of chances, `width` a row, the class of each row by its place; NaN where a chance is none. `pick` gets where a row starts. */
export function classesOf(shares: Float64Array, width: number, pick: (shares: Float64Array, start: number, width: number) => number) {
  return Float64Array.from({ length: shares.length / width }, (_, row) => {
    const start = row * width;
    for (let at = 0; at < width; at += 1) if (Number.isNaN(shares[start + at])) return Number.NaN;
    return pick(shares, start, width);
  });
}

/** The first of the greatest chances (R's which.max). */
export function firstLargest(shares: Float64Array, start: number, width: number): number {
  let best = 0;
  for (let at = 1; at < width; at += 1) if (shares[start + at]! > shares[start + best]!) best = at;
  return best;
}

/** R's max.col takes numbers for a tie that lie within this share of the greatest. */
const NEARLY = 1e-5;

/** The class that R's max.col gives; of a tie, where R draws one, the first. */
export function firstNearlyLargest(shares: Float64Array, start: number, width: number): number {
  let most = 0;
  for (let at = 0; at < width; at += 1) most = Math.max(most, Math.abs(shares[start + at]!));
  const tolerance = NEARLY * most;
  let best = 0;
  for (let at = 1; at < width; at += 1) if (shares[start + at]! > shares[start + best]! + tolerance) best = at;
  return best;
}

/** Checks that a model answers classes, and that a body has a part for each of them. Throws a ModelError. */
export function checkClasses({ kind, classes = [] }: Schema, count: number, label: string): void {
  if (kind !== 'probability' && kind !== 'classification') throw new ModelError(label, `the kind ${kind}`, 'probability or classification');
  if (classes.length !== count) throw new ModelError(label, `${count} classes`, `${classes.length}`);
}
