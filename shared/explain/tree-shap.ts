import { makeKernel, type PathKernel, plainKernel } from './path-kernel.ts';
import { type PathTable, type Plan, planMemory, RECORD, SHARES, writeTable } from './path-memory.ts';
import { bytesOfFactors, bytesOfTables, MOST_KEPT, pointsOf, type WeightedTrees } from './trees.ts';

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
 * a polynomial in t, which Gauss's quadrature integrates exactly (Owen's multilinear extension). At each of its points one way down
 * makes the products, and one way up sums the leaves, so that a row takes as many steps as the trees have nodes, times the points
 * (Linear TreeSHAP: Yu, Xu, Schuurmans, 2022, whose polynomials are these). All factors are positive: nothing cancels. They depend on the
 * trees alone, and stand in tables that are made for the first row that is explained (path-memory.ts).
 */

/** A model's trees, how a row goes through them, and the number that a leaf adds to an output; 0 where its tree adds to others only. */
export type TreeGame = {
  trees: WeightedTrees;
  /** The child of a split to which a row goes. */
  next(rows: Float64Array, row: number, node: number): number;
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
  const paths = pathsOf(game.trees, inputs, how);
  const used = [...new Set(outputs)];
  const numbers = used.map((output) => numbersOf(game, output));
  for (let first = 0; first < outputs.length; first += paths.block) {
    const last = Math.min(outputs.length, first + paths.block);
    paths.start(last - first);
    const rowsOf = used.map((output) => placesOf(outputs, output, first, last));
    for (let tree = from; tree < to; tree += 1) {
      for (const [place, output] of used.entries()) {
        if (!game.adds(tree, output)) continue;
        const [own, some] = [numbers[place]!, rowsOf[place]!];
        const isOpen = some.length > 0 && paths.open(tree, own, some.length);
        for (const row of some) {
          out.baselines[row]! += own.means[tree]!;
          if (isOpen) paths.add(game, rows, row * inputs, row - first);
        }
      }
    }
    out.contributions.set(paths.found(last - first), first * inputs);
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

function pathsOf(trees: WeightedTrees, inputs: number, how: How): Paths {
  const known = PATHS.get(trees);
  if (known) {
    known.isFirst = false;
    return known;
  }
  const paths = new Paths(trees, inputs, how);
  PATHS.set(trees, paths);
  return paths;
}

/**
 * So many rows come through a tree without factors that are made beforehand: those of a model's first request, which wait less, and of models
 * whose tables have more bytes than the nearer caches, from which a row had to read them anew.
 */
const FEW = { rows: 3, bytes: 2 ** 23 };

/** A model's trees with their tables, in which rows go their ways one after another. */
class Paths {
  readonly #trees: WeightedTrees;
  readonly #inputs: number;
  readonly #plan: Plan;
  readonly #kernel: PathKernel;
  readonly #buffer: ArrayBuffer;
  readonly #ways: Uint8Array;
  readonly #numbers: Float64Array;
  readonly #contributions: Float64Array;
  readonly #isLarge: boolean;
  /** Whether these are the first rows. */
  isFirst = true;
  /** The tables that are made: each tree's where these are kept, else that of the tree which was opened last. */
  readonly #tables: (PathTable | undefined)[] = [];
  /** Where the next factors that are kept go. */
  #end: number;
  #table: PathTable | undefined;
  #tree = -1;
  /** The tree whose factors were made last. */
  #filled = -1;
  #addAlone: ReturnType<PathKernel['addAlone']>;

  constructor(trees: WeightedTrees, inputs: number, { isPlain = false, mostKept = MOST_KEPT }: How) {
    this.#trees = trees;
    this.#inputs = inputs;
    this.#plan = planMemory(trees, inputs, mostKept);
    this.#isLarge = bytesOfTables(trees) > FEW.bytes;
    const { areas, bytes, block } = this.#plan;
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65_536) });
    this.#buffer = memory.buffer as ArrayBuffer;
    const points = Array.from(trees.inputs, (_, tree) => pointsOf(trees, tree));
    this.#kernel = isPlain ? plainKernel(this.#buffer, areas) : makeKernel(memory, areas, points);
    this.#ways = new Uint8Array(this.#buffer, areas.ways);
    this.#numbers = new Float64Array(this.#buffer, areas.numbers);
    this.#contributions = new Float64Array(this.#buffer, areas.contributions, block * inputs);
    this.#end = areas.factors;
  }

  /** So many rows are explained together. */
  get block(): number {
    return this.#plan.block;
  }

  /** Starts with so many rows, whose contributions are 0. */
  start(rows: number): void {
    this.#contributions.fill(0, 0, rows * this.#inputs);
  }

  /** Takes a tree, with the numbers of its leaves, for so many rows. False where it has no split. */
  open(tree: number, { leaves, starts }: Numbers, rows: number): boolean {
    if (this.#trees.inputs[tree] === 0) return false;
    const table = this.#tableOf(tree);
    this.#table = table;
    this.#addAlone = rows <= FEW.rows && (this.isFirst || this.#isLarge) ? this.#kernel.addAlone(table.points) : undefined;
    if (!this.#addAlone && table.factors === undefined && this.#filled !== tree) this.#fill(table, tree);
    const start = starts[tree]!;
    for (let leaf = 0; leaf < table.leaves; leaf += 1) this.#numbers[leaf] = leaves[start + leaf]!;
    return true;
  }

  #tableOf(tree: number): PathTable {
    const { keeps, areas } = this.#plan;
    const known = keeps.nodes ? this.#tables[tree] : this.#tree === tree ? this.#table : undefined;
    if (known) return known;
    const from = keeps.nodes ? this.#trees.roots[tree]! : 0;
    const at = { records: areas.records + RECORD.bytes * from, shares: areas.shares + SHARES.bytes * from };
    const table = writeTable(this.#buffer, at, this.#trees, tree);
    this.#tree = tree;
    if (keeps.nodes) this.#tables[tree] = table;
    return table;
  }

  #fill(table: PathTable, tree: number): void {
    const { keeps, areas } = this.#plan;
    const at = keeps.factors ? this.#end : areas.factors;
    this.#kernel.fill(table, at);
    this.#filled = tree;
    if (!keeps.factors) return;
    table.factors = at;
    this.#end += (table.splits + table.leaves) * bytesOfFactors(table.stride);
  }

  /** Adds what the tree gives a row: that at a place of the rows, one of those that were started with. */
  add(game: TreeGame, rows: Float64Array, row: number, place: number): void {
    const table = this.#table!;
    const { nodes, splits, children } = table;
    const [first, second] = children;
    for (let split = 0; split < splits; split += 1) {
      const child = game.next(rows, row, nodes[split]!);
      this.#ways[split] = child === first[split] ? 0 : child === second[split] ? 1 : 2;
    }
    const contributions = this.#contributions.byteOffset + 8 * place * this.#inputs;
    if (this.#addAlone) this.#addAlone(table, contributions);
    else this.#kernel.add(table, table.factors ?? this.#plan.areas.factors, contributions);
  }

  /** The contributions of so many rows. */
  found(rows: number): Float64Array {
    return this.#contributions.subarray(0, rows * this.#inputs);
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
