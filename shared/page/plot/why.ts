import type { Explanation } from '../../schema/explanation.ts';
import type { PageData, Value } from '../base/data.ts';
import { byId, make } from '../base/dom.ts';
import { className } from '../base/reading.ts';
import type { Words } from '../words/words.ts';
import { barBetween, type Step, type Waterfall, waterfallOf } from './waterfall.ts';
import { changeText, inputText, numberText, whyText } from './why-text.ts';

/** The reasons of an answer: not asked for yet, on their way (undefined), or none that came. */
export type Why = Explanation | 'none' | undefined;

/** The place of the reasons under the answer. */
export type WhyView = {
  /** Shows the reasons of the answer to some values. Those that are on their way leave the last ones where they are. */
  show(why: Why, values: Value[], words: Words): void;
  /** The class that a person chose; undefined where it is the predicted one. */
  chosen(): string | undefined;
};

/** Opens the place of the reasons; `chosen` hears that another class is to be explained. */
export function openWhy(data: PageData, chosen: () => void): WhyView {
  const place = document.getElementById('why');
  const select = document.getElementById('why-class') as HTMLSelectElement | null;
  select?.addEventListener('change', () => {
    place?.setAttribute('aria-busy', 'true');
    chosen();
  });
  return {
    chosen: () => data.classes[Number(select?.value || Number.NaN)],
    show: (why, values, words) => {
      if (!place) return;
      place.hidden = why === 'none';
      place.setAttribute('aria-busy', String(why === undefined));
      for (const option of select?.options ?? [])
        if (option.value !== '') option.textContent = className(data, words, data.classes[Number(option.value)] ?? '');
      if (why !== undefined && why !== 'none') draw(data, why, values, words);
    },
  };
}

function draw(data: PageData, why: Explanation, values: Value[], words: Words): void {
  const all = waterfallOf(why.baseline, why.contributions);
  const nameOf = (step: Step) => inputText(data, values, step, words);
  byId('why-told').textContent = whyText(data, why, values, words);
  const isAlone = all.steps.length === 1;
  const end = (key: string, value: number) => endRow(all, words.text(key), value, numberText(data, words, value));
  byId('why-steps').replaceChildren(
    ...(isAlone ? [] : [end('whyStart', all.start)]),
    ...all.steps.map((step) => stepRow(data, all, step, nameOf(step), words)),
    ...(isAlone ? [] : [end('whyEnd', all.end)]),
  );
  byId('why-table').hidden = false;
  byId('why-room').replaceChildren();
  byId('why-drawn').hidden = why.standardErrors === undefined;
}

/** A step: the input, its bar between the two numbers (which a screen reader reads), and what it changes. */
function stepRow(data: PageData, all: Waterfall, step: Step, name: string, words: Words): HTMLElement {
  const [from, to] = [step.from, step.to].map((value) => numberText(data, words, value));
  const between = `${words.text('from')} ${from} ${words.text('to')} ${to}`;
  return rowOf(name, between, bar(all, step.from, step.to, step.by < 0 ? 'down' : 'up'), changeText(data, words, step.by));
}

/** The start or the end: a mark at its number. */
function endRow(all: Waterfall, name: string, value: number, told: string): HTMLElement {
  const row = rowOf(name, '', bar(all, value, value, 'mark'), told);
  row.className = 'why-end';
  return row;
}

function rowOf(name: string, between: string, drawn: HTMLElement, told: string): HTMLElement {
  const unseen = between === '' ? [] : [make('span', { className: 'unseen' }, between)];
  const track = make('div', { className: 'why-track' }, drawn);
  return make('tr', {}, make('th', { scope: 'row' }, name), make('td', {}, ...unseen, track), make('td', {}, told));
}

function bar(all: Waterfall, from: number, to: number, className: string): HTMLElement {
  const { left, width } = barBetween(all, from, to);
  const drawn = make('span', { className });
  drawn.style.left = `${left}%`;
  drawn.style.width = `${width}%`;
  return drawn;
}
