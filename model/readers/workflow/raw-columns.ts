import { ModelError } from '../../../shared/errors.ts';
import { isTimeZone } from '../../../shared/schema/dates.ts';
import type { Feature, Level } from '../../../shared/schema/features.ts';
import { FormulaReader } from '../../formula/formula.ts';
import { FormulaSplines } from '../../formula/splines.ts';
import { readLevels, type Terms } from '../../formula/terms.ts';
import { attributesOf, classOf, element, levelsOf, namedListOf, numbersOf, type RValue, timeZoneOf, typeOf } from '../../rds/values.ts';
import type { FrameColumn } from '../../steps/frame.ts';
import { withRange } from '../range.ts';

/** The raw columns of a pipeline: what callers send, and what a recipe gets. */
export type RawColumns = { features: Feature[]; columns: FrameColumn[] };

/** What is known beside the columns' types: the texts that training had, training data for ranges, and what becomes of new levels. */
export type Known = { texts: ReadonlyMap<string, Level[]>; training: RValue | undefined; allowsNew: boolean };

/** The columns of a prototype (hardhat's ptype), a data frame without rows, as features. Throws a ModelError for a class that is not served. */
export function rawColumns(prototype: RValue | undefined, known: Known, label: string): RawColumns {
  if (prototype?.type !== 'list')
    throw new ModelError(`${label}'s ptypes`, typeOf(prototype), 'the columns of training, which a fitted workflow has');
  const named = namedListOf(prototype, `${label}'s columns`);
  if (named.length === 0) throw new ModelError(`${label}'s columns`, 'none', 'at least one');
  const columns = named.map(([name, column]) => rawColumn(name, column, known, `${label}, column ${name}`));
  return { features: rawFeatures(columns, known), columns };
}

/** What callers send for columns, with the ranges that training data shows. */
export function rawFeatures(columns: readonly FrameColumn[], known: Known): Feature[] {
  return columns.map((column): Feature => {
    const feature = featureOf(column, known);
    const values = known.training && element(known.training, column.name);
    return values ? ranged(feature, values) : feature;
  });
}

function rawColumn(name: string, value: RValue, { texts }: Known, label: string): FrameColumn {
  const classes = classOf(value);
  if (classes.includes('factor')) {
    const levels = levelsOf(attributesOf(value).get('levels'), `${label}'s levels`);
    return { name, kind: classes.includes('ordered') ? 'ordered' : 'factor', levels };
  }
  if (classes.includes('Date')) return { name, kind: 'date' };
  if (classes.includes('POSIXct')) return timeColumn(name, attributesOf(value).get('tzone'), label);
  if (classes.length > 0)
    throw new ModelError(label, `the class ${classes.join(', ')}`, 'numbers, logicals, factors, texts, dates or times');
  switch (value.type) {
    case 'double':
      return { name, kind: 'number' };
    case 'integer':
      return { name, kind: 'integer' };
    case 'logical':
      return { name, kind: 'logical' };
    case 'character': {
      const levels = texts.get(name);
      if (!levels) throw new ModelError(label, 'a column of texts, whose values in training the file does not have', 'a factor');
      return { name, kind: 'text', levels };
    }
    default:
      throw new ModelError(label, typeOf(value), 'numbers, logicals, factors, texts, dates or times');
  }
}

/** A column of times by R's attribute `tzone`. Throws a ModelError for a zone that is not known. */
export function timeColumn(name: string, zone: RValue | undefined, label: string): FrameColumn {
  const timeZone = timeZoneOf(zone);
  const isLocal = zone?.type !== 'character' || !zone.values[0];
  if (timeZone === undefined) return { name, kind: 'datetime', ...(isLocal ? { isLocal } : {}) };
  if (!isTimeZone(timeZone)) throw new ModelError(label, `the time zone ${timeZone}`, 'an IANA name such as America/Sao_Paulo');
  return { name, kind: 'datetime', timeZone };
}

/** What callers send for a column. hardhat makes NA of a level that a factor does not have. */
function featureOf(column: FrameColumn, { allowsNew }: Known): Feature {
  const { name } = column;
  switch (column.kind) {
    case 'number':
    case 'integer':
      return { name, type: 'number' };
    case 'logical':
    case 'date':
      return { name, type: column.kind };
    case 'datetime':
      return { name, type: 'datetime', ...(column.timeZone === undefined ? {} : { timeZone: column.timeZone }) };
    default:
      return { name, type: 'factor', levels: column.levels, others: column.kind === 'text' || allowsNew ? 'new' : 'missing' };
  }
}

/** A feature with the range that its column has in training data. */
export function ranged(feature: Feature, values: RValue): Feature {
  if (values.type !== 'double' && values.type !== 'integer') return feature;
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of numbersOf(values, feature.name)) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return Number.isFinite(least) && Number.isFinite(most) ? withRange(feature, [least, most]) : feature;
}

/** The columns of a formula's data, as far as its terms say: numbers, logicals, and factors by their levels. */
export function columnsOfTerms(terms: Terms, levels: RValue | undefined, label: string): RawColumns {
  const known = readLevels(levels, `${label}'s xlevels`);
  const reader = new FormulaReader(terms, known, `${label}'s formula`, new FormulaSplines());
  for (const variable of terms.variables) if (!known.has(variable.name)) reader.columns(variable);
  // cut(a, c(0, 5)), factor(a > 2), interaction(f, g): what they are made of is a column too.
  terms.variables.forEach(({ name, value }, at) => {
    const own = known.get(name);
    if (own && value.type === 'language' && terms.factors.some((pattern) => pattern[at]! > 0)) reader.labelled(value, own);
  });
  const kinds = new Map(terms.variables.map(({ name, kind }) => [name, kind]));
  const columns = reader.features.map((feature): FrameColumn => {
    const { name } = feature;
    if (feature.type === 'factor') return { name, kind: kinds.get(name) === 'ordered' ? 'ordered' : 'factor', levels: feature.levels };
    return { name, kind: feature.type === 'logical' ? 'logical' : 'number' };
  });
  return { features: reader.features, columns };
}
