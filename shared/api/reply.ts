import { problemDocument, RequestError } from '../errors.ts';
import { isV2, v2Problem } from './v2/form.ts';

/** An answer over HTTP, before a server or API Gateway puts it on the wire. With `base64`, the body is bytes written so. */
export type Reply = { status: number; headers: Record<string, string>; body: string; base64?: true };

/** The id of a request: the first given that has the form which logs and headers can carry, the caller's first, else a new one. */
export function requestIdOf(...given: (string | undefined)[]): string {
  return given.find((id) => id !== undefined && /^[A-Za-z0-9_-]{1,64}$/.test(id)) ?? crypto.randomUUID();
}

/**
 * A value as a JSON reply. No cache on its way may keep it: some keep what does not say so (CloudFront for a day), and would give what was said to
 * a caller with a key to those without one, or tell of a model that was replaced.
 */
export function jsonReply(value: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  const standard = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { status, headers: { ...standard, ...headers }, body: JSON.stringify(value) };
}

/** Sends a browser to a place beside the one that it asked for. */
export function redirectReply(location: string): Reply {
  return { status: 307, headers: { location, 'content-type': 'text/plain', 'cache-control': 'no-cache' }, body: '' };
}

/** An error as a reply with its problem document; on a path of the Open Inference Protocol in that protocol's form. */
export function problemReply(error: unknown, requestId: string, path = ''): Reply {
  const problem = problemDocument(error, requestId);
  const more = error instanceof RequestError ? error.headers : {};
  if (isV2(path)) return jsonReply(v2Problem(problem.detail, problem.errors), problem.status, more);
  return jsonReply(problem, problem.status, { ...more, 'content-type': 'application/problem+json' });
}
