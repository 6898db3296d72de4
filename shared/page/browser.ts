import { readQuery, type View, writeQuery } from './base/address.ts';
import { askRows, forVisitors, newestWins, type Outcome } from './base/ask.ts';
import { besideAsker, type Shown } from './base/beside.ts';
import type { PageData, PageFeature, Value } from './base/data.ts';
import { byId, paused } from './base/dom.ts';
import { openInputs } from './base/inputs.ts';
import { loadLater } from './base/load-later.ts';
import { openLock } from './base/lock.ts';
import { openCard } from './dialogs/card.ts';
import { type CodeLanguage, curlSnippet } from './dialogs/snippets.ts';
import { levelLabel } from './html/fields.ts';
import { openAnswer } from './plot/answer.ts';
import type { Present } from './plot/curve.ts';
import { openResponse } from './plot/response.ts';
import { openSheet } from './sheet/sheet.ts';
import type { Language } from './words/texts.ts';
import { type Words, wordsIn } from './words/words.ts';

/** How long the inputs rest before they are written into the address, in milliseconds: browsers bound how often that may be. */
const WRITE_AFTER = 250;

open(JSON.parse(byId('model').textContent ?? ''));

/** The page's entry. Where the API asks who calls, the visitor says it first. */
function open(data: PageData): void {
  if (data.access === undefined) {
    start(data);
    return;
  }
  const { view } = readQuery([], location.search.slice(1), []);
  let chosen = view.language;
  let words = wordsIn(chosen ?? languageOf(navigator.language));
  let isOpen = false;
  onLanguage((language) => {
    chosen = language;
    words = wordsIn(language);
    if (!isOpen) translatePage(data, words);
  });
  translatePage(data, words);
  const opened = (whole: PageData) => {
    isOpen = true;
    start(whole, chosen);
  };
  openLock(data, () => words, opened);
}

function languageOf(tag: string): Language {
  return tag.toLowerCase().startsWith('pt') ? 'pt' : 'en';
}

/** Binds the form, the answer, the plot, the spreadsheet and the code to one another. */
function start(data: PageData, language?: Language): void {
  const { values, view } = readQuery(data.features, location.search.slice(1), data.order);
  let words = wordsIn(language ?? view.language ?? languageOf(navigator.language));
  let chosenLanguage = language ?? view.language;
  let shown = firstOf(data, values);
  let width = 1;

  const answer = openAnswer(data, () => askBeside());
  const writeAddress = paused(WRITE_AFTER, () => {
    showAddress(writeQuery(data.features, values, viewOf(chosenLanguage, response.chosen(), response.time())));
  });
  const render = () => {
    const wrong = inputs.check(words);
    if (wrong.size > 0) {
      inputs.showErrors(wrong);
      answer.refuse([...wrong.keys()], words);
    } else {
      answer.show(shown?.outcome, shown, words);
      inputs.showErrors(refusals(shown?.outcome, data.order), 'en');
    }
    inputs.mark(words);
    response.show(wrong.size > 0 ? undefined : presentOf(shown), words);
    showCode(data, values, words);
  };
  const ask = newestWins(async () => {
    if (inputs.check(words).size > 0) return render();
    const asked = [...values];
    shown = { outcome: await askRows(data, [asked]), values: asked };
    if (shown.outcome.state === 'answered') width = sizeOf(shown.outcome.body.predictions[0]);
    render();
    if (shown.outcome.state === 'answered') response.update(asked);
    askBeside();
  });
  const know = (known: Shown) => {
    shown = known;
    render();
  };
  const askBeside = besideAsker(data, () => ({ class: answer.chosen(), placeOf: response.place }), { shown: () => shown, know });
  const changed = (at: number) => {
    if (at >= 0) response.choose(at);
    // The curve may have the answer already. The server is asked all the same, and has the last word.
    const outcome = response.known(values);
    if (outcome && inputs.check(words).size === 0) know({ outcome, values: [...values] });
    writeAddress();
    ask();
  };
  const inputs = openInputs(data, values, changed);
  const response = openResponse(
    data,
    view,
    (at, value) => values[at] !== value && inputs.set(at, value),
    () => {
      writeAddress();
      response.update(values);
      response.show(presentOf(shown), words);
      if (data.kind === 'survival') askBeside();
    },
  );
  openSheet(
    data,
    () => words,
    () => width,
  );
  const showCard = openCard(data, () => words);
  const translate = (language: Language) => {
    words = wordsIn(language);
    translatePage(data, words);
    render();
    showCard();
  };
  onLanguage((one) => {
    chosenLanguage = one;
    writeAddress();
    translate(one);
  });
  openCode(data, values, () => words);
  openSort(data.order);
  // Asked first, so that the answer is on its way while the page is put into its language.
  ask();
  translate(words.language);
}

/** What the address keeps beside the values: only what a person chose. */
function viewOf(language: Language | undefined, along: number | undefined, time: number | undefined): View {
  return { ...(language && { language }), ...(along !== undefined && { along }), ...(time !== undefined && { time }) };
}

/** Hears the language that a person chooses. */
function onLanguage(chosen: (language: Language) => void): void {
  document.querySelector('nav')?.addEventListener('click', ({ target }) => {
    const { language } = (target as HTMLElement).dataset;
    if (language === 'en' || language === 'pt') chosen(language);
  });
}

/** Puts a query into the page's address. */
function showAddress(query: string): void {
  history.replaceState(null, '', `${location.pathname}${query === '' ? '' : `?${query}`}${location.hash}`);
}

/** What the page came with: the answer to the values that the fields start at, where the address has no others. */
function firstOf({ first, features }: PageData, values: Value[]): Shown | undefined {
  if (!first || features.some(({ start }, at) => !Object.is(values[at], start))) return undefined;
  return { outcome: { state: 'answered', body: first, ms: 0 }, values: [...values] };
}

/** What the server says of each field, by a path of rowsBody(): one that ends in the row says nothing of a field. */
function refusals(outcome: Outcome | undefined, order: number[]): Map<number, string> {
  const errors = outcome?.state === 'refused' ? outcome.errors : [];
  const beside = errors.map(({ path, message }): [number, string] => [Number(path.split('/data/0/')[1]), forVisitors(message)]);
  return new Map(beside.filter(([at]) => order.includes(at)));
}

/** The answer that is shown, as the plot marks it. */
function presentOf(shown: Shown | undefined): Present | undefined {
  if (shown?.outcome.state !== 'answered') return undefined;
  const prediction = shown.outcome.body.predictions[0];
  return prediction === undefined ? undefined : { values: shown.values, prediction, ...(shown.votes ? { votes: shown.votes } : {}) };
}

/** Binds the choice of a language for the code, and the button that copies it. */
function openCode(data: PageData, values: Value[], words: () => Words): void {
  for (const radio of document.querySelectorAll('[name="code"]')) radio.addEventListener('change', () => showCode(data, values, words()));
  byId('copy').addEventListener('click', () => copyCode(words()));
}

/** Binds the button that puts the fields into the model's order and back; the keyboard goes along with them. */
function openSort(order: number[]): void {
  const button = document.getElementById('sort');
  if (!button) return;
  button.hidden = false;
  button.addEventListener('click', () => {
    const isModels = button.ariaPressed !== 'true';
    button.ariaPressed = String(isModels);
    const fields = (isModels ? order.toSorted((one, other) => one - other) : order).map(
      (at) => byId(`l${at}`).closest('.field') as Element,
    );
    // Each goes in front of what stands behind the last of them, which stays.
    const behind = [...document.querySelectorAll('#form > .field')].at(-1)?.nextSibling ?? null;
    for (const field of fields) byId('form').insertBefore(field, behind);
  });
}

/** How many numbers a prediction has. */
function sizeOf(prediction: unknown): number {
  return typeof prediction === 'object' && prediction !== null ? Object.keys(prediction).length : 1;
}

/** Puts every text that is not part of an answer into a language. */
function translatePage({ card, features, order }: PageData, { language, text, label, number }: Words): void {
  document.documentElement.lang = language;
  document.title = label(card.title ?? card.name);
  byId('title').textContent = document.title;
  byId('description').textContent = label(card.description ?? '');
  byId('limits').textContent = label(card.limits ?? '');
  const meaning = document.getElementById('meaning');
  if (meaning) meaning.textContent = label(card.answer?.meaning ?? '');
  for (const place of document.querySelectorAll<HTMLElement>('[data-text]')) place.textContent = text(place.dataset.text ?? '');
  for (const place of document.querySelectorAll<HTMLElement>('[data-label]')) place.ariaLabel = text(place.dataset.label ?? '');
  for (const place of document.querySelectorAll<HTMLInputElement>('[data-empty]')) place.placeholder = text(place.dataset.empty ?? '');
  for (const place of document.querySelectorAll<HTMLElement>('[data-number]')) place.textContent = number(Number(place.dataset.number));
  for (const at of order) {
    const feature = features[at] as PageFeature;
    const name = label(feature.label ?? feature.name);
    byId(`l${at}`).textContent = name;
    const slider = document.getElementById(`s${at}`);
    if (slider) slider.ariaLabel = `${name}, ${text('slider')}`;
    const unit = document.getElementById(`u${at}`);
    if (unit && 'unit' in feature) unit.textContent = label(feature.unit ?? '');
    if (feature.type !== 'factor' || !feature.words) continue;
    for (const option of byId<HTMLSelectElement>(`f${at}`).options)
      if (option.value !== '') option.textContent = label(levelLabel(feature, feature.levels[Number(option.value)] ?? null));
  }
  for (const button of document.querySelectorAll<HTMLElement>('[data-language]')) {
    button.ariaPressed = String(button.dataset.language === language);
  }
}

/** Shows the present request in the language chosen; languages other than the shell's come later. */
async function showCode({ features, access }: PageData, values: Value[], words: Words): Promise<void> {
  const chosen = () => document.querySelector<HTMLInputElement>('[name="code"]:checked')?.value ?? 'curl';
  const language = chosen();
  const record = Object.fromEntries(features.map(({ name }, at) => [name, values[at] ?? null]));
  const url = new URL('predict', location.origin + location.pathname).href;
  let code = curlSnippet(url, record, access);
  if (language !== 'curl') {
    code = await loadLater().then(
      ({ snippet }) => snippet(language as CodeLanguage, url, record, access),
      () => words.text('unreachable'),
    );
  }
  // Meanwhile another language may have been chosen.
  if (chosen() !== language) return;
  if (byId('code').textContent === code) return;
  byId('code').textContent = code;
  byId('copied').textContent = '';
}

/** Copies the code; where the browser does not let a page (no HTTPS), selects it. */
async function copyCode(words: Words): Promise<void> {
  const code = byId('code');
  try {
    await navigator.clipboard.writeText(code.textContent ?? '');
    byId('copied').textContent = words.text('copied');
  } catch {
    getSelection()?.selectAllChildren(code);
    byId('copied').textContent = words.text('notCopied');
  }
}
