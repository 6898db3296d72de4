/** A number of a model, and the rows against which it is explained. */
export type RowsGame = {
  /** How many features a row has. */
  features: number;
  /** Background rows, side by side. */
  background: Float64Array;
  /** The number is a sum of these parts, no two of one feature. Of a model of which no more is known it is one part of all features. */
  parts: readonly GamePart[];
  /** The number for rows that lie side by side, for an output of the model. */
  numbers(rows: Float64Array, output: number): Float64Array;
};

/**
 * A part of a sum: its features, and how many of them play together at most. A product of three features and another of one of them and a
 * fourth make a part of four features, of which three play together.
 */
export type GamePart = { features: readonly number[]; together: number };

/** Which part of which row is explained, for which output. */
export type PartOfRow = { own: Float64Array; output: number; part: GamePart };

/** What each feature of a part adds, in the part's order; and the variance of that, where it was found by drawing. */
export type PartContributions = { values: Float64Array; variances?: Float64Array };

/** Most rows that are computed at once: more would lie in no cache. */
const MOST_ROWS = 4_096;

/** The numbers of rows that lie side by side, some thousands at a time. */
export function numbersOf({ features, numbers }: RowsGame, rows: Float64Array, output: number): Float64Array {
  const count = rows.length / features;
  if (count <= MOST_ROWS) return numbers(rows, output);
  const out = new Float64Array(count);
  for (let first = 0; first < count; first += MOST_ROWS) {
    const end = Math.min(count, first + MOST_ROWS);
    out.set(numbers(rows.subarray(first * features, end * features), output), first);
  }
  return out;
}

/** The first background row with the values of another one for a part's features: what the other parts add stays the same. */
export function withPart({ features, background }: RowsGame, part: GamePart, other: number): Float64Array {
  const row = background.slice(0, features);
  for (const feature of part.features) row[feature] = background[other * features + feature]!;
  return row;
}

/** How many background rows there are. */
export function backgroundCount({ background, features }: RowsGame): number {
  return background.length / features;
}
