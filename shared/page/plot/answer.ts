import { type Outcome, problemText } from '../base/ask.ts';
import type { AnswerBody, PageData, Predicted } from '../base/data.ts';
import { byId, make, paused, say } from '../base/dom.ts';
import { classOf, headline, labelsOf, medianTime, readable, tick } from '../base/reading.ts';
import type { Words } from '../words/words.ts';
import { type Chart, openChart } from './chart.ts';

/** How long the inputs rest before the answer is spoken to a screen reader, in milliseconds. */
const SPEAK_AFTER = 700;

/** The place of the prediction: shows how a request ended, in the words given. */
export type AnswerView = {
  show(outcome: Outcome | undefined, words: Words): void;
  /** Says that the fields must be mended first. */
  refuse(words: Words): void;
  redraw(): void;
};

/** Opens the place of the prediction. */
export function openAnswer(data: PageData): AnswerView {
  let chart: Chart | undefined;
  const speak = paused(SPEAK_AFTER, () => {
    const spoken = byId('answer').textContent ?? '';
    if (byId('spoken').textContent !== spoken) byId('spoken').textContent = spoken;
  });
  const clear = (note: string) => {
    byId('answer').textContent = note;
    byId('answer').classList.add('note');
    byId('exact').textContent = '';
    byId('served').textContent = '';
    byId('shares').replaceChildren();
    byId('curve').hidden = true;
  };
  return {
    show: (outcome, words) => {
      if (outcome?.state === 'answered') {
        byId('answer').classList.remove('note');
        showPrediction(data, outcome.body, words, () => {
          chart ??= openChart(byId('curve'));
          return chart;
        });
        byId('served').textContent = servedText(outcome.body, outcome.ms, words);
        say(byId('problem'), '');
      } else {
        clear(outcome ? '' : words.text('waiting'));
        say(byId('problem'), outcome ? problemText(outcome, words) : '');
      }
      speak();
    },
    refuse: (words) => {
      clear(words.text('invalid'));
      say(byId('problem'), '');
      speak();
    },
    redraw: () => chart?.redraw(),
  };
}

/** Who answered, why it was the fallback, and how long it took to come here. */
export function servedText({ servedBy, reason }: AnswerBody, ms: number, words: Words): string {
  if (servedBy === undefined) return '';
  const why = reason === undefined ? '' : ` (${words.known(`reason.${reason}`) ?? reason})`;
  return `${words.known(`servedBy.${servedBy}`) ?? servedBy}${why} · ${words.number(Math.max(1, Math.round(ms)))} ms`;
}

function showPrediction(data: PageData, body: AnswerBody, words: Words, chart: () => Chart): void {
  const prediction = body.predictions[0] as Predicted;
  const { label } = data.card.answer ?? {};
  const value = headline(data, words, prediction, body.times ?? []);
  const caption = Array.isArray(prediction) ? survivalCaption(prediction, body.times ?? [], words) : label ? words.label(label) : '';
  byId('answer').replaceChildren(
    ...(caption ? [make('span', { className: 'caption' }, caption)] : []),
    ' ',
    make('strong', { className: `c${classOf(data, prediction) % 8}` }, value),
  );
  byId('exact').textContent = typeof prediction === 'number' ? `${words.text('exactly')} ${prediction}` : '';
  byId('shares').replaceChildren(
    ...(typeof prediction === 'object' && !Array.isArray(prediction) ? shareBars(data, prediction, words) : []),
  );
  byId('curve').hidden = !Array.isArray(prediction);
  if (Array.isArray(prediction)) showSurvival(data, prediction, body.times ?? [], words, chart());
}

function survivalCaption(survival: number[], times: number[], words: Words): string {
  return words.text(medianTime(survival, times) === undefined ? 'medianBeyond' : 'median');
}

/** A bar for each class, in the colours that the plot's lines have. */
function shareBars(data: PageData, shares: Record<string, number>, words: Words): HTMLElement[] {
  return labelsOf(data, shares).map((label, at) => {
    const share = shares[label] as number;
    const fill = make('span', { className: `fill c${at % 8}` });
    fill.style.width = `${100 * share}%`;
    const bar = make('dd', { className: 'bar-track' }, fill);
    return make('div', {}, make('dt', {}, label), bar, make('dd', {}, readable(data, words, share)));
  });
}

/** Survival over time: 1 at the start, a step down at each time. */
function showSurvival(data: PageData, survival: number[], times: number[], words: Words, chart: Chart): void {
  const median = medianTime(survival, times);
  const last = times.length - 1;
  const described = `${words.text('surviving')}: ${words.text('from')} 100 % ${words.text('to')} ${readable(data, words, survival[last] ?? 0)} ${words.text('at')} ${words.number(times[last] ?? 0)}`;
  byId('curve').ariaLabel = described;
  chart.show({
    x: [0, ...times],
    lines: [{ name: words.text('surviving'), ys: [1, ...survival] }],
    stepped: true,
    yRange: [0, 1],
    xName: words.text('time'),
    xFormat: (value) => words.number(value),
    yFormat: (value) => tick(data, words, value),
    mark: median === undefined ? undefined : { x: median, ys: [survival[times.indexOf(median)] as number] },
  });
}
