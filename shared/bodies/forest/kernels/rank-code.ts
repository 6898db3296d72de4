import * as w from '../../../wasm/assembler.ts';
import type { RankIndex } from './rank-index.ts';

/** How a feature's ranks are found: by its thresholds, whose index lies at two places in memory; or as a level's place among `ranks`. */
export type Ranked = { ranks: number; index?: RankIndex; firsts: number; cuts: number };

/** Locals that the code uses: the address of the row's values, and four more. */
export type RankLocals = { row: number; value: number; rank: number; bits: number };

const NO_LANE = { least: 0, scale: 0, last: 0 };

/**
 * Code that writes the bucket of each feature of a row to memory, four bytes each from `buckets` on, two neighbours at a time.
 * The row's values lie side by side; behind the last row there is room for one more.
 */
export function bucketCode(features: Ranked[], buckets: number, { row }: RankLocals): w.Code {
  const code: w.Code[] = [];
  for (let feature = 0; feature < features.length; feature += 2) {
    const lanes = [features[feature]?.index ?? NO_LANE, features[feature + 1]?.index ?? NO_LANE] as const;
    if (lanes[0].last === 0 && lanes[1].last === 0) continue;
    const pair = (of: (lane: typeof NO_LANE) => number) => w.constF64x2(of(lanes[0]), of(lanes[1]));
    code.push([
      ...w.i32(0),
      ...pair(({ last }) => last),
      ...[...w.get(row), ...w.loadV128(8 * feature), ...pair(({ least }) => least), ...w.subF64x2, ...pair(({ scale }) => scale)],
      // The lesser of the two: where the value is NaN the first, which is the last bucket.
      ...[...w.mulF64x2, ...w.lesserF64x2, ...w.truncF64x2, ...w.constI32x4(0), ...w.maxI32x4, ...w.storeLanes(buckets + 4 * feature)],
    ]);
  }
  return code.flat();
}

/**
 * Code that puts on the stack the rank of a feature in the row, whose bucket was written before: a search of the bucket's
 * thresholds by halves that has no branch.
 */
export function rankCode(
  feature: number,
  { ranks, index, firsts, cuts }: Ranked,
  buckets: number,
  { row, value, rank, bits }: RankLocals,
): w.Code {
  const load: w.Code = [...w.get(row), ...w.loadF64(8 * feature), ...w.set(value)];
  if (!index) return [...load, ...levelCode(ranks, value, rank, bits)];
  const first = index.last === 0 ? w.i32(0) : [...w.i32(0), ...w.loadI32(buckets + 4 * feature), ...w.shlI32(2), ...w.loadI32(firsts)];
  const steps = Array.from({ length: index.steps }, (_, step) => {
    const half = 2 ** (index.steps - 1 - step);
    return [
      // One more half where the value is not at most the threshold, as no NaN is.
      ...[...w.get(value), ...w.get(rank), ...w.shlI32(3), ...w.loadF64(cuts + 8 * (half - 1)), ...w.leF64, ...w.notI32],
      ...[...(half === 1 ? [] : w.shlI32(Math.log2(half))), ...w.get(rank), ...w.addI32, ...w.set(rank)],
    ];
  });
  // NaN is not at most the infinities behind the last threshold either.
  const most: w.Code = [...w.get(rank), ...w.i32(index.count), ...w.get(rank), ...w.i32(index.count), ...w.ltI32, ...w.select];
  return [...load, ...first, ...w.set(rank), ...steps.flat(), ...most];
}

/** A level's rank: its place, from 0; the last one for what is none; a missing one counts as the first (see hasLevel). */
function levelCode(ranks: number, value: number, rank: number, bits: number): w.Code {
  return [
    ...[...w.get(value), ...w.truncF64, ...w.i32(1), ...w.subI32, ...w.set(rank)],
    ...[...w.get(rank), ...w.i32(ranks - 1), ...w.get(rank), ...w.i32(ranks), ...w.ltI32, ...w.select, ...w.set(bits)],
    ...[...w.get(bits), ...w.i32(0), ...w.get(value), ...w.get(value), ...w.eqF64, ...w.select],
  ];
}
