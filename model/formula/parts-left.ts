import { ModelError } from '../../shared/errors.ts';
import { type Expression, partsOf } from '../../shared/expressions/expressions.ts';

/** Most parts of all calls of a recipe. */
const MAX_PARTS = 330_000;

/**
 * The parts that a recipe's calls may still have. A part that is named several times counts each time, as whoever goes through the
 * expression meets it: of calls within calls that name a part twice they double with each.
 */
export class PartsLeft {
  readonly #sizes = new WeakMap<object, number>();
  #left = MAX_PARTS;

  /** Throws a ModelError where an expression has more parts than are left. */
  check(expression: Expression, label: string): void {
    if (this.#sizeOf(expression) > this.#left) throw new ModelError(label, 'calls of too many parts', `at most ${MAX_PARTS} in all`);
  }

  /** Takes an expression's parts from those that are left. Throws as check(). */
  take(expression: Expression, label: string): void {
    this.check(expression, label);
    this.#left -= this.#sizeOf(expression);
  }

  #sizeOf(expression: Expression): number {
    if (typeof expression === 'number') return 1;
    const size = this.#sizes.get(expression) ?? partsOf(expression).reduce<number>((sum, part) => sum + this.#sizeOf(part), 1);
    this.#sizes.set(expression, size);
    return size;
  }
}
