import { COLOURS } from './style.ts';

/** A line of a plot: its points from left to right, and its place among the colours; a guide is dashed and has none. */
export type Series = { name: string; points: [number, number][]; colour: number | undefined };
/** What stands at the axes, and from where to where the upright one goes where the points do not settle that. */
export type PlotOptions = { x: string; y: string; dots?: boolean; isStepped?: boolean; yRange?: [number, number] | undefined };
/** A group of bars beside one another: a name, and a value for each of the colours. */
export type BarGroup = { name: string; values: number[] };

const SIZE = { width: 420, height: 260, left: 48, right: 12, top: 24, bottom: 42 };
/** The places between the plot's edges. */
const INNER = { right: SIZE.width - SIZE.right, bottom: SIZE.height - SIZE.bottom };
/** Most characters below the horizontal axis, all names together. */
const MOST_BELOW = 52;

/** Lines over a number, as an SVG text; empty where nothing is finite. */
export function linePlot(series: Series[], options: PlotOptions): string {
  const points = series.flatMap((one) => one.points).filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  if (points.length === 0) return '';
  const x = axis(points.map(([value]) => value));
  const y = axis(options.yRange ?? points.map(([, value]) => value));
  const toX = (value: number) => SIZE.left + ((value - x.low) / (x.high - x.low)) * (INNER.right - SIZE.left);
  const toY = placeOn(y);
  const parts = [...gridParts(y, toY), ...x.ticks.map((tick) => text(toX(tick), INNER.bottom + 16, shown(tick), 'middle'))];
  for (const { points, colour } of series) {
    const corners = options.isStepped ? steps(points) : points;
    const path = corners.map(([px, py]) => `${at(toX(px))},${at(toY(py))}`).join(' ');
    parts.push(`<polyline class="${lineClass(colour)}" points="${path}"/>`);
    if (!options.dots || colour === undefined) continue;
    for (const [px, py] of points) parts.push(`<circle class="f${colour % COLOURS}" cx="${at(toX(px))}" cy="${at(toY(py))}" r="3"/>`);
  }
  return svg(options, parts);
}

/** Points by two numbers, as an SVG text; empty where there are none. `names` stand below places of the horizontal axis, in the place of numbers. */
export function scatterPlot(points: [number, number][], options: PlotOptions, names?: { place: number; name: string }[]): string {
  const finite = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  if (finite.length === 0) return '';
  // Half a place at each side keeps named places off the edges.
  const places = names?.flatMap(({ place }) => [place - 0.5, place + 0.5]);
  const x = axis(places ?? finite.map(([value]) => value));
  const y = axis(options.yRange ?? finite.map(([, value]) => value));
  const toX = (value: number) => SIZE.left + ((value - x.low) / (x.high - x.low)) * (INNER.right - SIZE.left);
  const toY = placeOn(y);
  const most = Math.max(3, Math.floor(MOST_BELOW / Math.max(1, names?.length ?? 1)));
  const below = names
    ? names.map(({ place, name }) => text(toX(place), INNER.bottom + 16, shortened(name, most), 'middle'))
    : x.ticks.map((tick) => text(toX(tick), INNER.bottom + 16, shown(tick), 'middle'));
  const dots = finite.map(([px, py]) => `<circle class="f0 dot" cx="${at(toX(px))}" cy="${at(toY(py))}" r="3"/>`);
  return svg(options, [...gridParts(y, toY), ...below, ...dots]);
}

/**
 * Groups of bars, one a value that stands for itself, as an SVG text. Where the scale does not reach nought, from which a bar's length
 * counts, a step stands at each value instead.
 */
export function groupPlot(groups: BarGroup[], options: PlotOptions): string {
  const values = groups.flatMap((one) => one.values).filter(Number.isFinite);
  if (values.length === 0) return '';
  const y = axis(options.yRange ?? values);
  const areBars = y.low <= 0 && y.high >= 0;
  const toY = placeOn(y);
  const wide = (INNER.right - SIZE.left) / groups.length;
  const most = Math.max(3, Math.floor(MOST_BELOW / groups.length));
  const parts = gridParts(y, toY);
  groups.forEach(({ name, values: bars }, place) => {
    const bar = (0.8 * wide) / bars.length;
    const left = SIZE.left + (place + 0.1) * wide;
    bars.forEach((value, colour) => {
      const [top, end] = areBars ? [Math.min(toY(value), toY(0)), Math.max(toY(value), toY(0))] : [toY(value) - 1.5, toY(value) + 1.5];
      const title = `<title>${escapeXml(`${name}: ${shown(value)}`)}</title>`;
      const box = `x="${at(left + colour * bar)}" y="${at(top)}" width="${at(0.92 * bar)}" height="${at(end - top)}"`;
      parts.push(`<rect class="f${colour % COLOURS}" ${box}>${title}</rect>`);
    });
    parts.push(text(left + 0.4 * wide, INNER.bottom + 16, shortened(name, most), 'middle'));
  });
  return svg(options, parts);
}

/** The names of lines or bars beside their colours. */
export function legendHtml(names: string[]): string {
  return `<p class="legend">${names.map((name, place) => `<span><i class="b${place % COLOURS}"></i>${escapeXml(name)}</span>`).join('')}</p>`;
}

/** A text as XML and HTML take it, in elements and in attributes. */
export function escapeXml(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

/** A number as a plot shows it. */
export function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function lineClass(colour: number | undefined): string {
  if (colour === undefined) return 'guide';
  return colour < COLOURS ? `l${colour}` : `l${colour % COLOURS} again`;
}

/** The corners of steps: each value holds from half way to the one before it, to half way to the next. */
function steps(points: [number, number][]): [number, number][] {
  return points.flatMap(([x, y], place): [number, number][] => {
    const before = points[place - 1]?.[0] ?? x;
    const after = points[place + 1]?.[0] ?? x;
    return [
      [(before + x) / 2, y],
      [(x + after) / 2, y],
    ];
  });
}

/** From where to where an axis goes, and its round steps. */
export type Axis = { low: number; high: number; ticks: number[] };

/** Where a value stands on the upright axis. */
function placeOn({ low, high }: Axis): (value: number) => number {
  return (value) => INNER.bottom - ((value - low) / (high - low)) * (INNER.bottom - SIZE.top);
}

function gridParts({ ticks }: Axis, toY: (value: number) => number): string[] {
  return ticks.flatMap((tick) => [
    `<line class="grid" x1="${SIZE.left}" x2="${INNER.right}" y1="${at(toY(tick))}" y2="${at(toY(tick))}"/>`,
    text(SIZE.left - 6, toY(tick) + 4, shown(tick), 'end'),
  ]);
}

function svg({ x, y }: PlotOptions, parts: string[]): string {
  const names = [text(6, 12, y, 'start', 'unit'), text((SIZE.left + INNER.right) / 2, SIZE.height - 6, shortened(x, 60), 'middle', 'unit')];
  const title = escapeXml(`${y} by ${x}`);
  return `<svg role="img" viewBox="0 0 ${SIZE.width} ${SIZE.height}"><title>${title}</title>${[...parts, ...names].join('')}</svg>`;
}

function text(x: number, y: number, value: string, anchor: string, className = ''): string {
  const attribute = className === '' ? '' : ` class="${className}"`;
  return `<text${attribute} x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${escapeXml(value)}</text>`;
}

/** A text of at most so many characters, with a sign that some are left out. */
function shortened(value: string, most: number): string {
  const letters = Array.from(value);
  return letters.length <= most ? value : `${letters.slice(0, most - 1).join('')}…`;
}

/** The range of an axis with four to eight round steps. */
export function axis(values: number[]): Axis {
  let low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  let high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * (1 - 1e-9)) ?? 10 * power;
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step - 1e-9) * step; tick <= high + step * 1e-9; tick += step) ticks.push(Number(tick.toPrecision(12)));
  return { low, high, ticks };
}

function at(value: number): string {
  return value.toFixed(1);
}
