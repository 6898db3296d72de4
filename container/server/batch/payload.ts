import type { ServerResponse } from 'node:http';
import { firstOf, joined, MOST_MARK, withoutMark } from '../../../shared/batch/chunks.ts';
import type { LineForm } from '../../../shared/batch/columns.ts';
import { isBlank } from '../../../shared/batch/cutter.ts';
import { RequestError } from '../../../shared/errors.ts';
import { formOf } from '../../../shared/wire/form.ts';
import { MAX_BODY_BYTES } from '../../../shared/wire/limits.ts';
import { type AnswerForm, answerForm, bodyForm, type DeclaredForm } from '../../../shared/wire/media.ts';
import type { Answered, Container } from '../container.ts';
import { formatOf, headerOf, tooLarge } from '../http.ts';
import type { Incoming } from '../incoming.ts';
import type { Served } from '../models.ts';
import { answerBody } from '../predict.ts';

type Chunks = AsyncIterable<Uint8Array>;

/** A payload of lines, and the form of the answer's lines. */
export type Lines = { form: LineForm; accepted: LineForm; chunks: Chunks };
/** A payload that is one value, such as a JSON document. */
export type Whole = { whole: Chunks; form: DeclaredForm; accepted: AnswerForm };

/** As many bytes show whether JSON goes on in another line, or is one record in one line. */
const MOST_LOOKED_AT = 262_144;
const LINE = 0x0a;

/**
 * Finds out what a payload is, by its content type and, where that says too little, by its first bytes: JSON with a value a line is read
 * as JSON Lines, whatever it is called, and so is one record in one line, since a file's other payloads have many. Throws a 406 or a 415 as any request.
 */
export async function openPayload(request: Incoming, chunks: AsyncGenerator<Uint8Array, void, undefined>): Promise<Lines | Whole> {
  const declared = bodyForm(headerOf(request, 'content-type'));
  const isSaid = declared === 'csv' || declared === 'jsonlines';
  const first = await firstOf(chunks, isSaid ? MOST_MARK : MOST_LOOKED_AT);
  const seen = isSaid || declared === 'npy' ? declared : formOf(declared === 'fields' ? 'fields' : 'any', first);
  const found = seen === 'json' && first.length < MOST_LOOKED_AT && isRecord(first) ? 'jsonlines' : seen;
  // No lines in, no lines out.
  const form = first.length === 0 ? 'jsonlines' : declared === 'json' && found !== 'jsonlines' ? 'json' : found;
  const [accept, format] = [headerOf(request, 'accept'), formatOf(request)];
  if (form === 'json' || form === 'npy') {
    return { whole: joined(first, chunks), form: declared, accepted: answerForm(accept, format) };
  }
  return { form, accepted: linesAccepted(accept, format, form), chunks: joined(withoutMark(first), chunks) };
}

/** Whether a payload is one JSON value in one line that is a record: no value within it has others in it, as those of a document have. */
function isRecord(payload: Buffer): boolean {
  const end = payload.indexOf(LINE);
  if (end !== -1 && !isBlank(payload, end)) return false;
  try {
    const value: unknown = JSON.parse(Buffer.from(withoutMark(payload)).toString());
    const parts = typeof value === 'object' && value !== null ? Object.values(value) : [];
    return parts.length > 0 && parts.every((part) => typeof part !== 'object' || part === null);
  } catch {
    return false;
  }
}

/** The form of an answer's lines: the payload's, unless another is asked for. Of JSON each line has a value. */
function linesAccepted(accept: string | undefined, format: string | undefined, form: LineForm): LineForm {
  const isOpen = accept === undefined || accept.trim() === '' || accept.trim() === '*/*';
  if (isOpen && format === undefined) return form;
  const asked = answerForm(accept, format);
  if (asked === 'json' || asked === 'jsonlines') return 'jsonlines';
  if (asked === 'csv' || asked === 'csvHeader') return 'csv';
  throw new RequestError(406, 'found an answer asked for that has no lines; expected text/csv or application/jsonlines in a transform job');
}

/** Answers a payload that is one value as any request with it, of at most 6 MB. */
export async function answerWhole(
  container: Container,
  served: Served,
  { response }: { response: ServerResponse },
  { whole, form, accepted }: Whole,
): Promise<Answered> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of whole) {
    length += part.length;
    if (length > MAX_BODY_BYTES) throw tooLarge(`more than ${MAX_BODY_BYTES}`, MAX_BODY_BYTES);
    parts.push(part);
  }
  return answerBody(container, served, { body: Buffer.concat(parts), form, accepted }, () => !response.destroyed);
}
