import { EXPLAIN_BOOSTING } from './boosting/explain.ts';
import type { ExplainerKind } from './explainer.ts';
import { EXPLAIN_FOREST } from './forest/explain.ts';
import { EXPLAIN_RPART } from './rpart/explain.ts';

/** What explains each kind of body, one line each. Packaging leaves out those that the packaged artifact has no section for (model/bundle/lean.ts). */
export const EXPLAINERS: readonly ExplainerKind<unknown>[] = [
  EXPLAIN_FOREST, // trees by the hundred
  EXPLAIN_RPART, // one tree
  EXPLAIN_BOOSTING, // trees whose leaves add up
];
