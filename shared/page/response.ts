import { askRows, newestWins } from './ask.ts';
import { type Chart, openChart } from './chart.ts';
import type { AnswerBody, PageData, PageFeature, Predicted, Value } from './data.ts';
import { byId, make, say } from './dom.ts';
import { gridOf, gridRows } from './grid.ts';
import { bestOf, isShare, labelsOf, nameOf, numbersOf, readable, tick } from './reading.ts';
import type { Words } from './words.ts';

/** Half the width of a band of 95 %, in standard errors. */
const BAND = 1.96;

/** The answer to the present inputs, with the inputs it is for. */
export type Present = { values: Value[]; prediction: Predicted };

/** The curve of the predictions along one feature. */
export type Response = {
  /** The place of the feature it goes along; undefined where there is none to look at. */
  along(): number | undefined;
  choose(at: number): void;
  /** The place among the times of the one that a person chose, for survival. */
  time(): number | undefined;
  /** Asks for the curve anew where the other inputs have changed. */
  update(values: Value[]): void;
  show(present: Present | undefined, words: Words): void;
  redraw(): void;
};

type Curve = { at: number; grid: Value[]; body: AnswerBody };

/** Opens the curve's place; `pick` hears a value that a person points at in it, `changed` a new feature or time. */
export function openResponse(
  data: PageData,
  start: { along?: number; time?: number },
  pick: (at: number, value: Value) => void,
  changed: () => void,
): Response {
  const choices = data.features.flatMap((feature, at) => (at < data.fields && gridOf(feature).length > 1 ? [at] : []));
  const select = byId<HTMLSelectElement>('along');
  let along = start.along !== undefined && choices.includes(start.along) ? start.along : choices[0];
  let chosenTime = start.time;
  let time: number | undefined;
  let key = '';
  let wanted: Value[] = [];
  let curve: Curve | undefined;
  let last: { present: Present | undefined; words: Words } | undefined;
  let chart: Chart | undefined;
  const range = rangeKeeper(data);

  const load = newestWins(async () => {
    if (along === undefined) return;
    const at = along;
    const grid = gridOf(data.features[at] as PageFeature);
    const parameters = data.standardErrors ? { type: 'se' } : undefined;
    const outcome = await askRows(gridRows(wanted, at, grid), parameters);
    if (outcome.state !== 'answered') {
      key = '';
      hideOther();
      return;
    }
    curve = { at, grid, body: outcome.body };
    render();
  });
  // The curve of another feature would be taken for that of the one chosen.
  const hideOther = () => {
    if (!curve || curve.at === along) return;
    for (const id of ['plot', 'levels', 'plot-note']) byId(id).hidden = true;
  };
  const render = () => {
    if (!last || !curve || curve.at !== along) return;
    byId('response').hidden = false;
    chart ??= openChart(byId('plot'));
    time = prepareTime(data, curve.body, chosenTime ?? time, last.words);
    showCurve(data, curve, time ?? 0, last.present, last.words, chart, range, pick);
  };
  const update = (values: Value[]) => {
    if (along === undefined) return;
    const at = along;
    const others = JSON.stringify([at, values.map((value, place) => (place === at ? null : value))]);
    if (others === key) return;
    key = others;
    wanted = [...values];
    load();
  };
  select.addEventListener('change', () => {
    along = Number(select.value);
    changed();
  });
  byId('time').addEventListener('input', ({ target }) => {
    chosenTime = Number((target as HTMLInputElement).value);
    render();
    changed();
  });
  return {
    along: () => along,
    choose: (at) => {
      if (choices.includes(at)) along = at;
    },
    time: () => chosenTime,
    update,
    show: (present, words) => {
      last = { present, words };
      const named = choices.map((at) => make('option', { value: String(at) }, nameOf(data.features[at] as PageFeature, words)));
      const names = named.map((option) => option.textContent).join('\0');
      if (select.dataset.names !== names) {
        select.replaceChildren(...named);
        select.dataset.names = names;
      }
      select.value = String(along);
      byId('of').hidden = choices.length < 2;
      render();
      if (!present) hideOther();
    },
    redraw: () => chart?.redraw(),
  };
}

/** The y axis only grows, so that one feature's curve can be held against another's. */
function rangeKeeper(data: PageData): (ys: number[]) => [number, number] {
  if (isShare(data)) return () => [0, 1];
  if (data.kind === 'classification') return () => [-0.4, data.classes.length - 0.6];
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return (ys) => {
    for (const y of ys) {
      low = Math.min(low, y);
      high = Math.max(high, y);
    }
    const pad = 0.08 * (high - low) || Math.max(1e-9, Math.abs(high) * 0.05);
    return [low - pad, high + pad];
  };
}

/** Shows the choice of a time, for survival; the time's place, at first where about half survive. */
function prepareTime(data: PageData, { predictions, times = [] }: AnswerBody, time: number | undefined, words: Words): number | undefined {
  if (data.kind !== 'survival' || times.length === 0) return undefined;
  const middle = predictions[Math.floor(predictions.length / 2)] as number[];
  const half = middle.findIndex((share) => share <= 0.5);
  const place = Math.min(times.length - 1, Math.max(0, Math.round(time ?? (half < 0 ? times.length - 1 : half))));
  const slider = byId<HTMLInputElement>('time');
  byId('at').hidden = false;
  slider.max = String(times.length - 1);
  slider.value = String(place);
  slider.style.setProperty('--at', `${(100 * place) / Math.max(1, times.length - 1)}%`);
  byId('time-shown').textContent = words.number(times[place] as number);
  slider.setAttribute('aria-valuetext', words.number(times[place] as number));
  return place;
}

function showCurve(
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
  const isNumber = feature.type === 'number';
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

/** The outermost splits, where the grid goes more than a step beyond one of them. */
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
