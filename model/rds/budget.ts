import type { ModelError } from '../../shared/errors.ts';
import type { RdsLimits } from './limits.ts';

/** Told, while a file is read, how many bytes of how many are done; first of the file, then of what is inside its compression. */
export type Progress = (done: number, all: number) => void;
/** Values between two words on the progress. */
const PROGRESS_VALUES = 64;

/**
 * What one file's values may take, counted before it is taken: memory in bytes, values, their depth, and the elements of compact
 * sequences, which take no bytes of the file. Each throws a ModelError where that is more than the limits say.
 */
export class Budget {
  readonly #limits: RdsLimits & { memory: number };
  readonly #fail: (found: string, expected: string) => ModelError;
  readonly #progress: () => void;
  #sequences = 0;
  #values = 0;
  #memory = 0;
  #depth = 0;

  /** `fail` makes an error of what was found and what was expected; `progress` is called every few values. */
  constructor(limits: RdsLimits & { memory: number }, fail: (found: string, expected: string) => ModelError, progress: () => void) {
    this.#limits = limits;
    this.#fail = fail;
    this.#progress = progress;
  }

  /** Elements of sequences that may still be made. */
  get sequencesLeft(): number {
    return this.#limits.sequences - this.#sequences;
  }

  /** A level deeper; whoever enters leaves again. */
  enter(): void {
    this.#depth += 1;
    this.#values += 1;
    if (this.#values % PROGRESS_VALUES === 0) this.#progress();
    if (this.#values > this.#limits.values) throw this.#fail(`more than ${this.#limits.values} values`, 'a smaller model');
    if (this.#depth > this.#limits.depth) throw this.#fail('values nested too deep', `at most ${this.#limits.depth} deep`);
  }

  leave(): void {
    this.#depth -= 1;
  }

  /** Counts memory before it is taken; or, below 0, what is not kept. */
  take(bytes: number): void {
    this.#memory += bytes;
    if (this.#memory > this.#limits.memory) {
      throw this.#fail(`values that would take more than ${this.#limits.memory} bytes of memory`, 'a smaller model');
    }
  }

  /** Counts the elements of a sequence that was made. */
  takeSequence(elements: number): void {
    this.#sequences += elements;
    this.take(elements * 8);
  }
}
