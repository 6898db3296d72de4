import { askRows } from '../base/ask.ts';
import type { PageData, Predicted } from '../base/data.ts';
import { byId, make, say } from '../base/dom.ts';
import { bestOf, cellsOf, cellText, className, isShare, isShares, labelsOf, numbersOf, readable } from '../base/reading.ts';
import type { Words } from '../words/words.ts';
import type { Answers } from './ask.ts';
import { createTally, type Tally } from './check.ts';
import type { Batch, Row } from './file.ts';
import { createReasonsAsker } from './reasons.ts';
import { addedCells, addedColumns, featureCells, freeName, type Layout, splitLine, valuesOf, writeCells } from './rows.ts';

/** How many rows, and how many columns that were added, the preview shows; how many reasons the summary names. */
const PREVIEW = { rows: 8, columns: 6 };
const SHOWN_REASONS = 5;

/** The file with its predictions as it grows, and what is shown of it. */
export type Result = {
  rows(): number;
  /** Says how many bytes are to be read. */
  expect(bytes: number): void;
  add(batch: Batch, layout: Layout, answers: Answers): void;
  end(...told: string[]): void;
  /** The whole file, with a column of reasons where a row has one. */
  blob(): Promise<Blob>;
};

/** A batch as it is kept: its text, and where each of its lines ends but for its line end, in characters. */
type Part = { text: Blob; ends: Uint32Array; hasReasons: boolean };

/** Starts a result. */
export function createResult(data: PageData, words: () => Words, signal: AbortSignal): Result {
  // Each part is given to the browser as it comes: to hand over all of a long file at its end would hold up the page.
  const parts: Part[] = [];
  const tally = createTally();
  const held: { row: Row; prediction: Predicted | undefined }[] = [];
  let rows = 0;
  let size = 0;
  let columns: string[] | undefined;
  let hasWhy = false;
  let layout: Layout | undefined;
  const progress = byId<HTMLProgressElement>('progress');
  progress.value = 0;
  const state = (...told: string[]) => {
    byId('run-state').textContent = [`${words().number(rows)} ${words().text(rows === 1 ? 'row' : 'rows')}`, ...told].join(' · ');
  };
  // Busy until its end, or a screen reader would speak at every batch; the bar tells how far it is.
  byId('run-state').setAttribute('aria-busy', 'true');
  state(words().text('reading'));
  const preview = () => {
    if (layout) showPreview(data, held, layout, columns ?? [], rows, words());
  };
  return {
    rows: () => rows,
    expect: (bytes) => {
      size = bytes;
    },
    add: (batch, found, answers) => {
      layout = found;
      const isFirst = rows === 0;
      const [first] = answers.predictions.values();
      if (first !== undefined) columns ??= addedColumns(data, first, answers.times, found.header);
      hasWhy = answers.reasons !== undefined;
      for (const row of batch.rows) {
        if (row.reason !== undefined) tally.count(row.reason);
        if (row.isBlank) continue;
        rows += 1;
        if (held.length < PREVIEW.rows) held.push({ row, prediction: answers.predictions.get(row) });
      }
      parts.push(partOf(data, batch, found, answers, columns?.length));
      progress.value = size === 0 ? 1 : batch.bytes / size;
      state(words().number(progress.value, { style: 'percent', maximumFractionDigits: 0 }));
      if (isFirst) preview();
    },
    end: (...told) => {
      byId('run-state').removeAttribute('aria-busy');
      state(...told);
      preview();
      showBeside(data, held, layout, words, signal);
      showLeft(tally, rows, words());
    },
    blob: () => {
      const added = [...(columns ?? ['prediction']), ...(hasWhy ? [reasonsName(data, words())] : [])];
      // A name of the reasons may be that of a column.
      const named = added.map((name, at) => freeName(name, [...(layout as Layout).header, ...added.slice(0, at)]));
      return wholeOf(parts, layout as Layout, named, tally.rows() > 0);
    },
  };
}

/** A batch's lines with their predictions; a row without one has empty cells. */
function partOf(data: PageData, batch: Batch, layout: Layout, answers: Answers, width = 1): Part {
  const { delimiter, decimalComma = false, eol } = layout;
  const hasReasons = batch.rows.some(({ reason }) => reason !== undefined);
  const ends = new Uint32Array(batch.rows.length);
  let length = 0;
  const lines = batch.rows.map((row, at) => {
    const prediction = answers.predictions.get(row);
    const cells = prediction === undefined ? Array<string>(width).fill('') : addedCells(data, prediction);
    const why = answers.reasons ? [answers.reasons.get(row) ?? ''] : [];
    const added = row.isBlank ? '' : writeCells([...cells, ...why, ...(hasReasons ? [row.reason ?? ''] : [])], delimiter, decimalComma);
    const text = `${layout.isMade ? writeCells(splitLine(row.line, delimiter), delimiter, false).slice(1) : row.line}${added}`;
    length += text.length;
    // A blank line gets no cell later on.
    ends[at] = row.isBlank ? 0 : length;
    length += eol.length;
    return text + eol;
  });
  return { text: new Blob([lines.join('')]), ends, hasReasons };
}

/** The header and all parts; where any row has a reason, those that came without that column get an empty one. */
async function wholeOf(parts: Part[], layout: Layout, columns: string[], hasReasons: boolean): Promise<Blob> {
  const { delimiter, eol } = layout;
  const names = hasReasons ? [...columns, freeName('problem', [...layout.header, ...columns])] : columns;
  const whole: Blob[] = [new Blob([`${layout.bom ? '\ufeff' : ''}${layout.line}${writeCells(names, delimiter, false)}${eol}`])];
  for (const { text, ends, hasReasons: isDone } of parts) {
    if (!hasReasons || isDone) whole.push(text);
    else {
      const old = await text.text();
      let from = 0;
      const pieces: string[] = [];
      for (const end of ends) {
        if (end === 0) continue;
        pieces.push(old.slice(from, end), delimiter);
        from = end;
      }
      pieces.push(old.slice(from));
      whole.push(new Blob([pieces.join('')]));
    }
  }
  return new Blob(whole, { type: 'text/csv' });
}

/** Says how many rows have no prediction, and why. */
function showLeft(tally: Tally, rows: number, words: Words): void {
  const left = tally.rows();
  byId('left').hidden = left === 0;
  if (left === 0) return;
  const { reasons, others } = tally.top(SHOWN_REASONS);
  const list = reasons.map(([reason, count]) => make('li', {}, `${words.number(count)} × ${reason}`));
  if (others > 0) list.push(make('li', {}, `${words.number(others)} × ${words.text('otherReasons')}`));
  const told = `${words.number(left)} ${words.text('of')} ${words.number(rows)} ${words.text('leftRows')}`;
  byId('left').replaceChildren(make('p', {}, told), make('ul', {}, ...list));
}

/** The first rows as people read them; the file has every digit. */
function showPreview(
  data: PageData,
  held: { row: Row; prediction: Predicted | undefined }[],
  { delimiter, header }: Layout,
  columns: string[],
  rows: number,
  words: Words,
): void {
  const shares = held.find(({ prediction }) => isShares(prediction))?.prediction;
  const labels = isShares(shares) && data.kind !== 'columns' ? labelsOf(data, shares) : [];
  const shown = columns
    .slice(0, PREVIEW.columns)
    .map((name, at) => (at > 0 && labels[at - 1] ? bothNames(data, words, labels[at - 1]!) : name));
  const hasReasons = held.some(({ row }) => row.reason !== undefined);
  const names = [...shown, ...(hasReasons ? ['problem'] : [])];
  // What was added comes first, and its first column stays in sight.
  const head = [
    ...names.map((name) => make('th', { scope: 'col', className: 'new' }, name)),
    ...header.map((name) => make('th', { scope: 'col' }, name)),
  ];
  const body = held.map(({ row, prediction }) => {
    const fields = splitLine(row.line, delimiter);
    const cells = prediction === undefined ? shown.map(() => '') : readableCells(data, prediction, words).slice(0, PREVIEW.columns);
    return make(
      'tr',
      {},
      ...[...cells, ...(hasReasons ? [row.reason ?? ''] : [])].map((cell) => make('td', { className: 'new' }, cell)),
      ...header.map((_, column) => make('td', {}, fields[column] ?? '')),
    );
  });
  const note = `${words.text('first')} ${words.number(held.length)} ${words.text('of')} ${words.number(rows)}`;
  say(byId('preview-note'), data.explain ? `${note} · ${words.text('sheetNoCause')}` : note);
  byId('preview').replaceChildren(make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...body));
  byId('preview-frame').hidden = false;
}

/** A class in words, and the label that the file has for it. */
function bothNames(data: PageData, words: Words, label: string): string {
  const name = className(data, words, label);
  return name === label ? label : `${name} (${label})`;
}

/** What the column of reasons is called: in what its changes are, too. */
function reasonsName(data: PageData, words: Words): string {
  const isPercent = data.explain?.output !== 'margin' && isShare(data);
  return `${words.text('reasons')}${isPercent ? ` (${words.text('points')})` : ''}`;
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

type Held = { row: Row; prediction: Predicted | undefined };

/** What the preview has as well, asked for its rows alone: the strongest reasons, and where an answer is a class alone, the classes' shares. */
async function showBeside(
  data: PageData,
  held: Held[],
  layout: Layout | undefined,
  words: () => Words,
  signal: AbortSignal,
): Promise<void> {
  if (!layout) return;
  await showVotes(data, held, layout, words);
  if (!data.explain || signal.aborted) return;
  const told = held.flatMap(({ row, prediction }) => (prediction === undefined ? [] : [row]));
  const reasons = await createReasonsAsker(data, words)(told, layout, signal).catch(() => undefined);
  if (reasons) addColumns([reasonsName(data, words())], held, ({ row }) => [reasons.get(row) ?? ''], 'new told');
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
  const rows = told.map(({ row }) => valuesOf(data.features, featureCells(data.features, layout, splitLine(row.line, layout.delimiter))));
  const outcome = await askRows(rows, votes.parameters);
  if (outcome.state !== 'answered') return;
  const { predictions } = outcome.body;
  const names = data.classes.map((label) => bothNames(data, words(), label));
  addColumns(names, held, (one) => {
    const prediction = predictions[told.indexOf(one)];
    const shares = prediction === undefined ? data.classes.map(() => undefined) : numbersOf(data, prediction, 0);
    return shares.map((share) => (share === undefined ? '' : readable(data, words(), share)));
  });
}
