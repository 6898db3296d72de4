import { binaryTrees } from './paths/binary.ts';
import { makeKernel, type PathKernel, plainKernel } from './paths/kernel.ts';
import { type PathTable, type Plan, planMemory, writeConstants } from './paths/memory.ts';
import { TableWriter } from './paths/table.ts';
import { VARIANTS, writeAsked, writeValues } from './paths/values.ts';
import { type Cuts, MOST_KEPT, type WeightedTrees } from './trees.ts';

/*
 * Shapley values of trees, path-dependent (Lundberg, Erion, Lee: Consistent Individualized Feature Attribution for Tree Ensembles,
 * 2018): where an input is not known, a row goes every way of a split by the share of training rows that went it.
 *
 * A leaf's part in the game is its number times a factor for each input on the way to it: 1 or 0 where the input is known (whether
 * the row goes that way), the product of the shares where it is not. Shapley's weights |S|! (m - 1 - |S|)! / m! are the integral of
 * t^|S| (1 - t)^(m - 1 - |S|) from 0 to 1, so that an input's contribution is the integral over t of
 *
 *   number * (goes - share) * product over the other inputs of (t * goes + (1 - t) * share)
 *
 * a polynomial in t, which Gauss's quadrature integrates exactly (Owen's multilinear extension; Linear TreeSHAP: Yu, Xu, Schuurmans, 2022).
 *
 * At each of its points a split is a mean of what is below its two ways: where the inputs above are as they are, and t of the row's own input is
 * known. With the sums S of the way that the row goes and R of the other one, whose share is b, they differ by D = b (S - R), the sum above is
 * S - r D, and the input gets w p q D, where p is the product of the factors on the way, w the point's weight, and (r, q) are the split's rates:
 * (1 - t, 1) as a rule; below a way by the same input that has the share c and that the row goes ((1 - t) c / f, c / f^2) with f = t + (1 - t) c,
 * its factor; and (1, 0) below one that the row misses, where nothing is left to say. So a row takes a step for each split and point, one way down
 * for the products and one up for the sums, and no division: rates depend on the trees alone, and stand in tables (paths/memory.ts).
 */

/** A model's trees, how a row goes through them, and the number that a leaf adds to an output; 0 where its tree adds to others only. */
export type TreeGame = {
  trees: WeightedTrees;
  /** The child of a split to which a row goes. */
  next(rows: Float64Array, row: number, node: number): number;
  /** The same by numbers, for those splits that are by one. Without them each split is asked for each row, which takes longer. */
  cuts?(): Cuts;
  leaf(tree: number, node: number, output: number): number;
  /** Whether a tree adds to an output. */
  adds(tree: number, output: number): boolean;
};

/** The rows to explain, side by side, of so many inputs each; the output of each that is explained; and the trees to use. */
export type Explaining = { rows: Float64Array; inputs: number; outputs: Uint32Array; from: number; to: number };

/** A number a row that an unknown row gets, and for each of its inputs what it adds. */
export type Contributions = { baselines: Float64Array; contributions: Float64Array };

/** For tests: without WebAssembly; and how many bytes of tables are kept. */
type How = { isPlain?: boolean; mostKept?: number };

/** The contributions of each input to the sum of the trees, and the sum where no input is known. */
export function treeShap(game: TreeGame, { rows, inputs, outputs, from, to }: Explaining, how: How = {}): Contributions {
  const out = { baselines: new Float64Array(outputs.length), contributions: new Float64Array(rows.length) };
  const paths = pathsOf(game, inputs, how);
  const used = [...new Set(outputs)];
  const numbers = used.map((output) => numbersOf(game, output));
  for (let first = 0; first < outputs.length; first += paths.block) {
    const last = Math.min(outputs.length, first + paths.block);
    paths.start(rows.subarray(first * inputs, last * inputs));
    const rowsOf = used.map((output) => placesOf(outputs, output, first, last));
    for (let tree = from; tree < to; tree += 1) {
      for (const [place, output] of used.entries()) {
        if (!game.adds(tree, output)) continue;
        const [own, some] = [numbers[place]!, rowsOf[place]!];
        for (const row of some) out.baselines[row]! += own.means[tree]!;
        const table = some.length > 0 && paths.open(tree, own);
        if (!table) continue;
        for (const row of some) paths.add(table, row - first, (node) => game.next(rows, row * inputs, node));
      }
    }
    paths.copy(out.contributions.subarray(first * inputs, last * inputs));
  }
  return out;
}

/** The places from `first` up to `last` at which an output stands. */
function placesOf(outputs: Uint32Array, output: number, first: number, last: number): number[] {
  const places: number[] = [];
  for (let row = first; row < last; row += 1) if (outputs[row] === output) places.push(row);
  return places;
}

const PATHS = new WeakMap<WeightedTrees, Paths>();

function pathsOf(game: TreeGame, inputs: number, how: How): Paths {
  const paths = PATHS.get(game.trees) ?? new Paths(game, inputs, how);
  PATHS.set(game.trees, paths);
  return paths;
}

/** A model's trees with their tables, in which rows go their ways one after another. */
class Paths {
  readonly #trees: WeightedTrees;
  readonly #inputs: number;
  readonly #writer: TableWriter;
  readonly #plan: Plan;
  readonly #kernel: PathKernel;
  readonly #buffer: ArrayBuffer;
  readonly #doubles: Float64Array;
  /** The tables that are made: each tree's where these are kept, else that of the tree which was opened last; and whose numbers they have. */
  readonly #tables: (PathTable | undefined)[] = [];
  readonly #numbers: (Numbers | undefined)[] = [];
  /** Where the next table goes. */
  #end: number;

  constructor(game: TreeGame, inputs: number, { isPlain = false, mostKept = MOST_KEPT }: How) {
    const of = binaryTrees(game.trees, game.cuts?.());
    this.#trees = of.trees;
    this.#inputs = inputs;
    this.#plan = planMemory(of, inputs, mostKept);
    const { areas, bytes } = this.#plan;
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65_536) });
    this.#buffer = memory.buffer as ArrayBuffer;
    this.#doubles = new Float64Array(this.#buffer);
    writeConstants(this.#buffer, areas);
    this.#kernel = isPlain ? plainKernel(this.#buffer, areas) : makeKernel(memory, areas);
    this.#writer = new TableWriter(this.#buffer, this.#plan, of, inputs);
    this.#end = areas.tables;
  }

  /** So many rows are explained together. */
  get block(): number {
    return this.#plan.block;
  }

  /** Starts with rows, which lie side by side and whose contributions are 0. */
  start(rows: Float64Array): void {
    const inputs = this.#inputs;
    for (let row = 0; row * inputs < rows.length; row += 1) {
      const at = this.#placeOf(row);
      this.#doubles.fill(0, at, at + inputs);
      writeValues(this.#doubles, at + inputs, rows.subarray(row * inputs, (row + 1) * inputs));
    }
  }

  /** Where a row's contributions are, and behind them its numbers, in doubles. */
  #placeOf(row: number): number {
    return this.#plan.areas.rows / 8 + row * this.#plan.rowNumbers;
  }

  /** A tree's table, with the numbers of its leaves; undefined where it has no split. */
  open(tree: number, numbers: Numbers): PathTable | undefined {
    if (this.#trees.inputs[tree] === 0) return undefined;
    const table = this.#tableOf(tree);
    if (this.#numbers[tree] === numbers) return table;
    const [to, from] = [table.numbers / 8, numbers.starts[tree]!];
    const { places } = table;
    for (let leaf = 0; leaf < places.length; leaf += 1) this.#doubles[to + leaf] = numbers.leaves[from + places[leaf]!]!;
    this.#numbers[tree] = numbers;
    return table;
  }

  #tableOf(tree: number): PathTable {
    const known = this.#tables[tree];
    if (known) return known;
    const { keeps, areas } = this.#plan;
    if (!keeps) {
      this.#tables.length = 0;
      this.#numbers.length = 0;
    }
    const at = keeps ? this.#end : areas.tables;
    const table = this.#writer.write(tree, at);
    this.#tables[tree] = table;
    this.#end = table.end;
    return table;
  }

  /** Adds what a tree gives a row: one of those that were started with, of which `next` says where it goes from a node. */
  add(table: PathTable, row: number, next: (node: number) => number): void {
    const at = this.#placeOf(row);
    if (table.asked.length > 0) writeAsked(this.#doubles, at + (1 + VARIANTS) * this.#inputs, table.asked, next);
    this.#kernel(table, 8 * at);
  }

  /** Copies the contributions of the rows. */
  copy(to: Float64Array): void {
    const inputs = this.#inputs;
    for (let row = 0; row * inputs < to.length; row += 1) {
      const at = this.#placeOf(row);
      to.set(this.#doubles.subarray(at, at + inputs), row * inputs);
    }
  }
}

/** The numbers of the leaves for an output, in their order, where each tree's start, and the mean of each tree's by their shares. */
type Numbers = { leaves: Float64Array; starts: Uint32Array; means: Float64Array };

const NUMBERS = new WeakMap<TreeGame, Map<number, Numbers>>();
/** Most numbers of leaves that are kept of a model, of all outputs together. */
const MOST_NUMBERS = 2 ** 22;

function numbersOf(game: TreeGame, output: number): Numbers {
  const kept = NUMBERS.get(game) ?? new Map<number, Numbers>();
  NUMBERS.set(game, kept);
  const numbers = kept.get(output) ?? makeNumbers(game, output);
  if ((kept.size + 1) * numbers.leaves.length <= MOST_NUMBERS) kept.set(output, numbers);
  return numbers;
}

function makeNumbers({ trees: { roots, parent, share, isLeaf }, leaf, adds }: TreeGame, output: number): Numbers {
  const leaves = new Float64Array(isLeaf.reduce((sum, one) => sum + one, 0));
  const starts = new Uint32Array(roots.length);
  const reached = new Float64Array(isLeaf.length);
  const means = new Float64Array(roots.length - 1);
  for (let tree = 0; tree < means.length; tree += 1) {
    const root = roots[tree]!;
    const isOf = adds(tree, output);
    let [mean, at] = [0, starts[tree]!];
    for (let node = root; node < roots[tree + 1]!; node += 1) {
      reached[node] = node === root ? 1 : reached[parent[node]!]! * share[node]!;
      if (isLeaf[node] === 0) continue;
      const number = isOf ? leaf(tree, node, output) : 0;
      leaves[at] = number;
      mean += reached[node]! * number;
      at += 1;
    }
    means[tree] = mean;
    starts[tree + 1] = at;
  }
  return { leaves, starts, means };
}
