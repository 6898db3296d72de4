import { ModelError } from '../../../shared/errors.ts';
import type { Feature } from '../../../shared/schema/features.ts';
import type { Terms } from '../../formula/terms.ts';
import { attributesOf, classOf, element, listOf, namedListOf, type RValue, textsOf, timeZoneOf } from '../../rds/values.ts';
import type { FrameColumn } from '../../steps/frame.ts';
import { columnsOfTerms, type RawColumns, ranged, rawColumns } from '../workflow/raw-columns.ts';

/** Columns of caret's training data that are none of a caller's. */
const ADDED = ['.outcome', '.weights'];

/** The data that a formula's model was trained on, as far as the object has it: for types and ranges. */
export function trainingData(train: RValue): RValue | undefined {
  const data = element(train, 'trainingData');
  return data?.type === 'list' ? data : undefined;
}

/** The raw columns of a formula: its variables, with dates and ranges by the training data. */
export function formulaColumns(terms: Terms, levels: RValue | undefined, train: RValue, label: string): RawColumns {
  const { features, columns } = columnsOfTerms(terms, levels, label);
  const [prototype, data] = [element(train, 'ptype'), trainingData(train)];
  const typed = features.map((feature): Feature => {
    const sample = (prototype && element(prototype, feature.name)) ?? (data && element(data, feature.name));
    const values = data && element(data, feature.name);
    const dated = sample && feature.type === 'number' ? datedAs(feature, sample) : feature;
    return values ? ranged(dated, values) : dated;
  });
  return { features: typed, columns };
}

/** A number that R had as a date or a time. */
function datedAs(feature: Feature, column: RValue): Feature {
  const classes = classOf(column);
  if (classes.includes('Date')) return { name: feature.name, type: 'date' };
  if (!classes.includes('POSIXct')) return feature;
  const timeZone = timeZoneOf(attributesOf(column).get('tzone'));
  return { name: feature.name, type: 'datetime', ...(timeZone === undefined ? {} : { timeZone }) };
}

/** The raw columns of a model that was trained on x and y: those of x; undefined where the object does not have them. */
export function dataColumns(train: RValue, label: string): RawColumns | undefined {
  const prototype = element(train, 'ptype');
  const data = trainingData(train);
  const known = { texts: new Map(), training: data, allowsNew: false };
  if (prototype?.type === 'list') return plain(rawColumns(prototype, known, label));
  if (data) return plain(rawColumns(withoutAdded(data, label), known, label));
  return prototype ? numberColumns(matrixNames(prototype, label)) : undefined;
}

/** A level that training did not have is an error in R: there is no hardhat that makes it missing. */
function plain({ features, columns }: RawColumns): RawColumns {
  return {
    columns,
    features: features.map((feature): Feature => {
      if (feature.type !== 'factor') return feature;
      const { others: _, ...rest } = feature;
      return rest;
    }),
  };
}

function withoutAdded(data: RValue, label: string): RValue {
  const kept = namedListOf(data, `${label}'s trainingData`).filter(([name]) => !ADDED.includes(name));
  return {
    type: 'list',
    values: kept.map(([, value]) => value),
    attributes: new Map([['names', { type: 'character', values: kept.map(([name]) => name) }]]),
  };
}

function matrixNames(matrix: RValue, label: string): string[] {
  const dimnames = attributesOf(matrix).get('dimnames');
  const columns = dimnames ? listOf(dimnames, `${label}'s ptype`)[1] : undefined;
  if (columns?.type !== 'character') throw new ModelError(`${label}'s ptype`, 'a matrix without names', 'names of its columns');
  return textsOf(columns, `${label}'s ptype`);
}

/** Columns of numbers by their names. */
export function numberColumns(names: readonly string[]): RawColumns {
  return {
    features: names.map((name): Feature => ({ name, type: 'number' })),
    columns: names.map((name): FrameColumn => ({ name, kind: 'number' })),
  };
}
