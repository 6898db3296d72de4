import type { ServerResponse } from 'node:http';
import { firstOf, joined, MOST_MARK, withoutMark } from '../../../shared/batch/chunks.ts';
import type { LineForm } from '../../../shared/batch/columns.ts';
import { isBlank } from '../../../shared/batch/cutter.ts';
import { RequestError } from '../../../shared/errors.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { isObject, type JsonObject, membersOf } from '../../../shared/wire/cells.ts';
import { boxed } from '../../../shared/wire/dialects/arrays.ts';
import { COLUMNS, RECORD } from '../../../shared/wire/dialects/columns.ts';
import { DIALECTS } from '../../../shared/wire/dialects/dialects.ts';
import { findDialect } from '../../../shared/wire/dialects/find.ts';
import { FEATURES } from '../../../shared/wire/dialects/records.ts';
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
export async function openPayload(
  schema: Schema,
  request: Incoming,
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
): Promise<Lines | Whole> {
  const declared = bodyForm(headerOf(request, 'content-type'));
  const isSaid = declared === 'csv' || declared === 'jsonlines';
  const first = await firstOf(chunks, isSaid ? MOST_MARK : MOST_LOOKED_AT);
  const seen = isSaid || declared === 'npy' ? declared : formOf(declared === 'fields' ? 'fields' : 'any', first);
  const found = seen === 'json' && first.length < MOST_LOOKED_AT && isRecord(schema, first) ? 'jsonlines' : seen;
  // No lines in, no lines out.
  const form = first.length === 0 ? 'jsonlines' : declared === 'json' && found !== 'jsonlines' ? 'json' : found;
  const [accept, format] = [headerOf(request, 'accept'), formatOf(request)];
  if (form === 'json' || form === 'npy') {
    return { whole: joined(first, chunks), form: declared, accepted: answerForm(accept, format) };
  }
  return { form, accepted: linesAccepted(accept, format, form), chunks: joined(withoutMark(first), chunks) };
}

/** Whether a payload is one JSON value in one line that a line of JSON Lines may be: one row, and no document with rows in it. */
function isRecord(schema: Schema, payload: Buffer): boolean {
  const end = payload.indexOf(LINE);
  if (end !== -1 && !isBlank(payload, end)) return false;
  try {
    const value: unknown = JSON.parse(Buffer.from(withoutMark(payload)).toString());
    if (Array.isArray(value)) return value.length > 0 && value.every(isCell);
    const dialect = isObject(value) ? findDialect(schema, { value, path: '', text: undefined }, DIALECTS)?.dialect : undefined;
    if (dialect === FEATURES) return boxed(value)!.every(isCell);
    // R's jsonlite writes a record's values each in an array of its own.
    const isRow = (cells: JsonObject) => membersOf(schema, cells).every((cell) => !Array.isArray(cell) || cell.length === 1);
    return dialect === RECORD || (dialect === COLUMNS && isRow(value as JsonObject));
  } catch {
    return false;
  }
}

function isCell(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
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
