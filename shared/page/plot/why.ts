import type { PageData, Value } from '../base/data.ts';
import { byId, make, say } from '../base/dom.ts';
import { className, tick } from '../base/reading.ts';
import { whyWords } from '../words/texts-why.ts';
import type { Words } from '../words/words.ts';
import { barBetween, type Step, scaleOf } from './waterfall.ts';
import { changeText, inputText, isPercent, numberText, type Reasons, type Shown, shownOf, whyText } from './why-text.ts';

/** The reasons of an answer: not asked for yet, on their way (undefined), or none that came. */
export type Why = Reasons | 'none' | undefined;

/** The place of the reasons beside the answer. */
export type WhyView = {
  /** Shows the reasons of the answer to some values. Those that are on their way leave the last ones where they are. */
  show(why: Why, values: Value[], words: Words): void;
  /** The class that a person chose; undefined where it is the predicted one. */
  chosen(): string | undefined;
};

/** The parts of the place that are filled anew for each answer. */
type Parts = { told: HTMLElement; table: HTMLTableElement; notes: HTMLElement; choice: HTMLElement | undefined };

/** Opens the place of the reasons; `chosen` hears that another class is to be explained. */
export function openWhy(data: PageData, chosen: () => void): WhyView {
  const place = byId('why');
  const select = data.classes.length > 1 ? make('select', { id: 'why-class' }) : undefined;
  const choice = select && make('label', {}, make('span'), ' ', select);
  const parts: Parts = {
    told: make('p', { id: 'why-told' }),
    // Its parts are laid out anew in narrow places, which would take their roles from them.
    table: make('table', { id: 'why-table', role: 'table' }),
    notes: make('p', { className: 'dim note' }),
    choice,
  };
  select?.replaceChildren(make('option', { value: '' }), ...data.classes.map((_, at) => make('option', { value: String(at) })));
  select?.addEventListener('change', () => {
    place.setAttribute('aria-busy', 'true');
    chosen();
  });
  if (choice) place.append(make('div', { className: 'choices' }, choice));
  return {
    chosen: () => data.classes[Number(select?.value || Number.NaN)],
    show: (why, values, plain) => {
      const words = whyWords(plain);
      place.hidden = why === 'none';
      place.setAttribute('aria-busy', String(why === undefined));
      if (choice && select) {
        choice.firstElementChild!.textContent = words.text('whyClass');
        const nameOf = (value: string) =>
          value === '' ? words.text('whyPredicted') : className(data, words, data.classes[Number(value)] ?? '');
        for (const option of select.options) option.textContent = nameOf(option.value);
      }
      if (why === undefined || why === 'none') return;
      draw(data, why, values, words, parts);
      document.getElementById('why-room')?.remove();
      if (!parts.told.isConnected) place.append(parts.told, parts.table, parts.notes);
    },
  };
}

function draw(data: PageData, why: Reasons, values: Value[], words: Words, { told, table, notes }: Parts): void {
  const { text } = words;
  const shown = shownOf(data, why);
  const { all, decimals, start, end, changes } = shown;
  const ends = scaleOf(all);
  told.textContent = whyText(data, why, values, words);
  const isAlone = all.steps.length === 1;
  const endRow = (key: string, exact: number, value: number) =>
    rowOf(text(key), '', bar(ends, exact, exact, 'mark'), numberText(data, words, value, decimals), 'why-end');
  const steps = all.steps.map((step, at) =>
    stepRow(data, shown, ends, { step, by: changes[at]! }, inputText(data, values, step, words), words),
  );
  const rows = isAlone ? steps : [endRow('whyStart', all.start, start), ...steps, endRow('whyEnd', all.end, end)];
  table.replaceChildren(
    make('caption', { className: 'unseen' }, text('whyTable')),
    make('thead', { role: 'rowgroup' }, headRow(data, ends, words)),
    make('tbody', { id: 'why-steps', role: 'rowgroup' }, ...rows),
  );
  const isScore = data.explain?.output === 'margin';
  say(notes, [text('whyNote'), isScore && text('whyScore'), why.standardErrors && text('whyDrawn')].filter(Boolean).join(' '));
}

/** What the columns are: the input, the ends of the scale, and in what the changes are. */
function headRow(data: PageData, { low, high }: { low: number; high: number }, words: Words): HTMLElement {
  const { text } = words;
  const end = (value: number) => (isPercent(data) ? tick(data, words, value) : words.number(value, { maximumSignificantDigits: 4 }));
  const head = (...told: (Node | string)[]) => make('th', { scope: 'col', role: 'columnheader' }, ...told);
  const unseen = (key: string) => make('span', { className: 'unseen' }, text(key));
  const scale = high > low ? [make('span', { className: 'why-scale' }, make('span', {}, end(low)), make('span', {}, end(high)))] : [];
  const change = isPercent(data) ? text('points') : unseen('whyChange');
  return make('tr', { role: 'row' }, head(unseen('whyInput')), head(unseen('whyWay'), ...scale), head(change));
}

/** A step: the input, its bar between the two numbers (which a screen reader reads), and what it changes. */
function stepRow(
  data: PageData,
  { decimals }: Shown,
  ends: { low: number; high: number },
  { step, by }: { step: Step; by: number },
  name: string,
  words: Words,
): HTMLElement {
  const [from, to] = [step.from, step.to].map((value) => numberText(data, words, value, decimals));
  const between = `${words.text('from')} ${from} ${words.text('to')} ${to}`;
  return rowOf(name, between, bar(ends, step.from, step.to, step.by < 0 ? 'down' : 'up'), changeText(data, words, by, decimals));
}

function rowOf(name: string, between: string, drawn: HTMLElement, told: string, className = ''): HTMLElement {
  const unseen = between === '' ? [] : [make('span', { className: 'unseen' }, between)];
  const cell = (...parts: (Node | string)[]) => make('td', { role: 'cell' }, ...parts);
  const track = make('div', { className: 'why-track' }, drawn);
  return make('tr', { role: 'row', className }, make('th', { scope: 'row', role: 'rowheader' }, name), cell(...unseen, track), cell(told));
}

/** A bar that points the way it goes, so that its colour alone does not tell. */
function bar(ends: { low: number; high: number }, from: number, to: number, className: string): HTMLElement {
  const { left, width } = barBetween(ends, from, to);
  const drawn = make('span', { className });
  drawn.style.left = `${left}%`;
  drawn.style.width = `${width}%`;
  return drawn;
}
