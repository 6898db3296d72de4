import { expect, test } from '@jest/globals';
import { makeFrame } from '../../../model/train/data/frame.ts';
import { orderLevels } from '../../../model/train/data/order.ts';
import { readCsv } from '../../../model/train/data/read-csv.ts';

/** The levels of a factor g in the order of the means of y. */
function ordered(groups: Record<string, number[]>): string[] | undefined {
  const lines = Object.entries(groups).flatMap(([name, values]) => values.map((value) => `${value},${name}`));
  const { columns } = readCsv(`y,g\n${lines.join('\n')}\n`, 'data.csv');
  const [y, g] = columns;
  if (!y || !g) throw new Error('found no columns, expected two');
  return orderLevels(g, y, 'regression', 'data.csv').levels;
}

test('levels are in the order of their means, of which two that R rounds alike tie', () => {
  expect(ordered({ a: [3, 1], b: [1, 0], c: [7] })).toEqual(['b', 'a', 'c']);
  // R says 0.23750000000000002 to both: mean() of R 4.2.2, sprintf("%.17g").
  const l28 = [1.6, 0.8, 0.1, 0, -0.5, 0.9, 1.2, 1.5, 0.1, -0.9, 0.2, 0.3, 0.9, 0.4, -0.7, -2.1];
  const l53 = [-0.5, 0.3, -1.7, 0.1, 2.1, 0, 0.4, 1.2];
  expect(ordered({ l1: [9], l28, l53 })).toEqual(['l28', 'l53', 'l1']);
  expect(ordered({ a: l53, b: l28 })).toEqual(['a', 'b']);
});

test('levels whose targets add up to more than a double holds are in the order of their means, too', () => {
  // tapply(y, g, mean) of R 4.2.2: 1.6e308, 1.25e308, 1.45e308.
  expect(ordered({ a: [1.6e308, 1.6e308], b: [1e308, 1.5e308], c: [1.7e308, 1.2e308] })).toEqual(['b', 'c', 'a']);
});

test('the rows of tens of thousands of levels are met once, and not once for each level', () => {
  const levels = Array.from({ length: 60_000 }, (_, at) => `g${String(at).padStart(5, '0')}`);
  const groups = Object.fromEntries(levels.map((name, at) => [name, [at, at + 0.5]]));
  const start = process.cpuUsage();
  expect(ordered(groups)).toEqual(levels);
  const { user, system } = process.cpuUsage(start);
  // 0.3 s of CPU now; 47 s where each level's rows were looked for among all.
  expect((user + system) / 1e6).toBeLessThan(3);
});

test('a factor of more than 53 levels is not split by sets, as in ranger, and that is said before a tree is grown', () => {
  const rows = Array.from({ length: 120 }, (_, at) => `${at},l${at % 54}`);
  const table = readCsv(`y,g\n${rows.join('\n')}\n`, 'data.csv');
  const frame = (given: object) => () => makeFrame(table, 'y ~ g', given);
  expect(frame({ splitrule: 'extratrees' })).toThrow('data.csv, column "g": found 54 levels, expected at most 53');
  expect(frame({ 'respect.unordered.factors': 'partition' })).toThrow('expected at most 53');
  expect(frame({})).not.toThrow();
  expect(frame({ splitrule: 'extratrees', 'respect.unordered.factors': 'order' })).not.toThrow();
});
