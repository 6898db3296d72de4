import { SUM_COX } from './cox/sum.ts';
import { SUM_DISCRIMINANT } from './discriminant/sum.ts';
import { SUM_EARTH } from './earth/sum.ts';
import { SUM_GAM } from './gam/sum.ts';
import { SUM_LINEAR } from './linear/sum.ts';
import { SUM_NAIVE_BAYES } from './naive-bayes/sum.ts';
import { SUM_PENALIZED } from './penalized/sum.ts';
import type { SumKind } from './sum-kind.ts';
import { SUM_SURVREG } from './survreg/sum.ts';

/** The kinds of bodies whose link, or whose classes' log-odds, is a sum of parts of few inputs, one line each. Packaging leaves out those that the artifact does not need (model/bundle/lean.ts). */
export const SUMS: readonly SumKind<unknown>[] = [
  SUM_LINEAR, // columns and offsets
  SUM_PENALIZED, // inputs
  SUM_GAM, // columns and smooths
  SUM_EARTH, // hinge terms
  SUM_COX, // columns
  SUM_SURVREG, // inputs
  SUM_DISCRIMINANT, // the log-odds of classes
  SUM_NAIVE_BAYES, // the log-odds of classes
];
