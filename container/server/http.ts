import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reply } from '../../shared/api/reply.ts';
import { RequestError } from '../../shared/errors.ts';
import { MAX_BODY_BYTES } from '../../shared/wire/limits.ts';

/** The refusal of a body that is too large. */
export function tooLarge(found: string, most: number): RequestError {
  return new RequestError(413, `the body has ${found} bytes; expected at most ${most}`);
}

/** The refusal of a body whose sender has gone. */
export function cutOff(): RequestError {
  return new RequestError(400, 'the body was cut off');
}

/** What hears of the bytes of a body as they come in; an error it gives ends the body, of which nothing is kept then. */
export type Hold = (bytes: number) => RequestError | undefined;
/** Memory for so many bytes of a body, where there is a better way than new memory. */
export type TakeRoom = (bytes: number) => Uint8Array | undefined;
/** How memory is found for a body; where it `isCrowded`, no more than twice what came in is taken, whatever its head announces. */
export type RoomFor = { take?: TakeRoom; isCrowded?(): boolean };

/**
 * The body of a message, at most `most` bytes. Throws a 413 before anything is read where its content-length is over
 * that, else as soon as the bytes are; a 400 where the message is cut off; and what `hold` gives, which hears of no byte after that.
 */
export function readBody(message: IncomingMessage, most = MAX_BODY_BYTES, hold?: Hold): Promise<Uint8Array> {
  const declared = message.headers['content-length'];
  if (Number(declared ?? 0) > most) return Promise.reject(tooLarge(String(declared), most));
  return new Promise((resolve, reject) => {
    let held: Uint8Array = new Uint8Array(0);
    let length = 0;
    let isRefused = false;
    message.on('data', (chunk: Uint8Array) => {
      if (isRefused) return;
      const from = length;
      length += chunk.length;
      const refused = length > most ? tooLarge(`more than ${most}`, most) : hold?.(chunk.length);
      isRefused = refused !== undefined;
      held = isRefused ? new Uint8Array(0) : joined(held, from, chunk, most);
      if (refused) reject(refused);
    });
    let isWhole = false;
    message.on('end', () => {
      isWhole = true;
      resolve(held.subarray(0, length));
    });
    // A cut connection is an error event as well; unheard, it would end the process. A message that was read whole closes, too.
    for (const event of ['close', 'error']) message.on(event, () => isWhole || reject(cutOff()));
  });
}

/** How many times as many bytes as came in there is room for at most where a head announces them. */
const MOST_AHEAD = 16;

/**
 * The first `from` bytes that are held and a piece behind them; with room for more, `most` bytes in all. Most bodies are one piece. Of
 * many small ones each would take a hundred times its bytes by itself. There is room for as many as the head `declared`, once enough of them are there;
 * `take` may know of some.
 */
export function joined(held: Uint8Array, from: number, piece: Uint8Array, most: number, declared = 0, take?: TakeRoom): Uint8Array {
  if (from === 0) return piece;
  const length = from + piece.length;
  let room = held;
  if (length > held.length) {
    const ahead = declared >= length && declared <= MOST_AHEAD * length ? declared : 2 * length;
    const bytes = Math.min(ahead, most);
    room = take?.(bytes) ?? Buffer.allocUnsafeSlow(bytes);
    room.set(held.subarray(0, from));
  }
  room.set(piece, from);
  return room;
}

/** What every answer of the container says of itself in its headers. */
export type Extra = { requestId: string; sha256: string | undefined; closes: boolean; invocation: string | undefined };

/** A reply whose body may be bytes, which stand in place of its text. */
export type Sending = Reply & { bytes?: Uint8Array };

/**
 * Puts a reply on the wire; to HEAD without its body. Headers go as a flat list and a text as a text, so that Node makes
 * one piece of both. How many bytes the body has.
 */
export function sendReply(response: ServerResponse, { status, headers, body, base64, bytes: given }: Sending, more?: Extra): number {
  const bytes = given ?? (base64 ? Buffer.from(body, 'base64') : undefined);
  const length = bytes ? bytes.length : Buffer.byteLength(body);
  const list = headList(headers, more);
  // That of a 304 would be taken for the document's.
  if (status !== 304) list.push('content-length', String(length));
  response.writeHead(status, list);
  const end = endOf(response, more);
  if (response.req.method === 'HEAD') end();
  else if (bytes) end(bytes);
  // A text of one byte a character needs no encoding.
  else end(body, length === body.length ? 'latin1' : 'utf8');
  return length;
}

/** What an Incoming emits once all of its body came in. */
export const WHOLE = 'whole';

/**
 * How an answer to an Incoming ends. Where its connection closes, it closes behind the body that still comes in, which is thrown away: what
 * comes to a closed connection resets it, and the sender (Python's urllib, say) never hears the answer.
 */
function endOf(response: ServerResponse, more: Extra | undefined): (body?: string | Uint8Array, encoding?: BufferEncoding) => void {
  const { req } = response;
  const hasBody = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
  const closes = more !== undefined && (more.closes || !response.shouldKeepAlive);
  if (!closes || !hasBody || req.complete || req.destroyed)
    return (body, encoding) => (encoding ? response.end(body, encoding) : response.end(body));
  return (body, encoding = 'utf8') => {
    if (body !== undefined && body.length > 0) response.write(body, encoding);
    else response.flushHeaders();
    req.once(WHOLE, () => response.end());
  };
}

/** The headers of an answer as a flat list. */
export function headList(headers: Record<string, string>, more?: Extra): string[] {
  const list: string[] = [];
  if (more) {
    list.push('x-request-id', more.requestId);
    if (more.sha256 !== undefined && headers['x-model-sha256'] === undefined) list.push('x-model-sha256', more.sha256);
    if (more.invocation !== undefined) list.push(CUSTOM_ATTRIBUTES, `invocation=${more.invocation}`);
    if (more.closes) list.push('connection', 'close');
  }
  if (headers['x-content-type-options'] === undefined) list.push('x-content-type-options', 'nosniff');
  for (const name in headers) list.push(name, headers[name] as string);
  return list;
}

/** A request's path, without what stands behind the question mark; of an absolute form too, which every server must take (RFC 9112, 3.2.2). */
export function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const end = url.indexOf('?');
  const whole = end === -1 ? url : url.slice(0, end);
  return whole.startsWith('/') ? whole : whole.replace(/^https?:\/\/[^/]*/i, '') || '/';
}

/** The `format` of a request's query: which form of answer is asked for. */
export function formatOf(request: IncomingMessage): string | undefined {
  const at = request.url?.indexOf('?') ?? -1;
  return at === -1 ? undefined : (new URLSearchParams(request.url?.slice(at + 1)).get('format') ?? undefined);
}

/** The first name in a request's query: the hash by which a part of the page is asked for. */
export function hashOf(request: IncomingMessage): string | undefined {
  const at = request.url?.indexOf('?') ?? -1;
  return at === -1 ? undefined : request.url?.slice(at + 1).split(/[=&]/, 1)[0];
}

/** A request's header as one text; undefined where it is missing. */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/**
 * What our function says in SageMaker's custom attributes. The deadline is the caller's, in milliseconds. The invocation's id goes back to
 * the caller, who knows by it that this is the answer to that very call.
 */
export type Attributes = { requestId?: string; traceparent?: string; deadlineMs?: number; invocation?: string };

const CUSTOM_ATTRIBUTES = 'x-amzn-sagemaker-custom-attributes';

const NO_ATTRIBUTES: Attributes = {};
/** Most of them that are looked at: SageMaker takes no more characters. */
const MOST_ATTRIBUTES = 1_024;

/** Reads them, as far as they have the right form: anybody who can invoke the endpoint can write them. */
export function readAttributes(request: IncomingMessage): Attributes {
  const custom = headerOf(request, CUSTOM_ATTRIBUTES);
  if (custom === undefined && request.headers.traceparent === undefined) return NO_ATTRIBUTES;
  const given = new Map(
    (custom ?? '').split(';', MOST_ATTRIBUTES).map((part): [string, string] => {
      const at = part.indexOf('=');
      return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    }),
  );
  const requestId = given.get('x-request-id');
  const traceparent = given.get('traceparent') ?? headerOf(request, 'traceparent') ?? '';
  const deadline = given.get('deadline-ms') ?? '';
  const invocation = given.get('invocation') ?? '';
  return {
    ...(requestId === undefined ? {} : { requestId }),
    ...(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent) ? { traceparent } : {}),
    ...(/^\d{1,6}$/.test(deadline) ? { deadlineMs: Number(deadline) } : {}),
    ...(/^[0-9a-z-]{1,64}$/.test(invocation) ? { invocation } : {}),
  };
}
