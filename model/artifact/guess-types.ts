import { ModelError } from '../../shared/errors.ts';
import type { Predictor } from '../../shared/predict.ts';
import type { Feature, Schema } from '../../shared/schema/features.ts';
import { INTEGER64_END } from '../../shared/schema/integer64.ts';
import { withRange } from '../readers/range.ts';
import { featureSplits } from './splits.ts';

/** Days between which every split of a date must lie (1980 to 2200), and seconds for a time (1973 to 2200). */
const USUAL_DAYS = [3_652, 84_006] as const;
const USUAL_SECONDS = [1e8, 84_006 * 86_400] as const;

/**
 * A schema with the types that a forest's or a tree's splits show: a column of the class integer64 is split at numbers that no
 * other column has, below 4.5e-308. `others` are features of a class that R notes as "other": a date or a time where all splits
 * lie in the usual years, else a number (a difftime, say). With `isClassed` no other column is an integer64. A sidecar may say otherwise.
 */
export function guessTypes(model: Predictor, others: readonly string[] = [], isClassed = false): Schema {
  const { schema } = model;
  const splits = featureSplits(model);
  const mayBeTimes = new Set(others);
  const features = schema.features.map((feature, column): Feature => {
    const { values, isSet } = splits[column]!;
    if (feature.type !== 'number' || values.length === 0 || isSet) return feature;
    const { name } = feature;
    const isOther = mayBeTimes.has(name);
    const areBits = values.every((split) => Math.abs(split) < INTEGER64_END) && values.some((split) => split !== 0);
    if (areBits && (isOther || !isClassed)) return { name, type: 'integer64' };
    if (!isOther) return feature;
    const isWithin = ([least, most]: readonly [number, number]) => values.every((split) => split >= least && split <= most);
    return isWithin(USUAL_DAYS) ? { name, type: 'date' } : isWithin(USUAL_SECONDS) ? { name, type: 'datetime' } : feature;
  });
  return { ...schema, features };
}

/** Refuses the type integer64, as a sidecar may give it, where the model did not take the column's 64 bits for doubles. */
export function checkInteger64(model: Predictor, label: string): void {
  if (!model.schema.features.some(({ type }) => type === 'integer64')) return;
  const splits = featureSplits(model);
  model.schema.features.forEach(({ name, type }, column) => {
    if (type !== 'integer64') return;
    const at = `${label}, feature "${name}"`;
    if (!model.body.kind.splits)
      throw new ModelError(at, 'the type integer64', 'number: a model without splits has no use of an integer64 but as.numeric()');
    const split = splits[column]?.values.find((value) => !(Math.abs(value) < INTEGER64_END));
    if (split !== undefined)
      throw new ModelError(at, `the type integer64 and a split at ${split}`, 'splits below 4.5e-308, or the type number');
  });
}

/** The schema with the least and the greatest split value of each feature that is split by thresholds. */
export function splitRanges(model: Predictor): Schema {
  const splits = featureSplits(model);
  const features = model.schema.features.map((feature, column) => {
    const { values, isSet } = splits[column]!;
    if (feature.type === 'factor' || feature.type === 'logical' || values.length === 0 || isSet) return feature;
    const range: [number, number] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of values) {
      if (value < range[0]) range[0] = value;
      if (value > range[1]) range[1] = value;
    }
    return withRange(feature, range);
  });
  return { ...model.schema, features };
}
