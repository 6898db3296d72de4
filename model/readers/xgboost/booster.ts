import type { Trees } from './trees.ts';

/**
 * A booster as its file has it, whatever form that has: the model of xgboost's learner (src/learner.cc), by its words.
 * `trees` is undefined for a linear booster, `linear` for trees.
 */
export type Booster = {
  /** The version of xgboost that wrote it; undefined before 1.0. */
  version: readonly number[] | undefined;
  objective: string;
  /** Global bias, one number or one a margin: before the objective's link, or a margin already (binary files before 1.0). */
  baseScore: readonly number[];
  isMargin: boolean;
  features: number;
  /** 0 where the objective has no classes. */
  classes: number;
  targets: number;
  trees: Trees | undefined;
  linear: Float64Array | undefined;
  /** Named texts beside the model: best_iteration among them. */
  attributes: ReadonlyMap<string, string>;
  /** Names of the features and their types (q, int, i, c ...); empty where the file has none. */
  names: readonly string[];
  types: readonly string[];
  /** For each feature its categories, where the file has them (3.1 and newer). */
  levels: readonly (readonly string[] | undefined)[];
};

/** How many margins a booster has for a row. */
export function marginsOf({ classes, targets }: Booster): number {
  return Math.max(classes, targets, 1);
}
