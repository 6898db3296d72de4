import type { PageRequest } from '../shared/api/documents.ts';
import { isNamedModel, MODEL_HEADER } from '../shared/api/named-model.ts';
import type { Reply } from '../shared/api/reply.ts';
import { route } from '../shared/api/routes.ts';
import { isV2 } from '../shared/api/v2/form.ts';
import { RequestError } from '../shared/errors.ts';
import type { PageParts } from '../shared/page/base/parts.ts';
import type { Answer } from '../shared/wire/answers.ts';
import type { Query } from '../shared/wire/wire.ts';
import { now } from './endpoint/clock.ts';
import type { Reason } from './endpoint/endpoint.ts';
import type { Guard, Guarded } from './endpoint/guard.ts';
import { sameBits } from './endpoint/same.ts';
import { attributesOf, type Call, callerIn } from './http.ts';
import { failedFallback, type LocalPredictor, withoutNumbers } from './local.ts';
import { readQuestion } from './question.ts';
import type { Level, MetricName, Telemetry } from './telemetry.ts';

const TOO_LARGE: Guarded = { answered: false, reason: 'too-large', detail: 'the body has no room in a request to the endpoint', ms: 0 };
const NO_ENDPOINT: Guarded = { answered: false, reason: 'no-endpoint', detail: 'none is configured', ms: 0 };
/** Time an answer is still compared in, of what Lambda leaves, in milliseconds. */
const COMPARE_MS = 1_000;

/** One question answered: by whom, what came of the endpoint, and how long the computation here took. */
type Served = { answer: Answer; outcome: Guarded; localMs: number; mismatch: boolean };

/**
 * The whole way of a request: it is read, the endpoint is asked, and where the endpoint has no answer the predictor in this
 * Lambda gives it; also where the path or a header names the model held here, and another one answered. A share of the endpoint's answers (`dualShare`, and the first of all) is computed here too; where the
 * models are one and a bit differs, the number of this environment is given, whose check rows were computed. The function
 * returned answers calls, and throws a RequestError for those it cannot.
 */
export function createFailover(
  local: LocalPredictor,
  guard: Guard | undefined,
  telemetry: Telemetry,
  { dualShare, random = Math.random, page }: { dualShare: number; random?: () => number; page?: () => PageParts | undefined },
): (call: Call) => Promise<Reply> {
  const { model } = local;
  // A card that nobody has checked may be none.
  const ours = { name: String(model.card?.name), sha256: model.sha256 };
  const served: Record<string, number> = {};
  let isCompared = false;
  const health = () => ({
    ok: local.failed === undefined || guard !== undefined,
    scope: 'this environment of the function, not all of them',
    model: ours,
    fallback: local.failed ?? 'ready',
    endpoint: guard ? 'configured' : 'none',
    ...(guard?.state() ?? {}),
    served,
  });
  const compute = (query: Query, reason: Reason): Pick<Served, 'answer' | 'localMs'> => {
    const start = now();
    const answer: Answer = { ...local.predict(query), model: ours, servedBy: 'fallback', reason };
    return { answer, localMs: now() - start };
  };
  /** `isNamed`: the call names the model held here, and no other may answer. */
  const serve = (query: Query, isNamed: boolean, outcome: Guarded, remainingMs: number, failed: string | undefined): Served => {
    if (!outcome.answered) return { ...compute(query, outcome.reason), outcome, mismatch: false };
    const isOurs = outcome.answer.model.sha256 === ours.sha256;
    if (isNamed && !isOurs) return { ...compute(query, 'mismatch'), outcome, mismatch: false };
    const answer: Answer = { ...outcome.answer, servedBy: 'endpoint' };
    const isComparable = isOurs && failed === undefined && remainingMs > COMPARE_MS;
    if (!isComparable || (isCompared && random() >= dualShare)) return { answer, outcome, localMs: 0, mismatch: false };
    isCompared = true;
    const here = compute(query, 'mismatch');
    if (sameBits(here.answer, answer)) return { answer, outcome, localMs: here.localMs, mismatch: false };
    return { ...here, outcome, mismatch: true };
  };

  // `failed` is looked at once for a call: a check that is tried again takes time.
  const answerCall = async (call: Call, failed: string | undefined): Promise<Reply> => {
    const asked: PageRequest = {
      get parts() {
        return page?.();
      },
      acceptEncoding: call.headers['accept-encoding'],
      hash: call.hash,
      ifNoneMatch: call.headers['if-none-match'],
      accept: call.headers.accept,
      answer: local.predict,
    };
    const reply = isV2(call.path)
      ? (await import('../shared/api/v2/v2.ts')).routeV2(call.method, call.path, model, health().ok)
      : await route(call.method, call.path, model, health, asked);
    if (typeof reply !== 'string') return reply;

    if (failed !== undefined && !guard) throw failedFallback(failed);
    const isNamed = isNamedModel(call.headers[MODEL_HEADER], model);
    const start = now();
    const asks =
      reply === 'infer' ? await (await import('./infer.ts')).readInferQuestion(model, call) : await readQuestion(model.schema, call);
    const { query, body, contentType, write } = asks;
    const question = body && { body, contentType, query, attributes: attributesOf(call), isAlone: failed !== undefined };
    const refused = guard ? TOO_LARGE : NO_ENDPOINT;
    const outcome = guard && question ? await guard.ask({ ...question, remainingMs: call.remainingMs }) : refused;
    const result = serve(query, isNamed || asks.isOfVersion === true, outcome, call.remainingMs - (now() - start), failed);

    const who = result.answer.servedBy === 'endpoint' ? 'endpoint' : `fallback: ${result.answer.reason}`;
    served[who] = (served[who] ?? 0) + 1;
    const total = now() - start;
    record(telemetry, call, query.count, result, total, { sha256: ours.sha256, breaker: guard?.state().breaker });
    const timings = { total, ...(guard ? { endpoint: outcome.ms } : {}), ...(result.localMs > 0 ? { local: result.localMs } : {}) };
    return write(result.answer, timings);
  };
  const tell = onceTold(telemetry);
  // Looked at before anything of the model is shown: no call meets a body that nobody has checked.
  tell(local.failed);
  return (call) => {
    const { failed } = local;
    tell(failed);
    const answer = answerCall(call, failed);
    return failed === undefined ? answer : besideFailed(answer, failed);
  };
}

/** Logs that the fallback must not answer, once. */
function onceTold({ log }: Telemetry): (failed: string | undefined) => void {
  let told: string | undefined;
  return (failed) => {
    if (failed === undefined || failed === told) return;
    told = failed;
    log('error', 'the fallback must not answer', { failed: withoutNumbers(failed) });
  };
}

/** The answer where the fallback must not answer. What a damaged schema makes of a call is a 503 that says so. */
async function besideFailed(answer: Promise<Reply>, failed: string): Promise<Reply> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof RequestError ? error : failedFallback(failed);
  }
}

/** One line a request, and its metrics: who answered and why, never a feature's value. */
function record(
  telemetry: Telemetry,
  call: Call,
  rows: number,
  { answer, outcome, localMs, mismatch }: Served,
  ms: number,
  here: { sha256: string; breaker: string | undefined },
): void {
  const isSkew = outcome.answered && outcome.answer.model.sha256 !== here.sha256;
  const names: MetricName[] = [
    ...(outcome.answered ? (['RemoteSuccess'] as const) : []),
    ...(outcome.opened ? (['BreakerOpen'] as const) : []),
    ...(mismatch ? (['Mismatch'] as const) : []),
    ...(isSkew ? (['ModelSkew'] as const) : []),
    ...(!outcome.answered && outcome.reason === 'contract-mismatch' ? (['ContractMismatch'] as const) : []),
    ...(!outcome.answered && outcome.reason === 'access-denied' ? (['AccessDenied'] as const) : []),
    ...(!outcome.answered && outcome.reason === 'bad-answer' ? (['BadAnswer'] as const) : []),
    ...(outcome.deadlineTooShort ? (['DeadlineTooShort'] as const) : []),
  ];
  const { servedBy, reason, model } = answer;
  telemetry.log(levelOf(names, outcome), 'answered', {
    requestId: call.requestId,
    ...callerIn(call),
    ...(call.traceparent === undefined ? {} : { traceparent: call.traceparent }),
    direct: call.direct,
    rows,
    servedBy,
    ...(reason === undefined ? {} : { reason }),
    ...(outcome.answered ? {} : { detail: outcome.detail }),
    ...(names.length > 0 ? { events: names } : {}),
    ...(outcome.deadlineTooShort ? { deadlineTooShort: outcome.deadlineTooShort } : {}),
    model: model.sha256.slice(0, 8),
    ...(here.breaker === undefined ? {} : { breaker: here.breaker }),
    ms: round(ms),
    endpointMs: round(outcome.ms),
    localMs: round(localMs),
  });
  telemetry.count(names);
  if (outcome.answered) telemetry.remoteLatency(outcome.ms);
  if (!outcome.answered) telemetry.localServed(outcome.reason);
  else if (reason === 'mismatch') telemetry.localServed(reason);
}

/** An error where somebody must act: a wrong number, an endpoint that is not there or not ours to ask. */
function levelOf(names: MetricName[], outcome: Guarded): Level {
  const isMissing = !outcome.answered && outcome !== NO_ENDPOINT && ['no-endpoint', 'access-denied'].includes(outcome.reason);
  if (isMissing || names.includes('Mismatch')) return 'error';
  return names.some((name) => name !== 'RemoteSuccess') ? 'warn' : 'info';
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
