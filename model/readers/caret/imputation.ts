import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import { NEAREST } from '../../../shared/steps/nearest.ts';
import { attributesOf, element, listOf, numbersOf, type RValue, textsOf } from '../../rds/values.ts';
import type { Frame, FrameColumn } from '../../steps/frame.ts';
import { number } from '../../steps/step-values.ts';
import { baggedMean } from '../workflow/bagging.ts';

/** What of a preProcess object is needed here. */
type Learned = { value: RValue; methods: ReadonlyMap<string, string[]>; frame: Frame; label: string };

/** knnImpute: missing values by the means of the nearest training rows, which the object keeps. */
export function nearestRows({ value, methods, frame, label }: Learned): void {
  const names = methods.get('knnImpute') ?? [];
  if (!isMean(element(value, 'knnSummary')))
    throw new ModelError(`${label}'s knnSummary`, 'another function than mean(), whose code is not read', 'knnSummary = mean');
  const columns = names.map((name) => {
    frame.number(name, label);
    return frame.place(name, label);
  });
  const training = trainingOf(element(value, 'data'), label);
  const values = names.map((name) => Array.from(training(name)));
  const neighbors = number(value, 'k', label);
  const made = new Set(columns);
  const next = frame.columns.map((column, at): FrameColumn => (made.has(at) ? { name: column.name, kind: 'number' } : column));
  frame.push(NEAREST, { step: 'nearest', of: 'knnImpute', neighbors, columns, values }, next);
}

/** The columns of the training rows, a matrix or a data frame, by their names. */
function trainingOf(data: RValue | undefined, label: string): (name: string) => Float64Array | Int32Array {
  const at = `${label}'s data`;
  const attributes = data ? attributesOf(data) : new Map<string, RValue>();
  if (data?.type === 'list') return (name) => numbersOf(element(data, name), `${at}, column ${name}`);
  const cells = numbersOf(data, at);
  const [rows = 0] = numbersOf(attributes.get('dim'), at);
  const known = textsOf(listOf(attributes.get('dimnames'), at)[1], at);
  // Of columns of one name the first counts.
  const places = new Map(known.map((name, place) => [name, place] as const).reverse());
  return (name) => {
    const place = places.get(name);
    if (place === undefined) throw new ModelError(at, `no column "${name}"`, 'each column of knnImpute');
    return cells.subarray(place * rows, (place + 1) * rows);
  };
}

/** Whether a function is R's mean(), as far as the file says: of base, with the arguments x and more. */
function isMean(value: RValue | undefined): boolean {
  const kept = value?.type === 'opaque' ? value.value : undefined;
  return kept?.type === 'function' && kept.base?.join() === 'x,...';
}

/** bagImpute: one column after the other by bagged trees of all others, those that were imputed before it among them. */
export function baggedTrees({ value, methods, frame, label }: Learned): void {
  const names = new Set(methods.get('bagImpute') ?? []);
  const all = element(value, 'bagImp');
  for (const { name } of frame.columns.filter((column) => names.has(column.name))) {
    const at = `${label}'s bagImp of ${name}`;
    const entry = all && element(all, name);
    const bag = entry && element(entry, 'model');
    if (!bag) throw new ModelError(at, 'nothing', 'bagged trees');
    const made: Expression = { call: 'coalesce', of: [frame.number(name, at), baggedMean(bag, frame, at)] };
    frame.change('bagImpute', { set: [{ name, kind: 'number', value: made }] });
  }
}
