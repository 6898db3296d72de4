import { checkPredictor, type Predictor, predictRows } from '../../../shared/predict.ts';
import { parseDate, parseDatetime } from '../../../shared/schema/dates.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import type { DistancesStep } from '../../../shared/steps/distances.ts';
import type { BoundStep } from '../../../shared/steps/kind.ts';
import type { NearestStep } from '../../../shared/steps/nearest.ts';
import type { ProjectionStep } from '../../../shared/steps/projection.ts';
import { schemasOf, surelyRequired } from './required.ts';

/** How many rows are tried for each group of features. */
const TRIED = 6;
/** As many features as are tried each alone. */
const ALONE = 512;
/** Into how many parts a group is taken apart where its rows have no answer. */
const PARTS = 8;
/** Most numbers of all columns of all rows that are tried, and of the matrices that they go through: a second or two. */
const MOST_NUMBERS = 2 ** 28;
/** As many products with the training rows take as long as a tree of them. */
const TREE = 16;
/** So many groups are tried however long each takes: all, and each of the first parts. */
const LEAST_TRIES = 1 + PARTS;
/** Where nothing of a feature's values is known. */
const USUAL = 1;

/**
 * A pipeline's schema with what it does with missing values: an imputed feature may be missing, a feature that some step or the
 * model needs may not. The answer is what the pipeline gives for a few rows with values missing in each. Throws a ModelError where it
 * cannot compute.
 */
export function withMissing(model: Predictor, label: string): Schema {
  // What computes takes no damaged part.
  checkPredictor(model, `${label}'s pipeline`);
  const { schema } = model;
  const width = schema.features.length;
  const rows = Float64Array.from({ length: TRIED * width }, (_, at) => usualValue(schema.features[at % width]!, Math.floor(at / width)));
  // Most often the first row has an answer, and a row may take long: of neighbors, or of a matrix for each class.
  const isAnswered = (given: Float64Array) =>
    [given.subarray(0, width), given.subarray(width)].some((part) => predictRows(model, part).some(Number.isFinite));
  if (!isAnswered(rows)) return { ...schema, takesMissing: true };
  const { steps = [] } = model;
  const schemas = schemasOf(schema, steps);
  const required = surelyRequired(schemas, steps);
  const unsure = [...schema.features.keys()].filter((column) => !required.has(column));
  const put = (group: readonly number[], valueAt: (at: number) => number) => {
    for (const column of group) for (let at = column; at < rows.length; at += width) without[at] = valueAt(at);
  };
  const without = rows.slice();
  const matrices = TRIED * numbersOfMatrices(steps);
  const numbers = TRIED * schemas.reduce((sum, { features }) => sum + features.length, 0) + matrices;
  const areMany = unsure.length > ALONE || unsure.length * matrices > MOST_NUMBERS;
  const mayMiss = (group: readonly number[]) => {
    put(group, () => Number.NaN);
    const isOptional = isAnswered(without);
    put(group, (at) => rows[at]!);
    return isOptional;
  };
  // A formula may have an answer without two features together, and none without one of them: ifelse(is.na(a), 0, a / b).
  const optional = areMany
    ? optionalAmong(unsure, Math.max(LEAST_TRIES, MOST_NUMBERS / numbers), mayMiss)
    : new Set(unsure.filter((column) => mayMiss([column])));
  if (optional.size === 0) return { ...schema, takesMissing: false, features: schema.features.map(withoutOthers) };
  const features = schema.features.map((feature, column): Feature => {
    return optional.has(column) ? feature : { ...withoutOthers(feature), required: true };
  });
  return { ...schema, takesMissing: true, features };
}

/** The numbers of all matrices that a row goes through, and those of the training rows among which it finds its nearest, by a tree of their own. */
function numbersOfMatrices(steps: readonly BoundStep[]): number {
  return steps.reduce((sum, step) => matricesOf(step).reduce((size, matrix) => size + matrix.length * (matrix[0]?.length ?? 0), sum), 0);
}

function matricesOf({ kind, data }: BoundStep): readonly number[][][] {
  switch (kind.step) {
    case 'distances':
      return (data as DistancesStep).inverses;
    case 'projection':
      return (data as ProjectionStep).matrices;
    // A tree of the rows takes several times as long as a product with them.
    case 'nearest':
      return new Array(TREE).fill((data as NearestStep).values);
    default:
      return [];
  }
}

/**
 * The features each of which may be missing. A group that may be missing together is taken to be of such; any other is taken apart, and what `tries`
 * do not reach is not among them: few models have more than one group, or some small ones.
 */
export function optionalAmong(features: readonly number[], tries: number, mayMiss: (group: readonly number[]) => boolean): Set<number> {
  const optional = new Set<number>();
  let left = tries;
  const groups = features.length > 0 ? [features] : [];
  for (const group of groups) {
    left -= 1;
    if (left < 0) break;
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
