import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Functions of uPlot that the page's plots never come to, since they have no dates, bars, splines, joined tables, logarithmic scales
 * or points, and show no cursor and no legend. uPlot's build has switches that leave some of them out; what it publishes has all.
 */
const UNUSED = [
  ...['fmtDate', 'tzDate', 'timeAxisStamps', 'timeAxisVals', 'timeAxisVal', 'timeSeriesStamp', 'timeSeriesVal'],
  ...['bars', 'monotoneCubic', '_monotoneCubic', 'splineInterp', 'points'],
  ...['join', 'nullExpand', 'sortCols', 'allHeadersSame', 'isAsc'],
  ...['rangeLog', 'rangeAsinh', 'logAxisSplits', 'asinhAxisSplits', 'log10AxisValsFilt', 'log2AxisValsFilt'],
  ...['updateCursor', 'initCursorPt', 'cacheMouse', 'mouseMove', 'mouseDown', 'mouseUp', 'mouseLeave', 'dblClick'],
  ...['initLegendRow', 'setLegendValues', 'syncLegend', 'addSeries', 'delSeries', 'setFocus'],
];
/** The one whose value is taken apart as the library starts. */
const DATES = 'genTimeStuffs';

/** An esbuild plugin that empties those functions, a seventh of the page's bytes. It fails where uPlot has one of them no more. */
export const trimUplot: Plugin = {
  name: 'trim-uplot',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]uPlot\.esm\.js$/ }, async ({ path }) => ({ contents: trimmed(await readFile(path, 'utf8')), loader: 'js' }));
  },
};

/** uPlot's text with the unused functions emptied. Throws where one of them is not to be found. */
export function trimmed(text: string): string {
  return [...UNUSED, DATES].reduce((rest, name) => {
    // A function ends where a brace stands as far in as it began: at the margin, or one tab from it.
    const whole = new RegExp(`^(\\t?)function ${name}\\([^]*?^\\1\\}$`, 'm');
    if (!whole.test(rest)) throw new Error(`uplot: found no function ${name}, expected one to leave out`);
    return rest.replace(whole, `$1function ${name}() {${name === DATES ? ' return [0, 0, () => {}]; ' : ''}}`);
  }, text);
}
