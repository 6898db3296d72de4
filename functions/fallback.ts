import { readFileSync } from 'node:fs';
import { isNamedModel, MODEL_HEADER } from '../shared/api/named-model.ts';
import { now } from './endpoint/clock.ts';
import { lambda } from './http.ts';
import { openLocal } from './local.ts';
import { readQuestion } from './question.ts';
import { readSettings } from './settings.ts';
import { openTelemetry } from './telemetry.ts';

const settings = readSettings(process.env);
const local = openLocal(readFileSync(settings.modelFile), settings.modelFile);
const { model } = local;
const telemetry = openTelemetry('fallback', settings.stage);

/** The fallback alone, to be invoked directly: it has no route, and never asks the endpoint. */
export const handler = lambda(async (call) => {
  const start = now();
  isNamedModel(call.headers[MODEL_HEADER], model);
  const { query, write } = await readQuestion(model.schema, call);
  const answer = {
    ...local.predict(query),
    model: { name: model.card.name, sha256: model.sha256 },
    servedBy: 'fallback',
    reason: 'forced',
  } as const;
  const total = now() - start;
  const { requestId, direct } = call;
  telemetry.localServed('forced');
  telemetry.log('info', 'answered', { requestId, direct, rows: query.count, servedBy: 'fallback', reason: 'forced', ms: total });
  return write(answer, { total });
}, telemetry);
