import { drawnPart, pairsFor } from './rows-drawn.ts';
import { exactPart } from './rows-exact.ts';
import { backgroundCount, type GamePart, numbersOf, type RowsGame } from './rows-part.ts';
import type { Contributions } from './tree-shap.ts';

/*
 * Shapley values against background rows (interventional): where a feature is not known, it has the value of a background row, and the
 * contributions are the means over all background rows. A model's number may be a sum of parts that are each of a few features: as
 * Shapley values of a sum are the sums of Shapley values, each part is a game of its features alone, and a part of one feature adds its
 * value less its mean. What a part adds is found without a look inside the model: the other features keep the values of one row.
 */

/** Most features of a part whose coalitions are all computed; above that orders of features are drawn. */
export const MOST_EXACT = 12;

/** Whether a part's contributions are known but for an error, as orders of its features are drawn. */
export function isDrawn({ features, together }: GamePart): boolean {
  return features.length > MOST_EXACT && together > 2;
}

/** Whether all coalitions of a part's features are computed; else orders of them. */
export function isByCoalitions({ features, together }: GamePart): boolean {
  return features.length <= (together <= 2 ? 3 : MOST_EXACT);
}

/** For each row the mean number of the background, what each feature adds, and the standard error of that (0 where it is exact). */
export type RowsContributions = Contributions & { standardErrors: Float64Array };

/** Explains rows that lie side by side; `outputs` has the output of each row that is explained. */
export function explainByRows(game: RowsGame, rows: Float64Array, outputs: ArrayLike<number>): RowsContributions {
  const { features, parts } = game;
  const count = rows.length / features;
  const [baselines, contributions] = [new Float64Array(count), new Float64Array(rows.length)];
  const variances = new Float64Array(rows.length);
  for (const output of new Set(Array.from(outputs))) {
    const baseline = meanOf(numbersOf(game, game.background, output));
    const places = Array.from({ length: count }, (_, row) => row).filter((row) => outputs[row] === output);
    for (const row of places) baselines[row] = baseline;
    for (const part of parts) {
      if (part.features.length === 1) {
        addAlone(game, part.features[0]!, { rows, places, output, contributions });
        continue;
      }
      for (const row of places) {
        const own = rows.subarray(row * features, (row + 1) * features);
        const found = (isByCoalitions(part) ? exactPart : drawnPart)(game, { own, output, part });
        part.features.forEach((feature, place) => {
          contributions[row * features + feature]! += found.values[place]!;
          variances[row * features + feature]! += found.variances?.[place] ?? 0;
        });
      }
    }
  }
  return { baselines, contributions, standardErrors: variances.map(Math.sqrt) };
}

type Alone = { rows: Float64Array; places: number[]; output: number; contributions: Float64Array };

/** Adds what a part of one feature adds: its value less its mean. */
function addAlone(game: RowsGame, feature: number, { rows, places, output, contributions }: Alone): void {
  const { features } = game;
  const count = backgroundCount(game);
  const values = (length: number, valueAt: (place: number) => number) => {
    const hybrids = new Float64Array(length * features);
    for (let place = 0; place < length; place += 1) {
      hybrids.set(game.background.subarray(0, features), place * features);
      hybrids[place * features + feature] = valueAt(place);
    }
    return numbersOf(game, hybrids, output);
  };
  const mean = meanOf(values(count, (place) => game.background[place * features + feature]!));
  values(places.length, (place) => rows[places[place]! * features + feature]!).forEach((value, place) => {
    contributions[places[place]! * features + feature]! += value - mean;
  });
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** How many rows the model computes at most for one row's contributions. */
export function rowsToCompute(parts: RowsGame['parts'], backgroundRows: number): number {
  return parts.reduce((sum, part) => {
    const { length } = part.features;
    if (length < 2) return sum + length;
    const each = isByCoalitions(part) ? 2 ** length : 2 * pairsFor(part, backgroundRows) * (length + 1);
    return sum + backgroundRows * each;
  }, 1);
}

/** The parts of a sum of which the features of each summand are known: summands that share a feature go into one part. */
export function partsOf(summands: readonly ReadonlySet<number>[]): GamePart[] {
  // Each feature leads to another one of its part, in the end to the part's first.
  const leads = new Map<number, number>();
  const firstOf = (feature: number): number => {
    let at = feature;
    while (leads.get(at) !== at) {
      leads.set(at, leads.get(leads.get(at)!)!);
      at = leads.get(at)!;
    }
    return at;
  };
  for (const summand of summands) {
    const [first] = summand;
    for (const feature of summand) {
      if (!leads.has(feature)) leads.set(feature, feature);
      leads.set(firstOf(feature), firstOf(first!));
    }
  }
  const parts = new Map<number, { features: number[]; together: number }>();
  for (const feature of leads.keys()) {
    const part = parts.get(firstOf(feature)) ?? { features: [], together: 0 };
    part.features.push(feature);
    parts.set(firstOf(feature), part);
  }
  for (const summand of summands) {
    const [first] = summand;
    const part = first === undefined ? undefined : parts.get(firstOf(first))!;
    if (part) part.together = Math.max(part.together, summand.size);
  }
  return Array.from(parts.values(), ({ features, together }) => ({ features: features.sort((a, b) => a - b), together }));
}
