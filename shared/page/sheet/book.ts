import { byId, make } from '../base/dom.ts';
import { loader } from '../base/loader.ts';
import type { Words } from '../words/words.ts';
import { Fault, type Source } from './file.ts';

/** Whether a file is a workbook, by its name or by its first bytes, which are an archive's. */
export async function isWorkbook(file: File): Promise<boolean> {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return /\.xlsx$/i.test(file.name) || (first === 0x50 && second === 0x4b);
}

/**
 * A sheet of a workbook as a CSV, as the reader's language writes one; where there are several sheets, a choice is shown. Throws a Fault where the file cannot be
 * read, and what `signal` was aborted with.
 */
export async function sheetOf(file: File, place: number, words: Words, signal: AbortSignal): Promise<Source> {
  const sheets = await readSheets(file, words);
  // The choice may be another file's by now.
  signal.throwIfAborted();
  const select = byId<HTMLSelectElement>('sheet-name');
  select.replaceChildren(...sheets.map(({ name }, at) => make('option', { value: String(at) }, name)));
  select.value = String(place);
  byId('sheets').hidden = sheets.length < 2;
  return sheets[place]!.source(words.number(1.5).includes(','));
}

const loadWorkbook = loader<typeof import('../workbook.ts')>('workbook');

async function readSheets(file: File, words: Words) {
  const { readWorkbook } = await loadWorkbook().catch(() => {
    throw new Fault(words.text('unreachable'));
  });
  try {
    return await readWorkbook(file);
  } catch (error) {
    throw new Fault(words.text(error instanceof RangeError ? 'bookSize' : 'bookForm'));
  }
}
