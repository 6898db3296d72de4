import type { Cell } from '../schema/answer-columns.ts';
import type { Schema } from '../schema/features.ts';
import { pairNames } from '../schema/pairs.ts';
import { type Prediction, termsOf } from '../schema/shape.ts';
import { INTERVAL } from '../schema/spread/interval.ts';

/** How many doubles lie between two: 0 for the same bits. */
export function ulps(one: number | string, other: number | string | undefined): number {
  if (typeof one !== 'number' || typeof other !== 'number') return one === other ? 0 : Number.POSITIVE_INFINITY;
  const [a, b] = new BigInt64Array(Float64Array.of(one, other).buffer) as unknown as [bigint, bigint];
  const ordered = (bits: bigint) => (bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits);
  return Object.is(one, other) ? 0 : Math.max(1, Math.abs(Number(ordered(a) - ordered(b))));
}

/** The values of a prediction in class order. */
export function flat(schema: Schema, prediction: Prediction | Cell): (number | string)[] {
  // A missing value of a column.
  if (prediction === null || prediction === undefined) return ['NA'];
  if (typeof prediction === 'boolean') return [String(prediction)];
  if (typeof prediction !== 'object') return [prediction];
  const orders = [INTERVAL, schema.classes, schema.columns?.map(({ name }) => name), termsOf(schema), pairNames(schema.classes ?? [])];
  const labels = orders.find((order) => order?.length && order.every((label) => Object.hasOwn(prediction, label))) ?? [];
  const parts = Array.isArray(prediction) ? prediction : labels.map((label) => prediction[label] as Prediction | Cell);
  return parts.flatMap((part) => flat(schema, part));
}
