import type { ServerResponse } from 'node:http';
import { isNamedModel, MODEL_HEADER } from '../../shared/api/named-model.ts';
import { RequestError } from '../../shared/errors.ts';
import { predictRows as answersOf } from '../../shared/predict.ts';
import { triedExplainMs } from '../../shared/schema/explanation.ts';
import { defaultParameters, type Parameters } from '../../shared/schema/parameters.ts';
import { inflateBody, isCompressed } from '../../shared/wire/encoding.ts';
import { MAX_BODY_BYTES } from '../../shared/wire/limits.ts';
import { answerForm, bodyForm, CONTENT_TYPES } from '../../shared/wire/media.ts';
import type { Query } from '../../shared/wire/wire.ts';
import { createPace, type Pace } from './admission.ts';
import { type Asked, type Computed, compute, type PartAsked, type Read, read, unloaded } from './compute.ts';
import type { Answered, Container } from './container.ts';
import { gunzip } from './gunzip.ts';
import { type Attributes, formatOf, headerOf } from './http.ts';
import type { Incoming } from './incoming.ts';
import type { Served } from './models.ts';
import { answerParts, READ_MS, splitBody, splitRows } from './threads/split.ts';
import type { Workers } from './threads/workers.ts';

/** What the listening thread computes itself; above either it is a worker's, so that others need not wait. */
const SMALL = { rows: 1_000, bytes: 262_144, ms: 50 };
/** The same for a model that looks through texts for patterns, which takes its time while a body is read. */
const SMALL_TEXTS = 4_096;
/**
 * A body of more bytes is read in its turn, as rows are computed: the worst of 256 KB take 50 ms, and hundreds may end at the same time. So are
 * smaller ones where many come together.
 */
const READ_AT_ONCE = 8_192;
/**
 * How many rows at once are tried of a kind of answer whose pace is not known yet, until that took so many milliseconds: a forest's standard errors
 * take ten thousand times as long as its numbers. Two by themselves are, since one may meet a pause of the machine. After tries that took `long`, no
 * other kind of the type is tried for `rest` times as long.
 */
const TRIED = { rows: [1, 1, 4, 4], ms: 20, long: 5, rest: 20 };
/** Most kinds whose paces are kept. */
const MOST_KINDS = 1_000;

/** Throws what checkModel does, and where a request names the model that may answer, a 412 where that is another. */
export function checkAsked(served: Served, request: Incoming): void {
  checkModel(served);
  isNamedModel(headerOf(request, MODEL_HEADER), served.model);
}

/** Throws a 503 where the model's check rows did not come out as at import. */
export function checkModel({ failed }: Served): void {
  if (failed !== undefined) throw new RequestError(503, `the model does not give the expected numbers here: ${failed}`);
}

/** Whether somebody still waits for the answer: the connection is there, and the caller's deadline is not over. */
export function wanted(response: ServerResponse, { deadlineMs }: Attributes): () => boolean {
  if (deadlineMs === undefined) return () => !response.destroyed;
  const until = performance.now() + deadlineMs;
  return () => !response.destroyed && performance.now() < until;
}

/** What the path of a request says of its answer. */
type Limits = Pick<Asked, 'servedBy' | 'most' | 'infer'>;

/**
 * Reads the rows, computes and writes the answer: the whole way of a request for predictions. Where there is no room, the refusal comes
 * first and at once, without a promise: under overload that is what most of the time for refusing went into.
 */
export function predict(
  container: Container,
  served: Served,
  request: Incoming,
  isWanted: () => boolean,
  limits: Limits,
): RequestError | Promise<Answered> {
  checkAsked(served, request);
  return container.admission.refusal() ?? predictRows(container, served, request, isWanted, limits);
}

async function predictRows(
  container: Container,
  served: Served,
  request: Incoming,
  isWanted: () => boolean,
  limits: Limits,
): Promise<Answered> {
  // The answer to an inference request has one form, which the request itself asks for; what its content type says means nothing.
  const accepted = limits.infer ? 'json' : answerForm(headerOf(request, 'accept'), formatOf(request));
  const isPacked = isCompressed(headerOf(request, 'content-encoding'));
  const form = limits.infer ? 'json' : bodyForm(headerOf(request, 'content-type'));
  const { bodies } = container;
  const sent = await bodies.read(request);
  const body = isPacked ? await bodies.during(sent, () => inflateBody(sent, MAX_BODY_BYTES, gunzip)) : sent;
  const answered = await answerBody(container, served, { body, form, accepted, ...limits }, isWanted);
  // Not after a failure: a thread that was given up may still read it.
  bodies.rooms.give(sent);
  return answered;
}

/** The answer to a body that came in whole. */
export async function answerBody(container: Container, served: Served, asked: Asked, isWanted: () => boolean): Promise<Answered> {
  const { accepted } = asked;
  if (served.isUnloaded) throw unloaded();
  const { text, bytes, rows, ms, reply } = await computeSomewhere(container, served, asked, isWanted);
  const headers: Record<string, string> = {
    'content-type': CONTENT_TYPES[accepted],
    ...reply?.headers,
    'server-timing': `predict;dur=${ms.toFixed(3)}`,
    'x-model-sha256': served.model.sha256,
  };
  if (container.mode === 'alone') headers['x-served-by'] = 'container';
  if (bytes) return { reply: { status: 200, headers, body: '', bytes }, rows };
  return { reply: reply ? { ...reply, headers } : { status: 200, headers, body: text }, rows };
}

/** What goes with rows that were read here. */
const NO_BODY = new Uint8Array(0);

/** In this thread, in its turn, where that is soon done; else in a worker, which reads a big body itself. */
function computeSomewhere(container: Container, served: Served, asked: Asked, isWanted: () => boolean): Promise<Computed> {
  const { workers, admission } = container;
  const { model, key } = served;
  const most = model.schema.beginTexts ? SMALL_TEXTS : SMALL.bytes;
  if (workers && asked.body.length > most) {
    const whole = () => noted(served.pace, workers.answer(key, asked, isWanted));
    return inParts(workers, served, asked, splitBody(workers, served, asked), whole, isWanted);
  }
  const take = asked.body.length > READ_AT_ONCE ? admission.run : admission.soon;
  const reading = take(READ_MS * asked.body.length, isWanted, () => read(model, asked));
  const then = (query: Read) => computeTried(container, served, asked, query, isWanted);
  return reading instanceof Promise ? reading.then(then) : then(reading);
}

/** The answer to rows that were read here, whose kind is tried first where its pace is not known. */
function computeTried(container: Container, served: Served, asked: Asked, query: Read, isWanted: () => boolean): Promise<Computed> {
  const { workers, admission } = container;
  const answer = () => computeRead(container, served, asked, query, isWanted);
  // Of a model that is slow in all, a row is a worker's, too.
  if (paceOf(served, query) || (workers && (served.pace.ms(1) > SMALL.ms || isResting(served, query)))) return answer();
  return admission.run(served.pace.ms(1), isWanted, () => tryKind(served, query)).then(answer);
}

/** The same of rows that were read. */
function computeRead(
  { workers, admission }: Container,
  served: Served,
  asked: Asked,
  query: Read,
  isWanted: () => boolean,
): Promise<Computed> {
  const { model, key } = served;
  const explaining = triedExplainMs(model.schema, query);
  const pace = paceOf(served, query);
  const estimate = (pace ?? served.pace).ms(query.count) + explaining;
  if (workers && (!pace || query.count > SMALL.rows || estimate > SMALL.ms)) {
    const whole = () => noted(explaining === 0 ? pace : undefined, workers.answer(key, { ...asked, body: NO_BODY, query }, isWanted));
    return inParts(workers, served, asked, splitRows(workers, served, query, asked, estimate), whole, isWanted);
  }
  return admission.run(estimate, isWanted, () => {
    const computed = compute(model, query, asked);
    if (explaining === 0) pace?.note(computed.rows, computed.ms);
    return computed;
  });
}

/** A worker's answer, by which a pace can become quicker: that many rows took longer may have other reasons. */
async function noted(pace: Pace | undefined, answer: Promise<Computed>): Promise<Computed> {
  const computed = await answer;
  pace?.noteMany(computed.rows, computed.ms);
  return computed;
}

/** The pace of what is asked for; undefined where nothing of the kind was computed yet. */
function paceOf({ model, pace, others }: Served, { parameters }: Query): Pace | undefined {
  const usual = defaultParameters(model.schema);
  return parameters === usual || kindOf(parameters) === kindOf(usual) ? pace : others.get(kindOf(parameters));
}

/**
 * Finds the pace of a kind of answer by some of its rows, before any: of many requests that come at once each would be thought to take long, and
 * most be refused. What is wrong with the rows is the answer's to say.
 */
function tryKind(served: Served, query: Query): void {
  const { model, others } = served;
  if (paceOf(served, query) || isResting(served, query)) return;
  const width = model.schema.features.length;
  let [least, spent] = [Number.POSITIVE_INFINITY, 0];
  try {
    for (const most of TRIED.rows) {
      if (most > 1 && spent > TRIED.ms) break;
      const rows = query.rows.subarray(0, most * width);
      const start = performance.now();
      answersOf(model, rows, { ...query.parameters, explain: false });
      const ms = performance.now() - start;
      least = Math.min(least, (ms * width) / rows.length);
      spent += ms;
    }
  } catch {
    return;
  }
  if (others.size >= MOST_KINDS) others.clear();
  others.set(kindOf(query.parameters), createPace(least));
  if (spent > TRIED.long) served.rests.set(query.parameters.type, performance.now() + TRIED.rest * spent);
}

/** Whether a type was tried just now, and took long: each number of trees is a kind of its own, and the tries of all would keep this thread from all else. */
function isResting({ rests }: Served, { parameters }: Query): boolean {
  return performance.now() < (rests.get(parameters.type) ?? 0);
}

/** Of parameters what makes one answer take longer than another. */
function kindOf({
  type,
  also = [],
  seMethod,
  interval,
  predictAll,
  numTrees,
  nTrees,
  iterationRange: [from = 0, to = 0] = [],
}: Parameters): string {
  return [type, ...also, seMethod, interval, predictAll, numTrees ?? nTrees ?? to - from].join();
}

/** By the threads together, where there are parts, and the parts can be answered; else as a whole. */
async function inParts(
  workers: Workers,
  served: Served,
  asked: Asked,
  parts: PartAsked[] | undefined,
  whole: () => Promise<Computed>,
  isWanted: () => boolean,
): Promise<Computed> {
  return (parts && (await answerParts(workers, served, parts, asked, isWanted))) ?? whole();
}
