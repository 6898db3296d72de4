import type { Schema } from '../../../schema/features.ts';
import { defaultParameters, type Parameters } from '../../../schema/parameters.ts';
import type { Prepared } from '../../kind.ts';
import { patchMissing } from '../../missing-rows.ts';
import type { Forest } from '../forest.ts';
import { unpackedBytes } from '../packed.ts';
import { finishSums, predictForest } from '../predict.ts';
import { mostLeaves, WORD } from './mask-tables.ts';
import { stepKernel } from './steps.ts';
import { sumKernel } from './sums.ts';
import type { WalkTable } from './walk-table.ts';

/** What computes a forest's default answers: a table of steps, tables of masks, a walk through many trees or by many rows, or the plain predictor. */
export type KernelName = 'steps' | 'masks' | 'chain' | 'walk' | 'plain';
/** A forest's fastest way to its default answers, with the plain predictor's bits; its table is the nodes that are walked. */
type PreparedForest = Prepared & { name: KernelName };
/** What a kernel is made with: whether there is WebAssembly, and the table that another thread made of the same forest. */
export type KernelOptions = { hasWasm?: boolean; table?: WalkTable | undefined };

/** A forest's kernel once it is made; before that the rows that were computed without it. */
type State = { rows: number; prepared?: PreparedForest };
const states = new WeakMap<Forest, State>();

/**
 * Rows the plain predictor computes before masks are made, which takes it about as long: a function that answers a row now
 * and then never pays for them.
 */
const ROWS_BEFORE_MASKS = 3_000;

/**
 * The kernel for default answers to so many more rows: made by now or, where that pays, made here; undefined where the plain
 * predictor is to answer. Steps and walks are made at once: they cost less than to unpack the nodes that the plain predictor walks.
 */
export function kernelFor(schema: Schema, forest: Forest, rows: number): PreparedForest | undefined {
  const state = states.get(forest) ?? { rows: 0 };
  if (state.prepared) return state.prepared;
  states.set(forest, state);
  state.rows += rows;
  const isMasks = forest.partitioned.length > 1 && mostLeaves(forest) <= WORD;
  if (!forest.packed || (isMasks && state.rows < ROWS_BEFORE_MASKS)) return undefined;
  return prepareForest(schema, forest);
}

/** Makes a forest's kernel now and keeps it, so that no request waits for it. */
export function prepareForest(schema: Schema, forest: Forest, table?: WalkTable): PreparedForest {
  const state = states.get(forest) ?? { rows: 0 };
  state.prepared ??= makeKernel(schema, forest, { table });
  states.set(forest, state);
  return state.prepared;
}

/**
 * The fastest kernel that a forest fits. Without WebAssembly, and where it lacks SIMD or a second memory, the plain predictor
 * answers for those that need it.
 */
export function makeKernel(schema: Schema, forest: Forest, options: KernelOptions = {}): PreparedForest {
  const { hasWasm = typeof WebAssembly === 'object' } = options;
  const parameters: Parameters = { ...defaultParameters(schema), type: 'response' };
  const plain = (rows: Float64Array) => predictForest(schema, forest, rows, parameters);
  const nodes = unpackedBytes(forest);
  const steps = stepKernel(schema, forest, parameters);
  if (steps) return { name: 'steps', predict: withMissing(schema, forest, steps.predict, plain), bytes: nodes + steps.bytes };
  const isVote = schema.kind === 'classification';
  const outputs = isVote ? (schema.classes?.length ?? 0) : forest.width;
  const kernel = hasWasm ? sumKernel(forest, { outputs, isVote, isFloat: false }, options.table) : undefined;
  if (!kernel) return { name: 'plain', predict: plain, bytes: nodes };
  const { sums, bytes, ...rest } = kernel;
  const finished = (rows: Float64Array) => finishSums(schema, forest, sums(rows), outputs);
  return { ...rest, predict: withMissing(schema, forest, finished, plain), bytes: nodes + bytes };
}

type Predict = (rows: Float64Array) => Float64Array;

/** A kernel ranks a missing value with the greatest; where the forest has learned another way for it, the plain predictor answers such rows. */
function withMissing(schema: Schema, forest: Forest, kernel: Predict, plain: Predict): Predict {
  if (!forest.missing) return kernel;
  const width = schema.features.length;
  return (rows) => patchMissing(rows, width, kernel, plain);
}
