import { ModelError } from '../errors.ts';
import type { Step, StepKind } from './kind.ts';

/**
 * A body that has no answer for a missing value: a row in which a step left one has none either; with `finite`, an infinite one
 * neither (R's calls of C refuse these).
 */
export type CompleteStep = Step & { step: 'complete'; finite?: true };

/** Leaves the columns as they are, and marks the rows that have a missing value. */
export const COMPLETE: StepKind<CompleteStep> = {
  step: 'complete',
  check: ({ finite }, _, label) => {
    if (finite !== undefined && finite !== true) throw new ModelError(`${label}'s complete`, 'another form', 'finite: true, or nothing');
  },
  columns: (_, schema) => schema.features,
  compile:
    ({ finite }, schema) =>
    (rows, count, unknown) => {
      const width = schema.features.length;
      const isNone = finite ? (value: number) => !Number.isFinite(value) : Number.isNaN;
      for (let row = 0; row < count; row += 1) {
        for (let at = row * width; at < (row + 1) * width; at += 1) if (isNone(rows[at]!)) unknown[row] = 1;
      }
      return rows;
    },
  source: (_, place) => place,
  uses: (_, place) => [place],
};
