import { instantiate, type WasmFunction } from '../wasm/assembler.ts';
import { writeAdd } from './path-code.ts';
import { ownFactors, tableFactors, writeFill } from './path-factors.ts';
import { type Areas, MOST_POINTS, type PathTable, pairPoints, STATE_COUNT, WAY_MASK, writePoints } from './path-memory.ts';

/*
 * One row's way through one tree (tree-shap.ts), twice with the same bits: in WebAssembly, two points at a time, and in JavaScript, where an
 * engine has no vectors. Both add the points up in two sums, those at even places and those at odd ones, and these at the end.
 */

/** What computes in the memory: adds what a tree gives each input of the row whose ways and numbers lie in the memory, to the contributions at a place. */
export type PathKernel = {
  /** Makes the factors of a tree of its shares. */
  fill(table: PathTable, factors: number): void;
  /** Where the factors were made. */
  add(table: PathTable, factors: number, contributions: number): void;
  /** Where they were not; undefined where this kernel needs them. */
  addAlone(points: number): ((table: PathTable, contributions: number) => void) | undefined;
};

/** The kernel for memory of these areas; `points` are those of its trees. */
export function makeKernel(memory: WebAssembly.Memory, areas: Areas, points: readonly number[]): PathKernel {
  const plain = plainKernel(memory.buffer as ArrayBuffer, areas);
  const written = [...new Set(points)].filter((count) => count > 0 && count <= MOST_POINTS);
  const over = [{ memory, pages: memory.buffer.byteLength / 65_536, shared: false }];
  const make = (write: (count: number) => WasmFunction) => {
    const made = instantiate(written.map(write), over);
    return Array.from({ length: MOST_POINTS + 1 }, (_, count) => made[String(count)]);
  };
  for (const count of written) writePoints(memory.buffer as ArrayBuffer, areas.points, count);
  try {
    const alone = make((count) => writeAdd(String(count), count, areas, ownFactors(count, areas)));
    // A process that explains a row now and then never needs these.
    let many: { fills: ReturnType<typeof make>; adds: ReturnType<typeof make> } | undefined;
    const forMany = () => {
      many ??= {
        fills: make((count) => writeFill(String(count), count)),
        adds: make((count) => writeAdd(String(count), count, areas, tableFactors(count))),
      };
      return many;
    };
    return {
      fill: (table, factors) => {
        const fill = forMany().fills[table.points];
        if (fill) fill(factors, table.splits + table.leaves, table.shares);
        else plain.fill(table, factors);
      },
      add: (table, factors, contributions) => {
        const add = forMany().adds[table.points];
        if (add) add(table.records, factors, table.splits, table.leaves, contributions);
        else plain.add(table, factors, contributions);
      },
      addAlone: (count) => {
        const add = alone[count];
        return add && (({ records, shares, splits, leaves }, contributions) => add(records, shares, splits, leaves, contributions));
      },
    };
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    return plain;
  }
}

/** The kernel in JavaScript. */
export function plainKernel(buffer: ArrayBuffer, areas: Areas): PathKernel {
  return { fill: plainFill(buffer), add: plainAdd(buffer, areas), addAlone: () => undefined };
}

/** What the same input adds further up is taken off: a product has one factor for it. */
function plainFill(buffer: ArrayBuffer): PathKernel['fill'] {
  const doubles = new Float64Array(buffer);
  return ({ shares: first, splits, leaves, points: count, stride }, factors) => {
    const { points, rests, weights, losses } = pairPoints(count);
    for (let node = 0; node < splits + leaves; node += 1) {
      const shares = first / 8 + 3 * node;
      const [own, before, share] = [doubles[shares]!, doubles[shares + 1]!, doubles[shares + 2]!];
      for (let k = 0; k < stride; k += 1) {
        const now = points[k]! + rests[k]! * own;
        const then = 1 / (points[k]! + rests[k]! * before);
        const taken = (1 - before) * then;
        const out = factors / 8 + 2 * STATE_COUNT * stride * node + k;
        doubles[out] = now * then;
        doubles[out + stride] = weights[k]! * ((1 - own) / now - taken);
        doubles[out + 2 * stride] = rests[k]! * own * then;
        doubles[out + 3 * stride] = weights[k]! * (losses[k]! - taken);
        doubles[out + 4 * stride] = share;
        doubles[out + 5 * stride] = 0;
      }
    }
  };
}

function plainAdd(buffer: ArrayBuffer, areas: Areas): PathKernel['add'] {
  const [bytes, wholes, doubles] = [new Uint8Array(buffer), new Int32Array(buffer), new Float64Array(buffer)];
  const [products, sums, numbers, states] = [areas.products / 8, areas.sums / 8, areas.numbers / 8, areas.states / 4];
  return ({ records: first, splits, leaves, stride }, factors, contributions) => {
    const stateBytes = 16 * stride;
    const records = first / 4;
    const factorsOf = (node: number, state: number) => factors / 8 + 2 * STATE_COUNT * stride * node + state / 8;
    const stateOf = (record: number) => {
      if (wholes[states + wholes[record + 1]! / 4] !== 0) return 2 * stateBytes;
      return bytes[areas.ways + wholes[record + 2]!] === (wholes[record + 3]! & WAY_MASK) ? 0 : stateBytes;
    };
    /** Adds the sums below a node to those of its parent, and what they give to its input. */
    const add = (record: number, factor: number, sumAt: (k: number) => number) => {
      const up = sums + wholes[record]! / 8;
      let [even, odd] = [0, 0];
      for (let k = 0; k < stride; k += 2) {
        const [one, two] = [sumAt(k), sumAt(k + 1)];
        doubles[up + k]! += one;
        doubles[up + k + 1]! += two;
        even += one * doubles[factor + stride + k]!;
        odd += two * doubles[factor + stride + k + 1]!;
      }
      doubles[(contributions + (wholes[record + 3]! & ~WAY_MASK)) / 8]! += even + odd;
    };
    doubles.fill(1, products, products + stride);
    doubles.fill(0, sums, sums + stride);
    wholes[states] = 0;
    for (let node = 1; node < splits; node += 1) {
      const record = records + 4 * node;
      const state = stateOf(record);
      wholes[states + node] = state;
      const [factor, up] = [factorsOf(node, state), products + wholes[record]! / 8];
      for (let k = 0; k < stride; k += 1) {
        doubles[products + node * stride + k] = doubles[up + k]! * doubles[factor + k]!;
        doubles[sums + node * stride + k] = 0;
      }
    }
    for (let node = splits; node < splits + leaves; node += 1) {
      const record = records + 4 * node;
      const [factor, up] = [factorsOf(node, stateOf(record)), products + wholes[record]! / 8];
      const number = doubles[numbers + node - splits]!;
      add(record, factor, (k) => doubles[up + k]! * doubles[factor + k]! * number);
    }
    for (let node = splits - 1; node > 0; node -= 1) {
      const own = sums + node * stride;
      add(records + 4 * node, factorsOf(node, wholes[states + node]!), (k) => doubles[own + k]!);
    }
  };
}
