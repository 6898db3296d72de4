import { decodeArtifact, encodeArtifact, type Model } from '../../../shared/artifact.ts';
import type { Basis } from '../../../shared/explain/section.ts';
import { generator as seeded } from '../../../shared/math/generator.ts';
import { answerQuery, bodySchema, explainerKindOf } from '../../../shared/predict.ts';
import type { Explanation } from '../../../shared/schema/explanation.ts';
import { readParameters } from '../../../shared/schema/read-parameters.ts';
import type { Prediction } from '../../../shared/schema/shape.ts';

/** The check rows of a model, some of whose values are missing where the model takes that: they lie on the splits. */
export function rowsOf({ checks, schema }: Model): Float64Array {
  const random = seeded(5);
  return checks.rows.map((value) => (schema.takesMissing && random() < 0.1 ? Number.NaN : value));
}

/** A model with what its explanations rest on: the rows as if it was trained with them. */
export function withBasis(model: Model, rows: Float64Array, given: Basis = {}): Model {
  const kind = explainerKindOf(model)!;
  const cover = kind.count?.(bodySchema(model), model.body.data, rows);
  return decodeArtifact(encodeArtifact({ ...model, basis: { ...(cover ? { cover } : {}), background: rows, ...given } }), model.card.name);
}

/** The explanations of rows, and the predictions beside them. */
export function explained(model: Model, rows: Float64Array, explain: object): { explanations: Explanation[]; predictions: Prediction[] } {
  const { parameters, problems } = readParameters(model.schema, { explain }, '/parameters');
  if (problems.length > 0) throw new Error(problems[0]!.message);
  const count = rows.length / model.schema.features.length;
  const { explanations, predictions } = answerQuery(model, { rows, count, parameters });
  return { explanations: explanations!, predictions };
}
