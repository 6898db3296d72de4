import type { InputSplits } from '../../shared/bodies/kind.ts';
import { ModelError } from '../../shared/errors.ts';
import type { Predictor } from '../../shared/predict.ts';
import { parseDate, parseDatetime } from '../../shared/schema/dates.ts';
import type { Feature, Schema } from '../../shared/schema/features.ts';
import { featureSplits, isOfMissing, leastLevels } from './splits.ts';
import { isBlankLine, type LevelsOrder, linesFor, NUMBER, plainValues, SHOWN, type TrainingData } from './training-rows.ts';

const MAX_LEVELS = 10_000;
/** Logicals as R and pandas write them. Other words than R's own are a factor to read.csv(). */
const LOGICAL = /^(?:TRUE|FALSE|T|F|true|false|True|False)$/;

/**
 * A schema with the types and levels that the training data gives, for the features of which neither the model file nor the
 * sidecar (`known`) has said. Texts are a factor, with the levels that R's factor() gives them: in the order of the locale R
 * ran in. A wrong order would be a silently wrong answer: so where C order and the language's differ, one must be asked for.
 * Throws a ModelError.
 */
export function applyData(model: Predictor, known: ReadonlySet<string>, data: TrainingData): Schema {
  const { schema } = model;
  const splits = featureSplits(model);
  const [header = [], ...all] = linesFor(schema.features, data);
  const lines = all.filter((line) => !isBlankLine(header, line));
  // The first of two columns of one name, as the search for it would find.
  const places = new Map(header.map((name, place): [string, number] => [name, place]).reverse());
  const ranges = new Map<string, Range>();
  const features = schema.features.map((feature, column): Feature => {
    if (feature.type !== 'number' || known.has(feature.name)) return feature;
    const place = places.get(feature.name);
    if (place === undefined)
      throw new ModelError(data.file, `no column "${feature.name}" among ${header.slice(0, SHOWN).join(', ')}`, "the model's features");
    const values = plainValues(lines.map((line) => line[place] ?? ''));
    const isEmpty = values.delete('');
    const hasMissing = values.delete('NA') || isEmpty;
    const label = `${data.file}, column "${feature.name}"`;
    const typed = typeOfColumn(feature, [...values], splits[column]!, { label, order: data.order, isEmpty });
    const read = READ[typed.type];
    if (read)
      ranges.set(typed.name, { ends: rangeOf(values, read), hasMissing, few: values.size <= FEW ? [...values].map(read) : undefined });
    return typed;
  });
  const out = { ...schema, features };
  checkSplits(out, splits, ranges, data.file);
  return out;
}

/** How a column is called, how R sorted its levels, and whether it has empty fields. */
type How = { label: string; order: LevelsOrder | undefined; isEmpty: boolean };

function typeOfColumn(feature: Feature, values: string[], splits: InputSplits, { label, order, isEmpty }: How): Feature {
  const { name } = feature;
  const unordered = splits.isSet;
  if (values.length === 0) throw new ModelError(label, 'no values', 'those the model was trained with');
  const areNumbers = values.every(NUMBER.test);
  const spaced = values.find((value) => value.trim() === 'NA');
  if (spaced !== undefined && values.some(NUMBER.test) && values.every((value) => NUMBER.test(value) || value.trim() === 'NA'))
    throw new ModelError(
      label,
      `numbers beside ${JSON.stringify(spaced.slice(0, 20))}`,
      'NA, without white space, where a value is missing',
    );
  if (values.length > MAX_LEVELS && !areNumbers) {
    throw new ModelError(label, `${values.length} levels`, `at most ${MAX_LEVELS}`);
  }
  if (areNumbers) {
    if (!unordered) return feature;
    const places = new Map(values.map((value) => [Number(value), value]));
    const twice = values.find((value) => places.get(Number(value)) !== value);
    // As numbers they are one level in R, as texts two: the codes behind them differ.
    if (twice !== undefined)
      throw new ModelError(
        label,
        `one number as ${twice} and as ${places.get(Number(twice))}`,
        'one form of each, or its levels in a sidecar',
      );
    return { name, type: 'factor', levels: [...values].sort((a, b) => Number(a) - Number(b)) };
  }
  // A factor of two such words splits between its codes 1 and 2, a logical between 0 and 1.
  const areCodes = splits.values.some((split) => (split > 1 && split < 2) || (splits.isBelow === true && split === 2));
  if (!unordered && !areCodes && values.every((value) => LOGICAL.test(value))) return { name, type: 'logical' };
  // Dates that were texts in R are a factor: then the splits lie between its codes and not between days or seconds.
  const type = unordered ? undefined : TIMES.find((one) => isSplitAs(one, values, splits.values));
  const isBeyond =
    leastLevels(splits) > values.length && values.every((value) => value.length > 10 && Number.isFinite(READ.datetime!(value)));
  if (type === 'datetime' || (!unordered && isBeyond)) checkOffsets(name, values, label);
  if (type !== undefined) return { name, type };
  const levels = isEmpty ? withEmpty(name, values, leastLevels(splits), label) : values;
  return { name, type: 'factor', levels: sortLevels(levels, label, order) };
}

/**
 * The values of a text column with empty fields: to R's read.csv() these are a level of its own, to readr and where the file was written with
 * na = "" missing values. Each label would have another code. The splits may show that there was one level more.
 */
function withEmpty(name: string, values: string[], least: number, label: string): string[] {
  if (least === values.length + 1) return ['', ...values];
  if (least > values.length) return values;
  throw new ModelError(
    label,
    'empty fields beside texts, which are a level to read.csv() of R and missing to other readers',
    `NA in their place where they are missing, or the levels in a sidecar, "" among them or not, in R: levels(data$${name})`,
  );
}

/** Refuses times that no one can place: R wrote them in the zone that it ran in, and does not say which. */
function checkOffsets(name: string, values: string[], label: string): void {
  const local = values.find((value) => !OFFSET.test(value));
  if (local === undefined) return;
  const sidecar = `{"features": {"${name}": {"type": "datetime", "timeZone": "America/Sao_Paulo"}}}`;
  throw new ModelError(
    label,
    `the time ${local} without an offset`,
    `Z or an offset (+02:00) behind each, or its zone in a sidecar: ${sidecar}`,
  );
}

/** A time with Z or an offset at its end; a date alone has none. */
const OFFSET = /:\d[^:]*(?:[Zz]|[+-]\d\d(?::?\d\d)?)$/;

const TIMES = ['date', 'datetime'] as const;

/** Whether all fields are dates (or times), and all splits lie among their days (or seconds). */
function isSplitAs(type: 'date' | 'datetime', fields: string[], splits: number[]): boolean {
  const numbers = fields.map(READ[type] as (field: string) => number);
  if (!numbers.every(Number.isFinite)) return false;
  const [least, most] = rangeOf(new Set(fields), READ[type] as (field: string) => number);
  return splits.every((split) => split >= least && split <= most);
}

/** Levels in the order of the locale that R ran in. */
export function sortLevels(values: string[], label: string, order: LevelsOrder | undefined): string[] {
  const bytes = [...values].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const collator = new Intl.Collator('en');
  const locale = [...values].sort((a, b) => collator.compare(a, b));
  const fold = (text: string) => text.toLowerCase();
  const insensitive = [...values].sort((a, b) => (fold(a) < fold(b) ? -1 : fold(a) > fold(b) ? 1 : 0));
  const same = (other: string[]) => bytes.every((value, at) => value === other[at]);
  if (order) return order === 'c' ? bytes : locale;
  if (same(locale) && same(insensitive)) return bytes;
  const show = (levels: string[]) => levels.slice(0, SHOWN).join(', ') + (levels.length > SHOWN ? ', ...' : '');
  throw new ModelError(
    label,
    `levels whose order depends on R's locale: ${show(bytes)} (C) or ${show(same(locale) ? insensitive : locale)}`,
    '--levels-order c or --levels-order locale, as levels(factor(data$column)) shows them in R',
  );
}

/** The least and the greatest of a column's numbers, whether rows lack one, and the numbers themselves where they are few. */
type Range = { ends: [number, number]; hasMissing: boolean; few: number[] | undefined };

/** Most different numbers of a column that may be the levels of a factor. */
const FEW = 100;

/** How a column's fields are numbers to the forest, where it has numbers. */
const READ: Partial<Record<Feature['type'], (field: string) => number>> = {
  number: (field) => Number(field.replace('Inf', 'Infinity')),
  date: (field) => Number(parseDate(field)),
  datetime: (field) => Number(parseDatetime(field)),
};

function rangeOf(values: ReadonlySet<string>, read: (field: string) => number): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [least, most] = [Math.min(least, read(value)), Math.max(most, read(value))];
  return [least, most];
}

/**
 * A split that shows that a model knows codes 1, 2 ... of a factor, and not its few numbers: all of its splits are half-way between codes, or
 * at one, and this one is at none of the numbers, nor half-way between two. Undefined where there is none.
 */
function codeSplit(splits: readonly number[], few: readonly number[]): number | undefined {
  // Of thousands of columns most have no split, and no middles are made for them.
  if (splits.length === 0 || !splits.every((split) => split >= 1.5 && split < few.length && Number.isInteger(2 * split))) return undefined;
  const possible = new Set(few.flatMap((one) => few.map((other) => (one + other) / 2)));
  return splits.find((split) => !possible.has(split));
}

/**
 * Refuses data that the model was not trained on: fewer levels than it splits by, or numbers none of which lies below or above
 * a split. The latter is a factor of numbers (factor(cyl)), whose codes the model knows and not its numbers.
 */
function checkSplits(schema: Schema, splits: InputSplits[], ranges: ReadonlyMap<string, Range>, file: string): void {
  schema.features.forEach((feature, column) => {
    const { values, isBelow } = splits[column]!;
    const { ends, hasMissing = false, few = [] } = ranges.get(feature.name) ?? {};
    const [first = Number.NaN, last = Number.NaN] = ends ?? [];
    // xgboost rounds numbers to 32-bit floats, and splits at the greatest of them; gbm does not round.
    const [low, high] = isBelow ? [Math.min(first, Math.fround(first)), Math.max(last, Math.fround(last))] : [first, last];
    const isBeyond = (split: number) => (split < low || split > high) && !(hasMissing && isOfMissing(split, [low, high], isBelow));
    const beyond = ends && (values.find(isBeyond) ?? codeSplit(values, few));
    if (ends && beyond !== undefined) {
      throw new ModelError(
        `${file}, column "${feature.name}"`,
        `numbers from ${ends[0]} to ${ends[1]}`,
        `some on both sides of ${beyond}, where the model splits; if it was a factor in R, name its levels in a sidecar`,
      );
    }
    if (feature.type !== 'factor') return;
    const least = leastLevels(splits[column]!);
    if (least > feature.levels.length) {
      throw new ModelError(
        `${file}, column "${feature.name}"`,
        `${feature.levels.length} levels`,
        `at least ${least}, by which the model splits`,
      );
    }
  });
}
