import type { InputSplits } from '../../shared/bodies/kind.ts';
import type { Predictor } from '../../shared/predict.ts';
import { sourcesOf } from '../../shared/steps/pipeline.ts';

/** The splits of bodies by the number of their inputs, each walked once: an import asks for them many times. */
const KNOWN = new WeakMap<object, { inputs: number; splits: InputSplits[] }>();

function splitsOf({ kind, data }: Predictor['body'], inputs: number): InputSplits[] {
  const known = KNOWN.get(data as object);
  if (known?.inputs === inputs) return known.splits;
  const splits = kind.splits?.(data, inputs) ?? [];
  KNOWN.set(data as object, { inputs, splits });
  return splits;
}

/** The finite splits of each feature, in the order of the nodes. Splits of what a step computes say nothing about the features. */
export function featureSplits({ schema, steps, body }: Predictor): InputSplits[] {
  const sources = sourcesOf(schema, steps);
  const splits = splitsOf(body, sources.length);
  const found = schema.features.map((): InputSplits => ({ values: [], isSet: false }));
  sources.forEach((feature, input) => {
    const { values, isSet } = splits[input] ?? { values: [], isSet: false };
    if (feature === undefined) return;
    const before = found[feature]!;
    found[feature] = { values: before.values.length === 0 ? values : [...before.values, ...values], isSet: before.isSet || isSet };
  });
  return found;
}

/**
 * The least number of levels that the splits of a factor need: a threshold between two levels lies above the lower one; a set
 * of levels has a bit for each up to its greatest.
 */
export function leastLevels({ values, isSet }: InputSplits): number {
  return values.reduce((most, split) => Math.max(most, isSet ? levelsOfSet(split) : Math.floor(split) + 1), 1);
}

/** How many levels a set of levels needs: the place of its highest bit, counted from 1, and 1 for an empty one. Sets have up to 53 bits. */
export function levelsOfSet(mask: number): number {
  const high = Math.floor(mask / 2 ** 32);
  return Math.max(1, high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(mask));
}
