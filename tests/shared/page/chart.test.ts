import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ticksOf, ticksWithin } from '../../../shared/page/plot/axis.ts';
import { type ChartSpec, planOf } from '../../../shared/page/plot/chart-parts.ts';

describe('the marks of an axis', () => {
  test.each([
    [0, 1, 6, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0, 1, 5, [0, 0.25, 0.5, 0.75, 1]],
    [0, 100, 11, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]],
    [0.1, 0.35, 6, [0.1, 0.15, 0.2, 0.25, 0.3, 0.35]],
    [-3.2, 2.9, 4, [-2.5, 0, 2.5]],
    [999, 1001, 3, [999, 1000, 1001]],
    [29, 77, 2, [50]],
  ])('from %d to %d, at most %d: %j', (low, high, most, expected) => {
    expect(ticksOf(low, high, most)).toEqual(expected);
  });

  test('lie within its ends, at equal steps, and are not more than asked for', () => {
    const number = fc.double({ min: -1e12, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(number, number, fc.integer({ min: 2, max: 12 }), (one, other, most) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        fc.pre(high - low > 1e-6 * Math.max(Math.abs(low), Math.abs(high)) && high - low > 1e-100);
        const ticks = ticksOf(low, high, most);
        const slack = 1e-6 * (high - low);
        expect(ticks.length).toBeLessThanOrEqual(most);
        for (const tick of ticks) expect(tick >= low - slack && tick <= high + slack).toBe(true);
        const gaps = ticks.slice(1).map((tick, at) => tick - ticks[at]!);
        for (const gap of gaps) expect(Math.abs(gap - gaps[0]!)).toBeLessThanOrEqual(slack);
      }),
    );
  });

  test('of a span that is nothing or no number are none', () => {
    for (const [low, high] of [
      [1, 1],
      [0, Number.NaN],
      [0, Number.POSITIVE_INFINITY],
      [2, 1],
    ] as const)
      expect(ticksOf(low, high, 5)).toEqual([]);
  });

  test('have room beside each other, and are fewer where their texts are long', () => {
    const long = ticksWithin(0, 1_000_000, 300, 7, (value) => value.toLocaleString('en'));
    const short = ticksWithin(0, 1_000_000, 300, 7, (value) => `${value / 1_000_000}`);
    expect(long.length).toBeGreaterThan(1);
    expect(short.length).toBeGreaterThan(long.length);
    expect(long.length * ('1,000,000'.length * 7 + 14)).toBeLessThanOrEqual(300);
  });
});

describe('a chart’s plan', () => {
  const spec: ChartSpec = {
    x: [0, 50, 100],
    lines: [{ name: '', ys: [0, 0.5, 1] }],
    stepped: false,
    yRange: [0, 1],
    xName: 'x',
    xFormat: String,
    yFormat: (value) => `${100 * value}%`,
  };

  test('puts the ends of both axes at the edges of the plot', () => {
    const { left, right, top, bottom, toX, toY } = planOf(spec, 600, 300);
    expect([toX(0), toX(100), toY(1), toY(0)]).toEqual([left, right, top, bottom]);
    expect(left).toBeGreaterThan('100%'.length * 7);
  });

  test('finds the value that a person points at, and no value beyond the ends', () => {
    const { toX, fromX } = planOf(spec, 600, 300);
    for (const value of [0, 12.5, 54, 100]) expect(fromX(toX(value))).toBeCloseTo(value, 9);
    expect([fromX(-50), fromX(5000)]).toEqual([0, 100]);
  });

  test('has a place for a single value', () => {
    const { toX, left } = planOf({ ...spec, x: [7], lines: [{ name: '', ys: [1] }] }, 600, 300);
    expect(toX(7)).toBe(left);
  });
});
