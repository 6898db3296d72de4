import { forVisitors, type Outcome, post, problemText } from '../base/ask.ts';
import type { AnswerBody, PageData, Predicted } from '../base/data.ts';
import type { Words } from '../words/words.ts';
import type { Row } from './file.ts';
import { requestLine } from './rows.ts';

/** How often an overloaded server is asked again, and the first pause, in milliseconds. */
const TRIES = 6;
const PAUSE = 400;

/** What came of rows: their predictions by the rows themselves, the times of survival probabilities, and the strongest reasons in words, where these are asked for. */
export type Answers = { predictions: Map<Row, Predicted>; times: number[]; reasons?: Map<Row, string> };

/** Asks for rows, and remembers that a server is gone, so that not every batch waits for it. */
export type Asker = (rows: Row[], signal: AbortSignal) => Promise<Answers>;

/** How a request ended; `another`: another model answered than the rows before. */
export type Sent = Outcome | { state: 'another' };

/** Sends a body, and once more after a pause where the server is busy, or another model answers; rejects only where `signal` is aborted. */
export type Sender = (body: string, contentType: string, signal: AbortSignal) => Promise<Sent>;

/** Whether an answer is of the model of a file's first one. In a deploy two models answer by turns: one column must not have both. */
export type Whose = (answer: AnswerBody) => boolean;

/** Remembers whose a file's first answer was; `told` hears that answer. */
export function createWhose(told: (answer: AnswerBody) => void): Whose {
  let first: AnswerBody['model'];
  return (answer) => {
    if (!first) told(answer);
    first ??= answer.model;
    return answer.model?.sha256 === first?.sha256;
  };
}

/** Starts to send. That a server is gone is remembered, so that not every body waits for it. */
export function createSender(isOurs: Whose): Sender {
  let isGone = false;
  return async (body, contentType, signal) => {
    for (let tries = isGone ? TRIES : 1; ; tries += 1) {
      signal.throwIfAborted();
      const answered = await post(body, contentType, signal);
      const outcome: Sent = answered.state === 'answered' && !isOurs(answered.body) ? { state: 'another' } : answered;
      const isBusy: boolean = outcome.state !== 'answered' && !isRefusal(outcome);
      signal.throwIfAborted();
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
export function isRefusal(outcome: Sent): outcome is Extract<Outcome, { state: 'refused' }> {
  return outcome.state === 'refused' && outcome.status >= 400 && outcome.status < 500 && outcome.status !== 429;
}

/** Starts to ask: each row gets its prediction, or a reason why it has none. Rejects only where `signal` is aborted. */
export function createAsker(data: PageData, isOurs: Whose, words: () => Words): Asker {
  const head = requestLine(data.features.map(({ name }) => name));
  const send = createSender(isOurs);

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
      const unanswered = words().text(outcome.state === 'another' ? 'cell.another' : 'cell.noAnswer');
      for (const row of open) row.reason = isRefused ? forVisitors(problemText(outcome, words())) : unanswered;
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
