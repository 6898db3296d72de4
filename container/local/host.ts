import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { RequestError } from '../../shared/errors.ts';
import { checkHead } from '../server/check-head.ts';
import { readBody } from '../server/http.ts';
import { createBodyRoom, MOST_BODY_BYTES, type Share } from './body-room.ts';
import { corsHeaders, isPreflight, preflight } from './cors.ts';
import { type HttpApiEvent, toEvent } from './event.ts';
import { type HttpApi, LIMITS, routeKeyOf } from './http-api.ts';
import { gatewayAnswer, type Outgoing, toOutgoing } from './result.ts';

/** What Lambda gives a function about one invocation; the parts that a function of ours can ask for. */
export type Context = { awsRequestId: string; functionName: string; getRemainingTimeInMillis(): number };
/** A Lambda function. */
export type Handler = (event: HttpApiEvent, context: Context) => Promise<unknown>;

export type HostOptions = {
  api: HttpApi;
  handler: Handler;
  /** Gets what a caller does not see: an error that the function threw, a result that is none. */
  report(problem: string): void;
  /** Most bytes of all bodies together that are held. */
  mostBodyBytes?: number;
  /** Most invocations of the function at once. */
  mostAtOnce?: number;
};

/** So many invocations at once; more are turned away, as Lambda does over an account's concurrency. A request that still comes in is none yet. */
const MOST_AT_ONCE = 1_000;
/** What the gateway says where it refuses a head or a body by itself. */
const MESSAGES: Record<number, string> = { 413: 'Request Entity Too Large', 501: 'Not Implemented', 503: 'Service Unavailable' };
/** How long a request may take to come in, and how long an idle connection is kept for the next, in milliseconds. */
const TIMES = { requestTimeout: 30_000, keepAliveTimeout: 60_000 };

/**
 * API Gateway's HTTP API and Lambda on this machine: a server that turns a request into an event (payload 2.0), has the function
 * answer it, and sends what it answers, with the limits, the CORS headers and the errors that AWS has. The function is one
 * environment in this process whose invocations overlap: Lambda would open one for each request under way, and this machine
 * would spend its time on their starts. The server is not listening yet.
 */
export function createHost(options: HostOptions): Server {
  const enter = createDoor(options.mostAtOnce ?? MOST_AT_ONCE);
  const enterRoom = createBodyRoom(options.mostBodyBytes ?? MOST_BODY_BYTES);
  const server = createServer({ ...TIMES, maxHeaderSize: 2 * LIMITS.head }, async (request, response) => {
    const share = enterRoom();
    try {
      send(options, request, response, await answer(options, request, share, enter));
    } catch (error) {
      options.report(textOf(error));
      send(options, request, response, gatewayAnswer(500, 'Internal Server Error'));
    } finally {
      share.leave();
    }
  });
  return server;
}

/** Does a work while fewer than `most` others are under way; undefined where there is no room. */
type Door = (work: () => Promise<unknown>) => Promise<unknown> | undefined;

function createDoor(most: number): Door {
  let underWay = 0;
  const counted = async (work: () => Promise<unknown>) => {
    underWay += 1;
    try {
      return await work();
    } finally {
      underWay -= 1;
    }
  };
  return (work) => (underWay < most ? counted(work) : undefined);
}

async function answer(options: HostOptions, request: IncomingMessage, { hold }: Share, enter: Door): Promise<Outgoing> {
  const { api } = options;
  const { method = 'GET', headers, rawHeaders } = request;
  if (sizeOfHead(request) > LIMITS.head) return gatewayAnswer(431, 'Request Header Fields Too Large');
  if (isPreflight(method, headers)) return preflight(api.cors, String(headers.origin));
  const target = targetOf(request);
  let body: Uint8Array;
  try {
    checkHead(request);
    body = await readBody(request, LIMITS.body, hold);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const refusal = gatewayAnswer(error.status, MESSAGES[error.status] ?? 'Bad Request');
    return { ...refusal, headers: [...refusal.headers, ...Object.entries(error.headers).flat()] };
  }
  const routeKey = routeKeyOf(api.routes, method, target.split('?', 1)[0]!);
  if (routeKey === undefined) return gatewayAnswer(404, 'Not Found');
  const { remoteAddress: address = '', localPort: port = 0 } = request.socket;
  let event: HttpApiEvent;
  try {
    event = toEvent({ method, target, httpVersion: request.httpVersion, rawHeaders, body, address, port }, routeKey);
  } catch (error) {
    if (error instanceof URIError) return gatewayAnswer(400, 'Bad Request');
    throw error;
  }
  if (isTooLarge(event)) return gatewayAnswer(413, 'Request Entity Too Large');
  const result = enter(() => invoke(options, event));
  return result ? toOutgoing(await result) : gatewayAnswer(503, 'Service Unavailable');
}

/** Has the function answer one event, within its time-out. Rejects where it throws, or takes longer. */
async function invoke({ api, handler }: HostOptions, event: HttpApiEvent): Promise<unknown> {
  const end = performance.now() + api.timeoutMs;
  const awsRequestId = randomUUID();
  const context = { awsRequestId, functionName: api.handler, getRemainingTimeInMillis: () => Math.max(0, end - performance.now()) };
  const seconds = api.timeoutMs / 1_000;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${awsRequestId}: the function timed out after ${seconds} seconds`)), api.timeoutMs);
  });
  try {
    return await Promise.race([handler(event, context), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function send({ api, report }: HostOptions, request: IncomingMessage, response: ServerResponse, { status, headers, body }: Outgoing): void {
  // Whoever asked may have gone meanwhile.
  if (response.destroyed || response.headersSent) return;
  const origin = isPreflight(request.method ?? '', request.headers) ? undefined : request.headers.origin;
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  const all = [...headers, ...corsHeaders(api.cors, origin)];
  if (status !== 204) all.push('content-length', String(length));
  // What of a refused body still comes is thrown away, so that its sender hears the answer over a connection that is whole.
  request.resume();
  try {
    response.writeHead(status, all);
  } catch (error) {
    // A header that HTTP does not allow: the function's fault.
    report(textOf(error));
    response.writeHead(500, { connection: 'close' });
    response.end();
    return;
  }
  if (request.method === 'HEAD' || status === 204 || status === 304) response.end();
  else response.end(body);
}

/** Whether an event is more than Lambda takes, as JSON, in which quotes and breaks of a text take two bytes. */
function isTooLarge(event: HttpApiEvent): boolean {
  // Written out only where it can matter: a character takes six bytes at most, and all else of an event is bounded by the head.
  const most = 6 * (event.body?.length ?? 0) + 6 * LIMITS.head;
  return most > LIMITS.payload && Buffer.byteLength(JSON.stringify(event)) > LIMITS.payload;
}

/** The bytes that the limit on heads counts: the request's line, and its headers' values. */
function sizeOfHead({ method = '', url = '', httpVersion, rawHeaders }: IncomingMessage): number {
  let size = method.length + url.length + httpVersion.length + 'HTTP/'.length + 2;
  for (let at = 1; at < rawHeaders.length; at += 2) size += (rawHeaders[at] as string).length;
  return size;
}

/** The path with its query, of an absolute form too, which every server must take (RFC 9112, 3.2.2). */
function targetOf({ url = '/' }: IncomingMessage): string {
  return url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*/i, '') || '/';
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
