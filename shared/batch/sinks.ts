import type { Schema } from '../schema/features.ts';
import type { Parameters } from '../schema/parameters.ts';
import { linesWriter } from '../wire/answers.ts';
import type { LineForm } from './columns.ts';

/** Where the answers to rows go, in the rows' order: the doubles of some that have one, or why one row has none, said where it is written. */
export type Sink = { take(outputs: Float64Array): void; skip(reason: () => string): void };

/** How answers are written as lines. `empty`: the line of CSV for a row without one (answerLines). */
export type Lines = { schema: Schema; parameters: Parameters; form: LineForm; empty: string };

/** Writes a line for each row: the API's CSV without its header, or its JSON Lines, in which a row without an answer is {"error": "..."}. */
export function createTextSink({ schema, parameters, form, empty }: Lines): Sink & { text(): string } {
  const write = linesWriter(schema, parameters, form);
  let text = '';
  return {
    take: (outputs) => {
      text += write(outputs);
    },
    skip: (reason) => {
      text += form === 'csv' ? empty : `${JSON.stringify({ error: reason() })}\n`;
    },
    text: () => text,
  };
}
