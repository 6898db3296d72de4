import { askAnswered, newestWins } from '../base/ask.ts';
import type { AnswerBody, PageData, PageFeature, Predicted, Value } from '../base/data.ts';
import { byId, make, paused, svg } from '../base/dom.ts';
import { isShare, nameOf, numbersOf } from '../base/reading.ts';
import type { Words } from '../words/words.ts';
import { gridOf, gridRows, isBars, MOST_VALUES } from './grid.ts';

/** Most small curves, and most and fewest points of one. */
const MOST_CURVES = 40;
const POINTS = { most: 21, least: 5 };
/** About the most values that one request for all of them sends or gets. */
const BUDGET = 60_000;
/** How long the inputs rest before the small curves are asked for, in milliseconds: the answer and the large curve come first. */
const ASK_AFTER = 200;
/** The inner width and height of a small curve's drawing; the style sheet stretches it. */
const [WIDTH, HEIGHT] = [100, 40];

/** Small curves of all features beside one another; each is a button that puts its feature into the large plot. */
export type Small = {
  /** Asks for the curves anew, once the inputs rest. */
  update(values: Value[]): void;
  show(along: number | undefined, time: number, words: Words): void;
};

/** Opens the place of the small curves, of the features at `places`; `choose` hears the one that a person touches. */
export function openSmall(data: PageData, places: number[], choose: (at: number) => void): Small {
  const shown = places.slice(0, Math.min(MOST_CURVES, MOST_VALUES / POINTS.least / data.features.length));
  const grids = shown.map((at) => gridOf(data.features[at] as PageFeature, pointsOf(data, shown.length)));
  const buttons = shown.map((at) => {
    const button = make(
      'button',
      { type: 'button' },
      make('span'),
      svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' }),
    );
    button.addEventListener('click', () => choose(at));
    return button;
  });
  if (shown.length > 1) byId('small').append(...buttons);
  let wanted: Value[] = [];
  let curves: { values: Value[]; body: AnswerBody; left: Value[][] } | undefined;
  let last: [number | undefined, number, Words] | undefined;

  const render = () => {
    if (!last) return;
    const [along, time, words] = last;
    buttons.forEach((button, place) => {
      const at = shown[place] as number;
      const feature = data.features[at] as PageFeature;
      // The large plot has the unit.
      (button.firstChild as HTMLElement).textContent = words.label(feature.label ?? feature.name);
      button.title = nameOf(feature, words);
      button.ariaPressed = String(at === along);
    });
    byId('small').hidden = !curves || shown.length < 2;
    if (!curves) return;
    const { values, body, left } = curves;
    let from = 0;
    const all = left.map((grid) => {
      const numbers = body.predictions.slice(from, from + grid.length).map((prediction: Predicted) => numbersOf(data, prediction, time));
      from += grid.length;
      return numbers;
    });
    const [low, high] = spanOf([...all.flat(2), ...(isShare(data) ? [0] : [])]);
    buttons.forEach((button, place) => {
      const at = shown[place] as number;
      const y = (value: number) => HEIGHT - 2 - ((value - low) / (high - low)) * (HEIGHT - 4);
      const draw = isBars(data.features[at] as PageFeature) ? barParts : lineParts;
      const parts = draw(left[place] ?? [], all[place] ?? [], values[at], y, isShare(data));
      button.lastElementChild?.replaceChildren(...parts);
    });
  };
  const ask = newestWins(async () => {
    const values = wanted;
    const rows = shown.flatMap((at, place) => gridRows(values, at, grids[place] ?? []));
    const { places, outcome } = await askAnswered(data, rows, data.votes?.parameters);
    if (outcome.state !== 'answered' || outcome.body.predictions.length !== places.length) return;
    const answered = new Set(places);
    let row = 0;
    curves = { values, body: outcome.body, left: grids.map((grid) => grid.filter(() => answered.has(row++))) };
    render();
  });
  const soon = paused(ASK_AFTER, ask);
  return {
    update: (values) => {
      wanted = [...values];
      if (shown.length > 1) soon();
    },
    show: (...now) => {
      last = now;
      render();
    },
  };
}

/** How many points a small curve has, so that a request for all of them stays small. */
function pointsOf(data: PageData, curves: number): number {
  const width = Math.max(data.features.length, data.votes?.codes ? (data.votes.trees ?? 1) / 4 : 1, data.first?.times?.length ?? 1);
  return Math.max(POINTS.least, Math.min(POINTS.most, Math.floor(BUDGET / Math.max(1, curves) / width)));
}

/** One scale for all, so that a flat curve is seen to be one. */
function spanOf(numbers: number[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const number of numbers) {
    low = Math.min(low, number);
    high = Math.max(high, number);
  }
  return high > low ? [low, high] : [low - 1, low + 1];
}

function lineParts(grid: Value[], points: number[][], here: Value | undefined, y: (value: number) => number): SVGElement[] {
  const [low, high] = [Number(grid[0]), Number(grid.at(-1))];
  const x = (value: number) => (WIDTH * (value - low)) / (high - low || 1);
  const lines = (points[0] ?? []).map((_, line) => {
    const d = points.map(
      (point, at) => `${at === 0 ? 'M' : 'L'}${x(grid[at] as number).toFixed(1)} ${y(point[line] as number).toFixed(1)}`,
    );
    return svg('path', { d: d.join(''), class: `c${line % 8}` });
  });
  const isIn = typeof here === 'number' && here >= low && here <= high;
  return isIn ? [svg('path', { d: `M${x(here).toFixed(1)} 0V${HEIGHT}`, class: 'here' }), ...lines] : lines;
}

/** A group of bars for each value, the present one's with a ground behind it; of numbers that need not start at 0 the upper ends alone. */
function barParts(
  grid: Value[],
  points: number[][],
  here: Value | undefined,
  y: (value: number) => number,
  isFromZero: boolean,
): SVGElement[] {
  const wide = WIDTH / grid.length;
  return grid.flatMap((value, at) => {
    const values = points[at] ?? [];
    const bar = (0.7 * wide) / values.length;
    const ground = value === here ? [svg('rect', { x: at * wide, y: 0, width: wide, height: HEIGHT, class: 'ground' })] : [];
    const bars = values.map((number, line) =>
      svg('rect', {
        x: (at + 0.15) * wide + line * bar,
        y: y(number) - (isFromZero ? 0 : 1),
        width: bar * 0.9,
        height: isFromZero ? y(0) - y(number) : 2,
        class: `c${line % 8}`,
      }),
    );
    return [...ground, ...bars];
  });
}
