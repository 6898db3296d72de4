import { ModelError } from '../../shared/errors.ts';
import { type ImputedColumn, NEIGHBORS, type ReferenceColumn } from '../../shared/steps/neighbors.ts';
import { attributesOf, element, levelsOf, listOf, numbersOf, type RValue, textOf, textsOf, typeOf } from '../rds/values.ts';
import type { Frame, FrameColumn } from './frame.ts';
import { member, number, type StepContext, type StepReader } from './step-values.ts';

/** step_impute_knn(): missing values by the nearest rows of the training data, which the step keeps. */
export const IMPUTE_KNN_STEPS: StepReader = {
  steps: ['step_impute_knn'],
  read: (step, { frame, of, label }) => {
    const found = element(step, 'columns');
    const plans = found?.type === 'list' ? listOf(found, `${label}'s columns`) : [];
    if (plans.length === 0) return;
    const reference: ReferenceColumn[] = [];
    const places = new Map<string, number>();
    const data = member(step, 'ref_data', label);
    const placeOf = (name: string, isCompared: boolean) => {
      const isBlank = isCompared && element(data, name)?.type === 'character';
      const key = `${isBlank}, ${name}`;
      const known = places.get(key);
      if (known !== undefined) return known;
      reference.push(isBlank ? blankColumn(name, data, frame, label) : referenceColumn(name, data, { frame, of, label }));
      places.set(key, reference.length - 1);
      return reference.length - 1;
    };
    const imputed = plans.map((plan): ImputedColumn => {
      const name = textOf(element(plan, 'y'), `${label}'s columns`);
      const { kind } = frame.column(name, label);
      const by = textsOf(element(plan, 'x'), `${label}'s columns`).map((one) => placeOf(one, true));
      return { column: placeOf(name, false), by, make: isLevel(kind) ? 'mode' : kind === 'integer' ? 'round' : 'mean' };
    });
    const options = element(step, 'options');
    const eps = options ? number(options, 'eps', label, 1e-8) : 1e-8;
    const neighbors = number(step, 'neighbors', label);
    const made = new Set(imputed.map(({ column }) => reference[column]?.from));
    // An imputed column counts as a new one, for those who describe the step.
    const columns = frame.columns.map((column, at): FrameColumn => (made.has(at) ? { ...column } : column));
    frame.push(NEIGHBORS, { step: 'neighbors', of, neighbors, eps, reference, imputed }, columns);
  },
};

/** A column of texts as gower's topn compares it: it takes each row's text for the empty one. */
function blankColumn(name: string, data: RValue, frame: Frame, label: string): ReferenceColumn {
  const values = labelsOf(element(data, name), `${label}, column ${name}`);
  return { from: frame.place(name, label), type: 'blank', values: values.map((text) => (text === null ? null : Number(text === ''))) };
}

function isLevel(kind: FrameColumn['kind']): boolean {
  return kind === 'factor' || kind === 'ordered' || kind === 'text';
}

/** A column of the training rows, its levels as places among those of the frame's column. */
function referenceColumn(name: string, data: RValue, { frame, label }: StepContext): ReferenceColumn {
  const at = `${label}, column ${name}`;
  const column = frame.column(name, at);
  const values = element(data, name);
  const from = frame.place(name, at);
  if ('levels' in column) {
    const labels = labelsOf(values, at);
    const places = new Map(column.levels.map((level, place) => [level, place + 1]));
    return { from, type: 'level', values: labels.map((label) => (label === null ? null : (places.get(label) ?? null))) };
  }
  if (values?.type !== 'double' && values?.type !== 'integer' && values?.type !== 'logical')
    throw new ModelError(at, typeOf(values), 'numbers');
  const type = values.type === 'logical' ? 'logical' : values.type === 'integer' && column.kind === 'integer' ? 'integer' : 'number';
  const numbers = Array.from<number, number | null>(numbersOf(values, at), (value) => (Number.isNaN(value) ? null : value));
  return { from, type, values: numbers };
}

function labelsOf(values: RValue | undefined, label: string): (string | null)[] {
  if (values?.type === 'character') return values.values;
  if (values?.type !== 'integer') throw new ModelError(label, typeOf(values), 'a factor or texts');
  const levels = levelsOf(attributesOf(values).get('levels'), `${label}'s levels`);
  return Array.from(values.values, (code) => levels[code - 1] ?? null);
}
