import type { PageData } from '../base/data.ts';
import { byId, make, say } from '../base/dom.ts';
import type { Words } from '../words/words.ts';
import type { Answers } from './ask.ts';
import { createTally, type Tally } from './check.ts';
import { createCount } from './count.ts';
import type { Batch } from './file.ts';
import { type Held, PREVIEW, reasonsName, showBeside, showPreview } from './preview.ts';
import { addedCells, addedColumns, disarmed, freeName, type Layout, writeCells } from './rows.ts';

/** How many reasons the summary names. */
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

/**
 * A batch as it is kept: its text, and where in it each of its lines gets the cells that it lacks, in characters; -1 where it gets none.
 * `lacks`: 0 nothing, 1 a cell for a reason, 2 all cells of a prediction but one, since no row before has one.
 */
type Part = { text: Blob; ends: Int32Array; lacks: 0 | 1 | 2 };

/** Starts a result. */
export function createResult(data: PageData, words: () => Words, signal: AbortSignal): Result {
  // Each part is given to the browser as it comes: to hand over all of a long file at its end would hold up the page.
  const parts: Part[] = [];
  const tally = createTally();
  const held: Held[] = [];
  const count = createCount(data);
  let rows = 0;
  let size = 0;
  let columns: string[] | undefined;
  let times: number[] = [];
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
    if (layout) showPreview(data, { held, layout, columns: columns ?? [], rows, times }, words());
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
      if (answers.times.length > 0) times = answers.times;
      hasWhy = answers.reasons !== undefined;
      for (const row of batch.rows) {
        if (row.reason !== undefined) tally.count(row.reason);
        if (row.isBlank) continue;
        rows += 1;
        const prediction = answers.predictions.get(row);
        count.add(prediction);
        if (held.length < PREVIEW.rows) held.push({ row, prediction });
      }
      parts.push(partOf(data, batch, found, answers, columns?.length));
      progress.value = batch.bytes / size;
      state(words().number(progress.value, { style: 'percent', maximumFractionDigits: 0 }));
      if (isFirst) preview();
    },
    end: (...told) => {
      byId('run-state').removeAttribute('aria-busy');
      state(...told);
      say(byId('counts'), count.text(words()));
      preview();
      showBeside(data, held, layout, words, signal);
      showLeft(tally, rows, words());
    },
    blob: () => {
      const added = [...(columns ?? ['prediction']), ...(hasWhy ? [reasonsName(data, words())] : [])];
      // A name of the reasons may be that of a column.
      const named = added.map((name, at) => freeName(name, [...(layout as Layout).header, ...added.slice(0, at)]));
      return wholeOf(parts, layout as Layout, named, tally.rows() > 0, columns?.length);
    },
  };
}

/** A batch's lines with their predictions; a row without one has empty cells. */
function partOf(data: PageData, batch: Batch, layout: Layout, answers: Answers, width?: number): Part {
  const { delimiter, decimalComma = false, eol } = layout;
  const hasReasons = batch.rows.some(({ reason }) => reason !== undefined);
  const ends = new Int32Array(batch.rows.length);
  let length = 0;
  const lines = batch.rows.map((row, at) => {
    const prediction = answers.predictions.get(row);
    const cells = prediction === undefined ? Array<string>(width ?? 1).fill('') : addedCells(data, prediction);
    const why = answers.reasons ? [answers.reasons.get(row) ?? ''] : [];
    const added = row.isBlank ? '' : writeCells([...cells, ...why, ...(hasReasons ? [row.reason ?? ''] : [])], delimiter, decimalComma);
    const text = `${layout.isMade ? disarmed(row.line, delimiter) : row.line}${added}`;
    length += text.length;
    ends[at] = row.isBlank ? -1 : width ? length : length - added.length;
    length += eol.length;
    return text + eol;
  });
  return { text: new Blob([lines.join('')]), ends, lacks: width ? (hasReasons ? 0 : 1) : 2 };
}

/** The header and all parts, each with empty cells for those that it lacks: `width` for a prediction, and one for a reason where any row has one. */
async function wholeOf(parts: Part[], layout: Layout, columns: string[], hasReasons: boolean, width = 1): Promise<Blob> {
  const { delimiter, eol } = layout;
  const names = hasReasons ? [...columns, freeName('problem', [...layout.header, ...columns])] : columns;
  const whole: Blob[] = [new Blob([`${layout.bom ? '\ufeff' : ''}${layout.line}${writeCells(names, delimiter, false)}${eol}`])];
  for (const { text, ends, lacks } of parts) {
    const cells = delimiter.repeat([0, +hasReasons, width - 1][lacks]!);
    if (!cells) whole.push(text);
    else {
      const old = await text.text();
      const pieces: string[] = [];
      let from = 0;
      for (const end of ends) {
        if (end >= 0) {
          pieces.push(old.slice(from, end), cells);
          from = end;
        }
      }
      whole.push(new Blob([...pieces, old.slice(from)]));
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
