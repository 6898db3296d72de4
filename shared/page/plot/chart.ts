import uPlot from 'uplot';
import { type ChartSpec, color, font, markPoint, nameLines, shade } from './chart-draw.ts';

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
    // Where the answer has its place below the form, the curve has the height of both.
    const most = host.closest('.few') ? 370 : 250;
    return { width, height: Math.round(Math.min(most, Math.max(190, width * 0.5))) };
  };
  new ResizeObserver(() => {
    if (plot && host.clientWidth > 0 && plot.width !== size().width) plot.setSize(size());
  }).observe(host);
  return {
    show: (next) => {
      spec = next;
      const { lines, stepped, band } = next;
      const wanted = JSON.stringify([lines.length, stepped, band !== undefined, next.xName]);
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
  const { lines, stepped, band, xName } = spec;
  const stepPath = uPlot.paths.stepped?.({ align: 1 });
  const line = (_: unknown, at: number): uPlot.Series => ({
    stroke: () => color(`--c${at % 8}`),
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
      },
    ],
    hooks: {
      drawClear: [(plot) => shade(plot, current())],
      draw: [(plot) => nameLines(plot, current()), (plot) => markPoint(plot, current())],
    },
  };
}

/** Lets a person point at an x, and drag. */
function listen(over: HTMLElement, plot: uPlot, current: () => ChartSpec): void {
  const pick = (event: PointerEvent) => {
    const { pick: hear, x } = current();
    if (!hear || x.length === 0) return;
    const value = plot.posToVal(event.clientX - over.getBoundingClientRect().left, 'x');
    hear(Math.min(x[x.length - 1]!, Math.max(x[0]!, value)));
  };
  over.addEventListener('pointerdown', (event) => {
    over.setPointerCapture(event.pointerId);
    pick(event);
  });
  over.addEventListener('pointermove', (event) => {
    if (over.hasPointerCapture(event.pointerId)) pick(event);
  });
}

/** Has places draw anew when the colours of the page may have changed: light to dark, or to paper. */
export function onColors(places: { redraw(): void }[]): void {
  const changed = () => {
    for (const place of places) place.redraw();
  };
  for (const query of ['(prefers-color-scheme: dark)', 'print', '(forced-colors: active)']) {
    matchMedia(query).addEventListener('change', changed);
  }
}
