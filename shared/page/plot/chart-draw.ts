import uPlot from 'uplot';

/** Lines over a shared x, with the present point marked. */
export type ChartSpec = {
  x: number[];
  /** A line each, in the colours of their places. */
  lines: { name: string; ys: number[] }[];
  /** Constant from one x to the next, as a survival curve is. */
  stepped: boolean;
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

/** Shades what lies beyond the known values of x. */
export function shade(plot: uPlot, { known, x }: ChartSpec): void {
  if (!known || x.length === 0) return;
  const { ctx, bbox } = plot;
  const [low, high] = known.map((value) => Math.min(Math.max(plot.valToPos(value, 'x', true), bbox.left), bbox.left + bbox.width));
  ctx.save();
  ctx.fillStyle = color('--shade');
  ctx.fillRect(bbox.left, bbox.top, (low as number) - bbox.left, bbox.height);
  ctx.fillRect(high as number, bbox.top, bbox.left + bbox.width - (high as number), bbox.height);
  ctx.restore();
}

/** Names each of several lines above its end, as far as the names do not meet, so that no colour need be told from another. */
export function nameLines(plot: uPlot, { lines }: ChartSpec): void {
  if (lines.length < 2) return;
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
export function markPoint(plot: uPlot, { mark }: ChartSpec): void {
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
    ctx.fillStyle = color(`--c${at % 8}`);
    ctx.strokeStyle = color('--card');
    ctx.lineWidth = 2.5 * ratio;
    ctx.fill();
    ctx.stroke();
  });
  ctx.restore();
}

/** A colour of the page's style sheet, by its name there. */
export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The page's font for a canvas, of a size in pixels. */
export function font(size = 12): string {
  return `${size}px ${getComputedStyle(document.body).fontFamily}`;
}
