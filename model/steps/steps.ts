import { DUMMY_STEPS } from './dummy.ts';
import { NUMERIC_STEPS } from './numeric.ts';
import { REMOVAL_STEPS, SELECTION_STEPS } from './removal.ts';
import type { StepReader } from './step-values.ts';

/** Every reader of recipes' steps, one line each. */
export const STEP_READERS: readonly StepReader[] = [
  NUMERIC_STEPS, // center, scale, normalize, range, log, Box-Cox ...
  REMOVAL_STEPS, // zv, nzv, corr, lincomb, rm
  SELECTION_STEPS, // select, rename
  DUMMY_STEPS, // dummy
];
