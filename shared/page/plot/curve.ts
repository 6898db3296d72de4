import type { AnswerBody, PageData, PageFeature, Predicted, Value } from '../base/data.ts';
import { byId, make, say } from '../base/dom.ts';
import { classOf, isSeveral, isShare, linesOf, nameOf, numbersOf, readable, tick, timeName } from '../base/reading.ts';
import { levelLabel } from '../html/fields.ts';
import type { Words } from '../words/words.ts';
import type { Beside } from './beside.ts';
import type { Chart } from './chart.ts';
import { isBars } from './grid.ts';

/** Half the width of a band of 95 %, in standard errors. */
const BAND = 1.96;

/** The answer to the present inputs, with the inputs it is for. */
export type Present = { values: Value[]; prediction: Predicted; votes?: Predicted };
/** The answers along a feature: its place, its values, and what was answered to them; `lacks`: other values have no answer. */
export type Curve = { at: number; grid: Value[]; body: AnswerBody; lacks: boolean; beside?: Beside | undefined };

/** Shows a curve: a number feature's in the chart, another's as bars; `range` keeps the y axis, `pick` hears a value pointed at. */
export function showCurve(
  data: PageData,
  curve: Curve,
  time: number,
  present: Present | undefined,
  words: Words,
  chart: Chart,
  range: (ys: number[]) => [number, number],
  pick: (at: number, value: Value) => unknown,
): void {
  const feature = data.features[curve.at] as PageFeature;
  const areBars = isBars(feature);
  const note = (...notes: string[]) =>
    say(byId('plot-note'), [...notes, curve.lacks ? words.text('lacks') : ''].filter((told) => told !== '').join(' '));
  byId('plot').hidden = areBars;
  byId('levels').hidden = !areBars;
  if (areBars) {
    showLevels(data, curve, time, present, words, pick);
    note(data.votes?.trees ? words.text('voteBars') : lastingText(data, curve.body, time, words));
    return;
  }
  const x = curve.grid as number[];
  const points = curve.body.predictions.map((prediction) => numbersOf(data, prediction, time));
  const lines = linesOf(data, words, curve.body.predictions[0] as Predicted).map((name, line) => ({
    name,
    ys: points.map((point) => point[line]!),
  }));
  const band = bandOf(curve.body, lines[0]?.ys ?? []);
  const here = present?.values[curve.at];
  const known = shadedFrom(feature.edges ?? feature.known, x);
  // Without its votes a class has no place among the lines: then the mark is a line alone.
  const told = data.votes ? present?.votes : present?.prediction;
  const mark = typeof here === 'number' ? { x: here, ys: told === undefined ? [] : numbersOf(data, told, time) } : undefined;
  const thin = thinLines(data, curve.beside, time, present);
  chart.show({
    x,
    lines,
    stepped: false,
    band,
    thin,
    yRange: range([
      ...thin.flatMap(({ ys }) => ys),
      ...lines.flatMap(({ ys }) => ys),
      ...(band ? [...band.low, ...band.high] : []),
      ...(mark?.ys ?? []),
    ]),
    xName: nameOf(feature, words),
    xFormat: (value) => words.number(value, { maximumSignificantDigits: 9 }),
    yFormat: (value) => tick(data, words, value),
    mark,
    known,
    pick: (value) => pick(curve.at, nearest(x, value)),
  });
  byId('plot').ariaLabel = describe(data, feature, x, lines, words);
  note(
    data.votes?.trees ? words.text('votes') : lastingText(data, curve.body, time, words),
    known ? words.text(feature.edges ? 'beyondEdges' : 'beyondData') : '',
    band ? words.text('band') : '',
    thin.length > 0 ? words.text('othersNote') : '',
  );
}

/** A thin line for each made-up row: of several lines (the shares of classes) that of the present answer. */
function thinLines(data: PageData, beside: Beside | undefined, time: number, present: Present | undefined) {
  if (!beside) return [];
  const line = present ? classOf(data, present.prediction) : 0;
  const x = beside.grid as number[];
  const rows = beside.body.predictions.length / x.length;
  return Array.from({ length: rows }, (_, row) => {
    const predictions = beside.body.predictions.slice(row * x.length, (row + 1) * x.length);
    return { x, ys: predictions.map((prediction) => numbersOf(data, prediction, time)[line]!), line };
  });
}

/** What a share of survival along a feature is: of those that last longer than the time chosen. */
function lastingText(data: PageData, { times }: AnswerBody, time: number, words: Words): string {
  const shown = times?.[time];
  if (shown === undefined) return '';
  return `${words.text('lasting')} ${timeName(data, words, shown)}`;
}

function bandOf({ se }: AnswerBody, ys: number[]): { low: number[]; high: number[] } | undefined {
  // Of several numbers, or of the classes' shares, each has errors of its own, and the plot no band.
  if (!Array.isArray(se) || se.length !== ys.length || typeof se[0] !== 'number') return undefined;
  const edge = (sign: number) => ys.map((y, at) => y + sign * BAND * (se[at] as number));
  return { low: edge(-1), high: edge(1) };
}

/** The ends of what is known of a feature, where the grid goes more than a step beyond one of them. */
function shadedFrom(range: [number, number] | undefined, x: number[]): [number, number] | undefined {
  const step = (x[x.length - 1]! - x[0]!) / (x.length - 1);
  const isBeyond = range && (range[0] - x[0]! > 1.5 * step || x[x.length - 1]! - range[1] > 1.5 * step);
  return isBeyond ? range : undefined;
}

/** What the plot shows, in words: where each line starts and ends. */
function describe(data: PageData, feature: PageFeature, x: number[], lines: { name: string; ys: number[] }[], words: Words): string {
  const end = (ys: number[], at: number) => {
    return readable(data, words, ys.at(at) as number);
  };
  const told = lines.map(({ name, ys }) => `${name} ${words.text('from')} ${end(ys, 0)} ${words.text('to')} ${end(ys, -1)}`.trim());
  const [low, high] = [x[0]!, x[x.length - 1]!].map((value) => words.number(value));
  return `${nameOf(feature, words)} ${words.text('from')} ${low} ${words.text('to')} ${high}: ${told.join('; ')}`;
}

/** A factor's levels, no and yes, or a few whole numbers: a bar each, the present one marked. */
function showLevels(
  data: PageData,
  { at, grid, body }: Curve,
  time: number,
  present: Present | undefined,
  words: Words,
  pick: (at: number, value: Value) => unknown,
): void {
  const all = body.predictions.map((prediction) => numbersOf(data, prediction, time));
  const lengthOf = (values: number[]) => values.reduce((sum, value) => sum + Math.abs(value), 0);
  const top = isShare(data) ? 1 : Math.max(...all.map(lengthOf), 1e-300);
  const rows = grid.map((value, place) => {
    const prediction = body.predictions[place] as Predicted;
    const numbers = all[place] as number[];
    const name = valueText(data.features[at] as PageFeature, value, words);
    const fills = numbers.map((number, line) => {
      const fill = make('span', { className: `fill c${line % 8}` });
      fill.style.width = `${(100 * Math.abs(number)) / top}%`;
      return fill;
    });
    const row = make('div', {}, make('dt', {}, name), make('dd', { className: 'bar-track' }, ...fills));
    row.append(make('dd', {}, levelText(data, prediction, numbers, words)));
    row.addEventListener('click', () => pick(at, value));
    if (present?.values[at] === value) row.setAttribute('aria-current', 'true');
    return row;
  });
  byId('levels').replaceChildren(...rows);
}

/** A value of a feature as people read it. */
function valueText(feature: PageFeature, value: Value, words: Words): string {
  if (feature.type === 'factor') return words.label(levelLabel(feature, value === null ? null : String(value)));
  if (typeof value === 'boolean') return words.text(value ? 'yes' : 'no');
  return typeof value === 'number' ? words.number(value) : String(value);
}

/** What is said beside a level's bar: the number or numbers, or the class with the greatest share and that. */
function levelText(data: PageData, prediction: Predicted, numbers: number[], words: Words): string {
  if (isSeveral(data, prediction)) return numbers.map((value) => readable(data, words, value)).join(' · ');
  const names = linesOf(data, words, prediction);
  const best = numbers.indexOf(Math.max(...numbers));
  return `${names[best] ?? ''} ${readable(data, words, numbers[best]!)}`.trim();
}

function nearest(grid: number[], value: number): number {
  return grid.reduce((best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best), grid[0]!);
}
