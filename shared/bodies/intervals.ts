import { CONFORMAL } from './conformal/intervals.ts';
import { INTERVAL_COX } from './cox/spread.ts';
import type { IntervalKind } from './interval.ts';
import { INTERVAL_LINEAR } from './linear/intervals.ts';
import { INTERVAL_SURVREG } from './survreg/spread.ts';

/** What gives intervals, one line each. Packaging leaves out those that the packaged artifact has no part for (model/bundle/lean.ts). */
export const INTERVAL_KINDS: readonly IntervalKind[] = [
  INTERVAL_LINEAR, // R's intervals and standard errors of lm and glm
  INTERVAL_COX, // terms, expected events and standard errors of survival's coxph
  INTERVAL_SURVREG, // standard errors and further quantiles of survival's survreg
  CONFORMAL, // of any model, by the errors of calibration rows
];
