import { type Boosting, FLAGS } from '../../shared/bodies/boosting/boosting.ts';
import { Growing, GrowingNodes } from './growing-nodes.ts';

/** A split as a file has it; children are places of nodes of the same tree, counted from its root, and lie behind it. */
export type SplitNode = {
  feature: number;
  threshold: number;
  left: number;
  right: number;
  /** The child of missing values, where it is a third one. */
  missing?: number;
  /** Of FLAGS those that say what is missing and where it goes. */
  flags: number;
  /** A split by categories, by arrays that splits of the same sets share: the set that goes left, and, where what is in neither goes the way of missing values, the set that goes right. */
  sets?: readonly (readonly number[])[];
};

/** The arrays of boosted trees. */
export type TreeArrays = Pick<
  Boosting,
  'roots' | 'left' | 'right' | 'feature' | 'threshold' | 'flags' | 'leaves' | 'leafIds' | 'missing' | 'categories'
>;

/** Collects boosted trees node by node, and makes the arrays of a body of them. */
export class BoostedTrees {
  readonly #roots = new Growing(Uint32Array);
  readonly #nodes = new GrowingNodes();
  readonly #missing = new Growing(Uint32Array);
  readonly #leaves = new Growing(Float64Array);
  readonly #leafIds = new Growing(Uint32Array);
  readonly #cover = new Growing(Float64Array);
  #root = 0;
  /** Where each set starts that is kept: splits may name one and the same, and a copy for each would fill the memory. */
  readonly #sets = new Map<readonly number[], number>();

  /** Begins a tree, whose root is the next node. */
  startTree(): void {
    this.#root = this.#nodes.length;
    this.#roots.push(this.#root);
  }

  /** Adds a split to the tree. */
  split({ feature, threshold, left, right, missing, flags, sets }: SplitNode): void {
    const root = this.#root;
    const start = sets === undefined ? 0 : this.#keep(sets);
    const kind = sets === undefined ? 0 : FLAGS.categories | FLAGS.setLeft | (sets.length > 1 ? FLAGS.threeWay : 0);
    this.#nodes.push(root + left, root + right, feature, sets === undefined ? threshold : start, flags | kind);
    this.#missing.push(missing === undefined ? 0 : root + missing);
  }

  /** Adds a leaf to the tree, with the number that it has there, and how many training rows came to it, or what weight of them. */
  leaf(value: number, id: number, cover: number | undefined): void {
    this.#nodes.push(0, this.#leaves.length, 0, 0, 0);
    this.#missing.push(0);
    this.#leaves.push(value);
    this.#leafIds.push(id);
    this.#cover.push(cover ?? Number.NaN);
  }

  /** All trees so far as arrays. */
  arrays(): TreeArrays {
    const { categories, ...nodes } = this.#nodes.take();
    const missing = this.#missing.take();
    return {
      roots: Uint32Array.from([...this.#roots.take(), this.#nodes.length]),
      ...nodes,
      leaves: this.#leaves.take(),
      leafIds: this.#leafIds.take(),
      ...(missing.some((child) => child > 0) ? { missing } : {}),
      ...(categories.length > 0 ? { categories } : {}),
    };
  }

  /** The training rows of each leaf; undefined where some leaf has none given. */
  cover(): Float64Array | undefined {
    const cover = this.#cover.take();
    return cover.some(Number.isNaN) ? undefined : cover;
  }

  /** Keeps a split's sets side by side, once for all splits that have them; where they start. */
  #keep(sets: readonly (readonly number[])[]): number {
    const [first] = sets;
    const known = first && this.#sets.get(first);
    if (known !== undefined) return known;
    const start = this.#nodes.words;
    for (const words of sets) this.#nodes.keepSet(words);
    if (first) this.#sets.set(first, start);
    return start;
  }
}
