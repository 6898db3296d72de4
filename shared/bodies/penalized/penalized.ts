import type { Path } from './path.ts';

/** From the linear predictor to the response. `shares`: each class's share; `link`: by the inverse of a link of glm's. */
export type Response = { by: 'identity' | 'logistic' | 'exp' | 'shares' } | { by: 'link'; link: string; lambda?: number };

/** The names of the penalties that cross-validation chose, with their values. */
export type Chosen = { [name in 'lambda.min' | 'lambda.1se' | 'gamma.min' | 'gamma.1se']?: number };

/**
 * A sum of inputs by penalized coefficients (glmnet's), for every penalty of a path. A group is a class or a target, and has its own
 * sum; the intercept of a Cox model is 0.
 */
export type Penalized = {
  /** The penalties, descending, one a column of the path. */
  lambda: Float64Array;
  groups: number;
  path: Path;
  /** The same columns without a penalty on those inputs that it has chosen (relax = TRUE). */
  relaxed?: Path;
  response: Response;
  /** Whether the last inputs are offsets, one a group. */
  hasOffset: boolean;
  chosen: Chosen;
  /** The penalty where a request names none: a number, or the name of a chosen one. */
  s: number | keyof Chosen;
  /** The same for a blend of both paths. */
  gamma: number | keyof Chosen;
};

/** The inputs that have coefficients. */
export function weighedInputs({ groups, hasOffset }: Penalized, inputs: number): number {
  return hasOffset ? inputs - groups : inputs;
}
