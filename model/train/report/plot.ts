/** A line of a plot: its points from left to right. */
export type Series = { name: string; points: [number, number][]; dashed?: boolean };
/** What stands at the axes; `labels` name the places 1, 2, 3 of a factor. */
export type PlotOptions = { x: string; y: string; dots?: boolean; labels?: string[] | undefined };

const COLOURS = ['#1f6f4a', '#b0552a', '#3b5b92', '#8a6d1b', '#7a3b78', '#2a7f8a', '#a8261c', '#5b6661'];
const SIZE = { width: 460, height: 280, left: 62, right: 14, top: 12, bottom: 62 };

/** Lines over a number or over levels, as an SVG text. */
export function linePlot(series: Series[], options: PlotOptions): string {
  const points = series.flatMap((one) => one.points).filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  if (points.length === 0) return '';
  const [x, y] = [axis(points.map(([value]) => value)), axis(points.map(([, value]) => value))];
  const { width, height, left, right, top, bottom } = SIZE;
  const toX = (value: number) => left + ((value - x.low) / (x.high - x.low)) * (width - left - right);
  const toY = (value: number) => height - bottom - ((value - y.low) / (y.high - y.low)) * (height - top - bottom);
  const parts: string[] = [];
  for (const tick of y.ticks) {
    parts.push(`<line x1="${left}" x2="${width - right}" y1="${at(toY(tick))}" y2="${at(toY(tick))}" stroke="#d9ddd6"/>`);
    parts.push(text(left - 6, toY(tick) + 4, shown(tick), 'end'));
  }
  const ticks = options.labels
    ? options.labels.map((label, place): [number, string] => [place + 1, label])
    : x.ticks.map((tick): [number, string] => [tick, shown(tick)]);
  for (const [value, label] of ticks.slice(0, 12)) parts.push(text(toX(value), height - bottom + 16, label.slice(0, 12), 'middle'));
  series.forEach(({ points: own, dashed }, place) => {
    const colour = dashed ? '#5b6661' : COLOURS[place % COLOURS.length];
    const path = own.map(([px, py]) => `${at(toX(px))},${at(toY(py))}`).join(' ');
    parts.push(`<polyline fill="none" stroke="${colour}" stroke-width="1.6"${dashed ? ' stroke-dasharray="4 4"' : ''} points="${path}"/>`);
    if (options.dots && !dashed)
      for (const [px, py] of own) parts.push(`<circle cx="${at(toX(px))}" cy="${at(toY(py))}" r="3" fill="${colour}"/>`);
  });
  parts.push(
    text((left + width - right) / 2, height - bottom + 34, options.x, 'middle'),
    text(left, height - 8, options.y, 'start', '#5b6661'),
  );
  if (series.length > 1) parts.push(legend(series.filter(({ dashed }) => !dashed)));
  return svg(width, height, `${options.y} by ${options.x}`, parts);
}

/** Bars from a name each, one below the other. */
export function barPlot(bars: [string, number][]): string {
  const [width, left, line] = [640, 170, 22];
  const most = Math.max(...bars.map(([, value]) => Math.abs(value)), Number.MIN_VALUE);
  const parts = bars.flatMap(([name, value], place) => {
    const length = Math.max(0, (Math.abs(value) / most) * (width - left - 110));
    const top = place * line + 4;
    const bar = `<rect x="${left}" y="${top}" width="${at(length)}" height="${line - 6}" fill="${value < 0 ? COLOURS[1] : COLOURS[0]}"/>`;
    return [text(left - 8, top + 12, name.slice(0, 24), 'end'), bar, text(left + length + 6, top + 12, shown(value), 'start')];
  });
  return svg(width, bars.length * line + 8, 'importance', parts);
}

/** A text as XML and HTML take it, in elements and in attributes. */
export function escapeXml(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

function svg(width: number, height: number, title: string, parts: string[]): string {
  return `<svg role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-size="11" font-family="system-ui,sans-serif"><title>${escapeXml(title)}</title>${parts.join('')}</svg>`;
}

function text(x: number, y: number, value: string, anchor: string, fill = '#1c2320'): string {
  return `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}" fill="${fill}">${escapeXml(value)}</text>`;
}

function legend(series: Series[]): string {
  const shownSeries = series.slice(0, 8);
  const step = 270 / Math.max(1, shownSeries.length);
  return shownSeries
    .map(({ name }, place) => {
      const x = 175 + place * step;
      return `<rect x="${at(x)}" y="${SIZE.height - 16}" width="8" height="8" fill="${COLOURS[place % COLOURS.length]}"/>${text(x + 12, SIZE.height - 8, name.slice(0, 14), 'start')}`;
    })
    .join('');
}

/** The range of an axis with four to eight round steps. */
function axis(values: number[]): { low: number; high: number; ticks: number[] } {
  let low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  let high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? 10 * power;
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high + step * 1e-9; tick += step) ticks.push(Number(tick.toPrecision(12)));
  return { low, high, ticks };
}

function at(value: number): string {
  return value.toFixed(1);
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
