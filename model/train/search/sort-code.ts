import * as w from '../../../shared/wasm/assembler.ts';

/*
 * A node's rows are sorted by a column: keys of 64 bits, the rank of the row's value above, the row's place in the node below, so that rows of
 * one value stay in their order. Few rows are sorted by counting for each how many keys are less, four at a time and without a branch; more
 * rows by their digits, the lowest first.
 *
 * Why: ranger adds up by rank in tables as long as the column has values, which fall out of the near caches, or sorts the values and
 * looks each up. A sort stays within the memory of the node.
 */

/** Most rows that are sorted by counting, and most bits of a digit. */
export const FEW = 48;
export const DIGIT_BITS = 11;
/** Most digits of a rank: of 33 bits together. */
export const DIGITS = 3;
/** Bytes of one digit's counters. */
const COUNTERS = 4 * 2 ** DIGIT_BITS;

/** Where the parts lie in the memory: short keys, counters, keys and room for as many. */
export type SortPlan = { short: number; counters: number; keys: number; room: number };

/** Bytes before the keys. */
export const SORT_BYTES = 4 * (64 + 4) + DIGITS * COUNTERS;

const add = (local: number, by: w.Code): w.Code => [...w.get(local), ...by, ...w.addI32, ...w.set(local)];
/** Goes on while a local is below another. */
const below = (local: number, by: number, end: number): w.Code => [
  ...[...w.get(local), ...w.i32(by), ...w.addI32, ...w.tee(local)],
  ...[...w.get(end), ...w.ltI32],
];

/** The rank of the row whose number lies at an address, in a column that starts at `ranks` of the second memory. */
function rankOf(sample: number, ranks: number, rankBytes: 2 | 4): w.Code {
  const place = [...w.get(sample), ...w.loadI32(), ...w.shlI32(Math.log2(rankBytes)), ...w.get(ranks), ...w.addI32];
  return [...place, ...(rankBytes === 2 ? w.loadU16(0, 1) : w.loadI32(0, 1))];
}

/** The code few(ranks, samples, n): sorts up to FEW rows into `keys`. */
export function fewCode({ short, keys }: SortPlan, rankBytes: 2 | 4): w.WasmFunction {
  const [ranks, sample, n, at, end, key, other, mine, less] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
  const lanes = [0, 1, 2, 3].flatMap((lane) => [...w.get(less), ...w.laneI32(lane), ...(lane === 0 ? [] : w.addI32)]);
  const body: w.Code = [
    ...[...w.get(n), ...w.shlI32(2), ...w.set(end)],
    ...w.loop([
      ...[
        ...w.get(at),
        ...rankOf(sample, ranks, rankBytes),
        ...w.shlI32(6),
        ...w.get(at),
        ...w.shrI32(2),
        ...w.orI32,
        ...w.storeI32(short),
      ],
      ...[...add(sample, w.i32(4)), ...below(at, 4, end)],
    ]),
    // Behind the last key are three that are less than none.
    ...[...w.get(end), ...w.constI32x4(-1), ...w.storeV128(short)],
    ...[...w.i32(0), ...w.set(at)],
    ...w.loop([
      ...[...w.get(at), ...w.loadI32(short), ...w.tee(key), ...w.splatI32x4, ...w.set(mine)],
      ...[...w.constI32x4(0), ...w.set(less), ...w.i32(0), ...w.set(other)],
      ...w.loop([
        ...[...w.get(less), ...w.get(other), ...w.loadV128(short), ...w.get(mine), ...w.lessI32x4, ...w.subI32x4, ...w.set(less)],
        ...below(other, 16, end),
      ]),
      ...[...lanes, ...w.shlI32(3), ...w.tee(other), ...w.get(key), ...w.i32(63), ...w.andI32, ...w.storeI32(keys)],
      ...[...w.get(other), ...w.get(key), ...w.shrI32(6), ...w.storeI32(keys + 4)],
      ...below(at, 4, end),
    ]),
  ];
  return { name: 'few', params: ['i32', 'i32', 'i32'], locals: ['i32', 'i32', 'i32', 'i32', 'v128', 'v128'], body };
}

/**
 * The code many1(ranks, samples, n, bits), many2 or many3: sorts rows by so many digits of so many bits, into `room` by an odd number
 * of digits, else into `keys`.
 */
export function manyCode(plan: SortPlan, rankBytes: 2 | 4, digits: number): w.WasmFunction {
  const [ranks, sample, n, bits, at, end, key, place, mask, sum] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
  const passes = Array.from({ length: digits }, (_, pass) => pass);
  const counters = (pass: number) => plan.counters + pass * COUNTERS;
  const shifted = passes.map((pass) => 10 + pass);
  const digit = (pass: number, rank: w.Code): w.Code => [
    ...[...rank, ...(pass === 0 ? [] : [...w.get(shifted[pass]!), ...w.shrByI32])],
    ...[...w.get(mask), ...w.andI32, ...w.shlI32(2), ...w.tee(place)],
  ];
  const prefix = (pass: number): w.Code => [
    ...[...w.i32(0), ...w.set(at), ...w.i32(pass % 2 === 0 ? plan.room : plan.keys), ...w.set(sum)],
    ...w.loop([
      ...[...w.get(at), ...w.loadI32(counters(pass)), ...w.shlI32(3), ...w.set(place)],
      ...[...w.get(at), ...w.get(sum), ...w.storeI32(counters(pass)), ...add(sum, w.get(place))],
      ...[...w.get(at), ...w.i32(4), ...w.addI32, ...w.tee(at), ...w.get(mask), ...w.shlI32(2), ...w.gtI32, ...w.notI32],
    ]),
  ];
  const scatter = (pass: number): w.Code => [
    ...[...w.i32(pass % 2 === 0 ? plan.keys : plan.room), ...w.tee(at), ...w.get(n), ...w.shlI32(3), ...w.addI32, ...w.set(end)],
    ...w.loop([
      ...[...digit(pass, [...w.get(at), ...w.loadI32(4)]), ...w.loadI32(counters(pass)), ...w.tee(key)],
      ...[...w.get(at), ...w.loadI64(), ...w.storeI64()],
      ...[...w.get(place), ...w.get(key), ...w.i32(8), ...w.addI32, ...w.storeI32(counters(pass)), ...below(at, 8, end)],
    ]),
  ];
  const body: w.Code = [
    ...[...w.i32(1), ...w.get(bits), ...w.shlByI32, ...w.i32(1), ...w.subI32, ...w.set(mask)],
    ...passes.flatMap((pass) => [...w.get(bits), ...w.i32(pass), ...w.mulI32, ...w.set(shifted[pass]!)]),
    ...passes.flatMap((pass) => w.clear(w.i32(counters(pass)), [...w.get(mask), ...w.shlI32(2), ...w.i32(4), ...w.addI32])),
    ...[...w.get(n), ...w.shlI32(3), ...w.set(end)],
    ...w.loop([
      ...[...rankOf(sample, ranks, rankBytes), ...w.set(key)],
      ...[...w.get(at), ...w.get(at), ...w.shrI32(3), ...w.storeI32(plan.keys), ...w.get(at), ...w.get(key), ...w.storeI32(plan.keys + 4)],
      ...passes.flatMap((pass) => [
        ...[...digit(pass, w.get(key)), ...w.get(place), ...w.loadI32(counters(pass))],
        ...[...w.i32(1), ...w.addI32, ...w.storeI32(counters(pass))],
      ]),
      ...[...add(sample, w.i32(4)), ...below(at, 8, end)],
    ]),
    ...passes.flatMap((pass) => [...prefix(pass), ...scatter(pass)]),
  ];
  const locals: w.WasmType[] = Array(6 + digits).fill('i32');
  return { name: `many${digits}`, params: ['i32', 'i32', 'i32', 'i32'], locals, body };
}
