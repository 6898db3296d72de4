import * as w from '../../../wasm/assembler.ts';
import type { RankRow } from './rank-search.ts';
import type { Summed } from './walk-table.ts';
import type { Wide } from './wide-leaves.ts';

/*
 * A row that comes alone walks several trees in step, over the nodes of walk-table.ts: so the wait for one tree's node hides behind the
 * others. The trees are met in groups; what their leaves hold is added afterwards, in the order of the trees.
 *
 * Why: the plain predictor waits for memory at each node. Measured: 2026-11-29, Node 24.21, 2 busy cores, one row of 1,000 boosted trees of 255
 * leaves: 161 us, 766 us by the plain predictor; one row of the bench's large forest by 16 trees in step five sixths of the time that 8 take, by 24 and with
 * half the looks at whether all are over 0.95 of that (2026-11-30); of 300 trees of 600 nodes, which stay in a cache, more time by 16 than by 8.
 *
 * What limits a large forest: nearly every step meets a node that lies neither in a cache nor in a page whose address is known, and the processor looks
 * some 450 instructions ahead, which is one or two steps of all trees. Three things that were tried made it no faster there (2026-11-30): a leaf's number
 * in place of its node, so that the table has two thirds of its bytes (one row 0.96, a hundred 1.04 times as fast); trees met one after another without
 * waiting for the group, as chain.ts does, a third fewer steps of more instructions each (half as fast); pages of 2 MB, which Node cannot ask for.
 *
 * The limit, counted on that forest (500 trees, a table of 81.5 MB) and on its machine (2026-11-30): one row meets 12,492 nodes in 8,663 lines of 64 bytes;
 * of ten rows each brings 4,474 lines that no other has, of a hundred 2,322. Through a table of 81.5 MB in a random order, 24 independent chains take 8 ns a
 * line (one chain 148, 64 chains 5), and reading in order takes 1.4. So waiting alone takes 69 us for one row; 36 us a row of ten; 18 us of a hundred, whether
 * each tree is read in order before it is walked, as here, or only what is met. To it come the steps, 12 to 16 us a row in a batch of 10,000.
 * Ten rows together were tried (2026-11-30, beside much other work; a row alone took 98 to 110 us): lanes take (row, tree) one after another, so that
 * rows meet a tree together. Ten rows took 0.93 to 0.95, 31 rows 1.06 times as fast; with all tops read in order first 0.97 at ten. The tops are not what is
 * waited for: once they are read, which takes 5 us a row, nine levels take 4; what lies below takes 84, and 10 where its lines are near. There the rows
 * part: some ten more nodes in seven lines that no other row has met, and of 24 ways the longest has 31 nodes, the usual one 20, so that the last steps
 * wait for few lines at once. Lanes filled again every two to four steps by those that are not in leaves left 62 to 77 of the 84 us. Other orders
 * of a tree, the same bits: below the top as many levels as a line holds, 6.6 lines for 7; with the children of more nodes first, in the top too, 3.9 for 7
 * lines below it. One, ten and a hundred rows took 0.93 to 1.03 times as fast: a row alone then meets more lines in the top.
 * Less to read was tried: nodes of 4 bytes behind a top of nine levels without places of children, 29 MB, and the leaves' numbers apart. One row 1.2 times and
 * 24 rows 1.5 times as fast, but 100 the same and 10,000 0.92 times. To read the next tree during the walk of one: the same.
 * Delete when: the plain predictor takes at most 1.2 times as long for one row of a large forest.
 */

/** Trees that a row walks in step where the nodes stay in a cache, and where they come from afar. */
const NEAR = 8;
const FAR = 24;

/** Where the parts lie in the kernel's memory: the row's keys, the places of the roots, the numbers of the leaves. */
export type AlonePlan = { keys: number; roots: number; out: number; end: number; lanes: number; groups: number; bits: number };

/** Places all behind `start`; `isFar`: the nodes do not stay in a cache. */
export function planAlone(start: number, trees: number, bits: number, isFar: boolean): AlonePlan {
  const lanes = isFar ? FAR : NEAR;
  const groups = Math.ceil(trees / lanes);
  const roots = start + 2 ** (32 - bits) * 4;
  const out = roots + groups * lanes * 4;
  return { keys: start, roots, out, end: out + groups * lanes * 4, lanes, groups, bits };
}

/** The code: alone(groups) leads the row down so many groups of trees, and writes the numbers of its leaves. */
export function aloneCode({ keys, roots, out, lanes: count, bits }: AlonePlan): w.WasmFunction {
  const [groups, place, node, low, high, going] = [0, 1, 2, 3, 4, 5] as const;
  const lane = (at: number) => 6 + at;
  const lanes = Array.from({ length: count }, (_, at) => at);
  const step = (at: number, isLast: boolean): w.Code => [
    ...[...w.get(lane(at)), ...w.get(lane(at)), ...w.loadI64(0, 1), ...w.tee(node), ...w.wrapI64, ...w.set(low)],
    ...[...w.get(node), ...w.shrI64(32), ...w.wrapI64, ...w.tee(high), ...w.addI32],
    // On to the left child, or to its sibling where the row's key is greater.
    ...[...w.get(low), ...w.shrI32(bits), ...w.shlI32(2), ...w.loadI32(keys), ...w.get(low), ...w.gtI32, ...w.shlI32(3)],
    ...[...w.addI32, ...w.set(lane(at))],
    ...(isLast ? [...w.get(high), ...(at === 0 ? [] : [...w.get(going), ...w.orI32]), ...w.set(going)] : []),
  ];
  const group: w.Code = [
    ...lanes.flatMap((at) => [...w.get(place), ...w.loadI32(roots + 4 * at), ...w.set(lane(at))]),
    ...w.loop([...[false, true].flatMap((isLast) => lanes.flatMap((at) => step(at, isLast))), ...w.get(going)]),
    ...lanes.flatMap((at) => [
      ...[...w.get(place), ...w.get(lane(at)), ...w.loadI32(0, 1), ...w.i32(2 ** bits - 1), ...w.andI32, ...w.storeI32(out + 4 * at)],
    ]),
    ...[...w.get(place), ...w.i32(4 * count), ...w.addI32, ...w.set(place)],
    ...[...w.get(groups), ...w.i32(1), ...w.subI32, ...w.tee(groups)],
  ];
  const locals: w.WasmType[] = ['i32', 'i64', 'i32', 'i32', 'i32', ...lanes.map((): w.WasmType => 'i32')];
  return { name: 'alone', params: ['i32'], locals, body: w.loop(group) };
}

/** What a walk through all trees works with: where their roots lie, how many numbers a leaf has, the table, what ranks a row, the features. */
type Alone = {
  starts: Uint32Array;
  values: number;
  doubles: Float64Array;
  rankRow: RankRow;
  features: number;
};

/** Writes the places of the roots; gives what ranks a row, has it walk, and adds what its leaves hold to its sums. */
export function openAlone(
  { starts, values, doubles, rankRow, features }: Alone,
  memory: WebAssembly.Memory,
  plan: AlonePlan,
  { isVote, isFloat }: Summed,
  wide?: Wide,
) {
  const trees = starts.length - 1;
  const roots = new Uint32Array(memory.buffer, plan.roots, plan.groups * plan.lanes);
  // The last group is filled with the last tree.
  for (let tree = 0; tree < roots.length; tree += 1) roots[tree] = 8 * starts[Math.min(tree, trees - 1)]!;
  const keys = new Uint32Array(memory.buffer, plan.keys, features);
  const places = new Uint32Array(memory.buffer, plan.out, plan.groups * plan.lanes);
  const round = isFloat ? Math.fround : (value: number) => value;
  return (rows: Float64Array, row: number, sums: Float64Array, outputs: number, walk: () => void) => {
    const ranks = rankRow(rows, row * features);
    for (let feature = 0; feature < features; feature += 1) keys[feature] = feature * 2 ** plan.bits + 1 + ranks[feature]!;
    walk();
    if (wide) {
      places.fill(wide.noLeaf, trees);
      wide.add(plan.out, 4, 1, sums, row);
      return;
    }
    const at = row * outputs;
    for (let tree = 0; tree < trees; tree += 1) {
      const leaf = starts[tree]! + places[tree]!;
      if (isVote) sums[at + doubles[leaf]!] = sums[at + doubles[leaf]!]! + 1;
      else for (let k = 0; k < values; k += 1) sums[at + k] = round(sums[at + k]! + doubles[leaf + k]!);
    }
  };
}
