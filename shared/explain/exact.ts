/** Most players of a game that is computed by all its coalitions. */
export const MAX_PLAYERS = 10;

/**
 * The Shapley values of a game of few players, by its worth for each coalition (bit k is player k): each player's mean gain over all orders
 * in which they can come.
 */
export function shapleyValues(players: number, worth: (coalition: number) => number): Float64Array {
  const worths = Float64Array.from({ length: 2 ** players }, (_, coalition) => worth(coalition));
  const weights = orderShares(players);
  const values = new Float64Array(players);
  for (let coalition = 0; coalition < worths.length; coalition += 1) {
    const weight = weights[bitsOf(coalition)]!;
    for (let player = 0; player < players; player += 1) {
      const bit = 1 << player;
      if ((coalition & bit) === 0) values[player]! += weight * (worths[coalition | bit]! - worths[coalition]!);
    }
  }
  return values;
}

/** The share of orders in which a given player comes right behind a given coalition, by the coalition's size: s! (n - 1 - s)! / n! */
function orderShares(players: number): Float64Array {
  const shares = new Float64Array(players);
  if (players > 0) shares[0] = 1 / players;
  for (let size = 1; size < players; size += 1) shares[size] = (shares[size - 1]! * size) / (players - size);
  return shares;
}

function bitsOf(coalition: number): number {
  let count = 0;
  for (let rest = coalition; rest > 0; rest &= rest - 1) count += 1;
  return count;
}
