import type { Value } from '../base/data.ts';
import { isTime, sliderOf } from '../html/fields.ts';
import type { FormFeature } from '../html/form.ts';

/** Most points of a curve, and most levels beside one another. */
export const MAX_POINTS = 201;
export const MAX_LEVELS = 60;
/** Most values of one request for curves: a body has 6 MB at most. */
export const MOST_VALUES = 250_000;

/** The values of a feature that its curve is drawn over: a slider's steps (at most `most` of them), a factor's levels, no and
 * yes. Empty where nothing is known of a number's range, or a factor has too many levels to look at. */
export function gridOf(feature: FormFeature, most = MAX_POINTS): Value[] {
  if (feature.type === 'number' && feature.isSwitch) return [0, 1];
  if (feature.type === 'logical') return [false, true];
  if (feature.type === 'factor') return feature.levels.length <= MAX_LEVELS ? feature.levels : [];
  if (isTime(feature)) return [];
  const slider = sliderOf(feature);
  if (!slider) return [];
  const { min, max, step } = slider;
  const steps = Math.floor((max - min) / step + 1e-9);
  const count = Math.min(most, steps + 1);
  // Where there are more steps than points, points still stand on steps, so that the present value's neighbours are possible ones.
  const places = Array.from({ length: count }, (_, at) => Math.round((at * steps) / Math.max(1, count - 1)));
  return [...new Set(places)].map((place) => Number((min + place * step).toPrecision(12)));
}

/** Most numbers that are shown as bars, one each, and not as a line that goes on between them. */
const MAX_BARS = 8;

/** Whether a feature's values stand for themselves, with nothing between them: levels, no and yes, a few whole numbers. */
export function isBars(feature: FormFeature): boolean {
  return feature.type !== 'number' || ((feature.step ?? 0) >= 1 && gridOf(feature).length <= MAX_BARS);
}

/** The rows of a curve: the present one, with each value of the grid in the feature's place. */
export function gridRows(values: Value[], at: number, grid: Value[]): Value[][] {
  return grid.map((value) => values.map((standing, place) => (place === at ? value : standing)));
}
