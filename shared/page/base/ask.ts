import type { Words } from '../words/words.ts';
import { credential } from './credential.ts';
import type { AnswerBody, PageData, Value } from './data.ts';

/** One thing wrong with a request: a JSON Pointer, and what. */
export type Fault = { path: string; message: string };

/** How a request ended; `ms` is its way there and back as seen here. */
export type Outcome =
  | { state: 'answered'; body: AnswerBody; ms: number }
  | { state: 'refused'; status: number; detail: string; errors: Fault[]; retryAfter: number | undefined }
  | { state: 'unreachable' };

/** The longest that is waited for an answer, in milliseconds: beyond every server's limit. */
const WITHIN = 35_000;

/** The status where the page's model was replaced: its fields, plots and words are not those of the one that answers now. */
export const REPLACED = 412;

/** Asks the page's model for predictions with a body as it stands; never rejects. What another model answers is a refusal, whoever let it. */
export async function post({ sha256 }: PageData, body: string, contentType: string, signal?: AbortSignal): Promise<Outcome> {
  const started = performance.now();
  // Two signals in one, without AbortSignal.any: Safari has it from 17.4 on, and Firefox from 124. An end behind the answer ends nothing.
  const stop = new AbortController();
  const end = () => stop.abort();
  setTimeout(end, WITHIN);
  signal?.addEventListener('abort', end);
  try {
    const reply = await fetch('predict', {
      method: 'POST',
      headers: { 'content-type': contentType, accept: 'application/json', 'x-model-sha256': sha256, ...credential() },
      body,
      signal: stop.signal,
    });
    const answer = await reply.json().catch(() => ({}));
    const ms = performance.now() - started;
    const isAnswer = reply.ok && Array.isArray(answer.predictions);
    const isOurs = answer.model?.sha256 === sha256;
    if (isAnswer && isOurs) return { state: 'answered', body: answer, ms };
    return {
      state: 'refused',
      status: isAnswer ? REPLACED : reply.status,
      detail: String(answer.detail ?? ''),
      errors: Array.isArray(answer.errors) ? answer.errors : [],
      retryAfter: Number(reply.headers.get('retry-after')) || undefined,
    };
  } catch {
    return { state: 'unreachable' };
  }
}

/** What went wrong with a request, in words. */
export function problemText(outcome: Exclude<Outcome, { state: 'answered' }>, words: Words): string {
  if (outcome.state === 'unreachable') return words.text('unreachable');
  if (outcome.status === REPLACED) return words.text('replaced');
  return outcome.detail || `${words.text('refused')} ${outcome.status}`;
}

/** A message of the server without the advice that it has for whoever deploys the model. */
export function forVisitors(message: string): string {
  return message.split('; if ')[0] as string;
}

/** The body of a request for rows in the page's order of features, whose names go along. */
export function rowsBody({ features }: PageData, data: Value[][], parameters?: Record<string, unknown>): string {
  return JSON.stringify({ dataframe_split: { columns: features.map(({ name }) => name), data }, parameters });
}

/** Asks for the predictions of such rows. */
export function askRows(data: PageData, rows: Value[][], parameters?: Record<string, unknown>): Promise<Outcome> {
  return post(data, rowsBody(data, rows, parameters), 'application/json');
}

/** How often rows are asked for again without those that have no answer: a refusal names a hundred of them. */
const MORE_TRIES = 3;

/** Asks for the predictions of rows, and again without those that the server names as having none; `places` are those that are left. */
export async function askAnswered(
  data: PageData,
  rows: Value[][],
  parameters?: Record<string, unknown>,
): Promise<{ places: number[]; outcome: Outcome }> {
  let places = [...rows.keys()];
  for (let tries = 0; ; tries += 1) {
    const outcome = await askRows(
      data,
      places.map((place) => rows[place]!),
      parameters,
    );
    const named = new Set(outcome.state === 'refused' && tries < MORE_TRIES ? outcome.errors.map(({ path }) => path) : []);
    const left = places.filter((_, row) => !named.has(`/${row}`));
    // One point is no curve.
    if (left.length === places.length || left.length < 2) return { places, outcome };
    places = left;
  }
}

/**
 * A trigger for work of which one runs at a time and the newest wins: called while it runs, it only notes that another run
 * is due, which then sees the newest state.
 */
export function newestWins(work: () => Promise<void>): () => Promise<void> {
  let running = false;
  let due = false;
  return async () => {
    due = true;
    if (running) return;
    running = true;
    try {
      while (due) {
        due = false;
        await work();
      }
    } finally {
      running = false;
    }
  };
}
