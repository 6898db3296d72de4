import { problemReply, type Reply } from '../../shared/api/reply.ts';
import { isV2 } from '../../shared/api/v2/form.ts';
import { RequestError } from '../../shared/errors.ts';

const refusals = new Map<string, RequestError>();
/** The body of each refusal, cut in two where the request's id stands. */
const bodies = new WeakMap<RequestError, { headers: Record<string, string>; before: string; after: string }>();
/** Stands for the id of a request, which has no character that JSON writes in another way. */
const ID = '-the-id-of-the-request-';

/**
 * The answer to whom there is no room for; `seconds` until it is worth asking again. Each is made once: an error's stack costs a
 * fifth of what a refusal takes, and under overload most requests are refused. `detail` is one of few texts.
 */
export function overloaded(detail: string, seconds = 1): RequestError {
  const key = `${seconds} ${detail}`;
  let refusal = refusals.get(key);
  if (!refusal) {
    refusal = new RequestError(503, detail, [], { 'retry-after': String(Math.max(1, seconds)) });
    refusals.set(key, refusal);
  }
  return refusal;
}

/** What problemReply gives for one of these refusals: written once, with each request's id put into it. */
export function refusalReply(refusal: RequestError, requestId: string, path: string): Reply {
  if (isV2(path)) return problemReply(refusal, requestId, path);
  let body = bodies.get(refusal);
  if (!body) {
    const { headers, body: text } = problemReply(refusal, ID);
    const at = text.indexOf(ID);
    body = { headers, before: text.slice(0, at), after: text.slice(at + ID.length) };
    bodies.set(refusal, body);
  }
  return { status: refusal.status, headers: body.headers, body: body.before + requestId + body.after };
}
