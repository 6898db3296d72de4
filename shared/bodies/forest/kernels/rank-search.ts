import { countBelow, type PackedForest } from '../packed.ts';

/** Thresholds of a block: its last one is looked at first. */
const BLOCK = 256;

/**
 * What gives a value's rank among a feature's thresholds, as countBelow does: the last threshold of each block is searched first, and
 * then one block. A large forest has a hundred thousand thresholds of a feature: a search by halves among them all waits for memory at
 * nearly each step.
 */
export function rankSearch({ cuts, cutStarts }: PackedForest): (feature: number, value: number) => number {
  const blockStarts = new Uint32Array(cutStarts.length);
  for (let feature = 0; feature + 1 < cutStarts.length; feature += 1)
    blockStarts[feature + 1] = blockStarts[feature]! + Math.ceil((cutStarts[feature + 1]! - cutStarts[feature]!) / BLOCK);
  const lasts = new Float64Array(blockStarts[blockStarts.length - 1]!);
  for (let feature = 0; feature + 1 < cutStarts.length; feature += 1) {
    let at = cutStarts[feature]!;
    for (let block = blockStarts[feature]!; block < blockStarts[feature + 1]!; block += 1) {
      at += BLOCK;
      lasts[block] = cuts[Math.min(at, cutStarts[feature + 1]!) - 1]!;
    }
  }
  return (feature, value) => {
    const [start, end] = [cutStarts[feature]!, cutStarts[feature + 1]!];
    const below = BLOCK * countBelow(lasts, blockStarts[feature]!, blockStarts[feature + 1]!, value);
    return start + below >= end ? end - start : below + countBelow(cuts, start + below, Math.min(start + below + BLOCK, end), value);
  };
}
