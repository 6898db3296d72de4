/** Turns the margins of a row, `count` numbers from `at` on, into its answer in their place. */
export type Transform = (margins: Float64Array, at: number, count: number, parameter: number) => void;

/** A transform of each margin by itself. */
export function each(one: (margin: number, parameter: number) => number): Transform {
  return (margins, at, count, parameter) => {
    for (let k = at; k < at + count; k += 1) margins[k] = one(margins[k]!, parameter);
  };
}
