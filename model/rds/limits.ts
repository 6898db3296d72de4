/**
 * Limits on a model file, so that a small file cannot take much memory or time. Each is above what a model needs.
 *
 * What a file may inflate to, and what its values may take in memory, grows with the file: whoever wants more of us has to send
 * more. An honest file is far below: R's compression makes a forest 3 to 6 times smaller.
 */
export type RdsLimits = {
  /** Most bytes that a file may inflate to, whatever its size. */
  inflatedBytes: number;
  /** Most nesting of values. */
  depth: number;
  /** Most values of any kind. */
  values: number;
  /** Most symbols and environments, which later values can refer to. */
  references: number;
  /** Most elements of all compact sequences together, which take no bytes of the file. */
  sequences: number;
};
export const RDS_LIMITS: RdsLimits = { inflatedBytes: 2 ** 31, depth: 1500, values: 2 ** 24, references: 1_000_000, sequences: 2 ** 24 };

/** A file may always inflate to this, if not to more than so many times its bytes; above it, to so few times. */
const INFLATED = { floor: 2 ** 27, most: 1000, usual: 16 };
/** The same of the memory that is counted for its values; a file of a few bytes may have the floor. */
const MEMORY = { floor: 2 ** 28, usual: 16 };
/** No file is so small that it may not inflate to this. */
const LEAST_INFLATED = 2 ** 24;

/** Most bytes that a file of so many bytes may inflate to. */
export function mostInflated(fileBytes: number, { inflatedBytes }: RdsLimits): number {
  const floor = Math.min(INFLATED.floor, Math.max(LEAST_INFLATED, INFLATED.most * fileBytes));
  return Math.min(inflatedBytes, Math.max(floor, INFLATED.usual * fileBytes));
}

/** Most bytes of memory that the values of a file of so many bytes may be counted for. */
export function mostMemory(fileBytes: number): number {
  return MEMORY.floor + MEMORY.usual * fileBytes;
}

/**
 * What is counted for a value beside its numbers, in bytes: what it takes (Node 24, the heap after a collection, 300,000 of each) and more, for
 * what V8 needs while it grows. NULL and a reference are one value, wherever they stand (`shared`); a `value` is an object with a typed array (150
 * bytes), `list` one of texts or values (98), `cells` a pairlist or a call with its tags (170); `attributes` is a map (224), whose pairlist is not
 * kept. Then a place in a list; a cell of a pairlist; a text beside its characters; an attribute.
 */
export const COST = { shared: 4, value: 180, list: 140, cells: 300, attributes: 270, place: 8, cell: 48, text: 32, attribute: 64 };
