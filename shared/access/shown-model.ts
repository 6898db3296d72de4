import type { Card, ModelInfo } from '../schema/card.ts';
import type { Feature, Schema } from '../schema/features.ts';

/**
 * A model as those may see it who did not say who they are: features with their types and levels, classes and the words for them.
 * No range, no start of a field, no time of a curve, no measure, no importance, no row that is made up of the data's values, no body and so
 * no threshold.
 */
export function shownModel({ schema, card, sha256 }: ModelInfo): ModelInfo {
  return { schema: shownSchema(schema), card: shownCard(card), sha256 };
}

function shownSchema(schema: Schema): Schema {
  const { times, explain, ...rest } = schema;
  const features = schema.features.map(shownFeature);
  if (explain === undefined) return { ...rest, features, ...(times ? { times: [] } : {}) };
  // What stays is named, so that nothing that is added later is shown.
  const { sha256, ways, isRounded, isReal } = explain;
  return { ...rest, features, explain: { sha256, ways, isRounded, isReal }, ...(times ? { times: [] } : {}) };
}

function shownFeature(feature: Feature): Feature {
  const { default: _, ...rest } = feature;
  if (!('range' in rest || 'min' in rest || 'max' in rest || 'step' in rest)) return rest as Feature;
  const { range: _range, min: _min, max: _max, step: _step, ...named } = rest as Record<string, unknown>;
  return named as Feature;
}

/** Without what people wrote at length: a description often has a range or a measure in its sentences. */
function shownCard({ name, title, answer, pipeline }: Card): Card {
  return {
    name,
    ...(title === undefined ? {} : { title }),
    ...(answer === undefined ? {} : { answer }),
    ...(pipeline === undefined ? {} : { pipeline }),
    madeBy: '',
    source: { file: '', sha256: '' },
  };
}
