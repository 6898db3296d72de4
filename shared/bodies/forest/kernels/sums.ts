import type { Forest } from '../forest.ts';
import { chainKernel } from './chain.ts';
import type { Kernel, Sums } from './kernel.ts';
import { maskKernel } from './masks.ts';
import { walkKernel } from './walk.ts';
import type { WalkTable } from './walk-table.ts';
import { WIDES } from './wides.ts';

/** The fastest kernel of a forest's sums: all sums of rows that lie side by side; of chains and walks also the table that threads share. */
export type SumKernel = { name: 'masks' | 'chain' | 'walk'; sums(rows: Float64Array): Float64Array; bytes: number; table?: WalkTable };

/** Makes it, by the table that another thread made, where there is one; undefined where none fits, or where this engine lacks what it needs. */
export function sumKernel(forest: Forest, summed: Sums, given?: WalkTable): SumKernel | undefined {
  const summing = (kernel: Kernel) => (rows: Float64Array) => {
    const sums = new Float64Array((rows.length / forest.partitioned.length) * summed.outputs);
    kernel.sum(rows, sums, summed.outputs);
    return sums;
  };
  try {
    const masks = maskKernel(forest, summed) ?? WIDES[0]?.masks(forest, summed);
    if (masks) return { name: 'masks', sums: summing(masks), bytes: masks.bytes };
    const chain = chainKernel(forest, summed, given);
    if (chain) return { name: 'chain', sums: summing(chain), bytes: chain.bytes, table: chain.table };
    const walk = walkKernel(forest, summed, given);
    return walk && { name: 'walk', sums: summing(walk), bytes: walk.bytes, table: walk.table };
  } catch (error) {
    // An engine without what a kernel needs, or without room for its memory.
    if (error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError || error instanceof RangeError)
      return undefined;
    throw error;
  }
}
