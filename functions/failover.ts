import type { Answer } from '../shared/answers.ts';
import type { PageParts } from '../shared/page/parts.ts';
import type { Reply } from '../shared/reply.ts';
import { route } from '../shared/routes.ts';
import type { Endpoint, Outcome } from './endpoint.ts';
import type { Call, Log } from './http.ts';
import type { LocalPredictor } from './local.ts';
import { answerReply, readQuestion } from './question.ts';

const NO_ENDPOINT: Outcome = { answered: false, reason: 'no-endpoint', detail: 'none is configured', ms: 0 };

/**
 * The whole way of a request: it is read, the endpoint is asked, and where the endpoint has no answer the predictor in this
 * Lambda gives it. The function returned answers calls, and throws a RequestError for those it cannot.
 */
export function createFailover(
  local: LocalPredictor,
  endpoint: Endpoint | undefined,
  log: Log,
  page?: PageParts,
): (call: Call) => Promise<Reply> {
  const { model } = local;
  const served: Record<string, number> = {};
  const health = () => ({
    ok: local.failed === undefined || endpoint !== undefined,
    scope: 'this environment of the function, not all of them',
    model: { name: model.card.name, sha256: model.sha256 },
    fallback: local.failed ?? 'ready',
    endpoint: endpoint ? 'configured' : 'none',
    served,
  });

  return async (call) => {
    const reply = route(call.method, call.path, model, health, { parts: page, acceptEncoding: call.headers['accept-encoding'] });
    if (reply !== 'predict') return reply;

    const start = performance.now();
    const { query, contentType, form } = readQuestion(model.schema, call);
    const outcome = endpoint ? await endpoint({ body: call.body, contentType, query, remainingMs: call.remainingMs }) : NO_ENDPOINT;
    const answer: Answer = outcome.answered
      ? { ...outcome.answer, servedBy: 'endpoint' }
      : {
          ...local.predict(query),
          model: { name: model.card.name, sha256: model.sha256 },
          servedBy: 'fallback',
          reason: outcome.reason,
        };

    const who = outcome.answered ? 'endpoint' : `fallback: ${outcome.reason}`;
    served[who] = (served[who] ?? 0) + 1;
    const timings = { total: performance.now() - start, endpoint: outcome.ms };
    log(entry(call, query.count, answer, outcome, timings.total));
    return answerReply(model.schema, answer, form, timings);
  };
}

/** One line a request: who answered and why, never a feature's value. */
function entry(call: Call, rows: number, answer: Answer, outcome: Outcome, ms: number): object {
  const { servedBy, reason, model } = answer;
  const why = outcome.answered ? {} : { reason, detail: outcome.detail };
  const durations = { ms: round(ms), endpointMs: round(outcome.ms) };
  return {
    level: 'info',
    requestId: call.requestId,
    direct: call.direct,
    rows,
    servedBy,
    ...why,
    model: model.sha256.slice(0, 8),
    ...durations,
  };
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
