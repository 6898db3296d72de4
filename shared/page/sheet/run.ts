import type { PageData } from '../base/data.ts';
import { byId, say } from '../base/dom.ts';
import { laterWords } from '../words/texts-later.ts';
import type { Words } from '../words/words.ts';
import { createAsker } from './ask.ts';
import { isWorkbook, sheetOf } from './book.ts';
import { type Batch, batches, Fault } from './file.ts';
import { createReasonsAsker } from './reasons.ts';
import { createResult, type Result } from './result.ts';
import type { Layout } from './rows.ts';

/** Most rows of one request; requests on their way at once. */
const BATCH_ROWS = 2_500;
const AT_ONCE = 2;
/** Most values that are asked for in one request: where a prediction is a curve, fewer rows fit. */
const BATCH_VALUES = 100_000;

/** Why work ends before its end: a person stopped it, and takes what there is; else another file has its place. */
export const STOPPED = 'stopped';

/**
 * Reads a file, asks for its predictions batch by batch and offers the file with them; a row that can have none stays, with a
 * reason. `width` is how many numbers a prediction has. Once `signal` is aborted it does nothing more, but offers what there is
 * where a person stopped it. Of a workbook the sheet at the place `sheet` is read. Never rejects.
 */
export async function runSheet(
  data: PageData,
  file: File,
  baseWords: () => Words,
  width: number,
  signal: AbortSignal,
  sheet = 0,
): Promise<void> {
  const words = () => laterWords(baseWords());
  const most = Math.max(1, Math.min(BATCH_ROWS, Math.floor(BATCH_VALUES / Math.max(1, width))));
  const link = byId<HTMLAnchorElement>('download');
  if (link.href) URL.revokeObjectURL(link.href);
  link.hidden = true;
  byId('preview-frame').hidden = true;
  byId('left').hidden = true;
  for (const id of ['counts', 'preview-note']) say(byId(id), '');
  byId('stop').hidden = false;
  const result = createResult(data, words, signal);
  const ask = createAsker(data, words);
  const askReasons = createReasonsAsker(data, words);
  const isExplained = data.explain !== undefined && byId<HTMLInputElement>('reasons').checked;
  const answersTo = async (batch: Batch, layout: Layout) => {
    const answers = await ask(batch.rows, signal);
    if (!isExplained) return answers;
    return { ...answers, reasons: await askReasons([...answers.predictions.keys()], layout, signal) };
  };
  const started = performance.now();
  try {
    const asked: Promise<() => void>[] = [];
    byId('sheets').hidden = true;
    const source = (await isWorkbook(file)) ? await sheetOf(file, sheet, words(), signal) : { csv: file };
    result.expect(source.csv.size);
    for await (const { batch, layout } of batches(data, source, most, words, signal)) {
      signal.throwIfAborted();
      asked.push(answersTo(batch, layout).then((answers) => () => result.add(batch, layout, answers)));
      // A rejection is heard when its turn comes.
      asked.at(-1)?.catch(() => {});
      if (asked.length >= AT_ONCE) await finish(asked.shift(), signal);
    }
    for (const one of asked) await finish(one, signal);
    if (result.rows() === 0) throw new Fault(words().text('emptyFile'));
    const seconds = words().number((performance.now() - started) / 1000, { maximumFractionDigits: 1 });
    await offer(result, file, words().text('done'), `${seconds} s`);
    // Whoever stands on the button that goes away is led on.
    if (document.activeElement === byId('stop')) link.focus();
  } catch (error) {
    if (signal.aborted && signal.reason !== STOPPED) return;
    if (!signal.aborted) say(byId('run-problem'), error instanceof Fault ? error.message : String(error));
    if (result.rows() > 0) await offer(result, file, ...(signal.aborted ? [words().text('stopped')] : []));
    else result.end(...(signal.aborted ? [words().text('stopped')] : []));
  }
  byId('stop').hidden = true;
}

/** Offers what there is as a download, and says how it ended. */
async function offer(result: Result, file: File, ...told: string[]): Promise<void> {
  const link = byId<HTMLAnchorElement>('download');
  link.href = URL.createObjectURL(await result.blob());
  link.download = `${file.name.replace(/\.\w+$/, '')}-predictions.csv`;
  link.hidden = false;
  result.end(...told);
}

/** Adds a batch to the result once its answers are there, if they are still wanted then. */
async function finish(asked: Promise<() => void> | undefined, signal: AbortSignal): Promise<void> {
  const add = await asked;
  signal.throwIfAborted();
  add?.();
}
