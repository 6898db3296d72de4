import type { AnswersExplainer } from './answering.ts';
import { EXPLAIN_BY_ROWS } from './rows-explainer.ts';

/** What explains models whose bodies are not in explainers.ts: one line, which packaging leaves out where it is not needed (model/bundle/lean.ts). */
export const ROWS_EXPLAINERS: readonly AnswersExplainer[] = [
  EXPLAIN_BY_ROWS, // any model that answers
];
