import type { Expression } from '../../../shared/expressions/expressions.ts';
import { FUNCTIONS } from '../../../shared/expressions/functions.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import type { ColumnsStep } from '../../../shared/steps/columns.ts';
import type { SpatialSignStep } from '../../../shared/steps/distances.ts';
import type { ExpressionsStep } from '../../../shared/steps/expressions.ts';
import type { BoundStep } from '../../../shared/steps/kind.ts';
import type { NearestStep } from '../../../shared/steps/nearest.ts';
import { imputedPlaces, type NeighborsStep } from '../../../shared/steps/neighbors.ts';
import { PIPELINE_FUNCTIONS } from '../../../shared/steps/pipeline-functions.ts';

/** Functions of several arguments whose value is missing where any of them is; of those with one, the function itself is asked. */
export const KEEPS_MISSING: readonly string[] = [
  ...['+', '-', '*', '/', '%%', '%/%', '<', '<=', '>', '>=', '==', '!='],
  ...['log', 'pmin', 'pmax', 'between', 'atan2', '(given)', '(sum)'],
];
const CALLS = { ...FUNCTIONS, ...PIPELINE_FUNCTIONS };

/** The schema that each step gets, and, last, the one that the body gets. The steps must have passed checkSteps. */
export function schemasOf(schema: Schema, steps: readonly BoundStep[]): Schema[] {
  const schemas = [schema];
  for (const { kind, data } of steps) schemas.push({ ...schema, features: kind.columns(data, schemas.at(-1)!) });
  return schemas;
}

/**
 * The places of features without which a row surely has no answer, by the steps alone, in a time linear in their size: of those
 * through which a missing value goes on to a step that takes none (`complete`). Others may be required as well. `schemas` are
 * schemasOf() the steps.
 */
export function surelyRequired(schemas: readonly Schema[], steps: readonly BoundStep[]): ReadonlySet<number> {
  let needed: ReadonlySet<number> = new Set();
  for (const [at, step] of [...steps.entries()].toReversed()) needed = neededBefore(step, schemas[at]!.features.length, needed);
  return needed;
}

/** The columns that a step needs of the `width` that come in, where `needed` are those that it must give. */
function neededBefore({ kind, data }: BoundStep, width: number, needed: ReadonlySet<number>): ReadonlySet<number> {
  switch (kind.step) {
    case 'complete':
      return new Set(Array.from({ length: width }, (_, place) => place));
    case 'columns': {
      const { columns } = data as ColumnsStep;
      const of = (column: ColumnsStep['columns'][number]) => (typeof column === 'number' ? [column] : neededIn(column.value));
      return union(needed, (place) => of(columns[place]!));
    }
    case 'expressions':
      return union(needed, (place) => neededIn((data as ExpressionsStep).columns[place]!));
    // A missing value in any of what they compute a column of makes it missing.
    case 'projection':
    case 'distances':
    case 'splines':
    case 'calendar':
    case 'interpolation':
      return union(needed, (place) => kind.uses?.(data, place, width) ?? []);
    case 'spatial-sign': {
      const { columns, skips } = data as SpatialSignStep;
      const all = skips || !columns.some((place) => needed.has(place)) ? [] : columns;
      return new Set([...needed, ...all]);
    }
    case 'neighbors':
      return without(needed, imputedPlaces(data as NeighborsStep));
    case 'nearest':
      return without(needed, new Set((data as NearestStep).columns));
    default:
      return union(needed, (place) => (place < width ? [kind.source(data, place) ?? []].flat() : []));
  }
}

function union(needed: ReadonlySet<number>, of: (place: number) => Iterable<number>): Set<number> {
  const all = new Set<number>();
  // All columns of a product are computed of the same list.
  for (const used of new Set([...needed].map(of))) for (const one of used) all.add(one);
  return all;
}

function without(needed: ReadonlySet<number>, imputed: ReadonlySet<number>): Set<number> {
  return new Set([...needed].filter((place) => !imputed.has(place)));
}

/**
 * The features of which a missing value makes an expression's value missing; with `orZero`, missing or 0, which is no place of a table.
 */
export function neededIn(expression: Expression, orZero = false): number[] {
  if (typeof expression === 'number') return [];
  if ('feature' in expression) return [expression.feature];
  if ('label' in expression) return [expression.label];
  if ('call' in expression) return neededInCall(expression);
  if ('poly' in expression) return neededIn(expression.poly);
  if ('number' in expression) return expression.exact && !orZero ? [] : neededIn(expression.number);
  if ('interval' in expression) return orZero ? neededIn(expression.interval) : [];
  if ('table' in expression) return neededIn(expression.table, true);
  if ('is' in expression) return neededIn(expression.is, true);
  return expression.missing === null ? neededIn(expression.pick, expression.beyond === null) : [];
}

function neededInCall({ call, of }: Extract<Expression, { call: string }>): number[] {
  const [first, second] = of as [Expression, Expression | undefined];
  const isOne = of.length === 1 && Number.isNaN(CALLS[call]?.apply(Number.NaN));
  if (isOne || KEEPS_MISSING.includes(call)) return of.flatMap((part) => neededIn(part));
  // Anything to the power of 0 is 1.
  const isPower = call === '^' && typeof second === 'number' && second !== 0;
  return isPower || call === 'ifelse' || (call === 'if_else' && of.length === 3) ? neededIn(first) : [];
}
