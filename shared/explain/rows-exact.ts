import { shapleyValues } from './exact.ts';
import { backgroundCount, numbersOf, type PartContributions, type PartOfRow, type RowsGame, withPart } from './rows-part.ts';

/**
 * A part's Shapley values by all coalitions of its features, for one background row after the other. A feature that has the same value in
 * the row and in the background row adds nothing there, which halves the coalitions.
 */
export function exactPart(game: RowsGame, { own, output, part }: PartOfRow): PartContributions {
  const values = new Float64Array(part.features.length);
  const count = backgroundCount(game);
  for (let other = 0; other < count; other += 1) {
    const start = withPart(game, part, other);
    const players = part.features.filter((feature) => !Object.is(start[feature], own[feature]));
    if (players.length === 0) continue;
    const worths = numbersOf(game, hybridsOf(start, own, players), output);
    const gains = shapleyValues(players.length, (coalition) => worths[coalition]!);
    players.forEach((feature, player) => {
      values[part.features.indexOf(feature)]! += gains[player]! / count;
    });
  }
  return { values };
}

/** A row for each coalition: bit k says whether player k has the own value. */
function hybridsOf(start: Float64Array, own: Float64Array, players: readonly number[]): Float64Array {
  const width = start.length;
  const hybrids = new Float64Array(2 ** players.length * width);
  for (let coalition = 0; coalition < 2 ** players.length; coalition += 1) {
    hybrids.set(start, coalition * width);
    players.forEach((feature, player) => {
      if ((coalition >> player) & 1) hybrids[coalition * width + feature] = own[feature]!;
    });
  }
  return hybrids;
}
