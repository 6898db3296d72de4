import type { Served } from '../models.ts';
import type { Batch } from './batch.ts';

/** What the platform asks of a container before a transform job (GET /execution-parameters). */
export type ExecutionParameters = { MaxConcurrentTransforms: number; BatchStrategy: 'MULTI_RECORD'; MaxPayloadInMB: number };

/** The platform's limit for payload times concurrency, in MB. */
const MOST_MB = 100;
/** Payloads are computed on all threads at once, so two are enough: one is computed while another comes in. */
const AT_ONCE = 2;
/** What a payload under way takes at most, in bytes: what came in, the answer that is held, and pieces in the threads. */
const BYTES_EACH = 67_108_864;
/** The part of the memory that payloads may take. */
const SHARE = 0.25;
/** How long the platform waits for an answer by default, and which part of that a payload may take, in milliseconds. */
const ANSWER_WITHIN_MS = 600_000 / 5;
/** The fewest bytes of a value and the comma behind it. */
const LEAST_VALUE_BYTES = 2;
const MB = 1_048_576;

/**
 * What this machine can take: as many payloads at once as its memory has room for, and at most two; of as many MB as the platform
 * allows, and as are computed within a fifth of the time that it waits, however short their lines are.
 */
export function batchParameters({ memory, threads }: Pick<Batch, 'memory' | 'threads'>, { model, pace }: Served): ExecutionParameters {
  const atOnce = Math.max(1, Math.min(AT_ONCE, Math.floor((memory * SHARE) / BYTES_EACH)));
  const rows = (ANSWER_WITHIN_MS * threads) / atOnce / Math.max(pace.ms(1), 1e-6);
  const bytes = rows * Math.max(model.schema.features.length, 1) * LEAST_VALUE_BYTES;
  const most = Math.floor(MOST_MB / atOnce);
  return {
    MaxConcurrentTransforms: atOnce,
    BatchStrategy: 'MULTI_RECORD',
    MaxPayloadInMB: Math.max(1, Math.min(most, Math.floor(bytes / MB))),
  };
}
