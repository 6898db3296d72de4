import type { Step, StepKind } from './kind.ts';

/** A body that has no answer for a missing value: a row in which a step left one has none either. */
export type CompleteStep = Step & { step: 'complete' };

/** Leaves the columns as they are, and marks the rows that have a missing value. */
export const COMPLETE: StepKind<CompleteStep> = {
  step: 'complete',
  check: () => {},
  columns: (_, schema) => schema.features,
  compile: (_, schema) => (rows, count, unknown) => {
    const width = schema.features.length;
    for (let row = 0; row < count; row += 1) {
      for (let at = row * width; at < (row + 1) * width; at += 1) if (Number.isNaN(rows[at])) unknown[row] = 1;
    }
    return rows;
  },
  source: (_, place) => place,
};
