import { CALENDAR } from './calendar.ts';
import { COLUMNS } from './columns.ts';
import { COMPLETE } from './complete.ts';
import { DISTANCES, SPATIAL_SIGN } from './distances.ts';
import { EXPRESSIONS } from './expressions.ts';
import { INTERPOLATION } from './interpolation.ts';
import type { Step, StepKind } from './kind.ts';
import { NEAREST } from './nearest.ts';
import { NEIGHBORS } from './neighbors.ts';
import { PATTERNS } from './patterns/step.ts';
import { PROJECTION } from './projection.ts';
import { SPLINES } from './splines.ts';

/** Every kind of step, one line each. Packaging leaves out those that the packaged artifact does not name (model/bundle/lean.ts). */
export const STEPS: readonly StepKind<Step>[] = [
  EXPRESSIONS, // columns by expressions of others: log(x), a level's place
  COLUMNS, // a data frame's columns: most steps of a recipe
  COMPLETE, // rows without a missing value
  CALENDAR, // parts of dates and times, holidays
  NEIGHBORS, // missing values by the nearest training rows, by Gower's distance
  NEAREST, // missing values by the nearest training rows, of numbers alone
  INTERPOLATION, // values by their place among points
  SPLINES, // bases of B-splines and natural splines
  SPATIAL_SIGN, // columns divided by their row's norm
  DISTANCES, // Mahalanobis distances to the centres of classes
  PROJECTION, // products with matrices: principal components
  PATTERNS, // matches of regular expressions in texts
];
