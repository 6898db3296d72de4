import { BASIS_STEPS } from './bases.ts';
import { BIN_STEPS } from './bins.ts';
import { CALENDAR_STEPS } from './calendar.ts';
import { DISTANCE_STEPS } from './distances.ts';
import { DUMMY_STEPS } from './dummy.ts';
import { IMPUTE_STEPS } from './impute.ts';
import { IMPUTE_KNN_STEPS } from './impute-knn.ts';
import { INTERACTION_STEPS } from './interactions.ts';
import { LEVEL_STEPS } from './levels.ts';
import { MUTATE_STEPS } from './mutate.ts';
import { NUMERIC_STEPS } from './numeric.ts';
import { PATTERN_STEPS } from './patterns.ts';
import { PERCENTILE_STEPS } from './percentile.ts';
import { PROJECTION_STEPS } from './projections.ts';
import { REMOVAL_STEPS, SELECTION_STEPS } from './removal.ts';
import type { StepReader } from './step-values.ts';

/** Every reader of recipes' steps, one line each. */
export const STEP_READERS: readonly StepReader[] = [
  NUMERIC_STEPS, // center, scale, normalize, range, log, Box-Cox ...
  REMOVAL_STEPS, // zv, nzv, corr, lincomb, rm
  SELECTION_STEPS, // select, rename
  DUMMY_STEPS, // dummy
  MUTATE_STEPS, // mutate, mutate_at
  IMPUTE_STEPS, // impute_mean, impute_median, impute_mode, impute_lower, indicate_na
  IMPUTE_KNN_STEPS, // impute_knn
  LEVEL_STEPS, // other, novel, unknown, integer, relevel ...
  BIN_STEPS, // cut, discretize
  PERCENTILE_STEPS, // percentile
  CALENDAR_STEPS, // date, time, holiday
  BASIS_STEPS, // poly, ns, bs
  INTERACTION_STEPS, // interact, ratio, intercept
  PROJECTION_STEPS, // pca, ica
  DISTANCE_STEPS, // spatialsign, classdist, geodist
  PATTERN_STEPS, // regex, count
];
