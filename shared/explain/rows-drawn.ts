import { generator } from '../math/generator.ts';
import { backgroundCount, type GamePart, numbersOf, type PartContributions, type PartOfRow, type RowsGame, withPart } from './rows-part.ts';

/** Where the drawing of orders starts, so that the same row always has the same contributions. */
const SEED = 20_261_129;
/** About how many pairs of orders are drawn in all. */
const PAIRS = 400;

/**
 * How many pairs of orders are drawn for each of so many background rows: two at the least, for the error. Where no more than two features
 * play together, one order and its reverse are exact: of two features each comes first in one of them.
 */
export function pairsFor({ together }: GamePart, count: number): number {
  return together <= 2 ? 1 : Math.max(2, Math.ceil(PAIRS / count));
}

/**
 * A part's Shapley values by drawn orders of its features: what each adds when it comes, for each background row in the same number of
 * orders, each beside its reverse (antithetic pairs). They add up as exact ones do. `variances` are those of the drawing.
 */
export function drawnPart(game: RowsGame, { own, output, part }: PartOfRow): PartContributions {
  const group = part.features;
  const [values, variances] = [new Float64Array(group.length), new Float64Array(group.length)];
  const count = backgroundCount(game);
  const pairs = pairsFor(part, count);
  const random = generator(SEED);
  for (let other = 0; other < count; other += 1) {
    const start = withPart(game, part, other);
    const players = group.flatMap((feature, place) => (Object.is(start[feature], own[feature]) ? [] : [place]));
    if (players.length === 0) continue;
    const drawn = Array.from({ length: pairs }, () => shuffled(players, random));
    const orders = drawn.flatMap((order) => [order, order.toReversed()]);
    const worths = numbersOf(game, waysOf(start, own, orders, group), output);
    const gains = gainsOf(worths, orders, group.length);
    for (const place of players) {
      const means = drawn.map((_, pair) => (gains[2 * pair]![place]! + gains[2 * pair + 1]![place]!) / 2);
      const mean = means.reduce((sum, one) => sum + one, 0) / pairs;
      const spread = means.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, pairs - 1);
      values[place]! += mean / count;
      variances[place]! += spread / pairs / count ** 2;
    }
  }
  return { values, variances };
}

/** The rows on the ways from a background row to the own one, a feature at a time in each order; both ends are among them. */
function waysOf(start: Float64Array, own: Float64Array, orders: number[][], group: readonly number[]): Float64Array {
  const width = start.length;
  const rows = new Float64Array(orders.length * (orders[0]!.length + 1) * width);
  let to = 0;
  for (const order of orders) {
    rows.set(start, to);
    to += width;
    for (const place of order) {
      rows.copyWithin(to, to - width, to);
      rows[to + group[place]!] = own[group[place]!]!;
      to += width;
    }
  }
  return rows;
}

/** For each order what each feature of the part adds when it comes, by its place in the part. */
function gainsOf(worths: Float64Array, orders: number[][], width: number): Float64Array[] {
  const length = orders[0]!.length + 1;
  return orders.map((order, at) => {
    const gains = new Float64Array(width);
    order.forEach((place, step) => {
      gains[place] = worths[at * length + step + 1]! - worths[at * length + step]!;
    });
    return gains;
  });
}

/** The same numbers in a drawn order (Fisher and Yates). */
function shuffled(numbers: readonly number[], random: () => number): number[] {
  const out = [...numbers];
  for (let last = out.length - 1; last > 0; last -= 1) {
    const at = Math.floor(random() * (last + 1));
    [out[last], out[at]] = [out[at]!, out[last]!];
  }
  return out;
}
