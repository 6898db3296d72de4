import { type Answer, checkAnswerSize, writeAnswer } from '../shared/answers.ts';
import { RequestError } from '../shared/errors.ts';
import type { Schema } from '../shared/features.ts';
import { answerForm, type BodyForm, bodyForm, CONTENT_TYPES, checkEncoding } from '../shared/media.ts';
import type { Reply } from '../shared/reply.ts';
import { type Query, readBody, readValue } from '../shared/wire.ts';
import type { Call } from './http.ts';

/** Most rows of one request: what a Lambda answers well within its time-out. */
export const MAX_ROWS = 10_000;

/** Largest body: what the endpoint takes (SageMaker's InvokeEndpoint). */
export const MAX_BODY_BYTES = 6_291_456;

/**
 * A call that was read: its rows, the body and the content type it is to be sent on with (no body where the endpoint would not
 * take one so large), and how an answer becomes a reply; `timings` are milliseconds for the Server-Timing header.
 */
export type Question = {
  query: Query;
  body: Uint8Array | undefined;
  contentType: string;
  write(answer: Answer, timings: Record<string, number>): Reply;
};

/** Reads a call's body. Throws a RequestError with everything wrong in it; then nothing is sent on. */
export function readQuestion(schema: Schema, call: Call): Question {
  const form = answerForm(call.headers.accept);
  checkEncoding(call.headers['content-encoding']);
  const given = bodyForm(call.headers['content-type']);
  if (!call.direct) checkSize(call.body);
  const query = call.direct ? readValue(schema, call.value, MAX_ROWS) : readBody(schema, call.body, given, MAX_ROWS);
  checkAnswerSize(schema, query.count, query.parameters);
  // Written as JSON only now: a value that is nested too deep was refused above.
  const body = call.direct ? Buffer.from(JSON.stringify(call.value)) : call.body;
  if (call.direct) checkSize(body);
  const write: Question['write'] = (answer, timings) => answerReply(schema, answer, form, timings);
  return { query, body, contentType: CONTENT_TYPES[given], write };
}

/** Throws a 413 for a body larger than the endpoint takes. */
export function checkSize({ byteLength }: Uint8Array): void {
  if (byteLength > MAX_BODY_BYTES) throw new RequestError(413, `the body has ${byteLength} bytes; expected at most ${MAX_BODY_BYTES}`);
}

function answerReply(schema: Schema, answer: Answer, form: BodyForm, timings: Record<string, number>): Reply {
  const headers = { 'content-type': CONTENT_TYPES[form], ...answerHeaders(answer, timings) };
  return { status: 200, headers, body: writeAnswer(schema, answer, form) };
}

/** What the headers of an answer say: who computed it, by which model, and how long it took. */
export function answerHeaders(answer: Answer, timings: Record<string, number>): Record<string, string> {
  return {
    'x-served-by': answer.servedBy ?? '',
    'x-model-sha256': answer.model.sha256,
    'server-timing': Object.entries(timings)
      .map(([name, ms]) => `${name};dur=${ms.toFixed(2)}`)
      .join(', '),
  };
}
