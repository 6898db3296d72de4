import * as w from '../wasm/assembler.ts';
import { L, type WrittenFactors } from './path-factors.ts';
import { type Areas, RECORD, WAY_MASK } from './path-memory.ts';

const ZERO = w.constF64x2(0, 0);

/**
 * The kernel of trees of so many points (path-kernel.ts), two of which are computed at a time. Its parameters: where the records and what the
 * factors are of start, how many splits and leaves there are, and where the contributions are.
 */
export function writeAdd(name: string, points: number, areas: Areas, factors: WrittenFactors): w.WasmFunction {
  const stride = 2 * Math.ceil(points / 2);
  const steps: Steps = [
    [L.record, RECORD.bytes],
    [L.node, factors.bytes],
    [L.own, 8 * stride],
    [L.state, 4],
  ];
  const { root, split, leaf, up } = loopsOf(stride, steps, areas, factors);
  const again = (body: w.Code, local: number) => w.loop([...body, ...w.get(local), ...w.i32(1), ...w.subI32, ...w.tee(local)]);
  const body = [
    ...[...root, ...w.i32(0), ...w.i32(0), ...w.storeI32(areas.states), ...move(steps, 1)],
    ...[...w.get(L.splits), ...w.i32(1), ...w.subI32, ...w.tee(L.splits)],
    ...[...w.tee(L.count), ...w.when(again(split, L.count))],
    ...[...w.get(L.leaves), ...w.set(L.count), ...again(leaf, L.count)],
    ...[...w.get(L.splits), ...w.when([...backToSplits(steps), ...again(up, L.splits)])],
  ];
  return { name, params: ['i32', 'i32', 'i32', 'i32', 'i32'], locals: factors.locals, body };
}

/** What a node has in each of the memory's parts. */
type Steps = [local: number, bytes: number][];

/** Goes on to the next node, or back by one. */
function move(steps: Steps, sign: number): w.Code {
  return steps.flatMap(([local, bytes]) => [...w.get(local), ...w.i32(sign * bytes), ...w.addI32, ...w.set(local)]);
}

/** From behind the last leaf to the last split. */
function backToSplits(steps: Steps): w.Code {
  const back = steps.flatMap(([local, bytes]) => [
    ...[...w.get(local), ...w.get(L.leaves), ...w.i32(bytes), ...w.mulI32, ...w.subI32, ...w.set(local)],
  ]);
  return [...back, ...move(steps, -1)];
}

/** A number of the node's record. */
function field(at: number): w.Code {
  return [...w.get(L.record), ...w.loadI32(at)];
}

/** How the row stands to the way into the node, as the bytes by which its factors lie behind the node's first. */
function stateOf(stride: number, areas: Areas): w.Code {
  const bytes = 16 * stride;
  const place = [...field(RECORD.inputAndWay), ...w.i32(WAY_MASK), ...w.andI32];
  const goes = [...field(RECORD.parent), ...w.loadU8(areas.ways), ...place, ...w.eqI32];
  return [
    ...w.i32(2 * bytes),
    ...[...w.i32(0), ...w.i32(bytes), ...goes, ...w.select],
    ...[...field(RECORD.sameAt), ...w.loadI32(areas.states), ...w.select],
  ];
}

/** Finds the node's parent. */
const UP = [...field(RECORD.parentAt), ...w.set(L.up)];

/** With a pair of sums and a pair of gains: adds the sums to those of the parent, and what they give to all that the input gets. */
function addTo(areas: Areas, offset: number, gain: w.Code): w.Code {
  const above = [...w.get(L.up), ...w.loadV128(areas.sums + offset), ...w.get(L.sum), ...w.addF64x2];
  const part = [...w.get(L.sum), ...gain, ...w.mulF64x2];
  return [
    ...[...w.set(L.sum), ...w.get(L.up), ...above, ...w.storeV128(areas.sums + offset)],
    ...[...w.get(L.all), ...part, ...w.addF64x2, ...w.set(L.all)],
  ];
}

/** Adds what the node's input gets to its contribution. */
const GIVE = [
  ...[...field(RECORD.inputAndWay), ...w.i32(~WAY_MASK), ...w.andI32, ...w.get(L.out), ...w.addI32, ...w.tee(L.up)],
  ...[...w.get(L.up), ...w.loadF64()],
  ...[...w.get(L.all), ...w.laneF64(0), ...w.get(L.all), ...w.laneF64(1), ...w.addF64, ...w.addF64, ...w.storeF64()],
];

/** What is done at the root, at each other split on the way down, at each leaf, and at each other split on the way up. */
function loopsOf(stride: number, steps: Steps, areas: Areas, factors: WrittenFactors): Record<'root' | 'split' | 'leaf' | 'up', w.Code> {
  const { ready, factor, gain, keep, again, kept } = factors;
  const pairs = Array.from({ length: stride / 2 }, (_, pair) => 16 * pair);
  const start = (local: number, products: (offset: number) => w.Code) =>
    pairs.flatMap((offset) => [
      ...[...w.get(local), ...products(offset), ...w.storeV128(areas.products + offset)],
      ...[...w.get(local), ...ZERO, ...w.storeV128(areas.sums + offset)],
    ]);
  const state = stateOf(stride, areas);
  const times = (offset: number) => [...w.get(L.up), ...w.loadV128(areas.products + offset), ...factor(offset), ...w.mulF64x2];
  const known = [...w.get(L.state), ...w.loadI32(areas.states)];
  const none = [...ZERO, ...w.set(L.all)];
  const number = [...w.get(L.end), ...w.loadF64(areas.numbers), ...w.splatF64x2, ...w.set(L.number)];
  const onward = [...move(steps, 1), ...w.get(L.end), ...w.i32(8), ...w.addI32, ...w.set(L.end)];
  const leaf = pairs.flatMap((offset) => [...[...times(offset), ...w.get(L.number), ...w.mulF64x2, ...addTo(areas, offset, gain(offset))]]);
  const up = pairs.flatMap((offset) => [...w.get(L.own), ...w.loadV128(areas.sums + offset), ...addTo(areas, offset, kept(offset))]);
  return {
    root: start(L.own, () => w.constF64x2(1, 1)),
    split: [
      ...[...w.get(L.state), ...state, ...w.storeI32(areas.states), ...known, ...ready, ...UP],
      ...[...start(L.own, times), ...pairs.flatMap(keep), ...move(steps, 1)],
    ],
    leaf: [...state, ...ready, ...UP, ...none, ...number, ...leaf, ...GIVE, ...onward],
    up: [...known, ...again, ...UP, ...none, ...up, ...GIVE, ...move(steps, -1)],
  };
}
