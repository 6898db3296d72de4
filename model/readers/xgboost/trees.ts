import { FLAGS } from '../../../shared/bodies/boosting/boosting.ts';
import { ModelError } from '../../../shared/errors.ts';
import { Growing, GrowingNodes } from '../growing-nodes.ts';

/** A tree as a file has it, one place a node: `left` is -1 in a leaf, whose value stands among the thresholds. */
export type RawTree = {
  left: Float64Array;
  right: Float64Array;
  feature: Float64Array;
  threshold: Float64Array;
  /** 1 where a missing value goes left. */
  missingLeft: Float64Array;
  /** Several numbers a leaf: those of leaf k at k times their count, by a leaf's place in the tree or by what `right` has in it. */
  vectors?: { values: Float64Array; by: 'node' | 'right' } | undefined;
  /** The categories that go right, by node; none where the file has no splits by category. */
  categories?: ReadonlyMap<number, Float64Array>;
  /** The weight of the training rows of each node (the sum of their hessians). */
  cover?: Float64Array | undefined;
};

/** All trees of a booster in the order of boosting, as boosted trees have them (shared/bodies/boosting/boosting.ts). */
export type Trees = {
  roots: Uint32Array;
  left: Uint32Array;
  right: Uint32Array;
  feature: Uint32Array;
  threshold: Float64Array;
  flags: Uint8Array;
  leaves: Float64Array;
  width: number;
  leafIds: Uint32Array;
  categories: Uint32Array;
  /** The weight of the training rows of each leaf, where the file has all of them. */
  cover: Float64Array | undefined;
  /** The margin of each tree. */
  groups: Float64Array;
  /** Each tree's weight (DART). */
  weights: Float64Array | undefined;
  /** Trees that are grown side by side in a round, for each margin. */
  parallel: number;
  /** Where each round's trees start, and behind the last one, where the file says so. */
  starts: Float64Array | undefined;
};

/** Categories are whole numbers below this: floats are exact up to it. */
const MAX_CATEGORY = 2 ** 24;
/** Most words of 32 bits of all sets of categories. */
const MAX_SET_WORDS = 2 ** 25;
/** Most nodes of all trees. */
export const MAX_NODES = 2 ** 28;

/** Puts trees together, one after the other: nodes level by level, without those that pruning has left behind. */
export class TreeBuilder {
  readonly #roots = new Growing(Uint32Array);
  readonly #nodes = new GrowingNodes();
  readonly #leaves = new Growing(Float64Array);
  readonly #leafIds = new Growing(Uint32Array);
  readonly #cover = new Growing(Float64Array);
  readonly #label: string;
  #width: number | undefined;
  /** Numbers of the tree's vectors that no leaf has taken. */
  #vectorNumbers = 0;

  constructor(label: string) {
    this.#label = label;
  }

  get count(): number {
    return this.#roots.length;
  }

  /** Adds a tree of so many numbers a leaf. Throws a ModelError that names tree and node. */
  add(tree: RawTree, width: number): void {
    const { left, right, feature, threshold, missingLeft } = tree;
    const nodes = left.length;
    const place = this.count + 1;
    const fail = (found: string, expected: string) => new ModelError(`${this.#label}, tree ${place}`, found, expected);
    if (nodes === 0 || [right, feature, threshold, missingLeft].some(({ length }) => length !== nodes))
      throw fail(`nodes of other lengths than ${nodes}`, 'one place for each node');
    if (this.#nodes.length + nodes > MAX_NODES) throw fail(`more than ${MAX_NODES} nodes`, 'a smaller model');
    this.#width ??= width;
    if (this.#width !== width) throw fail(`${width} numbers a leaf`, `${this.#width}, as the first tree has`);
    this.#vectorNumbers = tree.vectors?.values.length ?? 0;
    const start = this.#nodes.length;
    this.#roots.push(start);
    // The nodes in their new order, level by level: a node's place in it is its number less the start.
    const order = new Uint32Array(nodes);
    let known = 1;
    for (let place = 0; place < known; place += 1) {
      const node = order[place]!;
      if (left[node] === -1) {
        this.#leaf(tree, node, width, fail);
        continue;
      }
      const [l, r] = [left[node]!, right[node]!];
      const isChild = (child: number) => Number.isInteger(child) && child > 0 && child < nodes;
      // Whoever is a child twice makes more nodes than there are.
      if (!isChild(l) || !isChild(r) || known + 2 > nodes) throw fail(`children ${l} and ${r} of node ${node}`, 'other nodes, each once');
      this.#split(tree, node, start + known, fail);
      order[known++] = l;
      order[known++] = r;
    }
  }

  #leaf(
    { right, threshold, vectors, cover }: RawTree,
    node: number,
    width: number,
    fail: (found: string, expected: string) => ModelError,
  ): void {
    this.#nodes.push(0, this.#leafIds.length, 0, 0, 0);
    this.#leafIds.push(node);
    if (cover?.length === threshold.length) this.#cover.push(cover[node]!);
    if (width === 1) {
      this.#leaves.push(threshold[node]!);
      return;
    }
    const from = (vectors?.by === 'right' ? right[node]! : node) * width;
    const values = vectors?.values.subarray(from, from + width);
    if (values?.length !== width) throw fail(`no vector for leaf ${node}`, `${width} numbers`);
    this.#vectorNumbers -= width;
    if (this.#vectorNumbers < 0) throw fail(`one vector for several leaves, ${node} among them`, 'one for each leaf');
    for (const value of values) this.#leaves.push(value);
  }

  #split(tree: RawTree, node: number, child: number, fail: (found: string, expected: string) => ModelError): void {
    const input = tree.feature[node]!;
    if (!(Number.isInteger(input) && input >= 0 && input < 2 ** 31))
      throw fail(`feature ${input} in node ${node}`, 'the place of a feature');
    const set = tree.categories?.get(node);
    const flags = tree.missingLeft[node] === 1 ? FLAGS.missingLeft : 0;
    if (set) this.#nodes.push(child, child + 1, input, this.#set(set, fail), flags | FLAGS.categories);
    else this.#nodes.push(child, child + 1, input, tree.threshold[node]!, flags);
  }

  /** Keeps a set of categories as bits; gives the place where it starts. */
  #set(categories: Float64Array, fail: (found: string, expected: string) => ModelError): number {
    const wrong = categories.find((category) => !(Number.isInteger(category) && category >= 0 && category < MAX_CATEGORY));
    if (wrong !== undefined || categories.length === 0) throw fail(`category ${wrong}`, `whole numbers below ${MAX_CATEGORY}`);
    const count = (categories.reduce((most, category) => Math.max(most, category), 0) >>> 5) + 1;
    if (this.#nodes.words + count > MAX_SET_WORDS) throw fail(`more than ${MAX_SET_WORDS} words of categories`, 'a smaller model');
    const words = new Uint32Array(count);
    for (const category of categories) words[category >>> 5]! |= 1 << (category & 31);
    return this.#nodes.keepSet(words);
  }

  /** The trees so far. */
  take(): Omit<Trees, 'groups' | 'weights' | 'parallel' | 'starts'> {
    this.#roots.push(this.#nodes.length);
    return {
      roots: this.#roots.take(),
      ...this.#nodes.take(),
      leaves: this.#leaves.take(),
      width: this.#width ?? 1,
      leafIds: this.#leafIds.take(),
      cover: this.#cover.length === this.#leafIds.length ? this.#cover.take() : undefined,
    };
  }
}
