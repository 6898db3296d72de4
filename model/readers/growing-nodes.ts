type Kind = Uint32ArrayConstructor | Float64ArrayConstructor | Uint8ArrayConstructor;

/** An array that grows. */
export class Growing<K extends Kind> {
  readonly #kind: K;
  #values: InstanceType<K>;
  length = 0;

  constructor(kind: K) {
    this.#kind = kind;
    this.#values = new kind(1024) as InstanceType<K>;
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      // Half as much again, as a large model's arrays are most of what its import takes.
      const larger = new this.#kind(Math.ceil(this.length * 1.5)) as InstanceType<K>;
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  take(): InstanceType<K> {
    return this.#values.slice(0, this.length) as InstanceType<K>;
  }
}

/** The nodes of boosted trees side by side, as shared/bodies/boosting/boosting.ts has them, and their sets of categories. */
export class GrowingNodes {
  readonly #left = new Growing(Uint32Array);
  readonly #right = new Growing(Uint32Array);
  readonly #feature = new Growing(Uint32Array);
  readonly #threshold = new Growing(Float64Array);
  readonly #flags = new Growing(Uint8Array);
  readonly #categories = new Growing(Uint32Array);

  /** The number of nodes. */
  get length(): number {
    return this.#left.length;
  }

  /** The words that all sets have taken. */
  get words(): number {
    return this.#categories.length;
  }

  push(left: number, right: number, feature: number, threshold: number, flags: number): void {
    this.#left.push(left);
    this.#right.push(right);
    this.#feature.push(feature);
    this.#threshold.push(threshold);
    this.#flags.push(flags);
  }

  /** Keeps a set as its words of 32 bits, after their number; gives the place where it starts. */
  keepSet(words: ArrayLike<number>): number {
    const start = this.#categories.length;
    this.#categories.push(words.length);
    for (let at = 0; at < words.length; at += 1) this.#categories.push(words[at]!);
    return start;
  }

  take() {
    return {
      left: this.#left.take(),
      right: this.#right.take(),
      feature: this.#feature.take(),
      threshold: this.#threshold.take(),
      flags: this.#flags.take(),
      categories: this.#categories.take(),
    };
  }
}
