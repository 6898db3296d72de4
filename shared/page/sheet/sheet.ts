import { csvField } from '../../wire/csv.ts';
import type { PageData } from '../base/data.ts';
import { byId, say } from '../base/dom.ts';
import { loadLater } from '../base/load-later.ts';
import type { Words } from '../words/words.ts';

/** Opens the place where a spreadsheet is dropped; what reads one comes with the first. `width` tells how many numbers a prediction has. */
export function openSheet(data: PageData, words: () => Words, width: () => number): void {
  let stop = new AbortController();
  let last: File | undefined;
  let place = 0;
  const start = async (file: File | undefined, sheet = 0) => {
    if (!file) return;
    [last, place] = [file, sheet];
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    byId('run').hidden = false;
    byId('run-name').textContent = file.name;
    say(byId('run-problem'), '');
    try {
      const { runSheet } = await loadLater();
      if (!signal.aborted) await runSheet(data, file, words, width(), signal, sheet);
    } catch {
      if (signal.aborted) return;
      byId('stop').hidden = true;
      say(byId('run-problem'), words().text('unreachable'));
    }
  };
  const field = byId<HTMLInputElement>('file');
  field.addEventListener('change', () => {
    start(field.files?.[0]);
    field.value = '';
  });
  byId('sheet-name').addEventListener('change', ({ target }) => {
    start(last, Number((target as HTMLSelectElement).value));
  });
  document.getElementById('reasons')?.addEventListener('change', () => {
    start(last, place);
  });
  byId('stop').addEventListener('click', () => {
    // What is there by then is offered (run.ts).
    stop.abort('stopped');
    byId('stop').hidden = true;
    byId('run-state').removeAttribute('aria-busy');
    byId('run-state').textContent = words().text('stopped');
    field.focus();
  });
  byId<HTMLAnchorElement>('example').href = URL.createObjectURL(new Blob([exampleOf(data)], { type: 'text/csv' }));
  const area = byId('sheet');
  // A file dropped beside the place would take the page away.
  for (const type of ['dragover', 'drop'] as const) document.addEventListener(type, (event) => event.preventDefault());
  area.addEventListener('dragover', () => area.classList.add('over'));
  area.addEventListener('dragleave', () => area.classList.remove('over'));
  area.addEventListener('drop', (event) => {
    area.classList.remove('over');
    start(event.dataTransfer?.files[0]);
  });
}

/** A file that the page takes: the names of the inputs, and the values that the fields start at. */
function exampleOf({ features }: PageData): string {
  const lines = [features.map(({ name }) => name), features.map(({ start }) => String(start ?? ''))];
  return lines.map((cells) => `${cells.map(csvField).join(',')}\n`).join('');
}
