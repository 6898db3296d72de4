import { ModelError } from '../../../shared/errors.ts';

/** Class values named in an error. */
const SHOWN = 20;

/**
 * ranger's class values, and the place of each among the classes as R's predict() gives them: predict.ranger.forest (R/predict.R)
 * orders by level; where there are no levels, they stay as they come. A factor's values are 1 to the number of its levels, so their
 * places stand in an array; for other numbers in a Map, which takes ten times as long for a million.
 */
export class ClassPlaces {
  /** The class values by place. */
  readonly codes: Float64Array;
  /** The place of each class value, in the order of class.values. */
  readonly places: Uint32Array;
  #dense: Uint32Array | undefined;
  #others: Map<number, number> | undefined;

  /** Throws a ModelError where a value is not finite or stands twice. */
  constructor(values: Int32Array | Float64Array, isByLevel: boolean, label: string) {
    if (values.length === 0 || !values.every(Number.isFinite)) {
      throw new ModelError(label, values.length === 0 ? 'none' : values.subarray(0, SHOWN).join(', '), 'numbers');
    }
    const sorted = Float64Array.from(values);
    if (sorted.some((value, at) => at > 0 && !(value > sorted[at - 1]!))) sorted.sort();
    const twice = sorted.find((value, at) => value === sorted[at - 1]);
    if (twice !== undefined) throw new ModelError(label, `${twice} twice`, 'each once');
    this.codes = isByLevel ? sorted : Float64Array.from(values);
    const isDense = sorted[0]! >= 0 && sorted.at(-1)! < 2 * values.length + SHOWN && sorted.every(Number.isInteger);
    // A place stands for itself plus 1, so that 0 is none.
    if (isDense) this.#dense = new Uint32Array(sorted.at(-1)! + 1);
    else this.#others = new Map();
    this.codes.forEach((value, place) => {
      if (this.#dense) this.#dense[value] = place + 1;
      else this.#others?.set(value, place);
    });
    this.places = Uint32Array.from(values, (value) => this.get(value)!);
  }

  /** The place of a class value; undefined for a number that is none. */
  get(value: number): number | undefined {
    if (!this.#dense) return this.#others?.get(value);
    const found = this.#dense[value] ?? 0;
    return found === 0 ? undefined : found - 1;
  }

  /** The first class values, for an error. */
  toString(): string {
    return this.codes.subarray(0, SHOWN).join(', ');
  }
}
