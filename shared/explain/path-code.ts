import * as w from '../wasm/assembler.ts';
import { type Areas, type Points, pairPoints, RECORD, SHARES, STATE_COUNT, STATES, WAY_MASK } from './path-memory.ts';

/** The parameters and locals of a written kernel: where the record, the factors, the products and the state of a node are, among others. */
const L = {
  record: 0,
  node: 1,
  splits: 2,
  leaves: 3,
  out: 4,
  factor: 5,
  own: 6,
  up: 7,
  state: 8,
  end: 9,
  count: 10,
  number: 11,
  sum: 12,
  all: 13,
};
const LOCALS: w.WasmType[] = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'v128', 'v128', 'v128'];
const ZERO = w.constF64x2(0, 0);

/**
 * The kernel of trees of so many points (path-kernel.ts), two of which are computed at a time. Its parameters: where the records and the
 * factors start, how many splits and leaves there are, and where the contributions are.
 */
export function writeAdd(name: string, points: number, areas: Areas): w.WasmFunction {
  const stride = 2 * Math.ceil(points / 2);
  const { root, split, leaf, up } = loopsOf(stride, areas);
  const again = (body: w.Code, local: number) => w.loop([...body, ...w.get(local), ...w.i32(1), ...w.subI32, ...w.tee(local)]);
  const body = [
    ...[...root, ...w.i32(0), ...w.i32(0), ...w.storeI32(areas.states), ...move(stride, 1)],
    ...[...w.get(L.splits), ...w.i32(1), ...w.subI32, ...w.tee(L.splits)],
    ...[...w.tee(L.count), ...w.when(again(split, L.count))],
    ...[...w.get(L.leaves), ...w.set(L.count), ...again(leaf, L.count)],
    ...[...w.get(L.splits), ...w.when([...backToSplits(stride), ...again(up, L.splits)])],
  ];
  return { name, params: ['i32', 'i32', 'i32', 'i32', 'i32'], locals: LOCALS, body };
}

/** What a node has in each of the memory's parts. */
function bytesOf(stride: number): [local: number, bytes: number][] {
  return [
    [L.record, RECORD.bytes],
    [L.node, 16 * STATE_COUNT * stride],
    [L.own, 8 * stride],
    [L.state, 4],
  ];
}

/** Goes on to the next node, or back by one. */
function move(stride: number, sign: number): w.Code {
  return bytesOf(stride).flatMap(([local, bytes]) => [...w.get(local), ...w.i32(sign * bytes), ...w.addI32, ...w.set(local)]);
}

/** From behind the last leaf to the last split. */
function backToSplits(stride: number): w.Code {
  const back = bytesOf(stride).flatMap(([local, bytes]) => [
    ...[...w.get(local), ...w.get(L.leaves), ...w.i32(bytes), ...w.mulI32, ...w.subI32, ...w.set(local)],
  ]);
  return [...back, ...move(stride, -1)];
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

/** With a state on the stack: finds the node's factors, and its parent. */
const FIND = [...w.get(L.node), ...w.addI32, ...w.set(L.factor), ...field(RECORD.parentAt), ...w.set(L.up)];

/** The products of the way to the node at a pair of points. */
function timesOf(areas: Areas, offset: number): w.Code {
  return [...w.get(L.up), ...w.loadV128(areas.products + offset), ...w.get(L.factor), ...w.loadV128(offset), ...w.mulF64x2];
}

/** With a pair of sums on the stack: adds them to those of the parent, and to all that the input gets. */
function addTo(stride: number, areas: Areas, offset: number): w.Code {
  const above = [...w.get(L.up), ...w.loadV128(areas.sums + offset), ...w.get(L.sum), ...w.addF64x2];
  const part = [...w.get(L.sum), ...w.get(L.factor), ...w.loadV128(8 * stride + offset), ...w.mulF64x2];
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
function loopsOf(stride: number, areas: Areas): Record<'root' | 'split' | 'leaf' | 'up', w.Code> {
  const pairs = Array.from({ length: stride / 2 }, (_, pair) => 16 * pair);
  const start = (local: number, products: (offset: number) => w.Code) =>
    pairs.flatMap((offset) => [
      ...[...w.get(local), ...products(offset), ...w.storeV128(areas.products + offset)],
      ...[...w.get(local), ...ZERO, ...w.storeV128(areas.sums + offset)],
    ]);
  const state = stateOf(stride, areas);
  const known = [...w.get(L.state), ...w.loadI32(areas.states)];
  const none = [...ZERO, ...w.set(L.all)];
  const number = [...w.get(L.end), ...w.loadF64(areas.numbers), ...w.splatF64x2, ...w.set(L.number)];
  const onward = [...move(stride, 1), ...w.get(L.end), ...w.i32(8), ...w.addI32, ...w.set(L.end)];
  const leaf = pairs.flatMap((offset) => [
    ...[...timesOf(areas, offset), ...w.get(L.number), ...w.mulF64x2, ...addTo(stride, areas, offset)],
  ]);
  const up = pairs.flatMap((offset) => [...w.get(L.own), ...w.loadV128(areas.sums + offset), ...addTo(stride, areas, offset)]);
  return {
    root: start(L.own, () => w.constF64x2(1, 1)),
    split: [
      ...[...w.get(L.state), ...state, ...w.storeI32(areas.states), ...known, ...FIND],
      ...[...start(L.own, (offset) => timesOf(areas, offset)), ...move(stride, 1)],
    ],
    leaf: [...state, ...FIND, ...none, ...number, ...leaf, ...GIVE, ...onward],
    up: [...known, ...FIND, ...none, ...up, ...GIVE, ...move(stride, -1)],
  };
}

/** The locals of what makes factors: where they are written, how many nodes are left, where the node's shares are, and vectors. */
const F = { out: 0, left: 1, shares: 2, own: 3, before: 4, now: 5, over: 6, taken: 7 };
const ONE = w.constF64x2(1, 1);

/** What makes the factors of a tree of so many points (path-kernel.ts). Its parameters: where they are written, and how many nodes there are. */
export function writeFill(name: string, points: number, areas: Areas): w.WasmFunction {
  const all = pairPoints(points);
  const stride = all.points.length;
  const share = (at: number) => [...w.get(F.shares), ...w.loadF64(areas.shares + at), ...w.splatF64x2];
  const pairs = Array.from({ length: stride / 2 }, (_, pair) => fillPair(all, 2 * pair, stride));
  const missed = Array.from({ length: stride / 2 }, (_, pair) => {
    const at = 16 * (STATES.missed * stride + pair);
    return [
      ...[...w.get(F.out), ...share(SHARES.share), ...w.storeV128(at)],
      ...[...w.get(F.out), ...ZERO, ...w.storeV128(at + 8 * stride)],
    ];
  });
  const body = w.loop([
    ...[...share(SHARES.own), ...w.set(F.own), ...share(SHARES.before), ...w.set(F.before), ...pairs.flat(), ...missed.flat()],
    ...[...w.get(F.out), ...w.i32(16 * STATE_COUNT * stride), ...w.addI32, ...w.set(F.out)],
    ...[...w.get(F.shares), ...w.i32(SHARES.bytes), ...w.addI32, ...w.set(F.shares)],
    ...[...w.get(F.left), ...w.i32(1), ...w.subI32, ...w.tee(F.left)],
  ]);
  return { name, params: ['i32', 'i32'], locals: ['i32', 'v128', 'v128', 'v128', 'v128', 'v128'], body };
}

/** The factors at a pair of points, of the way that the row goes and of that which it misses. */
function fillPair({ points, rests, weights, losses }: Points, at: number, stride: number): w.Code {
  const pair = (numbers: Float64Array) => w.constF64x2(numbers[at]!, numbers[at + 1]!);
  const mixed = (share: number) => [...pair(points), ...pair(rests), ...w.get(share), ...w.mulF64x2, ...w.addF64x2];
  const [goes, misses] = [8 * (2 * STATES.goes * stride + at), 8 * (2 * STATES.misses * stride + at)];
  const gain = [...ONE, ...w.get(F.own), ...w.subF64x2, ...w.get(F.now), ...w.divF64x2, ...w.get(F.taken), ...w.subF64x2];
  return [
    ...[...mixed(F.own), ...w.set(F.now), ...ONE, ...mixed(F.before), ...w.divF64x2, ...w.set(F.over)],
    ...[...ONE, ...w.get(F.before), ...w.subF64x2, ...w.get(F.over), ...w.mulF64x2, ...w.set(F.taken)],
    ...[...w.get(F.out), ...w.get(F.now), ...w.get(F.over), ...w.mulF64x2, ...w.storeV128(goes)],
    ...[...w.get(F.out), ...pair(weights), ...gain, ...w.mulF64x2, ...w.storeV128(goes + 8 * stride)],
    ...[...w.get(F.out), ...pair(rests), ...w.get(F.own), ...w.mulF64x2, ...w.get(F.over), ...w.mulF64x2, ...w.storeV128(misses)],
    ...[
      ...w.get(F.out),
      ...pair(weights),
      ...pair(losses),
      ...w.get(F.taken),
      ...w.subF64x2,
      ...w.mulF64x2,
      ...w.storeV128(misses + 8 * stride),
    ],
  ];
}
