import * as w from '../../../wasm/assembler.ts';
import { type Forest, treeCount } from '../forest.ts';
import { countBelow, type PackedForest } from '../packed.ts';
import type { Sums } from './kernel.ts';
import type { Wide } from './wide-leaves.ts';

/*
 * A row that comes alone walks eight trees in step, over the nodes of walk.ts: so the wait for one tree's node hides behind the
 * others. The trees are met eight by eight; what their leaves hold is added afterwards, in the order of the trees.
 *
 * Why: the plain predictor waits for memory at each node. Measured: 2026-11-29, Node 24.21, 2 busy cores, one row of 1,000 boosted trees of 255
 * leaves: 161 us, 766 us by the plain predictor.
 * Delete when: the plain predictor takes at most 1.2 times as long for one row of a large forest.
 */

/** Trees that a row walks in step. */
const TREES = 8;

/** Where the parts lie in the kernel's memory: the row's keys, the places of the roots, the numbers of the leaves. */
export type AlonePlan = { keys: number; roots: number; out: number; end: number; groups: number; bits: number };

/** Places all behind `start`. */
export function planAlone(start: number, trees: number, bits: number): AlonePlan {
  const groups = Math.ceil(trees / TREES);
  const roots = start + 2 ** (32 - bits) * 4;
  const out = roots + groups * TREES * 4;
  return { keys: start, roots, out, end: out + groups * TREES * 4, groups, bits };
}

/** The code: alone(groups) leads the row down so many groups of eight trees, and writes the numbers of its leaves. */
export function aloneCode({ keys, roots, out, bits }: AlonePlan): w.WasmFunction {
  const [groups, place, node, low, high, going] = [0, 1, 2, 3, 4, 5] as const;
  const lane = (at: number) => 6 + at;
  const lanes = Array.from({ length: TREES }, (_, at) => at);
  const step = (at: number): w.Code => [
    ...[...w.get(lane(at)), ...w.get(lane(at)), ...w.loadI64(0, 1), ...w.tee(node), ...w.wrapI64, ...w.set(low)],
    ...[...w.get(node), ...w.shrI64(32), ...w.wrapI64, ...w.tee(high), ...w.addI32],
    // On to the left child, or to its sibling where the row's key is greater.
    ...[...w.get(low), ...w.shrI32(bits), ...w.shlI32(2), ...w.loadI32(keys), ...w.get(low), ...w.gtI32, ...w.shlI32(3)],
    ...[...w.addI32, ...w.set(lane(at)), ...w.get(high), ...(at === 0 ? [] : [...w.get(going), ...w.orI32]), ...w.set(going)],
  ];
  const group: w.Code = [
    ...lanes.flatMap((at) => [...w.get(place), ...w.loadI32(roots + 4 * at), ...w.set(lane(at))]),
    ...w.loop([...lanes.flatMap(step), ...w.get(going)]),
    ...lanes.flatMap((at) => [
      ...[...w.get(place), ...w.get(lane(at)), ...w.loadI32(0, 1), ...w.i32(2 ** bits - 1), ...w.andI32, ...w.storeI32(out + 4 * at)],
    ]),
    ...[...w.get(place), ...w.i32(4 * TREES), ...w.addI32, ...w.set(place)],
    ...[...w.get(groups), ...w.i32(1), ...w.subI32, ...w.tee(groups)],
  ];
  const locals: w.WasmType[] = ['i32', 'i64', 'i32', 'i32', 'i32', ...lanes.map((): w.WasmType => 'i32')];
  return { name: 'alone', params: ['i32'], locals, body: w.loop(group) };
}

/** Writes the places of the roots; gives what ranks a row, has it walk, and adds what its leaves hold to its sums. */
export function openAlone(
  forest: Forest,
  memory: WebAssembly.Memory,
  plan: AlonePlan,
  { isVote, isFloat }: Omit<Sums, 'outputs'>,
  wide?: Wide,
) {
  const { leaves, width } = forest;
  const trees = treeCount(forest);
  const { cuts, cutStarts } = forest.packed as PackedForest;
  const features = cutStarts.length - 1;
  const roots = new Uint32Array(memory.buffer, plan.roots, plan.groups * TREES);
  // The last group is filled with the last tree.
  for (let tree = 0; tree < roots.length; tree += 1) roots[tree] = 8 * forest.roots[Math.min(tree, trees - 1)]!;
  const keys = new Uint32Array(memory.buffer, plan.keys, features);
  const places = new Uint32Array(memory.buffer, plan.out, plan.groups * TREES);
  const round = isFloat ? Math.fround : (value: number) => value;
  return (rows: Float64Array, row: number, sums: Float64Array, outputs: number, walk: () => void) => {
    for (let feature = 0; feature < features; feature += 1) {
      const [from, to] = [cutStarts[feature]!, cutStarts[feature + 1]!];
      keys[feature] = feature * 2 ** plan.bits + 1 + countBelow(cuts, from, to, rows[row * features + feature]!);
    }
    walk();
    if (wide) {
      places.fill(wide.noLeaf, trees);
      wide.add(plan.out, 4, 1, sums, row);
      return;
    }
    const at = row * outputs;
    for (let tree = 0; tree < trees; tree += 1) {
      const leaf = places[tree]!;
      if (isVote) sums[at + leaves[leaf]!] = sums[at + leaves[leaf]!]! + 1;
      else for (let k = 0; k < width; k += 1) sums[at + k] = round(sums[at + k]! + leaves[leaf * width + k]!);
    }
  };
}
