import * as w from '../../../wasm/assembler.ts';

/*
 * The ranks of many values of a feature: searches by halves that have no branch, eight in step.
 *
 * Why: a search that has branches is guessed wrong at every other step, and one without waits for memory at each. Measured: 2026-11-30, Node 24.21,
 * 20 features of 660 and of 8,300 thresholds: 6 and 11 ns a value, 40 and 100 by a search with branches.
 * A thumb index before the search (rank-index.ts, a bucket a threshold) was tried: batches of depth-8 took 0.91 and of depth-12 0.94 of the time, rows-5000
 * the same, since its tables then crowd the cache.
 * Delete when: countBelow takes at most 1.2 times as long.
 */

/** Values that are ranked in step, so that the wait for one's thresholds hides behind the others. */
export const RANKED = 8;

/**
 * The code rank(value, end, cuts, count, out): ranks the values from `value` up to `end`, `stride` bytes apart, among `count` ascending
 * cuts, at least one, and writes the ranks, of 2 or 4 bytes, from `out` on: RANKED at a time, so that there must be room behind the last.
 */
export function rankManyCode(stride: number, rankBytes: 2 | 4): w.WasmFunction {
  const { get, set, tee, i32 } = w;
  const [value, end, cuts, count, out, left, half] = [0, 1, 2, 3, 4, 5, 6] as const;
  const [low, given] = [(at: number) => 7 + at, (at: number) => 7 + RANKED + at];
  const each = (code: (at: number) => w.Code): w.Code => Array.from({ length: RANKED }, (_, at) => code(at)).flat();
  // 0 where the value is at most the cut, else -1: so for NaN.
  const isAbove = (at: number, place: w.Code): w.Code => [...get(given(at)), ...place, ...w.loadF64(), ...w.leF64, ...i32(1), ...w.subI32];
  const halve = (at: number): w.Code => {
    const last: w.Code = [...get(low(at)), ...get(half), ...w.addI32, ...i32(8), ...w.subI32];
    return [...isAbove(at, last), ...get(half), ...w.andI32, ...get(low(at)), ...w.addI32, ...set(low(at))];
  };
  const rankOf = (at: number): w.Code => [
    ...get(low(at)),
    ...get(cuts),
    ...w.subI32,
    ...w.shrI32(3),
    ...isAbove(at, get(low(at))),
    ...w.subI32,
  ];
  const body: w.Code = w.loop([
    ...each((at) => [...get(cuts), ...set(low(at)), ...get(value), ...w.loadF64(at * stride), ...set(given(at))]),
    ...[...get(count), ...set(left)],
    ...w.loop([
      ...[...get(left), ...get(left), ...w.shrI32(1), ...tee(half), ...w.subI32, ...set(left), ...get(half), ...w.shlI32(3), ...set(half)],
      ...[...each(halve), ...i32(1), ...get(left), ...w.ltI32],
    ]),
    ...each((at) => [...get(out), ...rankOf(at), ...(rankBytes === 2 ? w.storeU16(at * 2) : w.storeI32(at * 4))]),
    ...[...get(out), ...i32(RANKED * rankBytes), ...w.addI32, ...set(out)],
    ...[...get(value), ...i32(RANKED * stride), ...w.addI32, ...tee(value), ...get(end), ...w.ltI32],
  ]);
  const locals = [...Array<w.WasmType>(2 + RANKED).fill('i32'), ...Array<w.WasmType>(RANKED).fill('f64')];
  return { name: 'rank', params: Array<w.WasmType>(5).fill('i32'), locals, body };
}
