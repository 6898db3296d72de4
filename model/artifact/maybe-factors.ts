import type { InputSplits } from '../../shared/bodies/kind.ts';
import type { Predictor } from '../../shared/predict.ts';
import { DECIMAL } from '../../shared/schema/decimal.ts';
import type { Feature } from '../../shared/schema/features.ts';
import { featureSplits } from './splits.ts';
import { linesFor, plainNumber, type TrainingData } from './training-rows.ts';

/** Most levels of a factor that is guessed at. */
const MOST_LEVELS = 100;
/** Most names that are written. */
const SHOWN = 8;

/**
 * The numeric features that may be factors whose levels the model file lacks: ranger orders such a factor by its codes 1, 2, 3 ..., and
 * splits half-way between two of them. A feature that the sidecar described has been looked at and is no longer asked about.
 */
export function maybeFactors(model: Predictor): string[] {
  if (!model.body.kind.lacksLevels) return [];
  const splits = featureSplits(model);
  return model.schema.features.flatMap((feature, at) => {
    const { values, isSet } = splits[at]!;
    const areCodes = values.every((value) => value >= 1.5 && value < MOST_LEVELS && Number.isInteger(2 * value));
    return isUndescribed(feature) && !isSet && areCodes && values.includes(1.5) ? [feature.name] : [];
  });
}

function isUndescribed(feature: Feature): boolean {
  const { type, label, unit, step } = feature as Feature & { unit?: unknown; step?: unknown };
  return type === 'number' && [label, unit, step].every((said) => said === undefined);
}

/**
 * The numeric features whose few numbers in the training data (1, 2, 4, 5) may be the labels of a factor, of which the model knows the codes: the
 * file says that it had codes, or all splits may be of codes, and one is not where two neighbours among the numbers would be parted.
 */
export function maybeCodes(model: Predictor, data: TrainingData): string[] {
  const { features } = model.schema;
  if (!model.body.kind.lacksLevels) return [];
  const splits = featureSplits(model);
  const asked = features.map((feature, at) => isUndescribed(feature) && splits[at]!.values.length > 0 && areHalves(splits[at]!.values));
  if (!asked.includes(true)) return [];
  const [header = [], ...lines] = linesFor(features, data);
  const places = new Map(header.map((name, place): [string, number] => [name, place]).reverse());
  return features.flatMap((feature, at) => {
    const place = places.get(feature.name);
    if (!asked[at] || place === undefined) return [];
    const fields = new Set<string>();
    for (let row = 0; row < lines.length && fields.size <= MOST_LEVELS + 2; row += 1) fields.add(lines[row]![place] ?? '');
    const numbers = Array.from(fields, plainNumber)
      .filter((field) => DECIMAL.test(field))
      .map(Number);
    const few = Float64Array.from(new Set(numbers)).sort();
    return few.length <= MOST_LEVELS && [0, 1].some((first) => areCodesOf(feature, splits[at]!, few, first)) ? [feature.name] : [];
  });
}

/** A split as codes know it: LightGBM's between 0 and 1 is at 0, and its others lie a little above the middle. */
const half = (split: number) => (split === 0 ? 0.5 : Math.fround(split));

function areHalves(splits: readonly number[]): boolean {
  return splits.every((split) => split >= 0 && split <= MOST_LEVELS && Number.isInteger(2 * half(split)));
}

/** Whether a model seems to know codes from `first` on in place of a feature's numbers, which are in order. */
function areCodesOf(feature: Feature, { values, isBelow = false }: InputSplits, numbers: Float64Array, first: number): boolean {
  const last = first + numbers.length - 1;
  const { min, max } = feature as Feature & { min?: number; max?: number };
  if (numbers.length < 2 || numbers.every((number, at) => number === first + at)) return false;
  if (min === first && max === last && (numbers[0] !== first || numbers.at(-1) !== last)) return true;
  // xgboost with histograms splits at the numbers themselves, and else half-way between two.
  const isAtNumbers = isBelow && values.every((split) => Number.isInteger(split));
  const middles = isAtNumbers ? [] : Array.from(numbers.subarray(1), (number, at) => (number + numbers[at]!) / 2);
  const possible = new Set([...numbers, ...middles].map(Math.fround));
  const areCodes = values.every((split) => half(split) > first && (isBelow ? half(split) <= last : half(split) < last));
  return areCodes && values.some((split) => half(split) >= 1 && !possible.has(half(split)));
}

/** What to say of the features of maybeCodes, in a line; nothing where there are none. `file` is the model's file. */
export function maybeCodesNote(model: Predictor, file: string, data: TrainingData): string[] {
  const names = maybeCodes(model, data);
  if (names.length === 0) return [];
  const what = `numbers in ${data.file}, but the model may know them as codes (1, 2, ... in their order) of a factor`;
  return [`${shown(names)}: ${what}; if so, name the levels in ${sidecarOf(file)}; if not, a label there says that it was looked at`];
}

function shown(names: string[]): string {
  return names.slice(0, SHOWN).join(', ') + (names.length > SHOWN ? `, and ${names.length - SHOWN} more` : '');
}

function sidecarOf(file: string): string {
  return `${file.replace(/\.[^./]*$/, '')}.model.json`;
}

/** What to say of the features of maybeFactors, in a line; nothing where there are none. `file` is the model's file. */
export function maybeFactorsNote(model: Predictor, file: string): string[] {
  const names = maybeFactors(model);
  if (names.length === 0) return [];
  const isArtifact = file.endsWith('.canopy');
  const sidecar = isArtifact ? 'a sidecar beside the model file' : sidecarOf(file);
  const what = 'numbers to this model, perhaps codes of factors (1, 2, ...) whose levels the file lacks';
  const advice = isArtifact ? 'and import that again' : 'or import with --data training.csv';
  return [`${shown(names)}: ${what}; if so, name the levels in ${sidecar}, ${advice}`];
}
