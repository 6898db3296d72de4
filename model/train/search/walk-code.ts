import * as w from '../../../shared/wasm/assembler.ts';

/*
 * The walk over a node's sorted rows: after each value but the last a split, whose decrease comes from the sums of both sides. Sums are ranger's
 * own, in its order: first within a value, rows as they stand in the node, then value after value.
 *
 * Why: a row drawn twice is two equal values, so that a branch at the end of a value is foretold wrongly for every third row. So each row's
 * split is computed, both sides' quotients by one division of two doubles, and looked at with the next row: it counts where
 * that has another value and the decrease is the best yet, which is rare.
 */

/** Where a walk leaves the best decrease, the ranks beside the split, and whether there is one better than before. */
export const FOUND = { decrease: 0, low: 8, high: 12, isBetter: 16 } as const;
/** Bytes of what is found. */
export const FOUND_BYTES = 32;
/** Bytes of a class: its rows left and right, its weight twice. */
export const CLASS_BYTES = 32;

const PARAMS: w.WasmType[] = ['i32', 'i32', 'f64', 'f64'];
const [AT, N, BEST, TOTAL] = [0, 1, 2, 3] as const;
/** Locals: the end; vectors of the rank before and the row's, of whether they differ, of the best decrease, of this one, of the sides' sizes. */
const LOCALS: w.WasmType[] = ['i32', 'v128', 'v128', 'v128', 'v128', 'v128', 'v128'];
const [END, BEFORE, RANK, DIFFERS, MOST, DECREASE, SIZES] = [4, 5, 6, 7, 8, 9, 10] as const;
/** The first local that is free. */
const FREE = 11;

const add = (vector: number, by: w.Code): w.Code => [...w.get(vector), ...by, ...w.addF64x2, ...w.set(vector)];

/** Rows from AT on: `row` adds a row to the sides' sums, `quotients` leaves each side's share of the decrease. */
function walk(row: w.Code, quotients: w.Code): w.Code {
  return [
    ...[...w.i32(0), ...w.i32(0), ...w.storeI32(FOUND.isBetter)],
    ...[...w.get(AT), ...w.get(N), ...w.shlI32(3), ...w.addI32, ...w.set(END)],
    ...[...w.get(AT), ...w.loadSplatI32(4), ...w.set(BEFORE), ...w.get(BEST), ...w.splatF64x2, ...w.set(MOST)],
    ...[...w.zeroF64, ...w.splatF64x2, ...w.get(N), ...w.toF64, ...w.putF64(1), ...w.set(SIZES)],
    ...w.loop([
      ...[...w.get(AT), ...w.loadSplatI32(4), ...w.tee(RANK), ...w.get(BEFORE), ...w.unlikeI32x4, ...w.tee(DIFFERS)],
      ...[...w.get(DECREASE), ...w.get(MOST), ...w.greaterF64x2, ...w.andV128, ...w.anyV128],
      ...w.when([
        ...[...w.i32(0), ...w.get(DECREASE), ...w.tee(MOST), ...w.laneF64(0), ...w.storeF64(FOUND.decrease)],
        ...[...w.i32(0), ...w.get(BEFORE), ...w.laneI32(0), ...w.storeI32(FOUND.low)],
        ...[...w.i32(0), ...w.get(RANK), ...w.laneI32(0), ...w.storeI32(FOUND.high)],
        ...[...w.i32(0), ...w.i32(1), ...w.storeI32(FOUND.isBetter)],
      ]),
      ...[...row, ...w.get(RANK), ...w.set(BEFORE), ...add(SIZES, w.constF64x2(1, -1))],
      ...[...quotients, ...w.get(SIZES), ...w.divF64x2, ...w.tee(DECREASE), ...w.swapF64x2(DECREASE), ...w.addF64x2, ...w.set(DECREASE)],
      ...[...w.get(AT), ...w.i32(8), ...w.addI32, ...w.tee(AT), ...w.get(END), ...w.ltI32],
    ]),
  ];
}

/** The code variance(keys, n, best, total): targets are doubles from `targets` on, `total` their sum. */
export function varianceCode(targets: number): w.WasmFunction {
  // Sums in both lanes: of the values before, of this value.
  const [done, value, sides, totals] = [FREE, FREE + 1, FREE + 2, FREE + 3] as const;
  const row = [
    ...add(done, [...w.get(DIFFERS), ...w.get(value), ...w.andV128]),
    ...[...w.get(value), ...w.get(DIFFERS), ...w.andNotV128],
    ...[...w.get(AT), ...w.loadI32(), ...w.shlI32(3), ...w.loadF64(targets), ...w.splatF64x2, ...w.addF64x2, ...w.set(value)],
  ];
  const quotients: w.Code = [
    // The left side's sum has the other sign, which its square has not.
    ...[...w.get(totals), ...w.get(done), ...w.get(value), ...w.addF64x2, ...w.subF64x2, ...w.tee(sides)],
    ...[...w.get(sides), ...w.mulF64x2],
  ];
  const start = [...w.zeroF64, ...w.splatF64x2, ...w.get(TOTAL), ...w.putF64(1), ...w.set(totals)];
  const locals: w.WasmType[] = [...LOCALS, 'v128', 'v128', 'v128', 'v128'];
  return { name: 'variance', params: PARAMS, locals, body: [...start, ...walk(row, quotients)] };
}

/**
 * The code gini(keys, n, best, total): classes are whole numbers from `ids` on, their counts and weights lie from `classes` on, and `total` is
 * the sum of weight times squared count. Sums grow by weight * (2 * count + 1), which is exact where weights are whole numbers.
 */
export function giniCode(ids: number, classes: number): w.WasmFunction {
  const [sides, counts, place] = [FREE, FREE + 1, FREE + 2] as const;
  const row: w.Code = [
    ...[...w.get(AT), ...w.loadI32(), ...w.shlI32(2), ...w.loadI32(ids), ...w.shlI32(Math.log2(CLASS_BYTES)), ...w.tee(place)],
    ...[...w.loadV128(classes), ...w.set(counts)],
    ...[...w.get(sides), ...w.get(place), ...w.loadV128(classes + 16), ...w.get(counts), ...w.constF64x2(2, -2), ...w.mulF64x2],
    ...[...w.constF64x2(1, 1), ...w.addF64x2, ...w.mulF64x2, ...w.addF64x2, ...w.set(sides)],
    ...[...w.get(place), ...w.get(counts), ...w.constF64x2(1, -1), ...w.addF64x2, ...w.storeV128(classes)],
  ];
  const start = [...w.zeroF64, ...w.splatF64x2, ...w.get(TOTAL), ...w.putF64(1), ...w.set(sides)];
  const locals: w.WasmType[] = [...LOCALS, 'v128', 'v128', 'i32'];
  return { name: 'gini', params: PARAMS, locals, body: [...start, ...walk(row, w.get(sides))] };
}
