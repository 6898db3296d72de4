import * as w from '../../wasm/assembler.ts';
import { type Areas, constantsAt, RECORD, RECORD_BYTES, slotOf } from './memory.ts';

/** The parameters and locals: where the record, the number of a leaf, the row and the split's own slot are, among others. */
const L = {
  ...{ record: 0, number: 1, inner: 2, outer: 3, leaves: 4, row: 5 },
  ...{ own: 6, first: 7, comes: 8, rates: 9, goes: 10, misses: 11, to: 12, count: 13 },
  ...{ share: 14, all: 15, part: 16, sum: 17 },
};
const LOCALS: w.WasmType[] = [...new Array<w.WasmType>(8).fill('i32'), ...new Array<w.WasmType>(4).fill('v128')];

/** What pieces of code share: where things are, and the pairs of points. */
type Shape = { areas: Areas; slot: ReturnType<typeof slotOf>; stride: number; missed: number; pairs: number[] };

/** The kernel of trees of so many points (kernel.ts), two of which are computed at a time. */
export function writeAdd(name: string, points: number, areas: Areas): w.WasmFunction {
  const stride = 2 * Math.ceil(points / 2);
  const slot = slotOf(stride);
  const { weights, missed } = constantsAt(areas.constants.get(points)!, stride);
  const pairs = Array.from({ length: stride / 2 }, (_, pair) => 16 * pair);
  const shape = { areas, slot, stride, missed, pairs };
  const each = (count: number, body: w.Code) => [
    ...[...w.get(count), ...w.set(L.count)],
    ...[...w.get(count), ...w.when(w.loop([...body, ...w.get(L.count), ...w.i32(1), ...w.subI32, ...w.tee(L.count)]))],
  ];
  const root = pairs.flatMap((at) => [...w.get(L.own), ...w.i32(0), ...w.loadV128(weights + at), ...w.storeV128(slot.products + at)]);
  const back = [
    ...[...w.i32(areas.slots), ...w.get(L.inner), ...w.i32(slot.bytes), ...w.mulI32, ...w.addI32, ...w.set(L.own)],
    ...[...w.get(L.record), ...w.get(L.outer), ...w.i32(RECORD_BYTES.outer), ...w.mulI32, ...w.subI32, ...w.set(L.record)],
  ];
  const body = [
    ...[...w.i32(areas.slots), ...w.set(L.own), ...root],
    ...[...each(L.inner, downInner(shape)), ...each(L.outer, throughOuter(shape)), ...each(L.leaves, leafBelow(shape))],
    ...[...back, ...each(L.inner, upInner(shape))],
  ];
  return { name, params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], locals: LOCALS, body };
}

function move(local: number, bytes: number): w.Code {
  return [...w.get(local), ...w.i32(bytes), ...w.addI32, ...w.set(local)];
}

/** A number of the split's record. */
function field(at: number): w.Code {
  return [...w.get(L.record), ...w.loadI32(at)];
}

/** Tests the row: whether it goes the first way and whether it comes here by the same input; the rates and the missed way's share by that. As good as drawn, so that no branch asks for it. */
function meet({ missed }: Shape): w.Code {
  const value = [...field(RECORD.value), ...w.get(L.row), ...w.addI32, ...w.loadF64()];
  return [
    ...[...value, ...w.get(L.record), ...w.loadF64(RECORD.cut), ...w.leF64, ...w.set(L.first)],
    ...[...field(RECORD.above), ...w.loadI32(), ...w.set(L.comes)],
    ...[...field(RECORD.rates), ...w.i32(missed), ...w.get(L.comes), ...w.select, ...w.set(L.rates)],
    ...[
      ...w.get(L.first),
      ...w.shlI32(3),
      ...w.get(L.record),
      ...w.addI32,
      ...w.loadF64(RECORD.ofFirst),
      ...w.splatF64x2,
      ...w.set(L.share),
    ],
  ];
}

/** An inner split on the way down: keeps what the way up needs, and makes the products of its ways. */
function downInner(shape: Shape): w.Code {
  const { slot, pairs } = shape;
  const [first, second] = [field(RECORD.first), field(RECORD.second)];
  const keep = (at: number, value: w.Code) => [...w.get(L.own), ...value, ...w.storeI32(at)];
  const goesFirst = [...w.get(L.comes), ...w.get(L.first), ...w.andI32];
  const product = (at: number) => [...w.get(L.own), ...w.loadV128(slot.products + at)];
  const lost = (at: number) => [...w.get(L.rates), ...w.loadV128(at), ...w.get(L.share), ...w.mulF64x2];
  return [
    ...meet(shape),
    ...[...first, ...second, ...w.get(L.first), ...w.select, ...w.set(L.goes)],
    ...[...second, ...first, ...w.get(L.first), ...w.select, ...w.set(L.misses)],
    ...[...keep(slot.goes, w.get(L.goes)), ...keep(slot.misses, w.get(L.misses)), ...keep(slot.rates, w.get(L.rates))],
    ...[...w.get(L.own), ...w.get(L.share), ...w.laneF64(0), ...w.storeF64(slot.share)],
    ...[...keep(slot.ways, goesFirst), ...keep(slot.ways + 4, [...w.get(L.comes), ...goesFirst, ...w.subI32])],
    ...pairs.flatMap((at) => [
      ...[...w.get(L.misses), ...product(at), ...lost(at), ...w.mulF64x2, ...w.tee(L.part), ...w.storeV128(slot.products + at)],
      ...[...w.get(L.goes), ...product(at), ...w.get(L.part), ...w.subF64x2, ...w.storeV128(slot.products + at)],
    ]),
    ...[...move(L.record, RECORD_BYTES.inner), ...move(L.own, slot.bytes)],
  ];
}

/**
 * Adds what a split's ways differ by to its input's contribution, and makes its sums of that: `ready` makes the way's sum and the part by which
 * they differ at a pair of points.
 */
function give({ slot, stride, pairs }: Shape, ready: (at: number) => w.Code): w.Code {
  const gain = (at: number) => [
    ...[...w.get(L.own), ...w.loadV128(slot.products + at), ...w.get(L.rates), ...w.loadV128(8 * stride + at), ...w.mulF64x2],
    ...[...w.get(L.part), ...w.mulF64x2],
  ];
  const rest = (at: number) => [...w.get(L.sum), ...w.get(L.rates), ...w.loadV128(at), ...w.get(L.part), ...w.mulF64x2, ...w.subF64x2];
  return [
    ...pairs.flatMap((at) => [
      ...[...ready(at), ...w.get(L.own), ...rest(at), ...w.storeV128(slot.sums + at)],
      ...[...gain(at), ...(at === 0 ? [] : [...w.get(L.all), ...w.addF64x2]), ...w.set(L.all)],
    ]),
    ...[...field(RECORD.contribution), ...w.get(L.row), ...w.addI32, ...w.tee(L.to), ...w.get(L.to), ...w.loadF64()],
    ...[...w.get(L.all), ...w.laneF64(0), ...w.get(L.all), ...w.laneF64(1), ...w.addF64, ...w.addF64, ...w.storeF64()],
  ];
}

/** An outer split, whose ways' sums are the numbers of leaves, on the way down and up again. */
function throughOuter(shape: Shape): w.Code {
  const place = [...w.get(L.first), ...w.shlI32(3), ...w.get(L.number)];
  return [
    ...meet(shape),
    // The first number where the row goes the first way, else the one behind it; the missed one the other way round.
    ...[...w.get(L.number), ...w.get(L.first), ...w.shlI32(3), ...w.subI32, ...w.loadF64(8), ...w.splatF64x2, ...w.set(L.sum)],
    ...[...w.get(L.share), ...w.get(L.sum), ...place, ...w.addI32, ...w.loadF64(), ...w.splatF64x2, ...w.subF64x2, ...w.mulF64x2],
    ...[...w.set(L.part), ...give(shape, () => [])],
    ...[...move(L.record, RECORD_BYTES.outer), ...move(L.number, 16), ...move(L.own, shape.slot.bytes)],
  ];
}

/** A leaf below an inner split. */
function leafBelow({ slot, pairs }: Shape): w.Code {
  return [
    ...[...w.get(L.number), ...w.loadF64(), ...w.splatF64x2, ...w.set(L.sum)],
    ...pairs.flatMap((at) => [...w.get(L.own), ...w.get(L.sum), ...w.storeV128(slot.sums + at)]),
    ...[...move(L.number, 8), ...move(L.own, slot.bytes)],
  ];
}

/** An inner split on the way up. */
function upInner(shape: Shape): w.Code {
  const { slot } = shape;
  const kept = (at: number, local: number) => [...w.get(L.own), ...w.loadI32(at), ...w.set(local)];
  const sumOf = (local: number, at: number) => [...w.get(local), ...w.loadV128(slot.sums + at)];
  return [
    ...[...move(L.record, -RECORD_BYTES.inner), ...move(L.own, -slot.bytes)],
    ...[...kept(slot.goes, L.goes), ...kept(slot.misses, L.misses), ...kept(slot.rates, L.rates)],
    ...[...w.get(L.own), ...w.loadF64(slot.share), ...w.splatF64x2, ...w.set(L.share)],
    ...give(shape, (at) => [
      ...[...w.get(L.share), ...sumOf(L.goes, at), ...w.tee(L.sum), ...sumOf(L.misses, at), ...w.subF64x2, ...w.mulF64x2, ...w.set(L.part)],
    ]),
  ];
}
