import * as w from '../wasm/assembler.ts';
import { type Areas, POINTS_OF, type Points, pairPoints, placeOfPoints, RECORD, SHARES, STATE_COUNT, STATES } from './path-memory.ts';

/** The parameters and locals of a written kernel (path-code.ts): where the record, the factors, the products and the state of a node are, among others. */
export const L = {
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
 * How a kernel comes to a node's factors and gains, a pair of points at an offset: `ready` on the way down, with the state on the stack, and
 * `again` on the way up, for which a split may `keep` its gains. A node takes so many bytes where they are found.
 */
export type WrittenFactors = {
  bytes: number;
  locals: w.WasmType[];
  ready: w.Code;
  factor(offset: number): w.Code;
  gain(offset: number): w.Code;
  keep(offset: number): w.Code;
  again: w.Code;
  kept(offset: number): w.Code;
};

/** Factors from the tables: for many rows. */
export function tableFactors(points: number): WrittenFactors {
  const stride = 2 * Math.ceil(points / 2);
  const find = [...w.get(L.node), ...w.addI32, ...w.set(L.factor)];
  const gain = (offset: number) => [...w.get(L.factor), ...w.loadV128(8 * stride + offset)];
  return {
    ...{ bytes: 16 * STATE_COUNT * stride, locals: LOCALS, ready: find, again: find, gain, kept: gain, keep: () => [] },
    factor: (offset) => [...w.get(L.factor), ...w.loadV128(offset)],
  };
}

/** The numbers at pairs of points, and a pair of ones. */
type Constants = { one: w.Code; pair(of: keyof Points, at: number): w.Code };

function constantsOf(points: number): Constants {
  const all = pairPoints(points);
  return { one: w.constF64x2(1, 1), pair: (of, at) => w.constF64x2(all[of][at]!, all[of][at + 1]!) };
}

/** The same from memory, where a loop reads each of them sooner than it makes it. */
function constantsAt(points: number, area: number): Constants {
  const place = (of: number, at: number) => [...w.i32(0), ...w.loadV128(area + placeOfPoints(points, of) + 8 * at)];
  return { one: place(POINTS_OF.length, 0), pair: (of, at) => place(POINTS_OF.indexOf(of), at) };
}

/** The further locals of a kernel that makes the factors itself; behind them two of each pair of points. */
const O = { own: 14, before: 15, now: 16, goes: 17, pairs: 18 };

/**
 * Factors that are made of the shares of each node, which are few bytes: for a row or two the tables are not worth a look. Whether the row goes
 * a way is as good as drawn, so that no branch asks for it.
 */
export function ownFactors(points: number, areas: Areas): WrittenFactors {
  const stride = 2 * Math.ceil(points / 2);
  const pairs = Array.from({ length: stride / 2 }, (_, pair) => pair);
  const all = constantsAt(points, areas.points);
  // First the inverse of the factor further up and what that adds, then the factor and the gain.
  const [factorOf, gainOf] = [(pair: number) => O.pairs + 2 * pair, (pair: number) => O.pairs + 2 * pair + 1];
  const share = (at: number) => [...w.get(L.node), ...w.loadF64(at), ...w.splatF64x2];
  const setAll = (of: (pair: number) => [factor: w.Code, gain: w.Code]) =>
    pairs.flatMap((pair) => {
      const [factor, gain] = of(pair);
      return [...factor, ...w.set(factorOf(pair)), ...gain, ...w.set(gainOf(pair))];
    });
  const above = [
    ...[...share(SHARES.before), ...w.set(O.before)],
    ...setAll((pair) => [overAt(all, 2 * pair, O.before), takenAt(all, O.before, factorOf(pair))]),
  ];
  const isState = (state: number) => [...w.get(L.factor), ...w.i32(16 * stride * state), ...w.eqI32];
  const either = (goes: w.Code, misses: w.Code) => [...goes, ...misses, ...w.get(O.goes), ...w.bitselectV128];
  const own = pairs.flatMap((pair) => {
    const [at, over, taken] = [2 * pair, factorOf(pair), gainOf(pair)];
    const factor = either(w.get(O.now), missesAt(all, at, O.own));
    const gain = either(gainAt(all, O.own, O.now), all.pair('losses', at));
    return [
      ...[...nowAt(all, at, O.own), ...w.set(O.now), ...all.pair('weights', at), ...gain, ...lessTaken(taken), ...w.set(taken)],
      ...[...factor, ...w.get(over), ...w.mulF64x2, ...w.set(over)],
    ];
  });
  const missed = [...share(SHARES.share), ...w.set(O.now), ...setAll(() => [w.get(O.now), ZERO])];
  const isBelowSame = [...w.get(L.record), ...w.loadI32(RECORD.sameAt)];
  const goes = [...w.i32(0), ...isState(STATES.goes), ...w.subI32, ...w.splatI32x4, ...w.set(O.goes)];
  const ready = [
    ...[...w.set(L.factor), ...share(SHARES.own), ...w.set(O.own), ...goes],
    ...[
      ...isBelowSame,
      ...w.either(
        above,
        setAll(() => [all.one, ZERO]),
      ),
      ...own,
    ],
    ...[...isState(STATES.missed), ...w.when(missed)],
  ];
  return {
    bytes: SHARES.bytes,
    locals: [...LOCALS, ...Array.from({ length: 4 + 2 * pairs.length }, (): w.WasmType => 'v128')],
    ready,
    factor: (offset) => w.get(factorOf(offset / 16)),
    gain: (offset) => w.get(gainOf(offset / 16)),
    keep: (offset) => [...w.get(L.own), ...w.get(gainOf(offset / 16)), ...w.storeV128(areas.gains + offset)],
    again: w.set(L.factor),
    kept: (offset) => [...w.get(L.own), ...w.loadV128(areas.gains + offset)],
  };
}

/** The locals of what makes factors: where they are written, how many nodes are left, where the node's shares are, and vectors. */
const F = { out: 0, left: 1, shares: 2, own: 3, before: 4, now: 5, over: 6, taken: 7 };

/** What makes the factors of a tree of so many points. Its parameters: where they are written, how many nodes there are, and where their shares are. */
export function writeFill(name: string, points: number): w.WasmFunction {
  const all = constantsOf(points);
  const stride = 2 * Math.ceil(points / 2);
  const share = (at: number) => [...w.get(F.shares), ...w.loadF64(at), ...w.splatF64x2];
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
  return { name, params: ['i32', 'i32', 'i32'], locals: ['v128', 'v128', 'v128', 'v128', 'v128'], body };
}

/** The factors at a pair of points, of the way that the row goes and of that which it misses. */
function fillPair(all: Constants, at: number, stride: number): w.Code {
  const [goes, misses] = [8 * (2 * STATES.goes * stride + at), 8 * (2 * STATES.misses * stride + at)];
  const times = [...w.get(F.over), ...w.mulF64x2];
  const store = (place: number, value: w.Code) => [...w.get(F.out), ...value, ...w.storeV128(place)];
  const gain = (value: w.Code) => [...all.pair('weights', at), ...value, ...lessTaken(F.taken)];
  return [
    ...[...nowAt(all, at, F.own), ...w.set(F.now), ...overAt(all, at, F.before), ...w.set(F.over)],
    ...[...takenAt(all, F.before, F.over), ...w.set(F.taken)],
    ...[...store(goes, [...w.get(F.now), ...times]), ...store(goes + 8 * stride, gain(gainAt(all, F.own, F.now)))],
    ...[...store(misses, [...missesAt(all, at, F.own), ...times]), ...store(misses + 8 * stride, gain(all.pair('losses', at)))],
  ];
}

// What both kernels compute is written here, so that it has the same bits; shares and what was computed before are locals.

/** The factor of a share at a pair of points, where the row misses the way, and where it goes it. */
function missesAt({ pair }: Constants, at: number, share: number): w.Code {
  return [...pair('rests', at), ...w.get(share), ...w.mulF64x2];
}

function nowAt(all: Constants, at: number, share: number): w.Code {
  return [...all.pair('points', at), ...missesAt(all, at, share), ...w.addF64x2];
}

/** The inverse of the factor further up by the same input, and what that one adds. */
function overAt(all: Constants, at: number, before: number): w.Code {
  return [...all.one, ...nowAt(all, at, before), ...w.divF64x2];
}

function takenAt({ one }: Constants, before: number, over: number): w.Code {
  return [...one, ...w.get(before), ...w.subF64x2, ...w.get(over), ...w.mulF64x2];
}

/** What an input adds where the row goes its way. */
function gainAt({ one }: Constants, own: number, now: number): w.Code {
  return [...one, ...w.get(own), ...w.subF64x2, ...w.get(now), ...w.divF64x2];
}

/** With weights and what is added on the stack: less what is added further up, by the weights. */
function lessTaken(taken: number): w.Code {
  return [...w.get(taken), ...w.subF64x2, ...w.mulF64x2];
}
