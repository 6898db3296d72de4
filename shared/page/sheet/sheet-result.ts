import type { AnswerBody, PageData, Predicted } from '../base/data.ts';
import { byId, make } from '../base/dom.ts';
import type { Words } from '../words/words.ts';
import { addedCells, addedColumns, hasDecimalComma, type Layout, splitLine, writeCells } from './sheet-rows.ts';

const PREVIEW_ROWS = 8;

/** Rows of the file: their lines as they stand, their lines to send, and the number of the first one's line. */
export type Batch = { lines: string[]; sent: string[]; numbers: number[]; bytes: number };

/** The file with its predictions as it grows, and what is shown of it. */
export function createResult(data: PageData, file: File, words: () => Words) {
  // Each part is given to the browser as it comes: to hand over all of a long file at its end would hold up the page.
  const parts: Blob[] = [];
  let rows = 0;
  let decimalComma = false;
  const progress = byId<HTMLProgressElement>('progress');
  progress.value = 0;
  const state = (...told: string[]) => {
    byId('run-state').textContent = [`${words().number(rows)} ${words().text(rows === 1 ? 'row' : 'rows')}`, ...told].join(' · ');
  };
  // Busy until its end, or a screen reader would speak at every batch; the bar tells how far it is.
  byId('run-state').setAttribute('aria-busy', 'true');
  state(words().text('reading'));
  return {
    rows: () => rows,
    end: (...told: string[]) => {
      byId('run-state').removeAttribute('aria-busy');
      state(...told);
    },
    blob: () => new Blob(parts, { type: 'text/csv' }),
    add: (batch: Batch, layout: Layout, answers: AnswerBody[]) => {
      const predictions = answers.flatMap((answer) => answer.predictions);
      const first = predictions[0] as Predicted;
      const { delimiter, header } = layout;
      if (rows === 0) {
        const added = addedColumns(data, first, answers[0]?.times ?? [], header);
        decimalComma = delimiter === ';' && batch.lines.some((line) => splitLine(line, delimiter).some(hasDecimalComma));
        const names = header.map((name) => writeCells([name], delimiter, false).slice(1)).join(delimiter);
        parts.push(new Blob([`${names}${writeCells(added, delimiter, false)}\n`]));
        showPreview(data, batch, layout, added, predictions, words());
      }
      const lines = batch.lines.map(
        (line, at) => `${line}${writeCells(addedCells(data, predictions[at] as Predicted), delimiter, decimalComma)}\n`,
      );
      parts.push(new Blob([lines.join('')]));
      rows += batch.lines.length;
      progress.value = file.size === 0 ? 1 : batch.bytes / file.size;
      state(words().number(progress.value, { style: 'percent', maximumFractionDigits: 0 }));
    },
  };
}

function showPreview(
  data: PageData,
  batch: Batch,
  { delimiter, header }: Layout,
  added: string[],
  predictions: Predicted[],
  words: Words,
): void {
  const shown = added.slice(0, 6);
  const head = make(
    'tr',
    {},
    ...header.map((name) => make('th', { scope: 'col' }, name)),
    ...shown.map((name) => make('th', { scope: 'col', className: 'new' }, name)),
  );
  const rows = batch.lines.slice(0, PREVIEW_ROWS).map((line, at) => {
    const fields = splitLine(line, delimiter);
    const cells = addedCells(data, predictions[at] as Predicted).slice(0, 6);
    return make(
      'tr',
      {},
      ...header.map((_, column) => make('td', {}, fields[column] ?? '')),
      ...cells.map((cell) => make('td', { className: 'new' }, cell)),
    );
  });
  byId('preview').replaceChildren(
    make('caption', { className: 'unseen' }, words.text('preview')),
    make('thead', {}, head),
    make('tbody', {}, ...rows),
  );
  byId('preview-frame').hidden = false;
}
