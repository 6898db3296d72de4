import middy, { type MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import { problemReply, type Reply, redirectReply, requestIdOf } from '../shared/api/reply.ts';
import { RequestError, stackOf, titleOf } from '../shared/errors.ts';
import { type EventForm, readEvent } from './events.ts';
import type { Telemetry } from './telemetry.ts';

/** What Lambda calls: with an event and what it says of the invocation. Never rejects. */
export type Handler = (event: unknown, context: Context) => Promise<unknown>;

/** A call of a function, whichever way it came. */
export type Call = {
  /** True for a direct invoke, whose event is the body itself and whose answer is the response body itself. */
  direct: boolean;
  /** How an HTTP event came; undefined for a direct invoke. */
  form: EventForm | undefined;
  requestId: string;
  method: string;
  path: string;
  /** Where a path leads that lacks the slash at its end. */
  location?: string | undefined;
  headers: Record<string, string | undefined>;
  /** The query's `format`: which form of answer is asked for. */
  format: string | undefined;
  /** The first name in the query: the hash by which a part of the page is asked for. */
  hash?: string | undefined;
  /** The body's bytes; none of a direct invoke. */
  body: Uint8Array;
  /** The event of a direct invoke. */
  value: unknown;
  /** The caller's place in a trace (W3C Trace Context), where it has the right form. */
  traceparent: string | undefined;
  /** What the gateway's authorizer says of the caller; and the caller's name, once it is known who that is. */
  authorizer?: unknown;
  caller?: string;
  remainingMs: number;
};

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** What goes on to the endpoint as CustomAttributes: ids alone, in visible ASCII and far below their 1,024 characters. */
export function attributesOf({ requestId, traceparent }: Call): string {
  return `x-request-id=${requestId}${traceparent === undefined ? '' : `;traceparent=${traceparent}`}`;
}

/** The caller's name as a log line has it; nothing where nobody was asked. */
export function callerIn({ caller }: Call): { caller?: string } {
  return caller === undefined ? {} : { caller };
}

/**
 * A Lambda handler from a function that answers calls. An HTTP event or a direct invoke (events.ts) becomes a Call, a Reply becomes
 * the answer that the event's sender takes or, on a direct invoke, the body itself. An error becomes a problem document, returned and
 * not thrown, since Lambda would run an asynchronous invoke again.
 */
export function lambda(answer: (call: Call) => Promise<Reply>, telemetry: Telemetry, basePath = ''): Handler {
  const calls: MiddlewareObj<unknown, unknown, Error, Context> = {
    before: (request) => {
      request.event = readCall(request.event, request.context, basePath);
    },
    after: (request) => {
      telemetry.flush();
      request.response = toResponse(request.response as Reply, request.event as Call);
    },
    onError: (request) => {
      const call = request.event as Call;
      const refused = request.error instanceof RequestError ? request.error : undefined;
      const isOurs = refused === undefined;
      const advice = refused?.advice === undefined ? {} : { advice: refused.advice };
      const entry = { requestId: call.requestId, ...callerIn(call), status: refused?.status ?? 500, ...advice };
      if (isOurs) telemetry.log('error', 'failed', { ...entry, stack: stackOf(request.error) });
      else telemetry.log('info', 'refused', entry);
      telemetry.flush();
      request.response = toResponse(problemReply(request.error, call.requestId, call.path), call);
    },
  };
  return middy<unknown, unknown, Error, Context>()
    .use(calls)
    .handler((call: unknown) => redirect(call as Call) ?? answer(call as Call));
}

/** The page without the slash at its end: a browser is sent to where its links lead to its parts. */
function redirect({ location, method }: Call): Promise<Reply> | undefined {
  const isRead = method === 'GET' || method === 'HEAD';
  return location !== undefined && isRead ? Promise.resolve(redirectReply(location)) : undefined;
}

function readCall(event: unknown, context: Context | undefined, basePath: string): Call {
  const remainingMs = context?.getRemainingTimeInMillis?.() ?? 30_000;
  const request = readEvent(event, basePath);
  if (!request) {
    const requestId = requestIdOf(context?.awsRequestId);
    const headers = { 'content-type': 'application/json' };
    const [body, value] = [new Uint8Array(), event ?? null];
    const none = { form: undefined, format: undefined, traceparent: undefined };
    return { direct: true, ...none, requestId, method: 'POST', path: '/predict', headers, body, value, remainingMs };
  }
  const { headers } = request;
  return {
    direct: false,
    ...request,
    // The id that Lambda gave where the caller has none: to make one would have Node load its cryptography at the first request.
    requestId: requestIdOf(headers['x-request-id'], context?.awsRequestId),
    value: undefined,
    traceparent: TRACEPARENT.test(headers.traceparent ?? '') ? headers.traceparent : undefined,
    remainingMs,
  };
}

/** Most bytes of what a load balancer takes of a function, 1 MB; else it answers 502 by itself. */
const MAX_ALB_BYTES = 1_048_576;
/** Room for what stands around the body. */
const ALB_HEAD_BYTES = 8_192;

/** A reply in the form that the sender of the event takes. */
function toResponse(given: Reply, call: Call): unknown {
  if (call.direct) return JSON.parse(given.body);
  const isAlb = call.form === 'alb' || call.form === 'alb-multi';
  const reply = isAlb ? fitAlb(given, call) : given;
  const headers = { 'x-content-type-options': 'nosniff', ...reply.headers, 'x-request-id': call.requestId };
  const isBase64Encoded = reply.base64 === true && call.method !== 'HEAD';
  const response = { statusCode: reply.status, body: call.method === 'HEAD' ? '' : reply.body };
  if (!isAlb) return { ...response, headers, ...(isBase64Encoded ? { isBase64Encoded } : {}) };
  const statusDescription = `${reply.status} ${titleOf(reply.status)}`;
  if (call.form === 'alb') return { ...response, statusDescription, headers, isBase64Encoded };
  const multiValueHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return { ...response, statusDescription, multiValueHeaders, isBase64Encoded };
}

function fitAlb(reply: Reply, { requestId, path }: Call): Reply {
  const bytes = reply.base64 ? reply.body.length : Buffer.byteLength(reply.body);
  if (bytes <= MAX_ALB_BYTES - ALB_HEAD_BYTES) return reply;
  const detail = `the answer has ${bytes} bytes; a load balancer takes at most 1 MB of a function: expected fewer rows`;
  return problemReply(new RequestError(413, detail), requestId, path);
}
