import { RequestError } from '../errors.ts';
import type { ModelInfo } from '../schema/card.ts';

/** How much a feature adds to or takes from an answer, in the mean. */
export type FeatureImportance = { feature: string; importance: number };

/**
 * GET /model/importance: the mean of the absolute contributions of each feature over the background rows, the greatest first. Throws a 404
 * that says what to do where the artifact has none.
 */
export function importance({ card, schema, sha256 }: ModelInfo): object {
  const { explain, features } = schema;
  if (!explain?.importance)
    throw new RequestError(
      404,
      'this model has no importance of its features; import it with --data training.csv, so that its answers can be explained',
    );
  const { importance: values, ways } = explain;
  const list = features.map(({ name }, column): FeatureImportance => ({ feature: name, importance: values[column]! }));
  const [{ background, outputs } = { background: 'path', outputs: ['response'] }] = ways;
  return {
    importance: list.toSorted((one, other) => other.importance - one.importance),
    explain: { output: outputs[0], background, sha256: explain.sha256 },
    model: { name: card.name, sha256 },
  };
}
