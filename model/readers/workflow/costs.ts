import type { Schema } from '../../../shared/schema/features.ts';
import type { DistancesStep } from '../../../shared/steps/distances.ts';
import type { BoundStep } from '../../../shared/steps/kind.ts';
import type { NearestStep } from '../../../shared/steps/nearest.ts';
import type { NeighborsStep } from '../../../shared/steps/neighbors.ts';
import type { ProjectionStep } from '../../../shared/steps/projection.ts';

/** As many products with the training rows take as long as a tree of them. */
const TREE = 16;
/** A column that is computed of more features counts as one that any feature may leave missing. */
const MOST_USED = 16;

/**
 * How many numbers a row without some features goes through: the columns of all steps and the numbers of their matrices (`plain`), and, for each value
 * that is imputed by the nearest training rows, the numbers of these that it is `compared` by.
 */
export type Cost = { plain: number; compared: number };
/** A value that is imputed by the nearest rows: the features of the columns that are compared (-1 where these are many), and how many rows. */
type Plan = { by: Int32Array; rows: number };

/** Tells what a row without some features costs. `schemas` are schemasOf() the steps. */
export function costsOfRows(schemas: readonly Schema[], steps: readonly BoundStep[]): (group: readonly number[]) => Cost {
  const plain = schemas.reduce((sum, { features }) => sum + features.length, 0) + numbersOfMatrices(steps);
  const width = schemas[0]!.features.length;
  /** The plans of each feature, and, last, those that any feature may have. */
  const plans = Array.from({ length: width + 1 }, (): Plan[] => []);
  steps.forEach(({ kind, data }, at) => {
    if (kind.step !== 'neighbors') return;
    const { reference, imputed } = data as NeighborsStep;
    const features = reference.map(({ from }) => featuresOfColumn(schemas, steps.slice(0, at), from));
    for (const { column, by } of imputed) {
      const plan = { by: Int32Array.from(by, (one) => features[one]?.values().next().value ?? -1), rows: reference[column]!.values.length };
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

/** The features that a column behind some steps is computed of; undefined where these are many. */
function featuresOfColumn(schemas: readonly Schema[], steps: readonly BoundStep[], column: number): ReadonlySet<number> | undefined {
  let places: ReadonlySet<number> = new Set([column]);
  for (let at = steps.length - 1; at >= 0; at -= 1) {
    const { kind, data } = steps[at]!;
    const before = new Set<number>();
    for (const place of places) {
      const used = kind.uses?.(data, place, schemas[at]!.features.length);
      if (!used) return undefined;
      for (const one of used) {
        before.add(one);
        if (before.size > MOST_USED) return undefined;
      }
    }
    places = before;
  }
  return places;
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
