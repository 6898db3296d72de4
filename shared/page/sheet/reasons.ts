import { rowsBody } from '../base/ask.ts';
import type { PageData, Value } from '../base/data.ts';
import { loadReasons } from '../base/load-reasons.ts';
import type { Words } from '../words/words.ts';
import { createSender, isRefusal } from './ask.ts';
import type { Row } from './file.ts';
import { featureCells, type Layout, splitLine, valuesOf } from './rows.ts';

/** How long the reasons of one request's rows may take a server, in milliseconds: a function answers 413 beyond 2 s. */
const REQUEST_MS = 1_000;
/** Most rows of one request. */
const MOST_ROWS = 1_000;

/** Asks for the three strongest reasons of rows that have a prediction, in words. */
export type ReasonsAsker = (rows: Row[], layout: Layout, signal: AbortSignal) => Promise<Map<Row, string>>;

/** Starts to ask. A row whose answer cannot be explained says so. Rejects as a Sender does. */
export function createReasonsAsker(data: PageData, words: () => Words): ReasonsAsker {
  const most = Math.max(1, Math.min(MOST_ROWS, Math.floor(REQUEST_MS / (data.explainMs ?? REQUEST_MS))));
  const send = createSender(data, words);
  const parameters = { explain: data.explain };

  const ask = async (rows: { row: Row; values: Value[] }[], signal: AbortSignal, into: Map<Row, string>): Promise<void> => {
    const asked = rows.map(({ values }) => values);
    const outcome = await send(rowsBody(data, asked, parameters), 'application/json', signal);
    if (outcome.state === 'answered' && outcome.body.explanations?.length === rows.length) {
      const { explanations, explain } = outcome.body;
      const { reasonsText } = await loadReasons();
      const time = explain?.time === undefined ? {} : { time: explain.time };
      rows.forEach(({ row, values }, at) => {
        into.set(row, reasonsText(data, { ...explanations[at]!, ...time }, values, words()));
      });
    } else if (isRefusal(outcome) && rows.length > 1) {
      const half = Math.ceil(rows.length / 2);
      await ask(rows.slice(0, half), signal, into);
      await ask(rows.slice(half), signal, into);
    } else for (const { row } of rows) into.set(row, words().text('noReasons'));
  };
  return async (rows, layout, signal) => {
    const into = new Map<Row, string>();
    const asked = rows.map((row) => ({ row, values: valuesIn(data, layout, row) }));
    for (let from = 0; from < asked.length; from += most) await ask(asked.slice(from, from + most), signal, into);
    return into;
  };
}

/** A row's values in the page's order of features. */
export function valuesIn({ features }: PageData, layout: Layout, { line }: Row): Value[] {
  return valuesOf(features, featureCells(features, layout, splitLine(line, layout.delimiter)));
}
