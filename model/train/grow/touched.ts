/**
 * The ranks a node touches, given back in ascending order in time of their number, not of all ranks: a bit a rank, and a
 * bit a word of 32 such bits. ranger sorts small nodes and walks over all ranks in large ones.
 */
export class Touched {
  /** What `drain` found. */
  readonly list: Uint32Array;
  readonly #bits: Int32Array;
  readonly #words: Int32Array;

  constructor(ranks: number) {
    this.list = new Uint32Array(ranks);
    this.#bits = new Int32Array((ranks >>> 5) + 1);
    this.#words = new Int32Array((ranks >>> 10) + 1);
  }

  add(rank: number): void {
    const word = rank >>> 5;
    this.#bits[word] = this.#bits[word]! | (1 << (rank & 31));
    this.#words[word >>> 5] = this.#words[word >>> 5]! | (1 << (word & 31));
  }

  /** Writes the ranks added since the last time into `list`, ascending, and forgets them. Gives their number. */
  drain(): number {
    const [list, bits, words] = [this.list, this.#bits, this.#words];
    let found = 0;
    for (let top = 0; top < words.length; top += 1) {
      let filled = words[top]!;
      if (filled === 0) continue;
      words[top] = 0;
      while (filled !== 0) {
        const word = (top << 5) + 31 - Math.clz32(filled & -filled);
        filled &= filled - 1;
        let left = bits[word]!;
        bits[word] = 0;
        while (left !== 0) {
          list[found] = (word << 5) + 31 - Math.clz32(left & -left);
          found += 1;
          left &= left - 1;
        }
      }
    }
    return found;
  }
}
