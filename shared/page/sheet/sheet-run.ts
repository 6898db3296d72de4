import { csvField } from '../../csv.ts';
import { type Outcome, post, problemText } from '../base/ask.ts';
import type { AnswerBody, PageData } from '../base/data.ts';
import { byId, say } from '../base/dom.ts';
import { laterWords } from '../words/texts-later.ts';
import type { Words } from '../words/words.ts';
import { type Batch, createResult } from './sheet-result.ts';
import { createLineReader, type Layout, readHeader, requestLine } from './sheet-rows.ts';

/** Most rows, and most characters, of one request; requests on their way at once. */
const BATCH_ROWS = 2_500;
const BATCH_CHARS = 1_500_000;
const AT_ONCE = 2;
/** Most values that are asked for in one request: where a prediction is a curve, fewer rows fit. */
const BATCH_VALUES = 100_000;
/** How often an overloaded server is asked again, and the first pause, in milliseconds. */
const TRIES = 6;
const PAUSE = 400;
const SHOWN_FAULTS = 5;

/** What keeps a file from its predictions, in words for its owner. */
class Fault extends Error {}

/**
 * Reads a file, asks for its predictions batch by batch and offers the file with them. `width` is how many numbers a prediction
 * has. Once `signal` is aborted it does nothing more, since another file may have its place. Never rejects.
 */
export async function runSheet(data: PageData, file: File, own: () => Words, width: number, signal: AbortSignal): Promise<void> {
  const words = () => laterWords(own());
  const batchRows = Math.max(1, Math.min(BATCH_ROWS, Math.floor(BATCH_VALUES / Math.max(1, width))));
  const link = byId<HTMLAnchorElement>('download');
  if (link.href) URL.revokeObjectURL(link.href);
  link.hidden = true;
  byId('preview-frame').hidden = true;
  byId('stop').hidden = false;
  const result = createResult(data, file, words);
  const started = performance.now();
  try {
    const asked: Promise<() => void>[] = [];
    for await (const { batch, layout } of batches(data, file, batchRows, words)) {
      signal.throwIfAborted();
      asked.push(predictBatch(data, batch, words, signal).then((parts) => () => result.add(batch, layout, parts)));
      // A rejection is heard when its turn comes.
      asked.at(-1)?.catch(() => {});
      if (asked.length >= AT_ONCE) await finish(asked.shift(), signal);
    }
    for (const one of asked) await finish(one, signal);
    if (result.rows() === 0) throw new Fault(words().text('emptyFile'));
    const seconds = words().number((performance.now() - started) / 1000, { maximumFractionDigits: 1 });
    result.end(words().text('done'), `${seconds} s`);
    link.href = URL.createObjectURL(result.blob());
    link.download = `${file.name.replace(/\.\w+$/, '')}-predictions.csv`;
    link.hidden = false;
    // Whoever stands on the button that goes away is led on.
    if (document.activeElement === byId('stop')) link.focus();
  } catch (error) {
    if (signal.aborted) return;
    result.end();
    say(byId('run-problem'), error instanceof Fault ? error.message : String(error));
  }
  byId('stop').hidden = true;
}

/** Adds a batch to the result once its answers are there, if they are still wanted then. */
async function finish(asked: Promise<() => void> | undefined, signal: AbortSignal): Promise<void> {
  const add = await asked;
  signal.throwIfAborted();
  add?.();
}

/** The file in batches, with its layout. */
async function* batches(data: PageData, file: File, most: number, words: () => Words): AsyncGenerator<{ batch: Batch; layout: Layout }> {
  const reader = createLineReader();
  let layout: Layout | undefined;
  let number = 0;
  let bytes = 0;
  let chars = 0;
  let batch: Batch = { lines: [], sent: [], numbers: [], bytes: 0 };
  const decoder = new TextDecoder();
  const source = file.stream().getReader();
  for (let done = false; !done; ) {
    const piece = await source.read();
    done = piece.done;
    bytes += piece.value?.length ?? 0;
    for (const line of linesOf(
      reader,
      piece.value === undefined ? undefined : decoder.decode(piece.value, { stream: true }),
      number,
      words,
    )) {
      number += 1 + (line.match(/\n/g)?.length ?? 0);
      if (line.trim() === '' && line.length <= 1) continue;
      if (!layout) {
        layout = layoutOf(data, line, words);
        continue;
      }
      const sent = requestLine(data.features, layout, line);
      if (batch.lines.length >= most || chars + sent.length > BATCH_CHARS) {
        yield { batch: { ...batch, bytes }, layout };
        batch = { lines: [], sent: [], numbers: [], bytes: 0 };
        chars = 0;
      }
      batch.lines.push(line);
      batch.sent.push(sent);
      batch.numbers.push(number);
      chars += sent.length + 1;
    }
  }
  if (layout && batch.lines.length > 0) yield { batch: { ...batch, bytes }, layout };
}

function linesOf(reader: ReturnType<typeof createLineReader>, piece: string | undefined, number: number, words: () => Words): string[] {
  try {
    return piece === undefined ? reader.end() : reader.push(piece);
  } catch (error) {
    if (error instanceof RangeError) throw new Fault(`${words().text('openQuote')} ${number + 1}.`);
    throw error;
  }
}

function layoutOf(data: PageData, line: string, words: () => Words): Layout {
  const { layout, lacking } = readHeader(data.features, line);
  if (lacking.length > 0)
    throw new Fault(`${words().text('noHeader')}: ${lacking.slice(0, 20).join(', ')}${lacking.length > 20 ? '...' : ''}`);
  return layout;
}

/** The answers to a batch, in order; an overloaded server is asked again, and a batch it finds too large in two halves. */
async function predictBatch(data: PageData, batch: Batch, words: () => Words, signal: AbortSignal): Promise<AnswerBody[]> {
  const head = data.features.map(({ name }) => csvField(name)).join(',');
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    const outcome = await post(`${head}\n${batch.sent.join('\n')}\n`, 'text/csv', signal);
    if (outcome.state === 'answered') {
      if (outcome.body.predictions.length === batch.sent.length) return [outcome.body];
      throw new Fault(`${words().text('refused')} 200`);
    }
    if (outcome.state === 'refused' && outcome.status === 413 && batch.lines.length > 1) {
      const half = Math.ceil(batch.lines.length / 2);
      const part = (from: number, to?: number): Batch => ({
        lines: batch.lines.slice(from, to),
        sent: batch.sent.slice(from, to),
        numbers: batch.numbers.slice(from, to),
        bytes: batch.bytes,
      });
      return [...(await predictBatch(data, part(0, half), words, signal)), ...(await predictBatch(data, part(half), words, signal))];
    }
    const isBusy = outcome.state === 'unreachable' || outcome.status === 429 || outcome.status >= 500;
    if (!isBusy || tries === TRIES) throw new Fault(faultText(outcome, batch, words()));
    await pause(outcome.state === 'refused' && outcome.retryAfter !== undefined ? outcome.retryAfter * 1000 : PAUSE * 2 ** tries, signal);
  }
}

/** What is wrong with a batch, each thing with the number of its line in the file. */
function faultText(outcome: Exclude<Outcome, { state: 'answered' }>, batch: Batch, words: Words): string {
  const errors = outcome.state === 'refused' ? outcome.errors : [];
  if (errors.length === 0) return problemText(outcome, words);
  const told = errors.slice(0, SHOWN_FAULTS).map(({ path, message }) => {
    const number = batch.numbers[Number(path.split('/')[1])];
    return number === undefined ? message : `${words.text('line')} ${number}: ${message}`;
  });
  return told.join('\n');
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
