import uPlot from 'uplot';

/** Lines over a shared x, with the present point marked. */
export type ChartSpec = {
  x: number[];
  /** A line each, in the colours of their places. */
  lines: { name: string; ys: number[] }[];
  /** Constant from one x to the next, as a survival curve is. */
  stepped: boolean;
  /** The first line's ys are places among classes: drawn as a strip in each class's colour instead of lines. */
  strips?: boolean;
  /** The edges of a band around the first line. */
  band?: { low: number[]; high: number[] } | undefined;
  yRange: [number, number];
  /** Where the y axis has its ticks, if not wherever it likes. */
  yTicks?: number[] | undefined;
  xName: string;
  xFormat(value: number): string;
  yFormat(value: number): string;
  mark?: { x: number; ys: number[] } | undefined;
  /** Beyond these values of x the plot is shaded. */
  known?: [number, number] | undefined;
  /** Hears the x that a person points at. */
  pick?: ((x: number) => void) | undefined;
};

/** A place for a chart. */
export type Chart = { show(spec: ChartSpec): void; redraw(): void };

/** Opens a chart in an element; it takes the element's width and the colours of the page's style sheet. */
export function openChart(host: HTMLElement): Chart {
  let plot: uPlot | undefined;
  let shape = '';
  let spec: ChartSpec | undefined;
  const current = () => spec as ChartSpec;
  const size = () => {
    const width = Math.max(200, host.clientWidth);
    return { width, height: Math.round(Math.min(320, Math.max(210, width * 0.42))) };
  };
  new ResizeObserver(() => {
    if (plot && host.clientWidth > 0 && plot.width !== size().width) plot.setSize(size());
  }).observe(host);
  return {
    show: (next) => {
      spec = next;
      const { lines, stepped, band, yTicks } = next;
      const wanted = JSON.stringify([lines.length, stepped, band !== undefined, yTicks ?? [], next.xName]);
      if (plot && wanted === shape) {
        plot.setData(dataOf(next));
        return;
      }
      plot?.destroy();
      shape = wanted;
      plot = new uPlot(optionsOf(next, current, size()), dataOf(next), host);
      listen(plot.over, plot, current);
    },
    redraw: () => plot?.redraw(),
  };
}

function dataOf({ x, lines, band }: ChartSpec): uPlot.AlignedData {
  return [x, ...lines.map(({ ys }) => ys), ...(band ? [band.high, band.low] : [])];
}

function optionsOf(spec: ChartSpec, current: () => ChartSpec, size: { width: number; height: number }): uPlot.Options {
  const { lines, stepped, strips, band, yTicks, xName } = spec;
  const stepPath = uPlot.paths.stepped?.({ align: 1 });
  const line = (_: unknown, at: number): uPlot.Series => ({
    stroke: () => (strips ? 'transparent' : color(`--c${at % 8}`)),
    width: 2.5,
    points: { show: false },
    ...(stepped && stepPath ? { paths: stepPath } : {}),
  });
  const edge: uPlot.Series = { stroke: 'transparent', width: 0, points: { show: false } };
  const first = lines.length + 1;
  const axis = { stroke: () => color('--dim'), grid: { stroke: () => color('--grid'), width: 1 }, ticks: { show: false }, font: font() };
  return {
    ...size,
    padding: [12, 24, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: (_, min, max) => [min, max > min ? max : min + 1] }, y: { range: () => current().yRange } },
    series: [{}, ...lines.map(line), ...(band ? [edge, edge] : [])],
    ...(band ? { bands: [{ series: [first, first + 1], fill: () => color('--band') }] } : {}),
    axes: [
      {
        ...axis,
        label: xName,
        labelFont: font(),
        labelSize: 22,
        labelGap: 0,
        size: 28,
        space: (_, __, min, max, width) => Math.max(width / 10, 12 + 7 * (String(Math.round(max)).length + (max - min < 3 ? 3 : 0))),
        values: (_, splits) => splits.map((value) => current().xFormat(value)),
      },
      {
        ...axis,
        space: 40,
        size: (_, values) => 16 + 7 * Math.max(2, ...(values ?? []).map((value) => value.length)),
        values: (_, splits) => splits.map((value) => current().yFormat(value)),
        ...(yTicks ? { splits: () => yTicks } : {}),
      },
    ],
    hooks: {
      drawClear: [(plot) => shade(plot, current())],
      draw: [(plot) => drawStrips(plot, current()), (plot) => nameLines(plot, current()), (plot) => markPoint(plot, current())],
    },
  };
}

/** Shades what lies beyond the known values of x. */
function shade(plot: uPlot, { known, x }: ChartSpec): void {
  if (!known || x.length === 0) return;
  const { ctx, bbox } = plot;
  const [low, high] = known.map((value) => Math.min(Math.max(plot.valToPos(value, 'x', true), bbox.left), bbox.left + bbox.width));
  ctx.save();
  ctx.fillStyle = color('--shade');
  ctx.fillRect(bbox.left, bbox.top, (low as number) - bbox.left, bbox.height);
  ctx.fillRect(high as number, bbox.top, bbox.left + bbox.width - (high as number), bbox.height);
  ctx.restore();
}

/** Draws which class is said where: for each x a block at its class's height. */
function drawStrips(plot: uPlot, { strips, x, lines }: ChartSpec): void {
  if (!strips) return;
  const { ctx, bbox } = plot;
  const half = 7 * uPlot.pxRatio;
  const middle = (a: number, b: number) => plot.valToPos((a + b) / 2, 'x', true);
  ctx.save();
  x.forEach((value, at) => {
    const place = lines[0]?.ys[at] ?? 0;
    const left = at === 0 ? bbox.left : middle(x[at - 1] as number, value);
    const right = at === x.length - 1 ? bbox.left + bbox.width : middle(value, x[at + 1] as number);
    ctx.fillStyle = color(`--c${place % 8}`);
    // Rounded outwards, so that no seam shows between neighbours.
    ctx.fillRect(Math.floor(left), plot.valToPos(place, 'y', true) - half, Math.ceil(right) - Math.floor(left), 2 * half);
  });
  ctx.restore();
}

/** Names each of several lines above its end, as far as the names do not meet, so that no colour need be told from another. */
function nameLines(plot: uPlot, { lines, strips }: ChartSpec): void {
  if (strips || lines.length < 2) return;
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  const taken: number[] = [];
  ctx.save();
  ctx.font = font(12 * ratio);
  ctx.textAlign = 'right';
  ctx.strokeStyle = color('--card');
  ctx.lineWidth = 4 * ratio;
  lines.forEach(({ name, ys }, at) => {
    const y = Math.max(bbox.top + 14 * ratio, plot.valToPos(ys.at(-1) as number, 'y', true) - 8 * ratio);
    if (taken.some((other) => Math.abs(other - y) < 14 * ratio)) return;
    taken.push(y);
    ctx.fillStyle = color(`--c${at % 8}`);
    ctx.strokeText(name, bbox.left + bbox.width, y);
    ctx.fillText(name, bbox.left + bbox.width, y);
  });
  ctx.restore();
}

/** Marks the present point: a line at its x, a ring on each line. */
function markPoint(plot: uPlot, { mark, strips }: ChartSpec): void {
  if (!mark) return;
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  const left = plot.valToPos(mark.x, 'x', true);
  if (!(left >= bbox.left - 1 && left <= bbox.left + bbox.width + 1)) return;
  ctx.save();
  ctx.strokeStyle = color('--dim');
  ctx.lineWidth = ratio;
  ctx.setLineDash([4 * ratio, 4 * ratio]);
  ctx.beginPath();
  ctx.moveTo(left, bbox.top);
  ctx.lineTo(left, bbox.top + bbox.height);
  ctx.stroke();
  ctx.setLineDash([]);
  mark.ys.forEach((y, at) => {
    ctx.beginPath();
    ctx.arc(left, plot.valToPos(y, 'y', true), 6.5 * ratio, 0, 2 * Math.PI);
    ctx.fillStyle = color(`--c${(strips ? y : at) % 8}`);
    ctx.strokeStyle = color('--card');
    ctx.lineWidth = 2.5 * ratio;
    ctx.fill();
    ctx.stroke();
  });
  ctx.restore();
}

/** Lets a person point at an x, and drag. */
function listen(over: HTMLElement, plot: uPlot, current: () => ChartSpec): void {
  const pick = (event: PointerEvent) => {
    const { pick: hear, x } = current();
    if (!hear || x.length === 0) return;
    const value = plot.posToVal(event.clientX - over.getBoundingClientRect().left, 'x');
    hear(Math.min(x[x.length - 1] as number, Math.max(x[0] as number, value)));
  };
  over.addEventListener('pointerdown', (event) => {
    over.setPointerCapture(event.pointerId);
    pick(event);
  });
  over.addEventListener('pointermove', (event) => {
    if (over.hasPointerCapture(event.pointerId)) pick(event);
  });
}

function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function font(size = 12): string {
  return `${size}px ${getComputedStyle(document.body).fontFamily}`;
}

/** Calls back when the colours of the page may have changed: light to dark, or to paper. */
export function onColors(changed: () => void): void {
  for (const query of ['(prefers-color-scheme: dark)', 'print', '(forced-colors: active)']) {
    matchMedia(query).addEventListener('change', changed);
  }
}
