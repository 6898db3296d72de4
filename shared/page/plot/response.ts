import { askAnswered, newestWins, type Outcome } from '../base/ask.ts';
import type { AnswerBody, PageData, PageFeature, Value } from '../base/data.ts';
import { byId, make } from '../base/dom.ts';
import { isShare, nameOf, unitOf } from '../base/reading.ts';
import type { Words } from '../words/words.ts';
import { openBeside } from './beside.ts';
import { type Chart, openChart } from './chart.ts';
import { type Curve, type Present, showCurve } from './curve.ts';
import { gridOf, gridRows, MAX_POINTS, MOST_VALUES } from './grid.ts';
import { openSmall } from './small.ts';

/** About the most votes of single trees that a curve is drawn from. */
const VOTES = 20_000;

/** The curve of the predictions along one feature. */
export type Response = {
  /** The place of the feature it goes along, where a person chose it or touched its field. */
  chosen(): number | undefined;
  choose(at: number): void;
  /** The place among the times of the one that a person chose, for survival. */
  time(): number | undefined;
  /** The place of the time at which a curve is looked at, chosen or not. */
  place(survival: number[]): number;
  /** How the request for the curve ended for these inputs, where it has their answer already; undefined where it has not. */
  known(values: Value[]): Outcome | undefined;
  /** Asks for the curve anew where the other inputs have changed. */
  update(values: Value[]): void;
  show(present: Present | undefined, words: Words): void;
};

/** What was shown last. */
type Last = { present: Present | undefined; words: Words };

/** A curve with the inputs it is for, and how long its answer took. */
type Loaded = Curve & { others: string; ms: number };

/** Opens the curve's place; `pick` hears a value that a person points at in it, `changed` a new feature or time. */
export function openResponse(
  data: PageData,
  start: { along?: number; time?: number },
  pick: (at: number, value: Value) => unknown,
  changed: () => void,
): Response {
  // Columns have no one scale to be drawn on.
  const order = data.kind === 'columns' ? [] : data.order;
  const choices = order.filter((at) => gridOf(data.features[at] as PageFeature).length > 1);
  const select = byId<HTMLSelectElement>('along');
  let along = start.along !== undefined && choices.includes(start.along) ? start.along : choices[0];
  let untouched = start.along === undefined ? along : undefined;
  let chosenTime = start.time;
  let time: number | undefined;
  let key = '';
  let wanted: Value[] = [];
  let curve: Loaded | undefined;
  let last: Last | undefined;
  let chart: Chart | undefined;
  const range = rangeKeeper(data);

  const goAlong = (at: number) => {
    along = at;
    untouched = undefined;
    changed();
  };
  const small = openSmall(data, choices, goAlong);
  const beside = openBeside(data, () => render());
  const load = newestWins(async () => {
    if (along === undefined) return;
    const at = along;
    const others = othersOf(wanted, at);
    const { outcome, ...found } = await askCurve(data, at, wanted);
    if (outcome.state !== 'answered') {
      key = '';
      hideOther();
      return;
    }
    curve = { at, ...found, others, body: outcome.body, ms: outcome.ms };
    render();
    beside.update(at);
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
    time = prepareTime(data, curve.body, chosenTime ?? time, last);
    showCurve(data, { ...curve, beside: beside.along(curve.at) }, time ?? 0, last.present, last.words, chart, range, pick);
    small.show(along, time ?? 0, last.words);
  };
  const update = (values: Value[]) => {
    if (along === undefined) return;
    small.update(values);
    const others = othersOf(values, along);
    if (others === key) return;
    key = others;
    wanted = [...values];
    load();
  };
  select.addEventListener('change', () => goAlong(Number(select.value)));
  byId('time').addEventListener('input', ({ target }) => {
    chosenTime = Number((target as HTMLInputElement).value);
    render();
    changed();
  });
  return {
    chosen: () => (along === untouched ? undefined : along),
    choose: (at) => {
      if (choices.includes(at)) along = at;
    },
    time: () => chosenTime,
    place: (survival) => placeOf(survival, chosenTime ?? time),
    known: (values) => (curve && curve.at === along ? knownFrom(data, curve, values) : undefined),
    update,
    show: (present, words) => {
      last = { present, words };
      showChoices(data, choices, select, along, words);
      render();
      if (!present) hideOther();
    },
  };
}

/** The answer to inputs that lie on a curve. */
function knownFrom(data: PageData, { at, grid, body, others, ms }: Loaded, values: Value[]): Outcome | undefined {
  // Votes and standard errors are asked for by other parameters than the answer is.
  if (data.votes || data.standardErrors || body.predictions.length !== grid.length || othersOf(values, at) !== others) return undefined;
  const prediction = body.predictions[grid.indexOf(values[at] as Value)];
  return prediction === undefined ? undefined : { state: 'answered', body: { ...body, predictions: [prediction] }, ms };
}

/** All inputs but the one at a place, as a text to compare. */
function othersOf(values: Value[], at: number): string {
  return JSON.stringify([at, values.map((value, place) => (place === at ? null : value))]);
}

/** Shows which feature the curve goes along, and which there are. */
function showChoices(data: PageData, choices: number[], select: HTMLSelectElement, along: number | undefined, words: Words): void {
  const named = choices.map((at) => make('option', { value: String(at) }, nameOf(data.features[at] as PageFeature, words)));
  const names = named.map((option) => option.textContent).join('\0');
  if (select.dataset.names !== names) {
    select.replaceChildren(...named);
    select.dataset.names = names;
  }
  select.value = String(along);
  byId('of').hidden = choices.length < 2;
}

/** Asks for the predictions along a feature: with the shares of the classes, or with standard errors, where there are any. */
async function askCurve(data: PageData, at: number, values: Value[]): Promise<{ grid: Value[]; outcome: Outcome; lacks: boolean }> {
  const { votes, standardErrors } = data;
  const most = Math.min(MAX_POINTS, MOST_VALUES / values.length, votes?.codes ? VOTES / (votes.trees ?? 1) : MAX_POINTS);
  const grid = gridOf(data.features[at] as PageFeature, Math.max(21, Math.floor(most)));
  const parameters = votes?.parameters ?? (standardErrors ? { type: 'se' } : undefined);
  const { places, outcome } = await askAnswered(data, gridRows(values, at, grid), parameters);
  return { grid: places.map((place) => grid[place]!), outcome, lacks: places.length < grid.length };
}

/** The y axis only grows, so that one feature's curve can be compared with another's. */
function rangeKeeper(data: PageData): (ys: number[]) => [number, number] {
  if (isShare(data)) return () => [0, 1];
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

/** The place of a time that was chosen, or where half are left. */
function placeOf(survival: number[], time: number | undefined): number {
  const [half, last] = [survival.findIndex((share) => share <= 0.5), survival.length - 1];
  return Math.min(last, Math.max(0, Math.round(time ?? (half < 0 ? last : half))));
}

/** Shows the choice of a time, for survival; the time's place, at first the one that the answer names: where half are left. */
function prepareTime(
  data: PageData,
  { predictions, times = [] }: AnswerBody,
  time: number | undefined,
  { present, words }: Last,
): number | undefined {
  if (data.kind !== 'survival' || times.length === 0) return undefined;
  const place = placeOf((present?.prediction ?? predictions[0]) as number[], time);
  const slider = byId<HTMLInputElement>('time');
  byId('at').hidden = false;
  slider.max = String(times.length - 1);
  slider.value = String(place);
  slider.style.setProperty('--at', `${(100 * place) / Math.max(1, times.length - 1)}%`);
  const shown = `${words.number(times[place]!)} ${unitOf(data, words)}`.trim();
  byId('time-shown').textContent = shown;
  slider.setAttribute('aria-valuetext', shown);
  return place;
}
