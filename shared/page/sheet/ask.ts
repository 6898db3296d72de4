import { forVisitors, type Outcome, post, problemText, REPLACED } from '../base/ask.ts';
import type { PageData, Predicted } from '../base/data.ts';
import type { Words } from '../words/words.ts';
import { Fault, type Row } from './file.ts';
import { requestLine } from './rows.ts';

/** How often an overloaded server is asked again, and the first pause, in milliseconds. */
const TRIES = 6;
const PAUSE = 400;

/** What came of rows: their predictions by the rows themselves, the times of survival probabilities, and the strongest reasons in words, where these are asked for. */
export type Answers = { predictions: Map<Row, Predicted>; times: number[]; reasons?: Map<Row, string> };

/** Asks for rows, and remembers that a server is gone, so that not every batch waits for it. */
export type Asker = (rows: Row[], signal: AbortSignal) => Promise<Answers>;

/** Sends a body, and once more after a pause where the server is busy. Rejects where `signal` is aborted, and with a Fault where the model was replaced. */
export type Sender = (body: string, contentType: string, signal: AbortSignal) => Promise<Outcome>;

/** Starts to send. That a server is gone is remembered, so that not every body waits for it. */
export function createSender(data: PageData, words: () => Words): Sender {
  let isGone = false;
  return async (body, contentType, signal) => {
    for (let tries = isGone ? TRIES : 1; ; tries += 1) {
      signal.throwIfAborted();
      const outcome = await post(data, body, contentType, signal);
      const isBusy: boolean = outcome.state !== 'answered' && !isRefusal(outcome);
      signal.throwIfAborted();
      if (outcome.state === 'refused' && outcome.status === REPLACED) throw new Fault(problemText(outcome, words()));
      if (isBusy && tries < TRIES) {
        await pause(
          outcome.state === 'refused' && outcome.retryAfter !== undefined ? outcome.retryAfter * 1000 : PAUSE * 2 ** tries,
          signal,
        );
        continue;
      }
      isGone = isBusy;
      return outcome;
    }
  };
}

/** Whether a server refused a body for what is in it. */
export function isRefusal(outcome: Outcome): outcome is Extract<Outcome, { state: 'refused' }> {
  return outcome.state === 'refused' && outcome.status >= 400 && outcome.status < 500 && outcome.status !== 429;
}

/** Starts to ask: each row gets its prediction, or a reason why it has none. Rejects as a Sender does. */
export function createAsker(data: PageData, words: () => Words): Asker {
  const head = requestLine(data.features.map(({ name }) => name));
  const send = createSender(data, words);

  const ask = async (rows: Row[], signal: AbortSignal, into: Answers): Promise<void> => {
    let open = rows.filter(({ reason, isBlank }) => reason === undefined && !isBlank);
    while (open.length > 0) {
      // One column more, which is ignored: else names that are numbers could be a row as well.
      const outcome = await send(`${head},\n${open.map(({ sent }) => sent).join(',\n')},\n`, 'text/csv', signal);
      if (outcome.state === 'answered' && outcome.body.predictions.length === open.length) {
        for (const [at, row] of open.entries()) into.predictions.set(row, outcome.body.predictions[at] as Predicted);
        into.times = outcome.body.times ?? [];
        return;
      }
      const isRefused = isRefusal(outcome);
      // Which rows the server names keep its reason; the others are asked for again.
      if (isRefused && outcome.status !== 413) {
        for (const { path, message } of outcome.errors) {
          const row = open[Number(path.split('/')[1])];
          if (row) row.reason ??= forVisitors(message);
        }
        const left = open.filter(({ reason }) => reason === undefined);
        if (left.length < open.length) {
          open = left;
          continue;
        }
      }
      if (isRefused && open.length > 1) {
        const half = Math.ceil(open.length / 2);
        await ask(open.slice(0, half), signal, into);
        await ask(open.slice(half), signal, into);
        return;
      }
      for (const row of open) row.reason = isRefused ? forVisitors(problemText(outcome, words())) : words().text('cell.noAnswer');
      return;
    }
  };
  return async (rows, signal) => {
    const into: Answers = { predictions: new Map(), times: [] };
    await ask(rows, signal, into);
    return into;
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
    signal.addEventListener('abort', () => resolve());
  });
}
