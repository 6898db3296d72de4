import { ModelError } from '../../../shared/errors.ts';
import { NEAREST } from '../../../shared/steps/nearest.ts';
import { attributesOf, element, listOf, numbersOf, type RValue, textsOf, typeOf } from '../../rds/values.ts';
import type { Frame, FrameColumn } from '../../steps/frame.ts';
import { number } from '../../steps/step-values.ts';

/** What of a preProcess object is needed here. */
type Learned = { value: RValue; methods: ReadonlyMap<string, string[]>; frame: Frame; label: string };

/** knnImpute: missing values by the means of the nearest training rows, which the object keeps. */
export function nearestRows({ value, methods, frame, label }: Learned): void {
  const names = methods.get('knnImpute') ?? [];
  if (!isMean(element(value, 'knnSummary')))
    throw new ModelError(`${label}'s knnSummary`, 'another function than mean(), whose code is not read', 'knnSummary = mean');
  const data = element(value, 'data');
  const cells = numbersOf(data, `${label}'s data`);
  const attributes = attributesOf(data as RValue);
  const [rows = 0] = numbersOf(attributes.get('dim'), `${label}'s data`);
  const known = textsOf(listOf(attributes.get('dimnames'), `${label}'s data`)[1], `${label}'s data`);
  const columns = names.map((name) => {
    frame.number(name, label);
    return frame.place(name, label);
  });
  const values = names.map((name) => {
    const at = known.indexOf(name);
    if (at < 0) throw new ModelError(`${label}'s data`, `no column "${name}"`, 'each column of knnImpute');
    return Array.from(cells.subarray(at * rows, (at + 1) * rows));
  });
  const neighbors = number(value, 'k', label);
  const made = new Set(columns);
  const next = frame.columns.map((column, at): FrameColumn => (made.has(at) ? { name: column.name, kind: 'number' } : column));
  frame.push(NEAREST, { step: 'nearest', of: 'knnImpute', neighbors, columns, values }, next);
}

/** Whether a function is R's mean(), as far as the file says: of base, with the arguments x and more. */
function isMean(value: RValue | undefined): boolean {
  const kept = value?.type === 'opaque' ? value.value : undefined;
  return kept?.type === 'function' && kept.base?.join() === 'x,...';
}

/** bagImpute. */
export function baggedTrees({ value, label }: Learned): void {
  throw new ModelError(`${label}'s bagImpute`, typeOf(element(value, 'bagImp')), 'medianImpute or knnImpute');
}
