import type { Schema } from '../schema/features.ts';
import type { BoundStep } from '../steps/kind.ts';
import { sourcesOf } from '../steps/pipeline.ts';
import type { Body } from './kind.ts';

/** What may be known of a model beside its schema: what computes, and the steps before it. */
export type Computing = { steps?: readonly BoundStep[]; body?: Body };

/**
 * The distinct finite thresholds of each feature, ascending; none for a feature that is split by sets of levels, or not at
 * all. Thresholds of what a step computes say nothing about the features.
 */
export function cutsOf(schema: Schema, { steps, body }: Computing): number[][] {
  const cuts = schema.features.map((): number[] => []);
  if (!body) return cuts;
  const sources = sourcesOf(schema, steps);
  const splits = body.kind.cuts?.(body.data) ?? body.kind.splits?.(body.data, sources.length) ?? [];
  sources.forEach((feature, input) => {
    const { values = [], isSet = true } = splits[input] ?? {};
    if (feature !== undefined && !isSet) for (const value of values) cuts[feature]?.push(value);
  });
  return cuts.map((values) => [...Float64Array.from(new Set(values)).sort()]);
}
