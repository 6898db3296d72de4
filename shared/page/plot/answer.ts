import { type Outcome, problemText } from '../base/ask.ts';
import type { AnswerBody, PageData, Predicted, Value } from '../base/data.ts';
import { byId, make, paused, say } from '../base/dom.ts';
import {
  cellsOf,
  cellText,
  className,
  classOf,
  headline,
  isSeveral,
  labelsOf,
  medianTime,
  numbersOf,
  readable,
  tick,
  timeName,
  unitOf,
} from '../base/reading.ts';
import type { Words } from '../words/words.ts';
import { type Chart, openChart } from './chart.ts';
import type { Why } from './why.ts';
import { openWhyLate } from './why-late.ts';

/** How long the inputs rest before the answer is spoken to a screen reader, in milliseconds. */
const SPEAK_AFTER = 700;

/** The inputs of an answer, and what may stand beside it: the trees' votes (null where none came), an interval, and the reasons. */
type Told = { values: Value[]; votes?: Predicted | null; interval?: Predicted; why?: Why };

/** The place of the prediction: shows how a request ended, in the words given. */
export type AnswerView = {
  show(outcome: Outcome | undefined, told: Told | undefined, words: Words): void;
  /** Says that the fields of the features at these places must be mended first. */
  refuse(places: number[], words: Words): void;
  /** The class whose reasons a person chose; undefined where it is the predicted one. */
  chosen(): string | undefined;
};

/** Opens the place of the prediction; `chosen` hears that the reasons of another class are wanted. */
export function openAnswer(data: PageData, chosen: () => void): AnswerView {
  let chart: Chart | undefined;
  const why = openWhyLate(data, chosen);
  const speak = paused(SPEAK_AFTER, () => {
    const spoken = byId('answer').textContent ?? '';
    if (byId('spoken').textContent !== spoken) byId('spoken').textContent = spoken;
  });
  const clear = (note: string, words: Words) => {
    byId('answer').textContent = note;
    byId('answer').classList.add('note');
    byId('exactly').hidden = true;
    byId('served').textContent = '';
    byId('shares').replaceChildren();
    byId('interval').textContent = '';
    byId('curve').hidden = true;
    why.show('none', [], words);
  };
  return {
    show: (outcome, told, words) => {
      if (outcome?.state === 'answered') {
        byId('answer').classList.remove('note');
        showPrediction(data, outcome.body, told?.votes, words);
        byId('interval').textContent = told?.interval === undefined ? '' : intervalText(data, told.interval, words);
        why.show(told?.why, told?.values ?? [], words);
        byId('curve').hidden = !Array.isArray(outcome.body.predictions[0]) || !outcome.body.times?.length;
        if (!byId('curve').hidden) chart ??= openChart(byId('survival'));
        if (chart && !byId('curve').hidden) showSurvival(data, outcome.body, words, chart);
        byId('served').textContent = servedText(outcome.body, outcome.ms, words);
        say(byId('problem'), '');
      } else {
        clear(outcome ? '' : words.text('waiting'), words);
        say(byId('problem'), outcome ? problemText(outcome, words) : '');
      }
      speak();
    },
    refuse: (places, words) => {
      const names = places.map((at) => words.label(data.features[at]!.label ?? data.features[at]!.name));
      clear(`${words.text('invalid')} ${names.map((name) => `“${name}”`).join(', ')}.`, words);
      say(byId('problem'), '');
      speak();
    },
    chosen: why.chosen,
  };
}

/** Who answered, why it was the fallback, and how long it took to come here. */
export function servedText({ servedBy, reason }: AnswerBody, ms: number, words: Words): string {
  if (servedBy === undefined) return '';
  const why = reason === undefined ? '' : ` (${words.known(`reason.${reason}`) ?? reason})`;
  return `${words.known(`servedBy.${servedBy}`) ?? servedBy}${why} · ${words.number(Math.max(1, Math.round(ms)))} ms`;
}

function showPrediction(data: PageData, body: AnswerBody, votes: Predicted | null | undefined, words: Words): void {
  const prediction = body.predictions[0] as Predicted;
  const times = body.times ?? [];
  const { label } = data.card.answer ?? {};
  const caption =
    Array.isArray(prediction) && times.length > 0 ? survivalCaption(data, prediction, times, words) : label ? words.label(label) : '';
  // A class's name may be long, and so are several numbers.
  const isWord = typeof prediction !== 'number' && (!Array.isArray(prediction) || isSeveral(data, prediction));
  const { main, share, unit } = headline(data, words, prediction, times);
  const beside = (className: string, told: string | undefined) => (told ? [make('span', { className }, ` ${told}`)] : []);
  byId('answer').replaceChildren(
    ...(caption ? [make('span', { className: 'caption' }, caption)] : []),
    ' ',
    make(
      'strong',
      { className: `c${classOf(data, prediction) % 8} ${isWord ? 'word' : ''}` },
      main,
      ...beside('measure', unit),
      ...beside('share', share),
    ),
  );
  const cells = cellsOf(data, prediction);
  const isShares = typeof prediction === 'object' && !Array.isArray(prediction) && !cells;
  const exact = cells
    ? cells.map(([name, value]) => `${name} ${value ?? 'NA'}`)
    : isShares
      ? labelsOf(data, prediction).map((label) => `${className(data, words, label)} ${prediction[label]}`)
      : typeof prediction === 'number'
        ? [prediction]
        : isSeveral(data, prediction)
          ? prediction
          : [];
  byId('exact').textContent = exact.join('\n');
  byId('exactly').hidden = exact.length === 0;
  if (cells) byId('shares').replaceChildren(...cells.map((cell) => rowOfCell(cell, words)));
  else if (isShares) byId('shares').replaceChildren(...shareBars(data, prediction, words));
  // Bars whose votes are on their way keep their place.
  else if (votes) byId('shares').replaceChildren(...voteBars(data, votes, words));
  else if (!data.votes || votes === null) byId('shares').replaceChildren();
}

/** An interval of 95 % as a sentence: where new values lie, or which classes are likely. */
function intervalText(data: PageData, interval: Predicted, words: Words): string {
  const told = interval as Record<string, number | boolean>;
  // A class may be called lower: its place in a set is no number.
  if (typeof told.lower === 'number')
    return `${words.text('interval')} ${[told.lower, told.upper].map((end) => readable(data, words, end as number)).join(' … ')}`;
  const likely = data.classes.filter((label) => told[label]).map((label) => className(data, words, label));
  return `${words.text('likely')} ${likely.join(', ') || words.text('none')}`;
}

/** A column with its value, without a bar. */
function rowOfCell([name, value]: [string, Value], words: Words): HTMLElement {
  return make('div', {}, make('dt', {}, name), make('dd', { className: 'cell' }, cellText(words, value)));
}

/** What stands before the median time: the sidecar's words where it has some. */
function survivalCaption(data: PageData, survival: number[], times: number[], words: Words): string {
  if (medianTime(survival, times) === undefined) return words.text('medianBeyond');
  const { label } = data.card.answer ?? {};
  return label ? words.label(label) : words.text(unitOf(data, words) === '' ? 'medianTime' : 'median');
}

/** A bar for each class with its share, in the colours that the plot's lines have. */
function shareBars(data: PageData, shares: Record<string, number>, words: Words): HTMLElement[] {
  return labelsOf(data, shares).map((label, at) =>
    barOf(at, className(data, words, label), shares[label]!, readable(data, words, shares[label]!)),
  );
}

/** A bar for each class with the number of trees that vote for it, or its share. */
function voteBars(data: PageData, votes: Predicted, words: Words): HTMLElement[] {
  const trees = data.votes?.trees;
  return numbersOf(data, votes, 0).map((share, at) => {
    const told =
      trees === undefined
        ? readable(data, words, share)
        : `${words.number(Math.round(share * trees))} ${words.text('of')} ${words.number(trees)} ${words.text('trees')}`;
    return barOf(at, className(data, words, data.classes[at] ?? ''), share, told);
  });
}

function barOf(at: number, label: string, share: number, told: string): HTMLElement {
  const fill = make('span', { className: `fill c${at % 8}` });
  fill.style.width = `${100 * share}%`;
  return make('div', {}, make('dt', {}, label), make('dd', { className: 'bar-track' }, fill), make('dd', {}, told));
}

/** Survival over time: 1 at the start, a step down at each time. */
function showSurvival(data: PageData, { predictions, times = [] }: AnswerBody, words: Words, chart: Chart): void {
  const survival = predictions[0] as number[];
  const median = medianTime(survival, times);
  const last = times.length - 1;
  const unit = unitOf(data, words);
  const described = `${words.text('surviving')}: ${words.text('from')} 100 % ${words.text('to')} ${readable(data, words, survival[last] ?? 0)} ${words.text('at')} ${timeName(data, words, times[last] ?? 0)}`;
  byId('survival').ariaLabel = described;
  chart.show({
    x: [0, ...times],
    lines: [{ name: words.text('surviving'), ys: [1, ...survival] }],
    stepped: true,
    yRange: [0, 1],
    xName: unit ? `${words.text('time')} (${unit})` : words.text('time'),
    xFormat: (value) => words.number(value),
    yFormat: (value) => tick(data, words, value),
    mark: median === undefined ? undefined : { x: median, ys: [survival[times.indexOf(median)]!] },
  });
}
