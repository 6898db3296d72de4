import type { Card } from '../../schema/card.ts';
import type { Feature, NumberFeature, Schema } from '../../schema/features.ts';

/**
 * A feature as the form shows it. Beyond `known` nothing is known of a number: that is the range of the training data, or where the
 * model has thresholds (`edges` are the outermost, as the model counts), a step beyond them. `isSwitch` marks a number that is 0 or 1 to the model.
 */
export type FormFeature = Feature & { isSwitch?: true; known?: [number, number]; edges?: [number, number] };
/** A model as its page shows it: its features are those of the form; `codes` is the number by which a tree names each class. */
export type FormModel = { schema: Omit<Schema, 'features'> & { features: FormFeature[] }; card: Card; sha256: string; codes?: number[] };

/** Most decimals that steps are looked for in, and the fewest steps that a span of other numbers is parted into. */
const MOST_DECIMALS = 6;
const STEPS = 50;
/** A slider of decimals has no more than about this many steps, however many decimals the data had. */
const MOST_STEPS = 2_000;

/**
 * The features with what a form needs and the sidecar does not say: the ends and steps of each number, a start in the middle of
 * what the model learnt from, and which numbers are switches. `cuts` are each feature's distinct thresholds, ascending; where a
 * model has none (a linear one), a feature's `range` is that of the training data.
 */
export function formFeatures(features: Feature[], cuts: number[][]): FormFeature[] {
  return features.map((feature, at) => {
    const featureCuts = cuts[at] ?? [];
    const edges = featureCuts.length > 0 ? { edges: [featureCuts[0], featureCuts.at(-1)] as [number, number] } : {};
    if (feature.type !== 'number') return { ...feature, ...edges };
    if (isSwitch(feature, featureCuts)) return { ...feature, min: 0, max: 1, step: 1, default: feature.default ?? 0, isSwitch: true };
    return featureCuts.length > 0 ? { ...fromCuts(feature, featureCuts), ...edges } : fromRange(feature);
  });
}

/** Whether all that a model asks of a number is whether it is 0 or 1, and a sidecar says nothing else. */
function isSwitch({ min = 0, max = 1, step = 1, default: start = 0 }: NumberFeature, cuts: number[]): boolean {
  return cuts.length === 1 && cuts[0] === 0.5 && min === 0 && max === 1 && step === 1 && (start === 0 || start === 1);
}

/** A threshold lies between two values of the data, so the ends of a slider are a step beyond the outermost thresholds. */
function fromCuts(feature: NumberFeature, cuts: number[]): FormFeature {
  const [low, high] = [cuts[0]!, cuts.at(-1) as number];
  const unit = unitOf(cuts) ?? niceStep(high - low || Math.max(1, Math.abs(low)));
  const known: [number, number] = [tidy((Math.ceil(steps(low, unit)) - 1) * unit), tidy((Math.floor(steps(high, unit)) + 1) * unit)];
  if (!known.every(Number.isFinite) || !Number.isFinite(known[1] - known[0])) return feature;
  return withEnds(feature, known, unit, cuts[cuts.length >> 1]!);
}

function fromRange(feature: NumberFeature): FormFeature {
  const [low, high] = feature.range ?? [];
  if (typeof low !== 'number' || typeof high !== 'number' || !Number.isFinite(high - low)) return feature;
  const unit = unitOf([2 * low, 2 * high]) === 1 ? 1 : niceStep(high - low || Math.max(1, Math.abs(low)));
  const ends: [number, number] = [tidy(Math.floor(steps(low, unit)) * unit), tidy(Math.ceil(steps(high, unit)) * unit)];
  return { ...withEnds(feature, ends, unit, (low + high) / 2), known: [low, high] };
}

function withEnds(feature: NumberFeature, known: [number, number], unit: number, middle: number): FormFeature {
  const { min = known[0], max = known[1], step = unit } = feature;
  if (!(min < max)) return { ...feature, known };
  // Kept off both ends, where there is something between them.
  const last = Math.max(0, Math.floor(steps(max - min, step)) - 1);
  const place = Math.min(last, Math.max(Math.min(1, last), Math.round(steps(middle - min, step))));
  return { ...feature, min, max, step, default: feature.default ?? tidy(min + place * step), known };
}

/**
 * The greatest of 1, 0.1, 0.01 ... whose halves all thresholds are multiples of: values that are multiples of it have such
 * thresholds between them. Undefined where there is none.
 */
function unitOf(cuts: number[]): number | undefined {
  const span = (cuts.at(-1) as number) - cuts[0]!;
  for (let decimals = 0; decimals <= MOST_DECIMALS; decimals += 1) {
    const halves = 2 * 10 ** decimals;
    const fits = cuts.every((cut) => Math.abs(cut * halves - Math.round(cut * halves)) <= 1e-9 * Math.max(1, Math.abs(cut * halves)));
    if (fits) return decimals > 0 && span * 10 ** decimals > MOST_STEPS ? niceStep(span) : 1 / 10 ** decimals;
  }
  return undefined;
}

/** A power of ten of which a span has 50 to 500. */
export function niceStep(span: number): number {
  return 10 ** Math.floor(Math.log10(span / STEPS));
}

/** How many steps a value has, without the last bits' noise of a quotient (2.05 / 0.01). */
function steps(value: number, step: number): number {
  const quotient = value / step;
  const whole = Math.round(quotient);
  return Math.abs(quotient - whole) <= 1e-9 * Math.max(1, Math.abs(whole)) ? whole : quotient;
}

/** Without the last bits' noise of a sum of steps (0.30000000000000004). */
export function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
