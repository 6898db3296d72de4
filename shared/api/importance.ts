import { RequestError } from '../errors.ts';
import type { ModelInfo } from '../schema/card.ts';
import type { Permutation } from '../schema/explain-ask.ts';
import { explainedOf } from '../schema/explanation.ts';

/**
 * How much a feature adds to or takes from an answer, in the mean; and how much worse the answers get with its values shuffled, where the
 * artifact has that.
 */
export type FeatureImportance = { feature: string; importance: number; permutation?: number };

/**
 * GET /model/importance: the mean of the absolute contributions of each feature over the background rows, the greatest first, and beside it
 * its permutation importance on the training data. Throws a 404 that says what to do where the artifact has neither.
 */
export function importance({ card, schema, sha256 }: ModelInfo): object {
  const { explain, features } = schema;
  if (!explain?.importance)
    throw new RequestError(
      404,
      'this model has no importance of its features; import it with --data training.csv, so that its answers can be explained',
    );
  const { importance: values, permutation } = explain;
  const list = features.map(({ name }, column): FeatureImportance => {
    const shuffled = permutation ? { permutation: permutation.increases[column]! } : {};
    return { feature: name, importance: values[column]!, ...shuffled };
  });
  return {
    importance: list.toSorted((one, other) => other.importance - one.importance),
    explain: explainedOf(schema, {}),
    ...(permutation ? { permutation: permutedOf(permutation) } : {}),
    model: { name: card.name, sha256 },
  };
}

/** What a permutation importance is measured by. */
function permutedOf({ loss, target, rows, base }: Permutation): object {
  return { loss, target, rows, value: base };
}
