import { HOW, pointsOf, strideOf } from '../trees.ts';
import type { BinaryTrees } from './binary.ts';
import { type Areas, constantsAt, type PathTable, type Plan, pairPoints, RECORD, RECORD_BYTES, slotOf } from './memory.ts';
import { ASKED_CUT, VARIANT, VARIANTS } from './values.ts';

/** The table that is written: its tree's first node, how it is laid out, and what comes next. */
type Open = Pick<PathTable, 'points' | 'stride' | 'places' | 'asked'> & {
  start: number;
  inner: number;
  splits: number;
  slot: ReturnType<typeof slotOf>;
  /** The rates of splits without one above by the same input. */
  ownRates: number;
  /** Where the next records and rates are written. */
  innerAt: number;
  outerAt: number;
  rates: number;
  /** How many there are already. */
  inners: number;
  outers: number;
  leaves: number;
};

/**
 * Writes the tables of trees (memory.ts), but for the numbers of their leaves. Nodes count from the tree's root here. The loops have no
 * patterns on the left of assignments: a model's first request runs them before they are compiled.
 */
export class TableWriter {
  readonly #wholes: Int32Array;
  readonly #doubles: Float64Array;
  readonly #areas: Areas;
  readonly #of: BinaryTrees;
  /** How many inputs a row has. */
  readonly #inputs: number;
  /** Of each split its children in their order, and of each leaf its place among the tree's, from 1 on; 0 where there is none. */
  readonly #first: Int32Array;
  readonly #second: Int32Array;
  readonly #place: Int32Array;
  /** Of each node: where its slot is named, where it is said whether a row goes the way to it, and where the rates of splits below it by the same input are. */
  readonly #named: Int32Array;
  readonly #wayTo: Int32Array;
  readonly #ratesBelow: Int32Array;

  constructor(buffer: ArrayBuffer, { areas, nodes }: Plan, of: BinaryTrees, inputs: number) {
    this.#wholes = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
    this.#areas = areas;
    this.#of = of;
    this.#inputs = inputs;
    [this.#first, this.#second, this.#place] = [new Int32Array(nodes), new Int32Array(nodes), new Int32Array(nodes)];
    [this.#named, this.#wayTo, this.#ratesBelow] = [new Int32Array(nodes), new Int32Array(nodes), new Int32Array(nodes)];
  }

  /** Writes a tree's table to a place of the memory. */
  write(tree: number, records: number): PathTable {
    const { trees } = this.#of;
    const [start, end] = [trees.roots[tree]!, trees.roots[tree + 1]!];
    const outer = this.#findChildren(start, end);
    const splits = (end - start) >> 1;
    const inner = splits - outer;
    const [points, stride] = [pointsOf(trees, tree), strideOf(trees, tree)];
    const outerAt = records + inner * RECORD_BYTES.inner;
    const open: Open = {
      ...{ start, points, stride, inner, splits, places: new Uint32Array(splits + 1), asked: [], slot: slotOf(stride) },
      ownRates: constantsAt(this.#areas.constants.get(points)!, stride).rates,
      ...{ innerAt: records, outerAt, rates: 16 * Math.ceil((outerAt + outer * RECORD_BYTES.outer) / 16) },
      ...{ inners: 0, outers: 0, leaves: 0 },
    };
    for (let node = start; node < end; node += 1) if (trees.isLeaf[node] === 0) this.#writeSplit(open, node);
    const { places, asked, rates: numbers, leaves } = open;
    return { records, numbers, inner, outer, leaves, points, stride, places, asked, end: numbers + 8 * places.length };
  }

  /** Finds the children of each split and the places of the leaves, and says how many splits are outer ones. */
  #findChildren(start: number, end: number): number {
    const { parent, isLeaf } = this.#of.trees;
    const first = this.#first.fill(0, 0, end - start);
    const [second, place] = [this.#second, this.#place];
    let leaves = 0;
    let outer = 0;
    for (let node = start; node < end; node += 1) {
      const at = node - start;
      const isEnd = isLeaf[node] === 1;
      if (isEnd) leaves += 1;
      place[at] = isEnd ? leaves : 0;
      if (at === 0) continue;
      const up = parent[node]! - start;
      if (first[up] === 0) first[up] = at;
      else {
        second[up] = at;
        if (isEnd && place[first[up]!] !== 0) outer += 1;
      }
    }
    return outer;
  }

  /** Finds how a split is tested, and writes its record. */
  #writeSplit(open: Open, node: number): void {
    const { cuts, nodes } = this.#of;
    const { start, asked } = open;
    const inputs = this.#inputs;
    const first = this.#first[node - start]!;
    const second = this.#second[node - start]!;
    const how = cuts === undefined ? HOW.asked : cuts.how[node]!;
    if (how === HOW.asked) {
      this.#put(open, node, first, second, VARIANTS * inputs + asked.length, ASKED_CUT);
      asked.push({ node: nodes ? nodes[node]! : node, second: nodes ? nodes[start + second]! : start + second });
      return;
    }
    const isAtMost = (how & HOW.atMost) !== 0;
    const low = cuts!.low[node]! - start;
    const variant = (isAtMost ? 0 : VARIANT.negative) + (((how & HOW.missingLow) !== 0) === isAtMost ? VARIANT.passes : 0);
    const value = this.#of.trees.input[start + first]! + variant * inputs;
    const isSame = (low === first) === isAtMost;
    // What is not less than a cut has a negative that is at most the cut's.
    this.#put(open, node, isSame ? first : second, isSame ? second : first, value, isAtMost ? cuts!.cut[node]! : -cuts!.cut[node]!);
  }

  /** Writes the record of a split with these ways and this test. */
  #put(open: Open, node: number, first: number, second: number, value: number, cut: number): void {
    const { start, slot, inner } = open;
    const { input, share, above, known } = this.#of.trees;
    const [wholes, doubles, areas] = [this.#wholes, this.#doubles, this.#areas];
    const isOuter = this.#place[first] !== 0 && this.#place[second] !== 0;
    const record = isOuter ? open.outerAt : open.innerAt;
    const own = areas.slots + slot.bytes * (isOuter ? inner + open.outers : open.inners);
    if (node !== start) wholes[this.#named[node - start]!] = own;
    const up = above[start + first]!;
    const isBelow = up !== start + first;
    doubles[(record + RECORD.cut) / 8] = cut;
    doubles[(record + RECORD.ofFirst) / 8] = share[start + first]!;
    doubles[(record + RECORD.ofSecond) / 8] = share[start + second]!;
    wholes[(record + RECORD.value) / 4] = 8 * (this.#inputs + value);
    wholes[(record + RECORD.contribution) / 4] = 8 * input[start + first]!;
    wholes[(record + RECORD.above) / 4] = isBelow ? this.#wayTo[up - start]! : areas.yes;
    wholes[(record + RECORD.rates) / 4] = isBelow ? this.#ratesOf(open, up - start, known[up]!) : open.ownRates;
    if (isOuter) {
      open.places[2 * open.outers] = this.#place[first]! - 1;
      open.places[2 * open.outers + 1] = this.#place[second]! - 1;
      open.outers += 1;
      open.outerAt += RECORD_BYTES.outer;
      return;
    }
    open.inners += 1;
    open.innerAt += RECORD_BYTES.inner;
    this.#name(open, first, (record + RECORD.first) / 4, own + slot.ways);
    this.#name(open, second, (record + RECORD.second) / 4, own + slot.ways + 4);
  }

  /** Says of a way where its slot is to be named, and where it is said whether a row goes it; a leaf has its slot at once. */
  #name(open: Open, way: number, at: number, wayTo: number): void {
    const { splits, slot, places } = open;
    this.#named[way] = at;
    this.#wayTo[way] = wayTo;
    this.#ratesBelow[way] = 0;
    if (this.#place[way] === 0) return;
    places[2 * (splits - open.inner) + open.leaves] = this.#place[way]! - 1;
    this.#wholes[at] = this.#areas.slots + slot.bytes * (splits + open.leaves);
    open.leaves += 1;
  }

  /** Where the rates are of splits below a way by the same input, with this product of shares; they are written for the first. */
  #ratesOf(open: Open, way: number, known: number): number {
    if (this.#ratesBelow[way] !== 0) return this.#ratesBelow[way]!;
    const { points, rests } = pairPoints(open.points);
    const [doubles, stride, at] = [this.#doubles, open.stride, open.rates];
    for (let k = 0; k < stride; k += 1) {
      const factor = points[k]! + rests[k]! * known;
      doubles[at / 8 + k] = (rests[k]! * known) / factor;
      doubles[at / 8 + stride + k] = known / (factor * factor);
    }
    this.#ratesBelow[way] = at;
    open.rates += 16 * stride;
    return at;
  }
}
