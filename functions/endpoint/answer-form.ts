import { isCellOf } from '../../shared/schema/answer-columns.ts';
import type { Parameters } from '../../shared/schema/parameters.ts';
import { type Shape, shapeWidth } from '../../shared/schema/shape.ts';
import { isQuantiles } from '../../shared/schema/spread/types.ts';

/** What an answer has beside its predictions, as far as their form depends on it, and whether the model held here gives a curve over times. */
export type Lists = { times?: number[] | undefined; quantiles?: number[] | undefined; isCurve?: boolean };

/** Most characters of a label of a class, or of a name of a feature. */
const MOST_LABEL = 1_000;
/** Most numbers in a row's prediction where the model held here gives fewer; else four times as many as that gives. */
const MOST_NUMBERS = 10_000;
/** What no label holds: control characters. */
const CONTROLS = /\p{Cc}/u;

/** Whether a prediction has a form, all its numbers finite. */
export function hasShape(value: unknown, { sides, labels, places, columns }: Shape): boolean {
  if (columns) {
    if (typeof value !== 'object' || value === null || Object.keys(value).length !== columns.length) return false;
    return columns.every(
      (column) => Object.hasOwn(value, column.name) && isCellOf(column, (value as Record<string, unknown>)[column.name]),
    );
  }
  if (places) return typeof value === 'string' && places.includes(value);
  const [side, ...rest] = sides;
  if (side === undefined) return typeof value === 'number' && Number.isFinite(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value) === (labels !== undefined)) return false;
  if (labels && !labels.every((label) => Object.hasOwn(value, label))) return false;
  const parts = Object.values(value);
  return parts.length === side && parts.every((part) => hasShape(part, { sides: rest }));
}

/**
 * The form of the predictions of a model that is not the one held here, taken from the first row; each row must then have it.
 * Undefined where no model of any kind gives such to these parameters (shapeOf in shared/schema/shape.ts): a number; a label; an array as
 * long as `times` or `quantiles`, or, of a model of several numbers, as its own; shares by their labels; and what `predictAll`, `terminalNodes`, `leaf` and `margin` make of these. `ours` is what
 * the model held here gives.
 */
export function formOf(first: unknown, { type, predictAll, quantiles }: Parameters, beside: Lists, ours: Shape): Form | undefined {
  const numbers = ours.labels || beside.isCurve ? undefined : ours.sides[0];
  const isOfTrees = type === 'terminalNodes' || type === 'leaf';
  if (typeof first === 'string') return predictAll || isOfTrees || isQuantiles(type) || type === 'margin' ? undefined : 'label';
  if (ours.columns) return isRowOfCells(first) ? { cells: Object.keys(first) } : undefined;
  const shape = shapeFound(first, predictAll ? 2 : 1);
  if (!shape) return undefined;
  const [side] = shape.sides;
  const isFree = predictAll || isOfTrees || type === 'margin';
  const expected = isQuantiles(type) ? quantiles?.length : (beside.times?.length ?? numbers);
  const isList = side !== undefined && shape.labels === undefined;
  if (isList && !isFree && side !== expected) return undefined;
  if (isQuantiles(type) && !(isList && beside.quantiles?.length === side)) return undefined;
  const most = Math.max(MOST_NUMBERS, 4 * shapeWidth(ours));
  return shapeWidth(shape) <= most ? shape : undefined;
}

/** The form of a prediction of an unknown model; `cells`: an object of numbers, texts, logicals and nulls under these names. */
export type Form = 'label' | { cells: string[] } | Shape;

/** Whether a prediction has the form of the first. */
export function hasForm(value: unknown, form: Form): boolean {
  if (form === 'label') return isLabel(value);
  if (!('cells' in form)) return hasShape(value, form);
  const { cells } = form;
  return isRowOfCells(value) && Object.keys(value).length === cells.length && cells.every((name) => Object.hasOwn(value, name));
}

/** Whether a value is a row of columns, of a model that is not known. */
function isRowOfCells(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const cells = Object.entries(value);
  const isCell = (cell: unknown) => cell === null || typeof cell === 'boolean' || Number.isFinite(cell) || isLabel(cell);
  return cells.length > 0 && cells.length <= MOST_NUMBERS && cells.every(([name, cell]) => isLabel(name) && isCell(cell));
}

/** Whether a value is a text that can be a class's label or a feature's name. */
export function isLabel(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MOST_LABEL && !CONTROLS.test(value);
}

/** The sides of a value of numbers, at most so many; only the first may have labels. */
function shapeFound(value: unknown, most: number): Shape | undefined {
  if (typeof value === 'number') return { sides: [] };
  if (typeof value !== 'object' || value === null || most === 0) return undefined;
  const parts = Object.values(value);
  const inner = shapeFound(parts[0], most - 1);
  if (parts.length === 0 || !inner || inner.labels) return undefined;
  const sides = [parts.length, ...inner.sides];
  if (Array.isArray(value)) return { sides };
  const labels = Object.keys(value);
  return labels.every(isLabel) ? { sides, labels } : undefined;
}
