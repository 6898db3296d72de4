import type { Schema } from '../../schema/features.ts';
import { type Forest, treeCount } from '../forest/forest.ts';
import { type SumKernel, sumKernel } from '../forest/kernels/sums.ts';
import type { WalkTable } from '../forest/kernels/walk-table.ts';
import { unpackedBytes } from '../forest/packed.ts';
import { asForest } from './as-forest.ts';
import type { Boosting } from './boosting.ts';

/** The margins of rows of inputs that lie side by side, by all trees that the default answer takes, are its sums; no input is missing. */
type MarginKernel = SumKernel;

/** A model's kernel once it is tried to be made (none where none fits); before that the rows that were computed without it. */
type State = { rows: number; isTried?: true; kernel?: MarginKernel | undefined };
const states = new WeakMap<Boosting, State>();

/** Rows the plain predictor computes before a kernel is made, which takes about as long: a function that answers a row now and then never pays for it. */
const ROWS_BEFORE = 3_000;

/** The kernel for so many more rows: made by now or, where that pays, made here; undefined where the plain predictor is to answer. */
export function kernelFor(schema: Schema, boosting: Boosting, rows: number): MarginKernel | undefined {
  const state = stateOf(boosting);
  state.rows += rows;
  if (!state.isTried && state.rows < ROWS_BEFORE) return undefined;
  return prepareKernel(schema, boosting);
}

/** Makes a model's kernel now and keeps it; of the table that another thread made, where there is one. Undefined where none fits. */
export function prepareKernel(schema: Schema, boosting: Boosting, table?: WalkTable): MarginKernel | undefined {
  const state = stateOf(boosting);
  if (!state.isTried) {
    state.isTried = true;
    state.kernel = makeKernel(schema, boosting, table);
  }
  return state.kernel;
}

function stateOf(boosting: Boosting): State {
  const state = states.get(boosting) ?? { rows: 0 };
  states.set(boosting, state);
  return state;
}

/** The fastest kernel that fits; undefined where none does, or where this engine has no WebAssembly for it. */
export function makeKernel(schema: Schema, boosting: Boosting, given?: WalkTable): MarginKernel | undefined {
  const { used = 0, trees: each = 0 } = schema.rounds ?? {};
  const forest = typeof WebAssembly === 'object' && used > 0 ? asForest(boosting, schema.features.length, used * each) : undefined;
  if (!forest) return undefined;
  const kernel = sumKernel(forest, { outputs: boosting.base.length, isVote: false, isFloat: boosting.precision === 'float' }, given);
  if (!kernel?.table) return kernel;
  return { ...kernel, bytes: kernel.bytes + heldBytes(forest) };
}

/** What a kernel of walks keeps of a forest: its leaves and thresholds. */
function heldBytes(forest: Forest): number {
  return forest.leaves.byteLength + (forest.packed?.cuts.byteLength ?? 0) + unpackedBytes({ roots: forest.roots }) + 4 * treeCount(forest);
}
