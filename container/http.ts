import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestError } from '../shared/errors.ts';
import type { Reply } from '../shared/reply.ts';

/** Most bytes of a request's body: what SageMaker takes (6 MB). */
export const MAX_BODY_BYTES = 6_291_456;

/**
 * The body of a message, at most `most` bytes. Throws a 413 before anything is read where its content-length is over
 * that, else as soon as the bytes are; and a 400 where the message is cut off. What is not read Node throws away once the
 * answer is sent, so that the sender hears it over a connection that is still whole.
 */
export function readBody(message: IncomingMessage, most = MAX_BODY_BYTES): Promise<Uint8Array> {
  const tooLarge = (found: string) => new RequestError(413, `the body has ${found} bytes; expected at most ${most}`);
  const declared = message.headers['content-length'];
  if (Number(declared ?? 0) > most) return Promise.reject(tooLarge(String(declared)));
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const stop = () => message.off('data', take).off('end', finish).off('close', cut);
    const take = (chunk: Uint8Array) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length <= most) return;
      stop();
      message.resume();
      reject(tooLarge(`more than ${most}`));
    };
    const finish = () => {
      stop();
      resolve(chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks, length));
    };
    const cut = () => {
      stop();
      reject(new RequestError(400, 'the body was cut off'));
    };
    message.on('data', take).on('end', finish).on('close', cut);
    // A cut connection is an error event as well; unheard, it would end the process.
    message.on('error', cut);
  });
}

/** Puts a reply on the wire; to HEAD without its body. */
export function sendReply(response: ServerResponse, { status, headers, body, base64 }: Reply): void {
  const bytes = Buffer.from(body, base64 ? 'base64' : 'utf8');
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  response.end(response.req.method === 'HEAD' ? undefined : bytes);
}

/** A request's path, without what stands behind the question mark. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] as string;
}

/** A request's header as one text; undefined where it is missing. */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** What our own function says in SageMaker's custom attributes. The deadline is the caller's, in milliseconds. */
export type Attributes = { requestId?: string; traceparent?: string; deadlineMs?: number };

/** Reads them, as far as they have the right form: anybody who can invoke the endpoint can write them. */
export function readAttributes(request: IncomingMessage): Attributes {
  const given = new Map(
    (headerOf(request, 'x-amzn-sagemaker-custom-attributes') ?? '').split(';').map((part): [string, string] => {
      const at = part.indexOf('=');
      return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    }),
  );
  const requestId = given.get('x-request-id');
  const traceparent = given.get('traceparent') ?? headerOf(request, 'traceparent') ?? '';
  const deadline = given.get('deadline-ms') ?? '';
  return {
    ...(requestId === undefined ? {} : { requestId }),
    ...(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent) ? { traceparent } : {}),
    ...(/^\d{1,6}$/.test(deadline) ? { deadlineMs: Number(deadline) } : {}),
  };
}
