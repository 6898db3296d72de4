import { COLUMNS } from './columns.ts';
import { COMPLETE } from './complete.ts';
import { EXPRESSIONS } from './expressions.ts';
import type { Step, StepKind } from './kind.ts';

/** Every kind of step, one line each. Packaging leaves out those that the packaged artifact does not name (model/bundle/lean.ts). */
export const STEPS: readonly StepKind<Step>[] = [
  EXPRESSIONS, // columns by expressions of others: log(x), a level's place
  COLUMNS, // a data frame's columns: most steps of a recipe
  COMPLETE, // rows without a missing value
];
