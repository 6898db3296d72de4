import { BYTES_PER_NUMBER, NODES_PER_MET, numbersOfBody } from '../../../shared/bodies/rows-explainer.ts';
import { type Expression, partsOf } from '../../../shared/expressions/expressions.ts';
import { bodySchema, type Predictor } from '../../../shared/predict.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import type { ColumnsStep } from '../../../shared/steps/columns.ts';
import type { DistancesStep } from '../../../shared/steps/distances.ts';
import type { ExpressionsStep } from '../../../shared/steps/expressions.ts';
import type { BoundStep } from '../../../shared/steps/kind.ts';
import type { NearestStep } from '../../../shared/steps/nearest.ts';
import type { NeighborsStep } from '../../../shared/steps/neighbors.ts';
import type { ProjectionStep } from '../../../shared/steps/projection.ts';

/** However few the training rows are, to look at a column of them takes as long as to compare so many. */
const LEAST_ROWS = 32;
/** A part of an expression takes as long as so many numbers of a matrix, and one of these as long as so many of a body (measured: 20 to 56, 5 and 1 ns). */
const [PART, OF_BODY] = [8, 8];
/** By these calls with a number a column is centred and scaled. */
const SCALING = ['+', '-', '*', '/'];
/** A column that is computed of more features counts as one that any feature may leave missing. */
const MOST_USED = 16;

/**
 * How many numbers a row without some features goes through: the columns of all steps, the parts of their expressions, the numbers of their matrices and
 * those of the body (`plain`), and, for each value that is imputed by the nearest training rows, the numbers of these that it is `compared` by.
 */
export type Cost = { plain: number; compared: number };
/** A value that is imputed by the nearest rows: of each column that is compared the first feature (-1 where it is computed of none or of many), and how many rows. */
type Plan = { by: Int32Array; rows: number };
/** The features that a column is computed of; undefined where these are many. */
type Used = ReadonlySet<number> | undefined;

/** Tells what a row without some features costs. `schemas` are schemasOf() the model's steps. */
export function costsOfRows(schemas: readonly Schema[], model: Predictor): (group: readonly number[]) => Cost {
  const { steps = [] } = model;
  const ofBody = numbersMet(model) / OF_BODY;
  const ofColumns = schemas.reduce((sum, { features }) => sum + features.length, 0);
  const plain = ofColumns + numbersOfMatrices(steps) + partsOfSteps(steps, schemas) * PART + ofBody;
  const width = schemas[0]!.features.length;
  /** The plans of each feature, and, last, those that any feature may have. */
  const plans = Array.from({ length: width + 1 }, (): Plan[] => []);
  let known: Used[] = schemas[0]!.features.map((_, at) => new Set([at]));
  steps.slice(0, steps.findLastIndex(({ kind }) => kind.step === 'neighbors') + 1).forEach((step, at) => {
    const before = known;
    known = (schemas[at + 1]?.features ?? []).map((_, place) => featuresUsed(step, place, before));
    if (step.kind.step !== 'neighbors') return;
    const { reference, imputed } = step.data as NeighborsStep;
    const features = reference.map(({ from }) => before[from]);
    for (const { column, by } of imputed) {
      const rows = Math.max(LEAST_ROWS, reference[column]!.values.length);
      const plan = { by: Int32Array.from(by, (one) => features[one]?.values().next().value ?? -1), rows };
      for (const feature of features[column] ?? [width]) plans[feature]!.push(plan);
    }
  });
  const isMissing = new Uint8Array(width);
  return (group) => {
    for (const feature of group) isMissing[feature] = 1;
    // What is missing itself is not compared.
    const comparedBy = ({ by, rows }: Plan) => rows * by.reduce((sum, feature) => sum + (isMissing[feature] === 1 ? 0 : 1), 0);
    const own = [...group, width].flatMap((feature) => plans[feature]!);
    const compared = own.reduce((sum, plan) => sum + comparedBy(plan), 0);
    for (const feature of group) isMissing[feature] = 0;
    return { plain, compared };
  };
}

/** The features that a column behind a step is computed of, by those of the columns `before` it. */
function featuresUsed({ kind, data }: BoundStep, place: number, before: readonly Used[]): Used {
  const used = kind.uses?.(data, place, before.length);
  if (!used) return undefined;
  const features = new Set<number>();
  for (const one of used) {
    const found = before[one];
    if (!found) return undefined;
    for (const feature of found) features.add(feature);
    if (features.size > MOST_USED) return undefined;
  }
  return features;
}

/** The numbers of all matrices that a row goes through, and those of the training rows among which it finds its nearest. */
function numbersOfMatrices(steps: readonly BoundStep[]): number {
  return steps.reduce((sum, step) => matricesOf(step).reduce((size, matrix) => size + matrix.length * (matrix[0]?.length ?? 0), sum), 0);
}

/** About how many numbers of a model's body a row meets: of trees few, and to write them as an artifact has them takes long. */
function numbersMet(model: Predictor): number {
  const { kind, data } = model.body;
  if (!kind.splits) return numbersOfBody({ ...model, bodySchema: bodySchema(model) });
  const bytes = Object.values(data as object).reduce<number>((sum, part) => sum + (ArrayBuffer.isView(part) ? part.byteLength : 0), 0);
  return bytes / BYTES_PER_NUMBER / NODES_PER_MET;
}

/** About how many parts of all expressions of steps a row goes through. */
function partsOfSteps(steps: readonly BoundStep[], schemas: readonly Schema[]): number {
  let present: readonly boolean[] = schemas[0]!.features.map(() => true);
  return steps.reduce((sum, step, at) => {
    const before = present;
    present = (schemas[at + 1]?.features ?? []).map((_, place) => isPresentBehind(step, place, before));
    return expressionsOf(step).reduce<number>((parts, expression) => parts + partsMet(expression, before), sum);
  }, 0);
}

/**
 * A choice goes one way, and what is imputed for a column that is `present` is computed where a feature is missing, and so in few rows: trees and sums
 * of thousands of parts.
 */
function partsMet(expression: Expression, present: readonly boolean[]): number {
  const parts = partsOf(expression);
  const [first, ...others] = parts;
  const name = typeof expression === 'object' && 'call' in expression ? expression.call : undefined;
  if (name === 'coalesce' && first !== undefined && isPresent(first, present)) return 2;
  const met = (part: Expression) => partsMet(part, present);
  if (first !== undefined && (name === 'ifelse' || name === 'if_else')) return 1 + met(first) + Math.max(...others.map(met));
  return parts.reduce<number>((sum, part) => sum + met(part), 1);
}

/** Whether a column behind a step has a value wherever the features have, for sure: what goes through, is scaled or imputed. */
function isPresentBehind({ kind, data }: BoundStep, place: number, before: readonly boolean[]): boolean {
  if (kind.step === 'columns') {
    const column = (data as ColumnsStep).columns[place]!;
    return typeof column === 'number' ? before[column]! : isPresent(column.value, before);
  }
  const from = kind.source(data, place);
  return from !== undefined && before[from] === true;
}

function isPresent(expression: Expression, present: readonly boolean[]): boolean {
  if (typeof expression === 'number') return true;
  if ('feature' in expression) return present[expression.feature]!;
  if (!('call' in expression)) return false;
  const { call, of } = expression;
  if (call === 'coalesce') return of.some((part) => isPresent(part, present));
  // Of Inf and a number that is not 0 none of these makes NaN; of two columns each may.
  const [first, second] = of;
  const isScaled = of.length === 2 && SCALING.includes(call) && [first, second].some((part) => typeof part === 'number' && part !== 0);
  return isScaled && isPresent(first!, present) && isPresent(second!, present);
}

function expressionsOf({ kind, data }: BoundStep): readonly Expression[] {
  if (kind.step === 'expressions') return (data as ExpressionsStep).columns;
  if (kind.step !== 'columns') return [];
  return (data as ColumnsStep).columns.flatMap((column) => (typeof column === 'number' ? [] : [column.value]));
}

function matricesOf({ kind, data }: BoundStep): readonly number[][][] {
  switch (kind.step) {
    case 'distances':
      return (data as DistancesStep).inverses;
    case 'projection':
      return (data as ProjectionStep).matrices;
    case 'nearest':
      return [(data as NearestStep).values];
    default:
      return [];
  }
}
