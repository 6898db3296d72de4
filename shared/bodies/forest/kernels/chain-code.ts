import * as w from '../../../wasm/assembler.ts';
import { type Layout, LEAF } from './chain-table.ts';
import type { NodeCode } from './partition-code.ts';

/** Bytes of a line of the cache. */
const LINE = 64;

/**
 * How many walks go in step, and where they find and leave what they need in the kernel's memory. A row's keys are `keyStride` bytes from
 * the next row's. The words of leaves are listed from `words` on, a list a walk; words of the same place in all lists lie side by side, in
 * `slot` bytes. Each goes `steps` steps between two looks at whether all are over.
 */
export type Lanes = { lanes: number; steps: number; keys: number; keyStride: number; words: number; slot: number };

const each = (count: number, make: (at: number) => w.Code): w.Code => Array.from({ length: count }, (_, at) => make(at)).flat();
const locals = (count: number, type: w.WasmType): w.WasmType[] => Array(count).fill(type);
const add = (local: number, by: w.Code): w.Code => [...w.get(local), ...by, ...w.addI32, ...w.set(local)];

/** Where the locals of some walks lie: each one's place in the table and in its list; the place in the lists where all end; what a step needs. */
type Walks = { place(at: number): number; listed(at: number): number; end: number; key: number; keys: number | undefined };

/** The walks, in step, until all are over. One that is over waits at a gate or goes on; nobody looks at what it lists then. */
function walks({ featureAt, placeAt }: Layout, { lanes, steps, keyStride, words, slot, keys: keysAt }: Lanes, of: Walks): w.Code {
  const { place, listed, key, end, keys } = of;
  const step = (at: number): w.Code => [
    ...[...w.get(place(at)), ...w.loadI32(0, 1), ...w.set(key)],
    // An inner node's word is listed too, and the next one takes its place.
    ...[...w.get(listed(at)), ...w.get(key), ...w.storeI32(words + at * 4)],
    ...add(listed(at), [...w.get(key), ...w.shrI32(31), ...w.shlI32(Math.log2(slot))]),
    // On to the left child, or to its sibling where the row's key is greater.
    ...[...w.get(place(at)), ...w.get(key), ...w.i32(2 ** placeAt - 1), ...w.andI32, ...w.shlI32(2), ...w.addI32],
    ...[...w.get(key), ...w.shrI32(featureAt), ...w.shlI32(2), ...(keys === undefined ? [] : [...w.get(keys), ...w.addI32])],
    ...w.loadI32(keysAt + (keys === undefined ? 0 : at * keyStride)),
    ...[...w.get(key), ...w.gtI32, ...w.shlI32(2), ...w.addI32, ...w.set(place(at))],
  ];
  const isGoing = each(lanes, (at) => [...w.get(listed(at)), ...w.get(end), ...w.ltI32, ...(at === 0 ? [] : w.orI32)]);
  return w.loop([...each(steps, () => each(lanes, step)), ...isGoing]);
}

/** The code alone(end, place, place, ...): leads one row from each place through as many trees as there are slots up to `end`. */
export function aloneCode(layout: Layout, plan: Lanes): w.WasmFunction {
  const { lanes } = plan;
  const [place, listed] = [(at: number) => 1 + at, (at: number) => 1 + lanes + at];
  const of = { place, listed, end: 0, key: 1 + 2 * lanes, keys: undefined };
  return {
    ...{ name: 'alone', params: locals(1 + lanes, 'i32'), locals: locals(lanes + 1, 'i32') },
    body: walks(layout, plan, of),
  };
}

/**
 * The code many(groups, keys, size, root): leads so many groups of rows, whose keys lie one behind another, from a root through as
 * many trees as there are slots in `size` bytes; the lists of the next group follow.
 */
export function manyCode(layout: Layout, plan: Lanes): w.WasmFunction {
  const { lanes } = plan;
  const [groups, keys, size, root, end] = [0, 1, 2, 3, 4] as const;
  const [place, listed] = [(at: number) => 5 + at, (at: number) => 5 + lanes + at];
  const of = { place, listed, end, key: 5 + 2 * lanes, keys };
  const group = [
    ...each(lanes, (at) => [...w.get(root), ...w.set(place(at)), ...w.get(end), ...w.set(listed(at))]),
    ...add(end, w.get(size)),
    ...walks(layout, plan, of),
    ...add(keys, w.i32(lanes * plan.keyStride)),
    ...[...w.get(groups), ...w.i32(1), ...w.subI32, ...w.tee(groups)],
  ];
  return { name: 'many', params: locals(4, 'i32'), locals: locals(2 * lanes + 2, 'i32'), body: w.loop(group) };
}

/** Where code that adds up finds its numbers: where each tree's leaves lie in the table, the sums; whether these are floats. */
export type Added = { starts: number; sums: number; isFloat: boolean };
/** The locals of code that adds up: a place in the lists and their end, the place of a tree times 4, where its leaves lie, the sum of each walk. */
type Adding = { at: number; end: number; tree: number; start: number; sum(lane: number): number };

/** What is added up, in bytes and instructions. */
function numberOf({ isFloat }: Added) {
  return isFloat
    ? { bytes: 4, load: w.loadF32, store: w.storeF32, add: w.addF32, type: 'f32' as const }
    : { bytes: 8, load: w.loadF64, store: w.storeF64, add: w.addF64, type: 'f64' as const };
}

/** Adds to the sums what the leaves in the lists hold, tree after tree. */
function addTrees({ placeAt }: Layout, { lanes, words, slot }: Lanes, added: Added, { at, end, tree, start, sum }: Adding): w.Code {
  const { bytes, load, add: plus } = numberOf(added);
  const addLeaf = (lane: number): w.Code => [
    ...[...w.get(sum(lane)), ...w.get(at), ...w.loadI32(words + lane * 4), ...w.shrI32(placeAt), ...w.shlI32(Math.log2(bytes))],
    ...[...w.get(start), ...w.addI32, ...load(0, 1), ...plus, ...w.set(sum(lane))],
  ];
  return w.loop([
    // Every leaf's word has the highest bit: its part is taken off beforehand.
    ...[...w.get(tree), ...w.loadI32(added.starts), ...w.i32((LEAF / 2 ** placeAt) * bytes), ...w.subI32, ...w.set(start)],
    ...[...each(lanes, addLeaf), ...add(tree, w.i32(4))],
    ...[...w.get(at), ...w.i32(slot), ...w.addI32, ...w.tee(at), ...w.get(end), ...w.ltI32],
  ]);
}

/**
 * The code addMany(groups, at, size, tree, sum): to the sums of so many groups of lists, which follow one another from `sum` on, it adds
 * what the lists' leaves hold; the lists start at `at` and have so many bytes of slots; `tree` is the place of their first tree, times 4.
 */
export function addManyCode(layout: Layout, plan: Lanes, added: Added): w.WasmFunction {
  const { lanes } = plan;
  const [groups, at, size, first, to, end, tree, start] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
  const sum = (lane: number) => 8 + lane;
  const { bytes, load, store, type } = numberOf(added);
  const group: w.Code = [
    ...[...w.get(first), ...w.set(tree), ...w.get(at), ...w.get(size), ...w.addI32, ...w.set(end)],
    ...each(lanes, (lane) => [...w.get(to), ...load(added.sums + lane * bytes), ...w.set(sum(lane))]),
    ...addTrees(layout, plan, added, { at, end, tree, start, sum }),
    ...each(lanes, (lane) => [...w.get(to), ...w.get(sum(lane)), ...store(added.sums + lane * bytes)]),
    ...add(to, w.i32(lanes * bytes)),
    ...[...w.get(groups), ...w.i32(1), ...w.subI32, ...w.tee(groups)],
  ];
  return { name: 'addMany', params: locals(5, 'i32'), locals: [...locals(3, 'i32'), ...locals(lanes, type)], body: w.loop(group) };
}

/** Trees that one of a row's walks goes through, from `start` on; those that its list is read for, which other walks do not list. */
export type Part = { start: number; from: number; to: number };

/** The code addAlone(): the first sum becomes what the leaves in the lists of all parts hold. */
export function addAloneCode(layout: Layout, plan: Lanes, added: Added, parts: Part[]): w.WasmFunction {
  const [at, end, tree, start, sum] = [0, 1, 2, 3, 4] as const;
  const { store, type } = numberOf(added);
  const addPart = ({ start: first, from, to }: Part, place: number): w.Code => {
    if (from === to) return [];
    const here = (from - first) * plan.slot + place * 4;
    return [
      ...[...w.i32(here), ...w.set(at), ...w.i32(here + (to - from) * plan.slot), ...w.set(end), ...w.i32(from * 4), ...w.set(tree)],
      ...addTrees(layout, { ...plan, lanes: 1 }, added, { at, end, tree, start, sum: () => sum }),
    ];
  };
  const body = [...parts.flatMap(addPart), ...w.i32(0), ...w.get(sum), ...store(added.sums)];
  return { name: 'addAlone', params: [], locals: [...locals(4, 'i32'), type], body };
}

/** The code touch(from, end): looks at the table between these places, a line at a time, and writes one word. */
export function touchCode(scratch: number): w.WasmFunction {
  const [from, end, seen] = [0, 1, 2] as const;
  const body: w.Code = [
    ...w.loop([
      ...[...w.get(seen), ...w.get(from), ...w.loadI32(0, 1), ...w.orI32, ...w.set(seen)],
      ...[...w.get(from), ...w.i32(LINE), ...w.addI32, ...w.tee(from), ...w.get(end), ...w.ltI32],
    ]),
    // What is looked at has to matter, or it would not be.
    ...[...w.i32(0), ...w.get(seen), ...w.storeI32(scratch)],
  ];
  return { name: 'touch', params: locals(2, 'i32'), locals: locals(1, 'i32'), body };
}

/** How a row's walk through one tree reads the table's nodes, where a leaf's number has so many bytes. */
export function nodeCode({ featureAt, placeAt }: Layout, bytes: number): NodeCode {
  const part = (word: w.Code, from: number, to: number): w.Code => [
    ...word,
    ...w.shrI32(from),
    ...w.i32(2 ** (to - from) - 1),
    ...w.andI32,
  ];
  return {
    bytes: 4,
    isLeaf: (word) => [...word, ...w.shrI32(31)],
    feature: (word) => [...word, ...w.shrI32(featureAt)],
    place: (word) => part(word, placeAt, featureAt),
    number: (word) => [...part(word, placeAt, 31), ...w.i32(bytes), ...w.mulI32],
    child: (node, word) => [...node, ...part(word, 0, placeAt), ...w.shlI32(2), ...w.addI32],
  };
}
