import type { StepReader } from '../../steps/step-values.ts';
import { STEP_READERS } from '../../steps/steps.ts';
import { IMPUTE_BAG_STEPS } from './impute-bag.ts';
import { IMPUTE_LINEAR_STEPS } from './impute-linear.ts';

/** The readers of all steps of recipes: those of columns alone, and those that hold models. */
export const RECIPE_STEPS: readonly StepReader[] = [...STEP_READERS, IMPUTE_LINEAR_STEPS, IMPUTE_BAG_STEPS];
