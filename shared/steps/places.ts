const SETS = new WeakMap<object, ReadonlySet<number>>();

/** The places in a list of a step, to be looked up: of a step of n columns each column asks. `placeOf` is always the same for a list. */
export function placesIn<T extends object>(list: readonly T[], placeOf: (one: T) => number): ReadonlySet<number>;
export function placesIn(list: readonly number[]): ReadonlySet<number>;
export function placesIn<T>(list: readonly T[], placeOf?: (one: T) => number): ReadonlySet<number> {
  const known = SETS.get(list) ?? new Set(placeOf ? list.map(placeOf) : (list as readonly number[]));
  SETS.set(list, known);
  return known;
}
