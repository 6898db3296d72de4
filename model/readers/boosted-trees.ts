import { type Boosting, FLAGS } from '../../shared/bodies/boosting/boosting.ts';

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
  readonly #roots: number[] = [];
  readonly #left: number[] = [];
  readonly #right: number[] = [];
  readonly #feature: number[] = [];
  readonly #threshold: number[] = [];
  readonly #flags: number[] = [];
  readonly #missing: number[] = [];
  readonly #leaves: number[] = [];
  readonly #leafIds: number[] = [];
  readonly #categories: number[] = [];
  readonly #cover: number[] = [];
  /** Where each set starts that is kept: splits may name one and the same, and a copy for each would fill the memory. */
  readonly #sets = new Map<readonly number[], number>();

  /** Begins a tree, whose root is the next node. */
  startTree(): void {
    this.#roots.push(this.#left.length);
  }

  /** Adds a split to the tree. */
  split({ feature, threshold, left, right, missing, flags, sets }: SplitNode): void {
    const root = this.#roots.at(-1)!;
    const start = sets === undefined ? 0 : this.#keep(sets);
    const kind = sets === undefined ? 0 : FLAGS.categories | FLAGS.setLeft | (sets.length > 1 ? FLAGS.threeWay : 0);
    this.#node(root + left, root + right, feature, sets === undefined ? threshold : start, flags | kind);
    this.#missing.push(missing === undefined ? 0 : root + missing);
  }

  /** Adds a leaf to the tree, with the number that it has there, and how many training rows came to it, or what weight of them. */
  leaf(value: number, id: number, cover: number | undefined): void {
    this.#node(0, this.#leaves.length, 0, 0, 0);
    this.#missing.push(0);
    this.#leaves.push(value);
    this.#leafIds.push(id);
    this.#cover.push(cover ?? Number.NaN);
  }

  /** All trees so far as arrays. */
  arrays(): TreeArrays {
    const hasMissing = this.#missing.some((child) => child > 0);
    return {
      roots: Uint32Array.from([...this.#roots, this.#left.length]),
      left: Uint32Array.from(this.#left),
      right: Uint32Array.from(this.#right),
      feature: Uint32Array.from(this.#feature),
      threshold: Float64Array.from(this.#threshold),
      flags: Uint8Array.from(this.#flags),
      leaves: Float64Array.from(this.#leaves),
      leafIds: Uint32Array.from(this.#leafIds),
      ...(hasMissing ? { missing: Uint32Array.from(this.#missing) } : {}),
      ...(this.#categories.length > 0 ? { categories: Uint32Array.from(this.#categories) } : {}),
    };
  }

  /** The training rows of each leaf; undefined where some leaf has none given. */
  cover(): Float64Array | undefined {
    return this.#cover.some(Number.isNaN) ? undefined : Float64Array.from(this.#cover);
  }

  /** Keeps a split's sets side by side, once for all splits that have them; where they start. */
  #keep(sets: readonly (readonly number[])[]): number {
    const [first] = sets;
    const known = first && this.#sets.get(first);
    if (known !== undefined) return known;
    const start = this.#categories.length;
    for (const words of sets) {
      this.#categories.push(words.length);
      for (const word of words) this.#categories.push(word);
    }
    if (first) this.#sets.set(first, start);
    return start;
  }

  #node(left: number, right: number, feature: number, threshold: number, flags: number): void {
    this.#left.push(left);
    this.#right.push(right);
    this.#feature.push(feature);
    this.#threshold.push(threshold);
    this.#flags.push(flags);
  }
}
