import { askRows } from '../base/ask.ts';
import type { PageData, PageFeature, Predicted } from '../base/data.ts';
import { byId, make, say } from '../base/dom.ts';
import {
  bestOf,
  cellsOf,
  cellText,
  className,
  inWords,
  isShare,
  isShares,
  labelsOf,
  medianTime,
  nameOf,
  numbersOf,
  readable,
  timeName,
} from '../base/reading.ts';
import { levelLabel } from '../html/fields.ts';
import type { Words } from '../words/words.ts';
import type { Row } from './file.ts';
import { createReasonsAsker, valuesIn } from './reasons.ts';
import { type Layout, splitLine } from './rows.ts';

/** How many rows, and how many columns that were added, the preview shows. */
export const PREVIEW = { rows: 8, columns: 6 };

/** A row that the preview shows. */
export type Held = { row: Row; prediction: Predicted | undefined };

/** What the preview is of: its rows, how the file is laid out, the columns that were added, and how many rows there are in all. */
export type Previewed = { held: Held[]; layout: Layout; columns: string[]; rows: number; times: number[] };

/** The first rows as people read them; the file has every digit. */
export function showPreview(data: PageData, { held, layout: { delimiter, header }, columns, rows, times }: Previewed, words: Words): void {
  const shares = held.find(({ prediction }) => isShares(prediction))?.prediction;
  const labels = isShares(shares) && data.kind !== 'columns' ? labelsOf(data, shares) : [];
  const isCurve = times.length > 0;
  const shown = columns
    .slice(0, PREVIEW.columns)
    .map((name, at) => (at > 0 && labels[at - 1] ? bothNames(data, words, labels[at - 1]!) : name));
  const hasReasons = held.some(({ row }) => row.reason !== undefined);
  const names = [...(isCurve ? [words.text('median')] : []), ...shown, ...(hasReasons ? ['problem'] : [])];
  const features = header.map((name) => data.features.find((feature) => feature.name === name));
  // What was added comes first, and its first column stays in sight.
  const head = [
    ...names.map((name) => make('th', { scope: 'col', className: 'new' }, name)),
    ...header.map((name, column) => headOf(name, features[column], words)),
  ];
  const body = held.map(({ row, prediction }) => {
    const fields = splitLine(row.line, delimiter);
    const half = isCurve ? [halfOf(data, prediction, times, words)] : [];
    const cells = prediction === undefined ? shown.map(() => '') : readableCells(data, prediction, words).slice(0, PREVIEW.columns);
    return make(
      'tr',
      {},
      ...[...half, ...cells, ...(hasReasons ? [row.reason ?? ''] : [])].map((cell) => make('td', { className: 'new' }, cell)),
      ...features.map((feature, column) => make('td', {}, levelText(feature, fields[column] ?? '', words))),
    );
  });
  byId('preview').replaceChildren(make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...body));
  byId('preview-frame').hidden = false;
  const note = `${words.text('first')} ${words.number(held.length)} ${words.text('of')} ${words.number(rows)} ${words.text(rows === 1 ? 'row' : 'rows')}`;
  say(byId('preview-note'), note);
  byId('preview-note').append(make('span', { id: 'scrolls' }), data.explain ? ` · ${words.text('sheetNoCause')}` : '');
  hintAtScroll(words);
}

/** Says that the preview scrolls, where it has more columns than room. */
function hintAtScroll(words: Words): void {
  const { scrollWidth, clientWidth } = byId('preview-frame');
  byId('scrolls').textContent = scrollWidth > clientWidth ? ` · ${words.text('scrolls')}` : '';
}

/** A column of the file, with what people call its feature. */
function headOf(name: string, feature: PageFeature | undefined, words: Words): HTMLElement {
  const label = feature ? nameOf(feature, words) : name;
  const isSame = label.toLowerCase() === name.toLowerCase();
  return make('th', { scope: 'col' }, name, ...(isSame ? [] : [make('span', { className: 'dim' }, label)]));
}

/** A cell of the file, with the words for a level. */
function levelText(feature: PageFeature | undefined, cell: string, words: Words): string {
  const text = feature?.type === 'factor' ? words.label(levelLabel(feature, cell)) : cell;
  return inWords(text, cell);
}

/** The time that half reach, of a curve over time; a longer one where the curve does not come down to a half. */
function halfOf(data: PageData, prediction: Predicted | undefined, times: number[], words: Words): string {
  if (!Array.isArray(prediction)) return '';
  const median = medianTime(prediction, times);
  return `${median === undefined ? '> ' : ''}${timeName(data, words, median ?? times.at(-1)!)}`;
}

/** What the column of reasons is called: in what its changes are, too. */
export function reasonsName(data: PageData, words: Words): string {
  const isPercent = data.explain?.output !== 'margin' && isShare(data);
  return `${words.text('reasons')}${isPercent ? ` (${words.text('points')})` : ''}`;
}

/** A class in words, and the label that the file has for it. */
function bothNames(data: PageData, words: Words, label: string): string {
  return inWords(className(data, words, label), label);
}

/** A prediction's cells, with a class's label as the download has it and in words. */
function readableCells(data: PageData, prediction: Predicted, words: Words): string[] {
  if (typeof prediction === 'string') return [bothNames(data, words, prediction)];
  if (typeof prediction === 'number') return [readable(data, words, prediction)];
  if (Array.isArray(prediction)) return prediction.map((share) => readable(data, words, share));
  const columns = cellsOf(data, prediction);
  if (columns) return columns.map(([, value]) => cellText(words, value));
  return [
    bothNames(data, words, bestOf(data, prediction)),
    ...labelsOf(data, prediction).map((label) => readable(data, words, prediction[label]!)),
  ];
}

/** What the preview has as well, asked for its rows alone: the strongest reasons, and where an answer is a class alone, the classes' shares. */
export async function showBeside(
  data: PageData,
  held: Held[],
  layout: Layout | undefined,
  words: () => Words,
  signal: AbortSignal,
): Promise<void> {
  if (!layout) return;
  await showVotes(data, held, layout, words);
  hintAtScroll(words());
  if (!data.explain || signal.aborted) return;
  const told = held.flatMap(({ row, prediction }) => (prediction === undefined ? [] : [row]));
  const reasons = await createReasonsAsker(data, words)(told, layout, signal).catch(() => undefined);
  if (reasons) addColumns([reasonsName(data, words())], held, ({ row }) => [reasons.get(row) ?? ''], 'new told');
  hintAtScroll(words());
}

/** Adds columns to the preview behind those that were added before, where it still has the rows. */
function addColumns(names: string[], held: Held[], cellsOfRow: (one: Held) => string[], className = 'new'): void {
  const table = byId<HTMLTableElement>('preview');
  if (table.tBodies[0]?.rows.length !== held.length) return;
  const cell = (tag: 'td' | 'th', text: string) => make(tag, { className }, text);
  const add = (row: HTMLTableRowElement | undefined, cells: HTMLElement[]) => {
    const before = Array.from(row?.cells ?? []).find(({ className }) => className === '') ?? null;
    for (const one of cells) row?.insertBefore(one, before);
  };
  add(
    table.tHead?.rows[0],
    names.map((name) => cell('th', name)),
  );
  held.forEach((one, at) => {
    add(
      table.tBodies[0]?.rows[at],
      cellsOfRow(one).map((text) => cell('td', text)),
    );
  });
}

async function showVotes(data: PageData, held: Held[], layout: Layout, words: () => Words): Promise<void> {
  const { votes } = data;
  if (!votes) return;
  const told = held.filter(({ prediction }) => prediction !== undefined);
  const rows = told.map(({ row }) => valuesIn(data, layout, row));
  const outcome = await askRows(data, rows, votes.parameters);
  if (outcome.state !== 'answered') return;
  const { predictions } = outcome.body;
  const names = data.classes.map((label) => bothNames(data, words(), label));
  addColumns(names, held, (one) => {
    const prediction = predictions[told.indexOf(one)];
    const shares = prediction === undefined ? data.classes.map(() => undefined) : numbersOf(data, prediction, 0);
    return shares.map((share) => (share === undefined ? '' : readable(data, words(), share)));
  });
}
