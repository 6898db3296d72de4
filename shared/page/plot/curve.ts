import type { AnswerBody, PageData, PageFeature, Predicted, Value } from '../base/data.ts';
import { byId, make, say } from '../base/dom.ts';
import { bestOf, isShare, labelsOf, nameOf, numbersOf, readable, tick } from '../base/reading.ts';
import { isNumeric } from '../html/fields.ts';
import type { Words } from '../words/words.ts';
import type { Chart } from './chart.ts';

/** Half the width of a band of 95 %, in standard errors. */
const BAND = 1.96;

/** The answer to the present inputs, with the inputs it is for. */
export type Present = { values: Value[]; prediction: Predicted };
/** The answers along a feature: its place, its values, and what was answered to them. */
export type Curve = { at: number; grid: Value[]; body: AnswerBody };

/** Shows a curve: a number feature's in the chart, another's as bars; `range` keeps the y axis, `pick` hears a value pointed at. */
export function showCurve(
  data: PageData,
  curve: Curve,
  time: number,
  present: Present | undefined,
  words: Words,
  chart: Chart,
  range: (ys: number[]) => [number, number],
  pick: (at: number, value: Value) => void,
): void {
  const feature = data.features[curve.at] as PageFeature;
  const isNumber = isNumeric(feature);
  byId('plot').hidden = !isNumber;
  byId('levels').hidden = isNumber;
  if (!isNumber) {
    showLevels(data, curve, time, present, words);
    say(byId('plot-note'), '');
    return;
  }
  const x = curve.grid as number[];
  const points = curve.body.predictions.map((prediction) => numbersOf(data, prediction, time));
  const lines = lineNames(data, curve.body.predictions[0] as Predicted).map((name, line) => ({
    name,
    ys: points.map((point) => point[line] as number),
  }));
  const band = bandOf(curve.body, lines[0]?.ys ?? []);
  const here = present?.values[curve.at];
  const known = shadedFrom(feature, x);
  const mark = present && typeof here === 'number' ? { x: here, ys: numbersOf(data, present.prediction, time) } : undefined;
  chart.show({
    x,
    lines,
    stepped: false,
    strips: data.kind === 'classification',
    band,
    yRange: range([...lines.flatMap(({ ys }) => ys), ...(band ? [...band.low, ...band.high] : []), ...(mark?.ys ?? [])]),
    yTicks: data.kind === 'classification' ? data.classes.map((_, at) => at) : undefined,
    xName: nameOf(feature, words),
    xFormat: (value) => words.number(value, { maximumSignificantDigits: 6 }),
    yFormat: (value) => (data.kind === 'classification' ? (data.classes[value] ?? '') : tick(data, words, value)),
    mark,
    known,
    pick: (value) => pick(curve.at, nearest(x, value)),
  });
  byId('plot').ariaLabel = describe(data, feature, x, lines, words);
  say(byId('plot-note'), [known ? words.text('beyond') : '', band ? words.text('band') : ''].filter((note) => note !== '').join(' '));
}

function lineNames(data: PageData, prediction: Predicted): string[] {
  return typeof prediction === 'object' && !Array.isArray(prediction) ? labelsOf(data, prediction) : [''];
}

function bandOf({ se }: AnswerBody, ys: number[]): { low: number[]; high: number[] } | undefined {
  if (!Array.isArray(se) || se.length !== ys.length) return undefined;
  const edge = (sign: number) => ys.map((y, at) => y + sign * BAND * (se[at] as number));
  return { low: edge(-1), high: edge(1) };
}

/** The ends of what is known of a feature, where the grid goes more than a step beyond one of them. */
function shadedFrom({ range }: { range?: [number, number] }, x: number[]): [number, number] | undefined {
  const step = ((x[x.length - 1] as number) - (x[0] as number)) / (x.length - 1);
  const isBeyond = range && (range[0] - (x[0] as number) > 1.5 * step || (x[x.length - 1] as number) - range[1] > 1.5 * step);
  return isBeyond ? range : undefined;
}

/** What the plot shows, in words: where each line starts and ends. */
function describe(data: PageData, feature: PageFeature, x: number[], lines: { name: string; ys: number[] }[], words: Words): string {
  const end = (ys: number[], at: number) => {
    const value = ys.at(at) as number;
    return data.kind === 'classification' ? (data.classes[value] ?? '') : readable(data, words, value);
  };
  const told = lines.map(({ name, ys }) => `${name} ${words.text('from')} ${end(ys, 0)} ${words.text('to')} ${end(ys, -1)}`.trim());
  const [low, high] = [x[0] as number, x[x.length - 1] as number].map((value) => words.number(value));
  return `${nameOf(feature, words)} ${words.text('from')} ${low} ${words.text('to')} ${high}: ${told.join('; ')}`;
}

/** A factor's levels, or no and yes: a bar each, the present one marked. */
function showLevels(data: PageData, { at, grid, body }: Curve, time: number, present: Present | undefined, words: Words): void {
  const all = body.predictions.map((prediction) => numbersOf(data, prediction, time));
  const top = isShare(data) ? 1 : Math.max(...all.map(([value]) => Math.abs(value as number)), 1e-300);
  const rows = grid.map((value, place) => {
    const prediction = body.predictions[place] as Predicted;
    const numbers = all[place] as number[];
    const name = typeof value === 'boolean' ? words.text(value ? 'yes' : 'no') : String(value);
    const fills = numbers.map((number, line) => {
      const fill = make('span', { className: `fill c${line % 8}` });
      fill.style.width = `${data.kind === 'classification' ? 0 : (100 * Math.abs(number)) / top}%`;
      return fill;
    });
    const row = make('div', {}, make('dt', {}, name), make('dd', { className: 'bar-track' }, ...fills));
    row.append(make('dd', {}, levelText(data, prediction, numbers[0] as number, words)));
    if (present?.values[at] === value) row.setAttribute('aria-current', 'true');
    return row;
  });
  byId('levels').replaceChildren(...rows);
}

function levelText(data: PageData, prediction: Predicted, number: number, words: Words): string {
  if (typeof prediction === 'string') return prediction;
  if (typeof prediction === 'number' || Array.isArray(prediction)) return readable(data, words, number);
  const best = bestOf(data, prediction);
  return `${best} ${readable(data, words, prediction[best] as number)}`;
}

function nearest(grid: number[], value: number): number {
  return grid.reduce((best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best), grid[0] as number);
}
