import { power } from '../../../expressions/functions.ts';
import { modulo } from '../../../expressions/modulo.ts';
import type { MathLibrary } from '../../../math/library.ts';
import { splineValues } from '../../../steps/splines.ts';

/** Cubic regression splines: values at knots, by second derivatives there (mgcv.c, crspl); lines beyond the knots. */
export function cubic(knots: Float64Array, second: Float64Array, x: number): Float64Array {
  const count = knots.length;
  const last = count - 1;
  const out = new Float64Array(count);
  const put = (left: number, one: number, right: number, other: number) => {
    for (let at = 0; at < count; at += 1) out[at] = one * second[left * count + at]! + other * second[right * count + at]!;
  };
  if (x < knots[0]!) {
    const [width, beyond] = [knots[1]! - knots[0]!, x - knots[0]!];
    put(0, (-beyond * width) / 3, 1, (-beyond * width) / 6);
    out[0] = out[0]! + (1 - beyond / width);
    out[1] = out[1]! + beyond / width;
  } else if (x > knots[last]!) {
    const [width, beyond] = [knots[last]! - knots[last - 1]!, x - knots[last]!];
    // Of the last knot's second derivative mgcv takes one element for all: it is 0 there.
    const end = second[last * count]!;
    for (let at = 0; at < count; at += 1)
      out[at] = ((beyond * width) / 6) * second[(last - 1) * count + at]! + ((beyond * width) / 3) * end;
    out[last - 1] = out[last - 1]! + -beyond / width;
    out[last] = out[last]! + (1 + beyond / width);
  } else {
    let [from, to] = [0, last];
    while (to - from > 1) {
      const middle = (to + from) >> 1;
      if (x > knots[middle]!) from = middle;
      else to = middle;
    }
    const width = knots[from + 1]! - knots[from]!;
    const [right, left] = [knots[from + 1]! - x, x - knots[from]!];
    put(from, (right * ((right * right) / width - width)) / 6, from + 1, (left * ((left * left) / width - width)) / 6);
    out[from] = out[from]! + right / width;
    out[from + 1] = out[from + 1]! + left / width;
  }
  return out;
}

/** A value within the two ends of a cycle (mgcv's cwrap, with R's %%). */
export function wrapped(low: number, high: number, x: number): number {
  const width = high - low;
  if (x > high) return low + modulo(x - high, width);
  return x < low ? high - modulo(low - x, width) : x;
}

/** Cyclic cubic regression splines (Predict.matrix.cyclic.smooth of mgcv's smooth.r). */
export function cyclic(knots: Float64Array, second: Float64Array, given: number, pow: MathLibrary['pow']): Float64Array {
  const count = knots.length - 1;
  const x = wrapped(knots[0]!, knots[count]!, given);
  const out = new Float64Array(count);
  let next = 1;
  while (next < count && x > knots[next]!) next += 1;
  const before = next - 1;
  const width = knots[next]! - knots[before]!;
  const [right, left] = [knots[next]! - x, x - knots[before]!];
  const after = next === count ? 0 : next;
  const [one, other] = [power(right, 3, pow), power(left, 3, pow)];
  const six = 6 * width;
  const [rise, fall] = [(width * right) / 6, (width * left) / 6];
  for (let at = 0; at < count; at += 1) {
    const [a, b] = [second[at * count + before]!, second[at * count + after]!];
    let sum = (a * one) / six + (b * other) / six - a * rise - b * fall;
    sum += at === before ? right / width : 0;
    out[at] = sum + (at === after ? left / width : 0);
  }
  return out;
}

/** B-splines between the inner knots, and lines beyond them: `ends` has values and slopes at the lower end, then at the upper one. */
export function spline(knots: number[], order: number, ends: Float64Array, x: number): Float64Array {
  const width = knots.length - order;
  const [low, high] = [knots[order - 1]!, knots[knots.length - order]!];
  if (x >= low && x <= high) return Float64Array.from(splineValues(knots, order, x));
  const [from, beyond] = x < low ? [0, x - low] : [2 * width, x - high];
  return Float64Array.from({ length: width }, (_, at) => ends[from + at]! + beyond * ends[from + width + at]!);
}

/** B-splines on knots whose both ends are joined (cSplineDes of mgcv); `knots` go round once and start again. */
export function cycle(knots: number[], order: number, given: number): Float64Array {
  const [first, last] = [knots[order - 1]!, knots[knots.length - 1]!];
  const x = wrapped(first, last, given);
  const out = Float64Array.from(within(knots, order, x));
  if (x > knots[knots.length - order]!)
    within(knots, order, x - last + first).forEach((value, at) => {
      out[at] = out[at]! + value;
    });
  return out;
}

/** B-splines also where fewer than `order` of them cover x: the outer knots count as often as the order (splineDesign, outer.ok). */
function within(knots: number[], order: number, x: number): number[] {
  const degree = order - 1;
  const ends = (knot: number) => new Array<number>(degree).fill(knot);
  const all = splineValues([...ends(knots[0]!), ...knots, ...ends(knots[knots.length - 1]!)], order, x);
  return all.slice(degree, degree + knots.length - order);
}
