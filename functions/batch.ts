import { readFileSync } from 'node:fs';
import type { Context } from 'aws-lambda';
import { RequestError } from '../shared/errors.ts';
import { readBody } from '../shared/wire/read-body.ts';
import { finishJob, type JobEnd } from './batch/finish.ts';
import { type FileRange, type Job, readJob } from './batch/job.ts';
import { type JobListed, listRanges } from './batch/list.ts';
import { computeRange } from './batch/range.ts';
import { openStore } from './batch/store.ts';
import { openLocal, withoutNumbers } from './local.ts';
import { readSettings } from './settings.ts';
import { openTelemetry } from './telemetry.ts';

/** What the state machine asks for (container/deploy/batch/machine.ts): the list of a job's ranges, one range, the manifest. */
type Step = { step: 'list'; name: string; job: unknown } | { step: 'range'; job: Job; range: FileRange } | { step: 'finish'; job: Job };

const settings = readSettings(process.env);
const local = openLocal(readFileSync(settings.modelFile), settings.modelFile);
const { model, predict } = local;
const telemetry = openTelemetry('batch', settings.stage);
const store = openStore();

/**
 * The steps of a job that predicts files in S3, by the model alone. Asked with rows, as the other functions are when they are invoked
 * directly, it answers them: so packaging compares its check rows.
 */
export async function handler(event: Step | unknown[], context: Context) {
  if (Array.isArray(event)) return predict(readBody(model.schema, Buffer.from(JSON.stringify(event)), 'json'));
  try {
    const { failed } = local;
    if (failed !== undefined) throw new Error(`the model fails its check (${withoutNumbers(failed)})`);
    return await work(event, context);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    // The state machine shows name and message, and asks again for every other error.
    throw Object.assign(new Error(error.advice ?? error.message), { name: 'JobError' });
  }
}

async function work(event: Step, context: Context): Promise<({ job: Job } & JobListed) | { failed: boolean } | JobEnd> {
  const { awsRequestId: requestId } = context;
  if (event.step === 'list') {
    const job = readJob(event.job, event.name, model.sha256);
    const listed = await listRanges(store, model, job);
    telemetry.log('info', 'listed', { requestId, job: job.name, files: listed.files, ranges: listed.ranges, bytes: listed.bytes });
    return { job, ...listed };
  }
  const { name } = event.job;
  if (event.step === 'range') {
    const done = await computeRange(store, model, event.job, event.range, () => context.getRemainingTimeInMillis());
    if ('failed' in done) telemetry.log('warn', 'range failed', { requestId, job: name, reason: done.failed });
    else telemetry.log('info', 'range', { requestId, job: name, at: done.at, rows: done.rows, bad: done.bad, bytes: done.bytes });
    return { failed: 'failed' in done };
  }
  const end = await finishJob(store, event.job);
  telemetry.log('info', 'finished', { requestId, job: name, rows: end.rows, bad: end.bad, failed: end.failed });
  return end;
}
