import type { Expression } from '../../../shared/expressions/expressions.ts';
import { COLUMNS } from '../../../shared/steps/columns.ts';
import { type BoundStep, stepOf } from '../../../shared/steps/kind.ts';
import { productOf } from '../../formula/model-matrix.ts';
import type { Design } from './design.ts';

/** The steps that make a formula's columns of the features, for a body whose inputs these are; without the intercept unless `keeps` says so. */
export function designSteps({ features, steps, columns, intercept }: Design, keeps: 'all' | 'no intercept' = 'no intercept'): BoundStep[] {
  const used = intercept && keeps === 'no intercept' ? columns.slice(1) : columns;
  const values = used.map((factors) => productOf({ name: '', factors }));
  const isSame = values.length === features.length && values.every((value, at) => placeOf(value) === at);
  if (isSame && steps.length === 0 && features.every(({ type }) => type === 'number')) return [];
  const made = values.map((value, at) => placeOf(value) ?? { name: `column ${at + 1}`, value });
  const places = made.filter((one) => typeof one === 'number');
  // A column that goes through keeps its name, which may stand once.
  const isTwice = new Set(places).size !== places.length;
  const named = made.map((one, at) => (isTwice && typeof one === 'number' ? { name: `column ${at + 1}`, value: { feature: one } } : one));
  return [...steps, stepOf(COLUMNS, { step: 'columns', of: 'formula', columns: named })];
}

function placeOf(value: Expression): number | undefined {
  return typeof value === 'object' && 'feature' in value ? value.feature : undefined;
}
