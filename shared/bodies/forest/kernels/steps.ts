import type { Schema } from '../../../schema/features.ts';
import type { Parameters } from '../../../schema/parameters.ts';
import { outputWidth } from '../../../schema/shape.ts';
import type { Forest } from '../forest.ts';
import { countBelow } from '../packed.ts';
import { predictForest } from '../predict.ts';

/** Most doubles a table of steps may have. */
const MAX_TABLE = 2 ** 20;

/** What answers by steps, and the bytes of its table. */
export type Steps = { predict(rows: Float64Array): Float64Array; bytes: number };

/**
 * What computes a forest of one feature: between two neighbouring thresholds its answer is a constant, so the plain
 * predictor's answer is kept for each step, computed when it is first asked for. Undefined where the forest has more
 * features, splits by sets of levels, or would need too large a table.
 */
export function stepKernel(schema: Schema, forest: Forest, parameters: Parameters): Steps | undefined {
  const cuts = forest.packed?.cuts;
  if (!cuts || forest.partitioned.length !== 1 || forest.partitioned[0] === 1) return undefined;
  const width = outputWidth(schema, parameters);
  const steps = cuts.length + 1;
  if (steps * width > MAX_TABLE) return undefined;
  const table = new Float64Array(steps * width);
  const isKnown = new Uint8Array(steps);
  // Above the last threshold lies what is greater, and NaN; only NaN where that is infinity.
  const above = cuts[cuts.length - 1] === Number.POSITIVE_INFINITY ? Number.NaN : Number.POSITIVE_INFINITY;
  const learn = (step: number) => {
    table.set(predictForest(schema, forest, Float64Array.of(cuts[step] ?? above), parameters), step * width);
    isKnown[step] = 1;
  };
  const predict = (rows: Float64Array) => {
    const out = new Float64Array(rows.length * width);
    for (let row = 0; row < rows.length; row += 1) {
      const step = countBelow(cuts, 0, cuts.length, rows[row]!);
      if (isKnown[step] === 0) learn(step);
      for (let k = 0; k < width; k += 1) out[row * width + k] = table[step * width + k]!;
    }
    return out;
  };
  return { predict, bytes: table.byteLength + isKnown.byteLength };
}
