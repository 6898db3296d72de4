import path from 'node:path';
import type { InputSplits } from '../../shared/bodies/kind.ts';
import { ModelError } from '../../shared/errors.ts';
import type { Predictor } from '../../shared/predict.ts';
import type { Schema } from '../../shared/schema/features.ts';
import { sourcesOf } from '../../shared/steps/pipeline.ts';
import type { Codes } from '../readers/reader.ts';

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
    const { values, isSet, isBelow = false } = splits[input] ?? { values: [], isSet: false };
    if (feature === undefined) return;
    const before = found[feature]!;
    found[feature] = { values: before.values.length === 0 ? values : [...before.values, ...values], isSet: before.isSet || isSet, isBelow };
  });
  return found;
}

/**
 * The least number of levels that the splits of a factor need: a threshold between two levels lies above the lower one; a set
 * of levels has a bit for each up to its greatest.
 */
export function leastLevels({ values, isSet, isBelow }: InputSplits): number {
  if (isBelow && !isSet) return leastCodes(values);
  return values.reduce((most, split) => Math.max(most, isSet ? levelsOfSet(split) : Math.floor(split) + 1), 1);
}

/**
 * xgboost splits at a code, or half-way between two; and at twice the last code that a node has, a little more before its rounding to 32 bits,
 * where it parts missing values from all others: from 16 on that little may be lost. So an even number far above all other splits is no code.
 */
function leastCodes(splits: readonly number[]): number {
  return Float64Array.from(splits)
    .sort()
    .reduce((least, split) => {
      const isCode = Number.isInteger(2 * split) && (split % 2 !== 0 || split < FIRST_LOST || split <= least + 1);
      return Math.max(least, isCode ? Math.ceil(split) : Math.floor(split / 2));
    }, 1);
}

/** The least of twice a code of which the little more is lost: 8 + (8 + 1e-6) is 16 in 32 bits, 4 + (4 + 1e-6) more than 8. */
const FIRST_LOST = 16;
/** What xgboost goes beyond twice the last value by, and the rounding of 32-bit floats. */
const ROOM = 1e-4;
const FLOAT = 1e-6;
/** From here on LightGBM means no end. */
const ENDLESS = 1e300;

/**
 * Whether a split beyond the least or the greatest value of training may part missing values from all others: xgboost's lies at x + |x| of
 * the last value x that a node has, or at x - |x| of the first, a little beyond (src/tree/updater_colmaker.cc); LightGBM's at 0 or has no end.
 */
export function isOfMissing(split: number, [least, most]: readonly [number, number], isBelow = false): boolean {
  if (!isBelow) return split === 0 || Math.abs(split) >= ENDLESS;
  const room = ROOM + FLOAT * Math.abs(split);
  if (split > most) return split <= Math.max(2 * most, 0) + room;
  return least > 0 ? Math.abs(split) <= room : split >= 2 * least - room;
}

/** How many levels a set of levels needs: the place of its highest bit, counted from 1, and 1 for an empty one. Sets have up to 53 bits. */
export function levelsOfSet(mask: number): number {
  const high = Math.floor(mask / 2 ** 32);
  return Math.max(1, high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(mask));
}

/**
 * Checks the levels against the splits: sets of levels mean nothing without their labels, and a split beyond the last level
 * shows that some are missing, so that a label would be coded wrongly.
 */
export function checkLevels({ schema, ...computed }: Predictor, file: string): void {
  const splits = featureSplits({ schema, ...computed });
  schema.features.forEach((feature, column) => {
    const inR = `in R: levels(data$${feature.name})`;
    const { isSet } = splits[column]!;
    if (feature.type !== 'factor') {
      if (!isSet) return;
      const expected = `its levels in ${path.parse(file).name}.model.json: {"features": {"${feature.name}": {"levels": [...]}}}, ${inR}; or import it with --data training.csv`;
      throw new ModelError(file, `the unordered factor "${feature.name}" without its levels`, expected);
    }
    const least = leastLevels(splits[column]!);
    if (feature.levels.length >= least) return;
    throw new ModelError(file, `${feature.levels.length} levels of "${feature.name}"`, `at least ${least}, as its splits show, ${inR}`);
  });
}

/**
 * Refuses levels of what was codes to the model where these were others than the levels are read by: 1, 2 ... as factor() in R has them, or of
 * splits by sets of codes (`codes`) 0, 1 ... Every label would be taken for another one. What the file says of the values in training shows
 * it, or a split that no level lies on both sides of, as LabelEncoder of scikit-learn makes them from 0.
 */
export function checkCodes(given: Schema, model: Predictor, codes: readonly (Codes | undefined)[] = [], file: string): void {
  const splits = featureSplits(model);
  model.schema.features.forEach((feature, column) => {
    const before = given.features[column]!;
    if (feature.type !== 'factor' || before.type !== 'number') return;
    const { values, isSet, isBelow } = splits[column]!;
    const seen = codes[column];
    const first = seen ? 0 : 1;
    // Levels that are their own codes are taken for no other ones. LightGBM does not tell of codes that are rare.
    if (feature.levels.every((level, at) => level === String(at + first))) return;
    const [least, most] = seen ? [seen.least, seen.greatest] : [before.min, before.max];
    const last = feature.levels.length - 1 + first;
    const isOther = least !== undefined && most !== undefined && ((seen ? least !== first : least < first) || most > last);
    const split = isSet ? undefined : values.find((value) => value > 0 && (isBelow ? value <= 1 : value < 1));
    if (!isOther && split === undefined) return;
    const found = isOther ? `are ${least} to ${most} in the file` : `are split at ${split}`;
    throw new ModelError(
      file,
      `levels of "${feature.name}", whose codes ${found}`,
      `codes from ${first} to ${last}: without levels (in a sidecar "type": "number") callers send the codes`,
    );
  });
}
