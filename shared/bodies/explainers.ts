import { EXPLAIN_BOOSTING } from './boosting/explain.ts';
import type { ExplainerKind } from './explainer.ts';
import { EXPLAIN_RPART } from './rpart/explain.ts';

/** What explains each kind of body, one line each. Packaging leaves out those that the packaged artifact has no weights for (model/bundle/lean.ts). */
export const EXPLAINERS: readonly ExplainerKind<unknown>[] = [
  EXPLAIN_RPART, // one tree
  EXPLAIN_BOOSTING, // trees whose leaves add up
];
