import { checkPredictor, type Predictor, predictRows } from '../../../shared/predict.ts';
import { parseDate, parseDatetime } from '../../../shared/schema/dates.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import { type Cost, costsOfRows } from './costs.ts';
import { schemasOf, surelyRequired } from './required.ts';

/** How many rows are tried for each group of features, the first of them alone where it has an answer. */
const TRIED = 6;
/** As many features as are tried each alone. */
const ALONE = 512;
/** Into how many parts a group is taken apart where its rows have no answer. */
const PARTS = 8;
/** Most numbers that the first rows of all groups go through, and as many for the others (see costs.ts): a second or two each. */
const MOST_NUMBERS = 2 ** 28;
/** What is compared for several values that are missing together is computed once for most of them, and costs a part of a number of a matrix. */
const COMPARED = 1 / 8;
/** So many groups are tried however long each takes: all, and each of the first parts. */
const LEAST_TRIES = 1 + PARTS;
/** Where nothing of a feature's values is known. */
const USUAL = 1;

/**
 * A pipeline's schema with what it does with missing values: an imputed feature may be missing, a feature that some step or the
 * model needs may not. The answer is what the pipeline gives for a few rows with values missing in each. Throws a ModelError where it
 * cannot compute.
 */
export function withMissing(given: Predictor, label: string): Schema {
  // What computes takes no damaged part.
  checkPredictor(given, `${label}'s pipeline`);
  const model = withoutTrees(given);
  const { schema, steps = [] } = model;
  const rows = triedRows(model);
  if (!rows) return { ...schema, takesMissing: true };
  const schemas = schemasOf(schema, steps);
  const required = surelyRequired(schemas, steps);
  const unsure = [...schema.features.keys()].filter((column) => !required.has(column));
  const costOf = costsOfRows(schemas, model);
  const budget: Budget = { first: MOST_NUMBERS, others: MOST_NUMBERS, costOf };
  let left = MOST_NUMBERS;
  const hasRoom = (column: number) => {
    const { plain, compared } = costOf([column]);
    left -= plain + compared;
    return left >= 0;
  };
  const isAlone = unsure.length <= ALONE && unsure.every(hasRoom);
  const mayMiss = tryRows(model, rows, budget);
  // A formula may have an answer without two features together, and none without one of them: ifelse(is.na(a), 0, a / b).
  const optional = isAlone ? new Set(unsure.filter((column) => mayMiss([column]))) : optionalAmong(unsure, budget, mayMiss);
  if (optional.size === 0) return { ...schema, takesMissing: false, features: schema.features.map(withoutOthers) };
  const features = schema.features.map((feature, column): Feature => {
    return optional.has(column) ? feature : { ...withoutOthers(feature), required: true };
  });
  return { ...schema, takesMissing: true, features };
}

/** The model without a tree of the training rows for each group of features that is tried, which takes up to a second. */
function withoutTrees(model: Predictor): Predictor {
  const { steps = [] } = model;
  if (!steps.some(({ kind }) => kind.about)) return model;
  return { ...model, steps: steps.map(({ kind, data }) => ({ kind: kind.about?.() ?? kind, data })) };
}

/** How many numbers the first rows of all groups, and the others, may still go through, and what a row without some features costs. */
type Budget = { first: number; others: number; costOf(group: readonly number[]): Cost };

function firstOf({ plain, compared }: Cost): number {
  return plain + compared * COMPARED;
}

/** Rows of usual values, one with an answer first; undefined where none has one. */
function triedRows(model: Predictor): Float64Array | undefined {
  const { features } = model.schema;
  const width = features.length;
  const rows = Float64Array.from({ length: TRIED * width }, (_, at) => usualValue(features[at % width]!, Math.floor(at / width)));
  for (let row = 0; row < TRIED; row += 1) {
    const answered = rows.slice(row * width, (row + 1) * width);
    if (!predictRows(model, answered).some(Number.isFinite)) continue;
    rows.copyWithin(width, 0, row * width);
    rows.set(answered);
    return rows;
  }
  return undefined;
}

/**
 * Tells whether a row has an answer without some features: the first one, which has one with them, or, where the budget has room for these,
 * one of the others. A row may take long: of neighbors, or of a matrix for each class.
 */
function tryRows(model: Predictor, rows: Float64Array, budget: Budget): (group: readonly number[]) => boolean {
  const width = rows.length / TRIED;
  const without = rows.slice();
  const put = (group: readonly number[], valueAt: (at: number) => number) => {
    for (const column of group) for (let at = column; at < rows.length; at += width) without[at] = valueAt(at);
  };
  const isAnswered = (given: Float64Array) => predictRows(model, given).some(Number.isFinite);
  return (group) => {
    const cost = budget.costOf(group);
    const others = (TRIED - 1) * (cost.plain + cost.compared);
    budget.first -= firstOf(cost);
    put(group, () => Number.NaN);
    let isOptional = isAnswered(without.subarray(0, width));
    if (!isOptional && others <= budget.others) {
      budget.others -= others;
      isOptional = isAnswered(without.subarray(width));
    }
    put(group, (at) => rows[at]!);
    return isOptional;
  };
}

/**
 * The features each of which may be missing. A group that may be missing together is taken to be of such; any other is taken apart, and what
 * is not reached before the budget ends is not among them: few models have more than one group, or some small ones. `mayMiss` takes from the
 * budget.
 */
export function optionalAmong(features: readonly number[], budget: Budget, mayMiss: (group: readonly number[]) => boolean): Set<number> {
  const optional = new Set<number>();
  const groups = features.length > 0 ? [features] : [];
  for (const [tried, group] of groups.entries()) {
    if (tried >= LEAST_TRIES && firstOf(budget.costOf(group)) > budget.first) break;
    if (mayMiss(group)) for (const feature of group) optional.add(feature);
    else if (group.length > 1) {
      const length = Math.ceil(group.length / PARTS);
      for (let from = 0; from < group.length; from += length) groups.push(group.slice(from, from + length));
    }
  }
  return optional;
}

/** A feature that has to be there: a level that counts as missing is then a problem of the request, as it is in R. */
function withoutOthers(feature: Feature): Feature {
  if (feature.type !== 'factor' || feature.others !== 'missing') return feature;
  const { others: _, ...rest } = feature;
  return rest;
}

function usualValue(feature: Feature, row: number): number {
  switch (feature.type) {
    case 'factor':
      return 1 + (row % feature.levels.length);
    case 'logical':
      return row % 2;
    case 'date':
    case 'datetime': {
      const { range } = feature;
      const [least, most] = (range ?? []).map((text) => Number(feature.type === 'date' ? parseDate(text) : parseDatetime(text)));
      return between(least, most, row);
    }
    default:
      return between(Number(feature.range?.[0] ?? USUAL), Number(feature.range?.[1] ?? USUAL), row);
  }
}

function between(least = USUAL, most = USUAL, row = 0): number {
  return least + ((most - least) * (row + 1)) / (TRIED + 1);
}
