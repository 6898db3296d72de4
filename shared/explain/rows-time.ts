import { pairsFor } from './rows-drawn.ts';
import { exactPart } from './rows-exact.ts';
import { isByCoalitions, MOST_EXACT } from './rows-game.ts';
import { backgroundCount, type GamePart, numbersOf, type RowsGame, withPart } from './rows-part.ts';

/*
 * How long explanations take against background rows is found by computing some: from one family of models to another, a number of a model
 * takes a thousand times as long, and no look at its size tells how long.
 */

/**
 * About how many milliseconds coalitions are computed for, and how many times at the least, unless that takes the most; how many of the last
 * times count; and how many rows are computed where there are no coalitions.
 */
const TRY = { ms: 8, times: 4, mostMs: 40, last: 3, rows: 16 };
/** Where the rows would take longer, some are tried again: the first ones of a process take longer than those behind them. */
const LONG_MS = 100;
/** So often they are at once; then only after so many times as long as the last try took: whoever asks much must not have a server try and do nothing else. */
const AGAIN = { atOnce: 5, pause: 20 };
/** Of so many rows the coalitions are counted; others are like them. */
const MOST_COUNTED = 50;

/** How many milliseconds the contributions to an output take of rows that lie side by side. */
export type RowsTime = (rows: Float64Array, output: number) => number;

/** Finds out with the first rows that are asked about, and keeps the least that a row of the model ever took. */
export function timeRows(game: RowsGame, now: () => number = () => performance.now()): RowsTime {
  let each = Number.POSITIVE_INFINITY;
  let [tries, next] = [0, Number.NEGATIVE_INFINITY];
  return (rows, output) => {
    const count = countRows(game, rows);
    const before = now();
    if (!(count * each <= LONG_MS) && (tries < AGAIN.atOnce || before >= next)) {
      each = Math.min(each, tryOut(game, rows, output, now));
      tries += 1;
      const after = now();
      next = after + AGAIN.pause * (after - before);
    }
    return count * each;
  };
}

/** How many rows of the model the contributions take: features with the same value in a row and in a background row play no part. */
export function countRows(game: RowsGame, rows: Float64Array): number {
  const { features, parts } = game;
  const count = rows.length / features;
  const step = Math.max(1, Math.floor(count / MOST_COUNTED));
  let [found, counted] = [0, 0];
  for (let row = 0; row < count; row += step) {
    counted += 1;
    const own = rows.subarray(row * features, (row + 1) * features);
    for (const part of parts) {
      if (part.features.length < 2) found += 1;
      else
        for (let other = 0; other < backgroundCount(game); other += 1)
          found += rowsOfPart(game, part, playersOf(game, part, own, other).length);
    }
  }
  // A feature that plays alone takes all background rows once, as the baseline does.
  const alone = 1 + parts.filter((part) => part.features.length === 1).length;
  return alone * backgroundCount(game) + (counted === 0 ? 0 : (found * count) / counted);
}

function rowsOfPart(game: RowsGame, part: GamePart, players: number): number {
  if (players === 0) return 0;
  return isByCoalitions(part) ? 2 ** players : 2 * pairsFor(part, backgroundCount(game)) * (players + 1);
}

/** The features of a part in which a row differs from a background row. */
function playersOf({ background, features }: RowsGame, part: GamePart, own: Float64Array, other: number): number[] {
  return part.features.filter((feature) => !Object.is(own[feature], background[other * features + feature]));
}

/** Milliseconds that a row of the model takes: by coalitions of one feature, of two, and so on, beside the background row that differs most. */
function tryOut(game: RowsGame, rows: Float64Array, output: number, now: () => number): number {
  const { features } = game;
  const part = game.parts.reduce((most, one) => (one.features.length > most.features.length ? one : most), game.parts[0]!);
  const own = rows.subarray(0, features);
  const others = Array.from({ length: backgroundCount(game) }, (_, other) => playersOf(game, part, own, other));
  const most = others.reduce((best, players, other) => (players.length > others[best]!.length ? other : best), 0);
  const players = others[most]!.slice(0, MOST_EXACT);
  const one = { ...game, background: withPart(game, part, most) };
  const some = rows.subarray(0, TRY.rows * features);
  const isAlone = part.features.length < 2 || players.length === 0;
  const tries: number[] = [];
  let spent = 0;
  while (spent < (tries.length < TRY.times ? TRY.mostMs : TRY.ms)) {
    const size = Math.min(players.length, tries.length + 1);
    const before = now();
    if (isAlone) numbersOf(game, some, output);
    else exactPart(one, { own, output, part: { ...part, features: players.slice(0, size) } });
    const took = now() - before;
    tries.push(took / (isAlone ? some.length / features : 2 ** size));
    spent += took;
  }
  // The last ones are of the most rows at once, as it will be; one of them may have met a pause of the machine.
  return Math.min(...tries.slice(-TRY.last));
}
