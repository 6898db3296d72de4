import middy, { type MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import { RequestError, stackOf } from '../shared/errors.ts';
import { problemReply, type Reply, requestIdOf } from '../shared/reply.ts';
import type { Telemetry } from './telemetry.ts';

/** A call of a function, whichever way it came. */
export type Call = {
  /** True for a direct invoke, whose event is the body itself and whose answer is the response body itself. */
  direct: boolean;
  requestId: string;
  method: string;
  path: string;
  headers: Record<string, string | undefined>;
  /** The body's bytes; none of a direct invoke. */
  body: Uint8Array;
  /** The event of a direct invoke. */
  value: unknown;
  /** The caller's place in a trace (W3C Trace Context), where it has the right form. */
  traceparent: string | undefined;
  remainingMs: number;
};

/** The parts we read of an HTTP API event, payload 2.0; any may be missing or null in an emulator's. */
type HttpEvent = {
  version: '2.0';
  rawPath?: string | null;
  headers?: Record<string, string | undefined> | null;
  body?: string | null;
  isBase64Encoded?: boolean | null;
  requestContext: { http: { method?: string } };
};

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** What goes on to the endpoint as CustomAttributes: ids alone, in visible ASCII and far below their 1,024 characters. */
export function attributesOf({ requestId, traceparent }: Call): string {
  return `x-request-id=${requestId}${traceparent === undefined ? '' : `;traceparent=${traceparent}`}`;
}

/**
 * A Lambda handler from a function that answers calls. An HTTP API event (payload 2.0) or a direct invoke becomes a Call, a
 * Reply becomes the HTTP answer or, on a direct invoke, the body itself. An error becomes a problem document, returned and
 * not thrown, since Lambda would run an asynchronous invoke again.
 */
export function lambda(answer: (call: Call) => Promise<Reply>, telemetry: Telemetry) {
  const calls: MiddlewareObj<unknown, unknown, Error, Context> = {
    before: (request) => {
      request.event = readCall(request.event, request.context);
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
      const entry = { requestId: call.requestId, status: refused?.status ?? 500, ...advice };
      if (isOurs) telemetry.log('error', 'failed', { ...entry, stack: stackOf(request.error) });
      else telemetry.log('info', 'refused', entry);
      telemetry.flush();
      request.response = toResponse(problemReply(request.error, call.requestId, call.path), call);
    },
  };
  return middy<unknown, unknown, Error, Context>()
    .use(calls)
    .handler((call: unknown) => answer(call as Call));
}

/** The contract's rule: a feature may be called `version` or `body`, so only both marks together tell an HTTP event. */
function isHttpEvent(event: unknown): event is HttpEvent {
  if (typeof event !== 'object' || event === null) return false;
  const { version, requestContext } = event as Partial<HttpEvent>;
  return version === '2.0' && typeof requestContext?.http === 'object' && requestContext.http !== null;
}

function readCall(event: unknown, context: Context | undefined): Call {
  const remainingMs = context?.getRemainingTimeInMillis?.() ?? 30_000;
  if (!isHttpEvent(event)) {
    const requestId = requestIdOf(context?.awsRequestId);
    const headers = { 'content-type': 'application/json' };
    const [body, value] = [new Uint8Array(), event ?? null];
    return { direct: true, requestId, method: 'POST', path: '/predict', headers, body, value, traceparent: undefined, remainingMs };
  }
  const headers = event.headers ?? {};
  return {
    direct: false,
    // Lambda's own where the caller has none: to make one would have Node load its cryptography at the first request.
    requestId: requestIdOf(headers['x-request-id'], context?.awsRequestId),
    method: String(event.requestContext.http.method ?? 'GET').toUpperCase(),
    path: String(event.rawPath ?? '/'),
    headers,
    body: Buffer.from(String(event.body ?? ''), event.isBase64Encoded ? 'base64' : 'utf8'),
    value: undefined,
    traceparent: TRACEPARENT.test(headers.traceparent ?? '') ? headers.traceparent : undefined,
    remainingMs,
  };
}

function toResponse(reply: Reply, call: Call): unknown {
  if (call.direct) return JSON.parse(reply.body);
  return {
    statusCode: reply.status,
    headers: { ...reply.headers, 'x-request-id': call.requestId },
    body: call.method === 'HEAD' ? '' : reply.body,
    ...(reply.base64 && call.method !== 'HEAD' ? { isBase64Encoded: true } : {}),
  };
}
