import { svg } from '../base/dom.ts';
import { ticksOf, ticksWithin } from './axis.ts';

/** Lines over a shared x, with the present point marked. */
export type ChartSpec = {
  x: number[];
  /** A line each, in the colours of their places. */
  lines: { name: string; ys: number[] }[];
  /** Constant from one x to the next, as a survival curve is. */
  stepped: boolean;
  /** Thin lines behind the others, each over an x of its own and in the colour of the line at its place. */
  thin?: { x: number[]; ys: number[]; line: number }[] | undefined;
  /** The edges of a band around the first line. */
  band?: { low: number[]; high: number[] } | undefined;
  yRange: [number, number];
  xName: string;
  xFormat(value: number): string;
  yFormat(value: number): string;
  mark?: { x: number; ys: number[] } | undefined;
  /** Beyond these values of x the plot is shaded. */
  known?: [number, number] | undefined;
  /** Hears the x that a person points at. */
  pick?: ((x: number) => void) | undefined;
};

/** Where a chart's parts stand, in pixels: the edges of the plot within the axes, and the places of values. */
export type Plan = {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  ys: number[];
  xs: number[];
  toX(value: number): number;
  toY(value: number): number;
  fromX(pixel: number): number;
};

/** About how wide a character of an axis is, and what stands below the plot: the values and the name. */
const CHAR = 7;
const BELOW = 46;

/** Lays a chart out in a place of some width and height. */
export function planOf({ x, yRange, xFormat, yFormat }: ChartSpec, width: number, height: number): Plan {
  const [first, last] = [x[0] ?? 0, x.at(-1) ?? 0];
  const span = last > first ? last - first : 1;
  const [low, high] = yRange;
  const [top, bottom, right] = [12, height - BELOW, width - 20];
  const ys = ticksOf(low, high, Math.max(2, Math.floor((bottom - top) / 36)));
  const left = 15 + CHAR * Math.max(2, ...ys.map((value) => yFormat(value).length));
  const perX = (right - left) / span;
  return {
    ...{ width, height, left, right, top, bottom, ys },
    xs: ticksWithin(first, first + span, right - left, CHAR, xFormat),
    toX: (value) => left + (value - first) * perX,
    toY: (value) => bottom - ((value - low) / (high - low)) * (bottom - top),
    fromX: (pixel) => Math.min(last, Math.max(first, first + (pixel - left) / perX)),
  };
}

/** The parts of a chart, those behind first. The style sheet gives them their colours. */
export function partsOf(spec: ChartSpec, plan: Plan): SVGElement[] {
  const { left, right, top, bottom } = plan;
  const over = svg('rect', { class: 'over', x: left, y: top, width: right - left, height: bottom - top });
  return [
    ...shadeParts(spec, plan),
    ...axisParts(spec, plan),
    over,
    ...bandParts(spec, plan),
    ...thinParts(spec, plan),
    ...lineParts(spec, plan),
    ...markParts(spec, plan),
  ];
}

/** Shades what lies beyond the known values of x. */
function shadeParts({ known }: ChartSpec, { left, right, top, bottom, toX }: Plan): SVGElement[] {
  if (!known) return [];
  const [low, high] = known.map((value) => Math.min(Math.max(toX(value), left), right)) as [number, number];
  const shade = (x: number, end: number) => svg('rect', { class: 'shade', x, y: top, width: end - x, height: bottom - top });
  return [shade(left, low), shade(high, right)];
}

function axisParts(
  { xName, xFormat, yFormat }: ChartSpec,
  { width, height, left, right, top, bottom, ys, xs, toX, toY }: Plan,
): SVGElement[] {
  const marks = ys.flatMap((value) => [
    svg('path', { class: 'grid', d: `M${left} ${at(toY(value))}H${right}` }),
    svg('text', { class: 'end', x: left - 8, y: at(toY(value) + 4) }, yFormat(value)),
  ]);
  const below = xs.flatMap((value) => {
    const text = xFormat(value);
    // A long text at the plot's end does not leave the picture.
    const place = Math.min(toX(value), width - (CHAR * text.length) / 2);
    return [
      svg('path', { class: 'grid', d: `M${at(toX(value))} ${top}V${bottom}` }),
      svg('text', { class: 'middle', x: at(place), y: bottom + 18 }, text),
    ];
  });
  // A name that is longer than the plot is cut; the choice above has all of it.
  const most = Math.floor((right - left) / CHAR);
  const name = xName.length > most ? `${xName.slice(0, most - 1)}…` : xName;
  return [...marks, ...below, svg('text', { class: 'middle', x: at((left + right) / 2), y: height - 6 }, name)];
}

function bandParts({ x, band }: ChartSpec, { toX, toY }: Plan): SVGElement[] {
  if (!band) return [];
  const corner = (ys: number[]) => (value: number, place: number) => `${at(toX(value))} ${at(toY(ys[place]!))}`;
  const corners = [...x.map(corner(band.high)), ...x.map(corner(band.low)).reverse()];
  return [svg('path', { class: 'band', d: `M${corners.join('L')}Z` })];
}

function thinParts({ thin = [] }: ChartSpec, { toX, toY }: Plan): SVGElement[] {
  return thin.map(({ x, ys, line }) => {
    const d = ys.map((y, place) => `${place === 0 ? 'M' : 'L'}${at(toX(x[place]!))} ${at(toY(y))}`).join('');
    return svg('path', { class: `thin c${line % 8}`, d });
  });
}

/** The lines; each of several has its name at its end, as far as the names do not meet, so that no colour need be told from another. */
function lineParts({ x, lines, stepped }: ChartSpec, { right, top, toX, toY }: Plan): SVGElement[] {
  const taken: number[] = [];
  const paths = lines.map(({ ys }, line) => {
    const steps = x.map((value, place) => {
      const [px, py] = [at(toX(value)), at(toY(ys[place]!))];
      if (place === 0) return `M${px} ${py}`;
      return stepped ? `H${px}V${py}` : `L${px} ${py}`;
    });
    return svg('path', { class: `line c${line % 8}`, d: steps.join('') });
  });
  const names = lines.flatMap(({ name, ys }, line) => {
    const near = [ys.at(-1) as number, ...ys.filter((_, place) => toX(x[place]!) >= right - CHAR * name.length)];
    // Above the line, as far as the name goes, or below it where there is no room.
    const above = toY(Math.max(...near)) - 8;
    const y = above < top ? toY(Math.min(...near)) + 18 : above;
    if (lines.length < 2 || taken.some((other) => Math.abs(other - y) < 14)) return [];
    taken.push(y);
    return [svg('text', { class: `name end c${line % 8}`, x: right, y: at(y) }, name)];
  });
  return [...paths, ...names];
}

/** Marks the present point: a line at its x, a ring on each line. */
function markParts({ mark }: ChartSpec, { left, right, top, bottom, toX, toY }: Plan): SVGElement[] {
  const x = mark ? toX(mark.x) : Number.NaN;
  if (!mark || !(x >= left - 1 && x <= right + 1)) return [];
  const rings = mark.ys.map((y, line) => svg('circle', { class: `c${line % 8}`, cx: at(x), cy: at(toY(y)), r: 6.5 }));
  return [svg('path', { class: 'here', d: `M${at(x)} ${top}V${bottom}` }), ...rings];
}

/** A place in a drawing, to a tenth of a pixel. */
function at(value: number): number {
  return Math.round(value * 10) / 10;
}
