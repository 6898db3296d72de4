import { createServer, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { shownModel } from '../../shared/access/shown-model.ts';
import type { PageRequest } from '../../shared/api/documents.ts';
import { isOpen } from '../../shared/api/paths.ts';
import { jsonReply, problemReply, type Reply, requestIdOf } from '../../shared/api/reply.ts';
import { route } from '../../shared/api/routes.ts';
import type { Model } from '../../shared/artifact.ts';
import { RequestError, stackOf } from '../../shared/errors.ts';
import { answerQuery } from '../../shared/predict.ts';
import { utf8Json } from '../../shared/schema/utf8.ts';
import { MAX_ROWS } from '../../shared/wire/limits.ts';
import type { Query } from '../../shared/wire/wire.ts';
import type { LogEntry } from './access-log.ts';
import { createAdmission } from './admission.ts';
import { batchParameters } from './batch/parameters.ts';
import { transform } from './batch/transform.ts';
import { createBodies } from './bodies.ts';
import { checkHead } from './check-head.ts';
import { limitConnections } from './connections.ts';
import type { Answered, Container, ContainerOptions, Sent } from './container.ts';
import { type Attributes, type Extra, hashOf, headerOf, pathOf, readAttributes, type Sending, sendReply } from './http.ts';
import { Incoming } from './incoming.ts';
import { asksForKey } from './keys.ts';
import { createMetrics } from './metrics/metrics.ts';
import { createModels, type Models, type Served, serveModel } from './models.ts';
import { answerParserErrors } from './parser-errors.ts';
import { checkModel, predict, wanted } from './predict.ts';
import { refusalReply } from './refusals.ts';
import { findRoute, type Route } from './routes.ts';
import { routeInferenceProtocol } from './v2.ts';

/** How the public paths answer. */
const ALONE = { servedBy: 'container', most: MAX_ROWS } as const;
/** Most characters of a path that are logged. */
const LOGGED_PATH = 200;

/**
 * The limits that Node keeps, in milliseconds and bytes. Connections stay open longer than a load balancer's 60 s, so that it is
 * not the server who closes one while a request is under way.
 */
const LIMITS: ServerOptions<typeof Incoming> = {
  IncomingMessage: Incoming,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 75_000,
  maxHeaderSize: 16_384,
};
/** Those of a transform job: a payload comes in as fast as it is computed, which may take an hour. */
const BATCH_LIMITS = { ...LIMITS, requestTimeout: 0 };
/** A connection on which nothing moves for so long is closed: whoever does not read an answer holds its bytes. */
const IDLE_MS = 80_000;

/** What batch transform should send: one request at a time, as many lines as fit. */
const EXECUTION_PARAMETERS = { MaxConcurrentTransforms: 1, BatchStrategy: 'MULTI_RECORD', MaxPayloadInMB: 6 };

/** Most bytes of an order to load a model, a name and a path: it is read in the thread that listens. */
const MOST_ORDER = 16_384;

/** The key under which workers know the one model of a container. */
export const MODEL_KEY = 'model';

/**
 * The container's HTTP server, not listening yet. The check rows are computed here, once: where one fails, /ping, /health
 * and every request for predictions answer 503 with the reason, since a wrong number is worse than none. Without a model
 * (a multi-model endpoint's container) only those that are loaded answer. A request that is not HTTP is answered without a
 * body (400, 408 or 431) and its connection closed.
 */
export function createContainer(model: Model | undefined, { models, ...options }: ContainerOptions): Server {
  const admission = createAdmission();
  const server = createServer(options.batch ? BATCH_LIMITS : LIMITS, (request, response) => handle(container, request, response));
  const connections = limitConnections(server);
  server.on('connection', admission.noteConnection);
  const container: Container = {
    ...options,
    shown: model && options.keys && shownModel(model),
    served: model && serveModel(MODEL_KEY, model),
    models: models && createModels(models, options.workers),
    admission,
    metrics: createMetrics(model && { name: model.card.name, sha256: model.sha256 }, { admission, connections, workers: options.workers }),
    bodies: createBodies(),
    connections,
  };
  server.setTimeout(IDLE_MS);
  answerParserErrors(server, connections);
  return server;
}

/** A request that is under way. `label` is how the metrics call its path. Times in milliseconds. */
type UnderWay = {
  request: Incoming;
  response: ServerResponse;
  attributes: Attributes;
  requestId: string;
  path: string;
  label: string;
  started: number;
  unheardSince: number;
  caller?: string | undefined;
};
/** What the log has of a request beside what every entry has. */
type Logged = { rows?: number | undefined; advice?: string | undefined; error?: string };
type Done = Omit<Sent, 'rows'>;

/** Answers one request, whatever happens, and logs it. What can be answered at once costs no promise. */
function handle(container: Container, request: Incoming, response: ServerResponse): void {
  const started = performance.now();
  const unheardSince = container.admission.unheardSince();
  if (!container.connections.begin(request, response)) return;
  const attributes = readAttributes(request);
  const requestId = requestIdOf(headerOf(request, 'x-request-id'), attributes.requestId);
  const path = pathOf(request);
  const one: UnderWay = { request, response, attributes, requestId, path, label: 'other', started, unheardSince };
  let answered: ReturnType<typeof answer>;
  try {
    checkHead(request);
    const found = findRoute(container.mode, container.models !== undefined, request.method ?? '', path);
    one.label = found.label;
    if (container.keys && asksForKey(found, path)) {
      const { caller, refusal } = container.keys.judge(request, started);
      one.caller = caller;
      if (refusal) {
        end(container, one, refusalReply(refusal, requestId, path), {});
        return;
      }
    }
    answered = answer(container, found, one);
  } catch (thrown) {
    fail(container, one, thrown);
    return;
  }
  if (answered instanceof RequestError) end(container, one, refusalReply(answered, requestId, path), {});
  else if ('reply' in answered) end(container, one, answered.reply, answered);
  else if ('sent' in answered) note(container, one, answered.sent);
  else {
    answered.then(
      (later) => ('sent' in later ? note(container, one, later.sent) : end(container, one, later.reply, later)),
      (thrown) => fail(container, one, thrown),
    );
  }
}

/** Answers with what went wrong. What is ours to mend is for the log alone. */
function fail(container: Container, one: UnderWay, thrown: unknown): void {
  const reply = problemReply(thrown, one.requestId, one.path);
  end(container, one, reply, thrown instanceof RequestError ? { advice: thrown.advice } : { error: stackOf(thrown) });
}

/** Sends the reply, counts and logs it. Where another answer is under way, its connection is broken, so that nobody takes it for whole. */
function end(container: Container, one: UnderWay, reply: Sending, logged: Logged): void {
  let bytes = 0;
  if (one.response.headersSent) one.response.destroy();
  else bytes = sendReply(one.response, reply, extraOf(container, one));
  note(container, one, { ...logged, status: reply.status, bytes });
}

/** What the headers of an answer say of it. */
function extraOf(container: Container, { requestId, attributes }: UnderWay): Extra {
  const closes = container.isStopping?.() ?? false;
  return { requestId, sha256: container.served?.model.sha256, closes, invocation: attributes.invocation };
}

/** Counts and logs an answer that was sent. */
function note(container: Container, one: UnderWay, { status, bytes, rows, advice, error, bad, badLines }: Logged & Done): void {
  const { request, response, requestId, path, label, started } = one;
  container.connections.end(request, response, bytes);
  const ended = performance.now();
  const ms = ended - started;
  if (status === 503) container.metrics.noteRefused(label, (ended - Math.min(started, one.unheardSince)) / 1_000);
  container.metrics.note(label, status, ms / 1_000, rows);
  const { traceparent } = one.attributes;
  const loggedPath = path.length > LOGGED_PATH ? path.slice(0, LOGGED_PATH) : path;
  const rounded = Math.round(ms * 100) / 100;
  const method = request.method ?? '';
  const entry: LogEntry = { time: timeNow(), requestId, traceparent, method, path: loggedPath, status, rows, ms: rounded };
  if (one.caller !== undefined) entry.caller = one.caller;
  if (advice !== undefined) entry.advice = advice;
  if (error !== undefined) entry.error = error;
  if (bad !== undefined) entry.bad = bad;
  if (badLines !== undefined) entry.badLines = badLines;
  container.log(entry);
}

let [timeMs, timeText] = [0, ''];

/** The time as ISO 8601 has it, made once a millisecond. */
function timeNow(): string {
  const now = Date.now();
  if (now !== timeMs) [timeMs, timeText] = [now, new Date(now).toISOString()];
  return timeText;
}

/**
 * The reply to a request. Throws a RequestError where the request is at fault or the model cannot be trusted, and gives one where there is
 * no room. No promise more than it takes.
 */
function answer(container: Container, found: Route, one: UnderWay): Answered | RequestError | Promise<Answered> {
  const { request, response, attributes } = one;
  const { served, models, metrics, batch } = container;
  const isWanted = wanted(response, attributes);
  switch (found.is) {
    case 'execution-parameters':
      return { reply: jsonReply(batch && served ? batchParameters(batch, served) : EXECUTION_PARAMETERS) };
    case 'metrics':
      return metrics.text().then(({ type, body }) => ({ reply: { status: 200, headers: { 'content-type': type }, body } }));
    case 'ping':
      if (container.isStopping?.()) throw new RequestError(503, 'the container is stopping');
      if (served) checkModel(served);
      return { reply: { status: 200, headers: {}, body: '' } };
    case 'invocations':
      if (batch) return transform(container, batch, onlyModel(served), { request, response, extra: () => extraOf(container, one) });
      return predict(container, onlyModel(served), request, isWanted, {});
    case 'models':
      return manageModels(models as Models, request, container).then((reply) => ({ reply }));
    case 'model':
      if (request.method === 'DELETE') (models as Models).unload(found.name);
      else (models as Models).get(found.name);
      return { reply: jsonReply(request.method === 'DELETE' ? {} : (models as Models).list().find((one) => one.modelName === found.name)) };
    case 'invoke':
      return predict(container, (models as Models).get(found.name), request, isWanted, {});
    case 'v2': {
      const asked = { method: request.method ?? '', path: pathOf(request) };
      const routed = routeInferenceProtocol(asked, container, container.isStopping?.() ?? false);
      if ('status' in routed) return { reply: routed };
      const headerLength = headerOf(request, 'inference-header-content-length');
      const limits = container.mode === 'alone' ? ALONE : {};
      return predict(container, routed.served, request, isWanted, { ...limits, infer: { name: routed.name, headerLength } });
    }
    case 'public': {
      const only = onlyModel(served);
      const routed = publicReply(container, only, request);
      if (routed === 'predict') return predict(container, only, request, isWanted, ALONE);
      return Promise.resolve(routed).then((reply) => ({ reply }));
    }
  }
}

/** The reply to a public path; where callers are asked for keys, an open one has what may be shown of the model. */
function publicReply({ keys, page: parts, shown }: Container, { model, failed }: Served, request: Incoming): ReturnType<typeof route> {
  const path = pathOf(request);
  const isShown = keys !== undefined && shown !== undefined && isOpen(path);
  const told = isShown && failed !== undefined ? 'a check row has another answer than at the import' : failed;
  const health = () => ({ ok: failed === undefined, servedBy: 'container', checkRows: told ?? 'as at import' });
  const page: PageRequest = {
    parts,
    acceptEncoding: headerOf(request, 'accept-encoding'),
    accept: headerOf(request, 'accept'),
    hash: hashOf(request),
    ifNoneMatch: headerOf(request, 'if-none-match'),
    ...(isShown ? { access: 'keys' } : {}),
    ...(failed === undefined && !isShown ? { answer: (query: Query) => answerQuery(model, query) } : {}),
  };
  return route(request.method ?? '', path, isShown ? shown : model, health, page);
}

async function manageModels(models: Models, request: Incoming, container: Container): Promise<Reply> {
  if (request.method !== 'POST') return jsonReply({ models: models.list() });
  const body = await container.bodies.read(request, MOST_ORDER);
  let order: unknown;
  try {
    order = utf8Json(body);
  } catch {
    throw new RequestError(400, 'the body is not JSON; expected {"model_name": ..., "url": ...}');
  }
  await models.load(order);
  return jsonReply({});
}

function onlyModel(served: Served | undefined): Served {
  if (!served) throw new RequestError(404, 'this container was started without a model; expected /models/{name}/invoke');
  return served;
}
