import * as w from '../../../wasm/assembler.ts';

/** Bytes of a row in the lists, and of an entry of the stack. */
const ROW = 2;
export const ENTRY = 16;

/**
 * How the nodes of a table are read: how many bytes one has; from its word, which stands first, whether it is a leaf (1 or 0), its feature, the
 * place of its threshold, from 1, and of a leaf how many bytes behind its tree's first number its own lies; and how many bytes on its left child
 * lies. Siblings lie side by side, and so do the numbers of two siblings that are leaves.
 */
export type NodeCode = {
  bytes: number;
  isLeaf(word: w.Code): w.Code;
  feature(word: w.Code): w.Code;
  place(word: w.Code): w.Code;
  number(word: w.Code): w.Code;
  child(node: w.Code, word: w.Code): w.Code;
};

/**
 * Where the parts lie in the kernel's memory: two lists of rows, so many bytes apart; the stack; the sums; the ranks, a column of so many
 * bytes a feature. A rank has 2 or 4 bytes, a sum 4 or 8.
 */
export type Areas = { apart: number; stack: number; sums: number; ranks: number; column: number; rankBytes: 2 | 4; sumBytes: 4 | 8 };

const { get, set, tee, i32 } = w;
const plus = (local: number, by: w.Code): w.Code => [...get(local), ...by, ...w.addI32];
const move = (local: number, by: w.Code): w.Code => [...plus(local, by), ...set(local)];

/*
 * The locals. A node's rows lie in a list from `start` to `end`, `at` is one of these places, `row` the row that is there; `low` is
 * where free places begin in the other list: as many as rows are left.
 */
const [node, size, numbers, word, start, end, at, row, low, sum, rest, key, column, top] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
] as const;
const [child, left, right, number] = [14, 15, 16, 17] as const;

/**
 * The code partition(node, size, numbers): sends `size` rows, which the first list has, down the tree whose root and whose leaves' numbers lie
 * at these places in the table, and adds to each row's sum what its leaf holds.
 */
export function partitionCode(nodes: NodeCode, areas: Areas): w.WasmFunction {
  const { stack, sumBytes } = areas;
  const body: w.Code = [
    ...[...get(size), ...w.shlI32(Math.log2(ROW)), ...set(end), ...i32(stack), ...set(top), ...get(node), ...w.loadI32(0, 1), ...set(word)],
    ...w.loop([
      ...[...nodes.isLeaf(get(word)), ...w.either(leafCode(nodes, areas), innerCode(nodes, areas))],
      // One entry below the stack was taken where it was empty.
      ...[...i32(stack - 1), ...get(top), ...w.ltI32],
    ]),
  ];
  const locals: w.WasmType[] = [...Array<w.WasmType>(14).fill('i32'), sumBytes === 4 ? 'f32' : 'f64'];
  return { name: 'partition', params: ['i32', 'i32', 'i32'], locals, body };
}

/** Rows that a turn of a loop does something with: so the loop itself costs a row little. */
const TURN = 8;

/** Does something with each row of the node: it lies `behind` bytes behind `at`, and `rest` and `more` bytes of rows follow it. */
function eachRow(body: (behind: number, more: number) => w.Code): w.Code {
  const turns = (rows: number): w.Code => {
    const isThere: w.Code = [...plus(at, i32((rows - 1) * ROW)), ...get(end), ...w.ltI32];
    const follow: w.Code = [...get(end), ...get(at), ...w.subI32, ...i32(rows * ROW), ...w.subI32, ...set(rest)];
    const turn = Array.from({ length: rows }, (_, place) => body(place * ROW, (rows - 1 - place) * ROW)).flat();
    return [...isThere, ...w.when(w.loop([...follow, ...turn, ...move(at, i32(rows * ROW)), ...isThere]))];
  };
  return [...get(start), ...set(at), ...turns(TURN), ...turns(1)];
}

/** Code that puts on the stack 1 where the row goes left, else 0: its rank is then below the threshold's place. */
function leftCode({ ranks, rankBytes }: Areas): w.Code {
  const [shift, load] = rankBytes === 2 ? [[], w.loadU16(ranks)] : [w.shlI32(1), w.loadI32(ranks)];
  return [...get(row), ...shift, ...get(column), ...w.addI32, ...load, ...get(key), ...w.subI32, ...w.shrI32(31)];
}

/** Goes on with the node that came last upon the stack. */
const pop: w.Code = [
  ...[...plus(top, i32(-ENTRY)), ...tee(top), ...w.loadI32(0), ...set(node), ...get(top), ...w.loadI32(4), ...set(word)],
  ...[...get(top), ...w.loadI32(8), ...set(start), ...get(top), ...w.loadI32(12), ...set(end)],
];

/** What is added up, in instructions. */
function numberOf({ sumBytes }: Areas) {
  return sumBytes === 4 ? { load: w.loadF32, store: w.storeF32, add: w.addF32 } : { load: w.loadF64, store: w.storeF64, add: w.addF64 };
}

/** Adds a number to the sum of the row at the place. */
function addCode(areas: Areas, value: w.Code, behind: number): w.Code {
  const { load, store, add } = numberOf(areas);
  const given: w.Code = [...get(row), ...w.shlI32(Math.log2(areas.sumBytes / ROW)), ...tee(sum), ...get(sum), ...load(areas.sums)];
  return [...get(at), ...w.loadU16(behind), ...set(row), ...given, ...value, ...add, ...store(areas.sums)];
}

/** Adds a leaf's number to the sums of its rows. */
function leafCode(nodes: NodeCode, areas: Areas): w.Code {
  return [
    ...[...plus(numbers, nodes.number(get(word))), ...numberOf(areas).load(0, 1), ...set(number)],
    ...[...eachRow((behind) => addCode(areas, get(number), behind)), ...pop],
  ];
}

/** Adds the numbers of two leaves to the sums of their parent's rows, which need not be moved for that. */
function leavesCode(nodes: NodeCode, areas: Areas): w.Code {
  const right: w.Code = [...leftCode(areas), ...i32(1), ...w.xorI32, ...w.shlI32(Math.log2(areas.sumBytes))];
  const own: w.Code = [...get(low), ...right, ...w.addI32, ...numberOf(areas).load(0, 1)];
  return [...plus(numbers, nodes.number(get(left))), ...set(low), ...eachRow((behind) => addCode(areas, own, behind)), ...pop];
}

function innerCode(nodes: NodeCode, areas: Areas): w.Code {
  return [
    ...[...nodes.place(get(word)), ...set(key)],
    ...[...nodes.feature(get(word)), ...i32(areas.column), ...w.mulI32, ...set(column)],
    ...[...nodes.child(get(node), get(word)), ...tee(child), ...w.loadI32(0, 1), ...set(left)],
    ...[...get(child), ...w.loadI32(nodes.bytes, 1), ...set(right)],
    ...[...nodes.isLeaf(get(left)), ...nodes.isLeaf(get(right)), ...w.andI32],
    ...w.either(leavesCode(nodes, areas), partCode(nodes, areas)),
  ];
}

/** Moves a node's rows into the other list, those that go left to the front, and goes on with the children that have rows. */
function partCode({ bytes }: NodeCode, areas: Areas): w.Code {
  const other: w.Code = [...get(start), ...i32(areas.apart), ...w.xorI32];
  return [
    ...[...other, ...set(low)],
    ...eachRow((behind, more) => [
      // A row is written at both ends of what is free, so that nobody has to guess; what comes next is written over the false one.
      ...[...get(low), ...get(at), ...w.loadU16(behind), ...tee(row), ...w.storeU16()],
      ...[...plus(low, get(rest)), ...get(row), ...w.storeU16(more)],
      ...move(low, [...leftCode(areas), ...w.shlI32(Math.log2(ROW))]),
    ]),
    ...[...get(end), ...get(start), ...w.subI32, ...other, ...tee(start), ...w.addI32, ...set(end)],
    // The right child waits on the stack, if it has rows.
    ...[...get(top), ...plus(child, i32(bytes)), ...w.storeI32(0), ...get(top), ...get(right), ...w.storeI32(4)],
    ...[...get(top), ...get(low), ...w.storeI32(8), ...get(top), ...get(end), ...w.storeI32(12)],
    ...move(top, [...get(low), ...get(end), ...w.ltI32, ...w.shlI32(Math.log2(ENTRY))]),
    ...[...get(start), ...get(low), ...w.ltI32],
    ...w.either([...get(low), ...set(end), ...get(child), ...set(node), ...get(left), ...set(word)], pop),
  ];
}
