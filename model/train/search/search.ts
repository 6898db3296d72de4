import { instantiate } from '../../../shared/wasm/assembler.ts';
import type { TrainingData } from '../data/data.ts';
import type { NodeView, Split } from '../settings.ts';
import { DIGIT_BITS, DIGITS, FEW, fewCode, manyCode, SORT_BYTES } from './sort-code.ts';
import { CLASS_BYTES, FOUND, FOUND_BYTES, giniCode, varianceCode } from './walk-code.ts';

const PAGE = 65_536;
const LARGEST = 65_536 * PAGE;

/** From so many rows on, fewer digits with more counters are faster (measured). */
const MANY = 300;

type Run = (...args: number[]) => void;

/** Where a search's parts lie in its memory. */
function plan(inbag: number, classes: number, isRegression: boolean) {
  const align = (bytes: number) => Math.ceil(bytes / 16) * 16;
  const classesAt = FOUND_BYTES;
  const short = classesAt + classes * CLASS_BYTES;
  const counters = short + 4 * (64 + 4);
  const targets = align(short + SORT_BYTES);
  const samples = align(targets + inbag * (isRegression ? 8 : 4));
  const keys = align(samples + inbag * 4);
  const room = align(keys + (inbag + 1) * 8);
  return { classes: classesAt, short, counters, targets, samples, keys, room, end: room + (inbag + 1) * 8 };
}

/**
 * The search for the best split of a node by a column whose values have an order: rows are sorted by their ranks, and
 * walked over, in WebAssembly. It holds a tree's rows (`samples`) and the targets of a node's, from 0 on: numbers, or classes.
 */
export class SplitSearch {
  readonly samples: Uint32Array;
  readonly numbers: Float64Array;
  readonly ids: Uint32Array;
  readonly #data: TrainingData;
  readonly #plan: ReturnType<typeof plan>;
  readonly #walk: Run;
  readonly #few: Run;
  readonly #many: Run[];
  readonly #counts: Float64Array;
  readonly #decrease: Float64Array;
  readonly #found: Uint32Array;
  readonly #words: Uint32Array;

  /** A search for trees of so many rows; undefined where the engine or the memory does not allow it. */
  static open(data: TrainingData, inbag: number): SplitSearch | undefined {
    const { memory } = data;
    if (plan(inbag, data.classValues.length, true).end > LARGEST) return undefined;
    try {
      return new SplitSearch(data, inbag, memory);
    } catch (error) {
      if (error instanceof WebAssembly.CompileError || error instanceof RangeError) return undefined;
      throw error;
    }
  }

  private constructor(data: TrainingData, inbag: number, ranks: WebAssembly.Memory) {
    const classes = data.classValues.length;
    const isRegression = data.kind === 'regression';
    const laid = plan(inbag, classes, isRegression);
    const pages = Math.ceil(laid.end / PAGE);
    const memory = new WebAssembly.Memory({ initial: pages });
    const { buffer } = memory;
    const rankBytes = data.ranks.BYTES_PER_ELEMENT === 2 ? 2 : 4;
    const walk = isRegression ? varianceCode(laid.targets) : giniCode(laid.targets, laid.classes);
    const few = fewCode(laid, rankBytes);
    const many = Array.from({ length: DIGITS }, (_, at) => manyCode(laid, rankBytes, at + 1));
    const code = instantiate(
      [few, ...many, walk],
      [
        { memory, pages, shared: false },
        { memory: ranks, pages: ranks.buffer.byteLength / PAGE, shared: true },
      ],
    );
    this.#data = data;
    this.#plan = laid;
    this.#few = code[few.name] as Run;
    this.#walk = code[walk.name] as Run;
    this.#many = many.map(({ name }) => code[name] as Run);
    this.samples = new Uint32Array(buffer, laid.samples, inbag);
    this.numbers = new Float64Array(buffer, laid.targets, isRegression ? inbag : 0);
    this.ids = new Uint32Array(buffer, laid.targets, isRegression ? 0 : inbag);
    this.#counts = new Float64Array(buffer, laid.classes, (classes * CLASS_BYTES) / 8);
    this.#decrease = new Float64Array(buffer, 0, 1);
    this.#words = new Uint32Array(buffer);
    this.#found = new Uint32Array(buffer, 0, FOUND_BYTES / 4);
  }

  /** The split with the greatest sum of squared sums over sizes, of the numbers; `total` is their sum. */
  variance(node: NodeView, column: number, total: number, best: Split): void {
    const keys = this.#sort(node, column);
    this.#walk(keys, node.end - node.start, best.decrease, total);
    this.#take(column, best);
  }

  /** The split with the greatest sum of squared counts over sizes, of the classes: each one's rows and its weight, a whole number. */
  gini(node: NodeView, column: number, totals: Float64Array, weights: Float64Array, best: Split): void {
    const keys = this.#sort(node, column);
    let sum = 0;
    for (let id = 0, at = 0; id < totals.length; id += 1, at += CLASS_BYTES / 8) {
      const [total, weight] = [totals[id]!, weights[id]!];
      this.#counts[at] = 0;
      this.#counts[at + 1] = total;
      this.#counts[at + 2] = weight;
      this.#counts[at + 3] = weight;
      sum += weight * total * total;
    }
    this.#walk(keys, node.end - node.start, best.decrease, sum);
    this.#take(column, best);
  }

  /** Writes the places of a node's rows in it, in the order of their values, equal ones as they stand, and the ranks of these. */
  order(node: NodeView, column: number, places: Uint32Array, ranks: Uint32Array): void {
    const from = this.#sort(node, column) / 4;
    const size = node.end - node.start;
    for (let at = 0; at < size; at += 1) {
      places[at] = this.#words[from + 2 * at]!;
      ranks[at] = this.#words[from + 2 * at + 1]!;
    }
  }

  /** Sorts the rows of a node by a column. Gives where the keys lie. */
  #sort({ start, end }: NodeView, column: number): number {
    const { ranks, rows, offsets } = this.#data;
    const n = end - start;
    const from = column * rows * ranks.BYTES_PER_ELEMENT;
    const samples = this.#plan.samples + 4 * start;
    if (n <= FEW) {
      this.#few(from, samples, n);
      return this.#plan.keys;
    }
    const bits = Math.max(1, 32 - Math.clz32(offsets[column + 1]! - offsets[column]! - 1));
    const digits = Math.min(DIGITS, Math.ceil(bits / (n < MANY ? 8 : DIGIT_BITS)));
    (this.#many[digits - 1] as Run)(from, samples, n, Math.ceil(bits / digits));
    return digits % 2 === 1 ? this.#plan.room : this.#plan.keys;
  }

  #take(column: number, best: Split): void {
    if (this.#found[FOUND.isBetter / 4] === 0) return;
    const { values, offsets } = this.#data;
    const first = offsets[column]!;
    best.decrease = this.#decrease[0]!;
    best.column = column;
    best.value = midpoint(values[first + this.#found[FOUND.low / 4]!]!, values[first + this.#found[FOUND.high / 4]!]!);
  }
}

/** ranger's split between two values: the middle, or the smaller where the middle is the larger one's double. */
export function midpoint(smaller: number, larger: number): number {
  const middle = (smaller + larger) / 2;
  return middle === larger ? smaller : middle;
}
