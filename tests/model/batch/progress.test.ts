import { describe, expect, test } from '@jest/globals';
import { createProgress, progressText } from '../../../model/batch/progress.ts';

const START = { rows: 0, bad: 0, share: 0 };

describe('a line of progress', () => {
  test('has the part that is read, the rows, their speed and the time that is left', () => {
    expect(progressText({ rows: 2_500_000, bad: 0, share: 0.25 }, START, 5, false)).toBe(
      '25 %, 2,500,000 rows, 500,000 a second, 0:15 left',
    );
    expect(progressText({ rows: 100, bad: 20, share: 0.01 }, START, 60, true)).toBe(
      '[........................] 1 %, 120 rows, 2 a second, 1:39:00 left',
    );
  });

  test('counts speed and time from where this run went on, and bad rows as rows', () => {
    const from = { rows: 1_000, bad: 0, share: 0.5 };
    expect(progressText({ rows: 1_400, bad: 100, share: 0.75 }, from, 10, false)).toBe('75 %, 1,500 rows, 50 a second, 0:10 left');
  });

  test('of a pipe has no part and no time, since nobody knows how much comes', () => {
    expect(progressText({ rows: 10, bad: 0, share: undefined }, { ...START, share: undefined }, 2, true)).toBe('10 rows, 5 a second');
  });
});

describe('progress is shown', () => {
  /** What is written while an hour goes by in steps of 100 ms. */
  function shown(isTerminal: boolean, seconds: number): string[] {
    const texts: string[] = [];
    let time = 0;
    const progress = createProgress({ isTerminal, columns: 40, write: (text) => texts.push(text) }, () => time);
    for (let step = 0; step <= 10 * seconds; step += 1) {
      time = 100 * step;
      progress.show({ rows: step, bad: 0, share: step / (10 * seconds) });
    }
    progress.done();
    return texts;
  }

  test('on a terminal five times a second on one line, which is cut to its width and taken away in the end', () => {
    const texts = shown(true, 10);
    expect(texts.length).toBe(52);
    expect(texts.every((text) => text.startsWith('\r\u001B[K') && text.length <= 4 + 39)).toBe(true);
    expect(texts.at(-1)).toBe('\r\u001B[K');
  });

  test('elsewhere as a plain line each ten seconds, and none where the run is shorter', () => {
    expect(shown(false, 30)).toEqual([
      expect.stringMatching(/^33 %, .* left\n$/),
      expect.stringMatching(/^66 %/),
      expect.stringMatching(/^100 %/),
    ]);
    expect(shown(false, 9)).toEqual([]);
  });
});
