import type { Reply } from '../shared/api/reply.ts';
import { RequestError } from '../shared/errors.ts';
import { triedExplainMs } from '../shared/schema/explanation.ts';
import type { Schema } from '../shared/schema/features.ts';
import { type Answer, checkAnswerSize, type TextForm, writeAnswer } from '../shared/wire/answers.ts';
import { inflateBody, isCompressed } from '../shared/wire/encoding.ts';
import { formOf } from '../shared/wire/form.ts';
import { MAX_BODY_BYTES, MAX_ROWS } from '../shared/wire/limits.ts';
import { type AnswerForm, answerForm, bodyForm, CONTENT_TYPES } from '../shared/wire/media.ts';
import { readBody } from '../shared/wire/read-body.ts';
import { type Query, readValue } from '../shared/wire/wire.ts';
import { gunzip } from './gunzip.ts';
import type { Call } from './http.ts';

/** Most milliseconds of computing explanations, by their estimate. */
const MOST_EXPLAIN_MS = 2_000;

/**
 * A call that was read: its rows, the body and the content type it is to be sent on with (no body where the endpoint would not
 * take one so large), and how an answer becomes a reply; `timings` are milliseconds for the Server-Timing header. `isOfVersion`: the path names
 * the version of the model held here, and no other may answer.
 */
export type Question = {
  query: Query;
  body: Uint8Array | undefined;
  contentType: string;
  isOfVersion?: boolean;
  write(answer: Answer, timings: Record<string, number>): Reply;
};

/** Reads a call's body. Throws a RequestError with everything wrong in it; then nothing is sent on. */
export async function readQuestion(schema: Schema, call: Call): Promise<Question> {
  const accepted = answerForm(call.headers.accept, call.format);
  if (call.direct) return readInvoke(schema, call.value, accepted);
  const isPacked = isCompressed(call.headers['content-encoding']);
  const declared = bodyForm(call.headers['content-type']);
  const body = await plainBody(call.body, isPacked);
  const form = formOf(declared, body);
  const query = readBody(schema, body, form, MAX_ROWS);
  checkAnswerSize(schema, query.count, query.parameters, accepted);
  checkTime(schema, query);
  return { query, body, contentType: CONTENT_TYPES[form], write: await writer(schema, accepted) };
}

/** A body within the limits, inflated where it is compressed. */
export async function plainBody(body: Uint8Array, isPacked: boolean): Promise<Uint8Array> {
  checkSize(body);
  return isPacked ? inflateBody(body, MAX_BODY_BYTES, gunzip) : body;
}

/** The question of a direct invoke, whose event is the body as a value. */
async function readInvoke(schema: Schema, value: unknown, form: AnswerForm): Promise<Question> {
  const query = readValue(schema, value, MAX_ROWS);
  checkAnswerSize(schema, query.count, query.parameters, form);
  checkTime(schema, query);
  // Written as JSON only now: a value that is nested too deep was refused above.
  const hasMinusZero = query.rows.some((number) => Object.is(number, -0));
  const body = Buffer.from(hasMinusZero ? keptText(value) : JSON.stringify(value));
  checkSize(body);
  return { query, body, contentType: CONTENT_TYPES.json, write: await writer(schema, form) };
}

/** Throws a 413 that names the rows that fit where explanations could take longer than a function should compute. */
function checkTime(schema: Schema, query: Query): void {
  const { count } = query;
  const ms = triedExplainMs(schema, query);
  if (ms <= MOST_EXPLAIN_MS) return;
  const fit = Math.floor((count * MOST_EXPLAIN_MS) / ms);
  const expected = fit > 0 ? `at most ${fit} rows in one request` : 'a smaller model, as not even one row fits';
  throw new RequestError(
    413,
    `the explanations of ${count} rows could take more than ${MOST_EXPLAIN_MS / 1000} s here; expected ${expected}`,
  );
}

/** A value as JSON that reads back as the same doubles, -0 among them, of which JSON.stringify makes 0: 1/x tells them apart. */
function keptText(value: unknown): string {
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(keptText).join(',')}]`;
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${keptText(member)}`);
  return `{${members.join(',')}}`;
}

/** Throws a 413 for a body larger than the endpoint takes. */
export function checkSize({ byteLength }: Uint8Array): void {
  if (byteLength > MAX_BODY_BYTES) throw new RequestError(413, `the body has ${byteLength} bytes; expected at most ${MAX_BODY_BYTES}`);
}

async function writer(schema: Schema, form: AnswerForm): Promise<Question['write']> {
  if (form !== 'npy') return (answer, timings) => answerReply(schema, answer, form, timings);
  const { npyReply } = await import('../shared/api/npy-reply.ts');
  return (answer, timings) => {
    const { headers, ...reply } = npyReply(schema, answer);
    return { ...reply, headers: { ...answerHeaders(answer, timings), ...headers } };
  };
}

function answerReply(schema: Schema, answer: Answer, form: TextForm, timings: Record<string, number>): Reply {
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
