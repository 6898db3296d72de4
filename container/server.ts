import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { type Answer, checkAnswerSize, writeAnswer } from '../shared/answers.ts';
import { failedCheck, type Model } from '../shared/artifact.ts';
import { RequestError } from '../shared/errors.ts';
import { answerForm, bodyForm, CONTENT_TYPES, checkEncoding } from '../shared/media.ts';
import type { PageParts } from '../shared/page/parts.ts';
import { answerQuery } from '../shared/predict.ts';
import { jsonReply, problemReply, type Reply, requestIdOf } from '../shared/reply.ts';
import { route } from '../shared/routes.ts';
import { readBody as readRequest } from '../shared/wire.ts';
import { headerOf, MAX_BODY_BYTES, pathOf, readBody, sendReply } from './http.ts';

/** Most rows of a POST /predict, as in the API. */
const MAX_PREDICT_ROWS = 10_000;
/** Most characters of a path that are logged. */
const LOGGED_PATH = 200;

/**
 * Node's own limits, in milliseconds and bytes. Connections stay open longer than a load balancer's 60 s, so that it is
 * not the server who closes one while a request is under way.
 */
const LIMITS: ServerOptions = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 75_000,
  maxHeaderSize: 16_384,
};
const MAX_CONNECTIONS = 1024;

/** What SageMaker asks of a container, each path with its method. */
const METHODS: Record<string, 'GET' | 'POST'> = { '/ping': 'GET', '/invocations': 'POST', '/execution-parameters': 'GET' };

/** What batch transform should send: one request at a time, as many lines as fit. */
const EXECUTION_PARAMETERS = { MaxConcurrentTransforms: 1, BatchStrategy: 'MULTI_RECORD', MaxPayloadInMB: 6 };

/** One request as it is logged. It never holds a body or a feature's value. `error` is ours to mend. */
export type LogEntry = {
  time: string;
  requestId: string;
  method: string;
  path: string;
  status: number;
  rows?: number;
  ms: number;
  error?: string;
};

export type ContainerOptions = {
  /** `sagemaker`: SageMaker's paths and no others. `alone`: the public paths too, as the API has them. */
  mode: 'sagemaker' | 'alone';
  log: (entry: LogEntry) => void;
  /** True once the process is about to end: then /ping fails and every answer closes its connection. */
  isStopping?: () => boolean;
  /** The page's script and style, for `alone`. */
  page?: PageParts | undefined;
};

type Container = ContainerOptions & { model: Model; failed: string | undefined };
type Answered = { reply: Reply; rows?: number };

/**
 * The container's HTTP server, not listening yet. The check rows are computed here, once: where one fails, /ping, /health
 * and every request for predictions answer 503 with the reason, since a wrong number is worse than none. A request that is
 * not HTTP is answered by Node itself (400, 408 or 431 without a body) and its connection closed.
 */
export function createContainer(model: Model, options: ContainerOptions): Server {
  const container = { ...options, model, failed: failedCheck(model) };
  const server = createServer(LIMITS, (request, response) => handle(container, request, response));
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

/** Answers one request, whatever happens, and logs it. */
async function handle(container: Container, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const started = performance.now();
  const requestId = requestIdOf(headerOf(request, 'x-request-id'));
  const ours: Record<string, string> = { 'x-request-id': requestId, 'x-model-sha256': container.model.sha256 };
  let answered: Answered;
  let fault: string | undefined;
  try {
    answered = await answer(container, request);
  } catch (error) {
    answered = { reply: problemReply(error, requestId) };
    if (!(error instanceof RequestError)) fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { reply, rows } = answered;
  if (container.isStopping?.()) ours.connection = 'close';
  sendReply(response, { ...reply, headers: { ...reply.headers, ...ours } });
  container.log({
    time: new Date().toISOString(),
    requestId,
    method: request.method ?? '',
    path: pathOf(request).slice(0, LOGGED_PATH),
    status: reply.status,
    ...(rows === undefined ? {} : { rows }),
    ms: Math.round((performance.now() - started) * 100) / 100,
    ...(fault === undefined ? {} : { error: fault }),
  });
}

/** The reply to a request. Throws a RequestError where the request is at fault or the model cannot be trusted. */
async function answer(container: Container, request: IncomingMessage): Promise<Answered> {
  const { mode, model, failed } = container;
  const method = request.method ?? '';
  const path = pathOf(request);
  const own = findOwn(mode, method, path);
  if (own === '/execution-parameters') return { reply: jsonReply(EXECUTION_PARAMETERS) };
  if (own === '/ping') {
    if (container.isStopping?.()) throw new RequestError(503, 'the container is stopping');
    checkModel(container);
    return { reply: { status: 200, headers: {}, body: '' } };
  }
  if (own === '/invocations') return predict(container, request, {});
  const health = () => ({ ok: failed === undefined, servedBy: 'container', checkRows: failed ?? 'as at import' });
  const acceptEncoding = headerOf(request, 'accept-encoding');
  const reply = route(method, path, model, health, { parts: container.page, acceptEncoding });
  if (reply === 'predict') return predict(container, request, { servedBy: 'container', most: MAX_PREDICT_ROWS });
  return { reply };
}

/** The path where it is one of SageMaker's; undefined where it may be a public one. Throws a 404 or a 405 with Allow. */
function findOwn(mode: ContainerOptions['mode'], method: string, path: string): string | undefined {
  const allowed = Object.hasOwn(METHODS, path) ? METHODS[path] : undefined;
  if (allowed === undefined) {
    if (mode === 'alone') return undefined;
    throw new RequestError(404, `there is nothing at this path; there is ${Object.keys(METHODS).join(', ')}`);
  }
  if (method === allowed || (method === 'HEAD' && allowed === 'GET')) return path;
  const allow = allowed === 'GET' ? 'GET, HEAD' : allowed;
  throw new RequestError(405, `this method is not for ${path}; expected ${allow}`, [], { allow });
}

function checkModel({ failed }: Container): void {
  if (failed !== undefined) throw new RequestError(503, `the model does not give its own numbers here: ${failed}`);
}

/** Reads the rows, computes and writes the answer: the whole way of a request for predictions. */
async function predict(
  container: Container,
  request: IncomingMessage,
  { servedBy, most }: { servedBy?: 'container'; most?: number },
): Promise<Answered> {
  checkModel(container);
  const { model, mode } = container;
  const accepted = answerForm(headerOf(request, 'accept'));
  const form = bodyForm(headerOf(request, 'content-type'));
  checkEncoding(headerOf(request, 'content-encoding'));
  const body = await readBody(request, MAX_BODY_BYTES);
  const query = readRequest(model.schema, body, form, most);
  checkAnswerSize(model.schema, query.count, query.parameters);
  const started = performance.now();
  const predicted = answerQuery(model, query);
  const ms = (performance.now() - started).toFixed(3);
  const answer: Answer = {
    ...predicted,
    model: { name: model.card.name, sha256: model.sha256 },
    ...(servedBy === undefined ? {} : { servedBy }),
  };
  const headers: Record<string, string> = { 'content-type': CONTENT_TYPES[accepted], 'server-timing': `predict;dur=${ms}` };
  if (mode === 'alone') headers['x-served-by'] = 'container';
  return { reply: { status: 200, headers, body: writeAnswer(model.schema, answer, accepted) }, rows: query.count };
}
