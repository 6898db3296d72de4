import { describe, expect, test } from '@jest/globals';
import { createReport, summary } from '../report.ts';
import { comparedText, compareRatios, differingDoubles, readRatios, slowerRatios } from './compare.ts';

/** What a run prints for one figure beside its peers. */
function printed(figures: [what: string, ours: number, peers: [string, number][]][]): string {
  const lines: string[] = ['heart-age: R makes it'];
  const report = createReport((line) => lines.push(line));
  for (const [what, ours, peers] of figures)
    report.speed(
      what,
      'us a row',
      [ours],
      peers.map(([name, theirs]) => [name, [theirs]]),
    );
  report.missing('wrk', 'it is not here');
  return lines.join('\n');
}
const run = (ranger: number) => readRatios(printed([['heart, 1 row', 1, [['ranger', ranger]]]]));

describe('the ratios of a run', () => {
  test('are read from the lines that it prints: faster, slower, thousands, names in several words', () => {
    const said = printed([
      ['growth: heart, 1 row', 2, [['ranger', 4000]]],
      [
        'start of predict',
        60,
        [
          ['bare node start', 40],
          ['onnxruntime-node (float32)', 300],
        ],
      ],
    ]);
    expect([...readRatios(said)]).toEqual([
      ['growth: heart, 1 row, ranger', 2000],
      ['start of predict, bare node start', 1 / 1.5],
      ['start of predict, onnxruntime-node (float32)', 5],
    ]);
  });

  test('are none where a run printed no figures', () => {
    expect(readRatios('wrk: not measured: it is not here\n| a | ours 1 | b |').size).toBe(0);
  });
});

test('the doubles that differ are read from the last line of a run', () => {
  const report = createReport(() => {});
  expect(differingDoubles(summary(report).line)).toBe(0);
  report.compared(10_000, 12);
  expect(differingDoubles(`some line\n${summary(report).line}\n`)).toBe(12);
  expect(differingDoubles('nothing was compared')).toBe(0);
});

describe('a ratio beside those of an older commit', () => {
  const older = [run(100), run(120), run(110)];

  test('holds up to 5 % below the slowest of its runs', () => {
    expect(slowerRatios(older, run(96))).toEqual([]);
    expect(compareRatios(older, run(96), undefined)).toEqual([
      { name: 'heart, 1 row, ranger', older: [100, 120, 110], ours: 96, verdict: 'holds' },
    ]);
  });

  test('is slower below that, unless a second run is not', () => {
    expect(slowerRatios(older, run(95))).toEqual(['heart, 1 row, ranger']);
    expect(compareRatios(older, run(95), run(94))).toMatchObject([{ ours: 95, again: 94, verdict: 'slower' }]);
    expect(compareRatios(older, run(95), run(97))).toMatchObject([{ ours: 95, again: 97, verdict: 'slower once' }]);
    expect(compareRatios(older, run(95), undefined)).toMatchObject([{ ours: 95, verdict: 'slower' }]);
  });

  test('is left out where the older commit has no such figure', () => {
    expect(compareRatios(older, readRatios(printed([['new', 1, [['ranger', 9]]]])), undefined)).toEqual([]);
  });
});

test('the table has each ratio, and the last line names those that are slower', () => {
  const all = [...compareRatios([run(100), run(120)], run(150), undefined), ...compareRatios([run(2000)], run(1000), run(1001))];
  expect(comparedText(all, 'f2e1c25')).toEqual({
    table: [
      '| figure and peer | f2e1c25, 2 runs | ours | ours again |  |',
      '| --- | --- | --- | --- | --- |',
      '| heart, 1 row, ranger | 100 x to 120 x | 150 x |  | holds |',
      '| heart, 1 row, ranger | 2,000 x to 2,000 x | 1,000 x | 1,001 x | slower |',
    ].join('\n'),
    line: '1 of 2 ratios are slower than in f2e1c25 by more than 5 %: heart, 1 row, ranger',
    fails: true,
  });
  expect(comparedText(all.slice(0, 1), 'f2e1c25')).toMatchObject({
    line: 'none of 1 ratios is slower than in f2e1c25 by more than 5 %',
    fails: false,
  });
  expect(comparedText([], 'f2e1c25')).toMatchObject({ line: 'no ratio was measured in both', fails: true });
});
