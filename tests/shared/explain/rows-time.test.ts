import { describe, expect, test } from '@jest/globals';
import { explainByRows } from '../../../shared/explain/rows-game.ts';
import type { RowsGame } from '../../../shared/explain/rows-part.ts';
import { countRows, timeRows } from '../../../shared/explain/rows-time.ts';
import { generator as seeded } from '../../../shared/math/generator.ts';

/** A game whose numbers take time by a clock of its own: a millisecond for every so many rows. */
function slowGame(features: number, background: number, perMs: number, given: Partial<RowsGame> = {}) {
  const random = seeded(features + background);
  const clock = { ms: 0, rows: 0 };
  const game: RowsGame = {
    features,
    background: Float64Array.from({ length: background * features }, random),
    parts: [{ features: Array.from({ length: features }, (_, at) => at), together: features }],
    numbers: (rows) => {
      clock.ms += rows.length / features / perMs;
      clock.rows += rows.length / features;
      return Float64Array.from({ length: rows.length / features }, (_, row) => rows[row * features]!);
    },
    ...given,
  };
  const rowsOf = (count: number) => Float64Array.from({ length: count * features }, random);
  return { game, clock, rowsOf, now: () => clock.ms };
}

describe('the rows of the model that explanations take', () => {
  test.each([
    ['all coalitions', 5, 7, {}],
    ['drawn orders', 14, 60, {}],
    ['parts of a sum', 6, 9, { parts: [[0, 1, 2], [3], [4, 5]].map((features) => ({ features, together: features.length })) }],
    ['features alone', 3, 8, { parts: [0, 1, 2].map((feature) => ({ features: [feature], together: 1 })) }],
  ])('are counted as they are computed: %s', (_, features, background, given) => {
    const { game, clock, rowsOf } = slowGame(features, background, 1, given);
    const rows = rowsOf(3);
    // A value that a background row has, too, plays no part there.
    rows[1] = game.background[1]!;
    const counted = countRows(game, rows);
    explainByRows(game, rows, [0, 0, 0]);
    expect(counted).toBe(clock.rows);
  });

  test('are counted for some of many rows, and as many times as there are', () => {
    const { game, clock, rowsOf } = slowGame(4, 5, 1);
    const rows = rowsOf(1_000);
    explainByRows(game, rows, new Uint8Array(1_000));
    expect(countRows(game, rows) / clock.rows).toBeCloseTo(1, 10);
  });
});

describe('the time that explanations take', () => {
  test.each([
    ['a quick model', 8, 1_000],
    ['a slow one', 8, 4],
    ['one that takes seconds a row', 3, 0.001],
    ['many features', 20, 500],
  ])('is what it turns out to be, and little is computed for that: %s', (_, features, perMs) => {
    const { game, clock, rowsOf, now } = slowGame(features, 10, perMs);
    const rows = rowsOf(4);
    const ms = timeRows(game, now)(rows, 0);
    // A few milliseconds, or two rows where these take longer.
    expect(clock.ms).toBeLessThanOrEqual(Math.max(25, 3 / perMs));
    clock.ms = 0;
    explainByRows(game, rows, new Uint8Array(4));
    expect(ms / clock.ms).toBeCloseTo(1, 10);
  });

  test('is found once where rows are soon done, and again where they seem to take long, of which the least counts', () => {
    const { game, clock, rowsOf, now } = slowGame(6, 10, 1_000);
    const time = timeRows(game, now);
    const pace = { slow: 1 };
    const numbers = game.numbers;
    const paced = timeRows(
      {
        ...game,
        numbers: (rows, output) => {
          clock.ms += ((pace.slow - 1) * rows.length) / 6_000;
          return numbers(rows, output);
        },
      },
      now,
    );
    const rows = rowsOf(5);
    const first = time(rows, 0);
    const computed = clock.rows;
    expect(time(rows, 0)).toBe(first);
    expect(clock.rows).toBe(computed);
    pace.slow = 1_000;
    expect(paced(rows, 0) / first).toBeGreaterThan(500);
    pace.slow = 1;
    expect(paced(rows, 0)).toBeCloseTo(first, 6);
    pace.slow = 1_000;
    expect(paced(rows, 0)).toBeCloseTo(first, 6);
  });

  test('is tried for a twentieth of the time at most, however often rows are asked for that take long', () => {
    const { game, clock, rowsOf, now } = slowGame(10, 20, 5);
    const time = timeRows(game, now);
    const rows = rowsOf(1);
    for (let ask = 0; ask < 1_000; ask += 1) expect(time(rows, 0)).toBeGreaterThan(1_000);
    const atFirst = clock.ms;
    expect(atFirst).toBeLessThan(500);
    for (let ask = 0; ask < 1_000; ask += 1) {
      time(rows, 0);
      clock.ms += 100;
    }
    const tried = clock.ms - atFirst - 100_000;
    expect(tried).toBeGreaterThan(0);
    expect(tried).toBeLessThan(5_500);
  });

  test('of a model whose rows are all like the background is that of its numbers', () => {
    const { game, now } = slowGame(4, 1, 100);
    const ms = timeRows(game, now)(game.background.slice(), 0);
    expect(ms).toBeCloseTo(0.01, 10);
  });
});
