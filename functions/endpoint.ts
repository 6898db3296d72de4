import type { InvokeEndpointCommandOutput, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { Schema } from '../shared/features.ts';
import type { Query } from '../shared/wire.ts';
import { BadAnswer, type Believed, checkAnswer } from './check-answer.ts';
import type { Settings } from './settings.ts';

/** Why the endpoint's answer was not taken, and so the fallback's is. */
export type Reason = 'no-endpoint' | 'access-denied' | 'timeout' | 'throttled' | 'endpoint-error' | 'contract-mismatch' | 'bad-answer';

/** What came of asking the endpoint. */
export type Outcome = { answered: true; answer: Believed; ms: number } | { answered: false; reason: Reason; detail: string; ms: number };

/** A body to send on, as it came in: the container reads it with the same codec. */
export type Question = { body: Uint8Array; contentType: string; query: Query; remainingMs: number };

/** Kept back from Lambda's remaining time, so that the fallback always fits. */
const FALLBACK_MS = 300;
const BATCH = { msPerRow: 0.05, mostMs: 2_000 };

/** Asks one SageMaker endpoint. Never throws. */
export type Endpoint = (question: Question) => Promise<Outcome>;

/**
 * Opens an endpoint by its name; `expected` is the model held here. The SDK is loaded at the first question, since an
 * environment may never ask one.
 */
export function openEndpoint(name: string, settings: Settings, expected: { schema: Schema; sha256: string }): Endpoint {
  let client: Promise<SageMakerRuntimeClient> | undefined;
  let isFirst = true;
  return async ({ body, contentType, query, remainingMs }) => {
    const deadline = Math.floor(Math.min(deadlineFor(query.count, isFirst, settings), remainingMs - FALLBACK_MS));
    const start = performance.now();
    const failed = (reason: Reason, detail: string): Outcome => ({ answered: false, reason, detail, ms: performance.now() - start });
    if (deadline <= 0) return failed('timeout', `${Math.round(remainingMs)} ms left, expected more than ${FALLBACK_MS}`);
    // One signal bounds all of it: the SDK's own time-outs do not stop a body that drips.
    const signal = AbortSignal.timeout(deadline);
    try {
      client ??= openClient();
      const { InvokeEndpointCommand } = await import('@aws-sdk/client-sagemaker-runtime');
      const command = new InvokeEndpointCommand({ EndpointName: name, Body: body, ContentType: contentType, Accept: 'application/json' });
      const output: InvokeEndpointCommandOutput = await (await client).send(command, { abortSignal: signal });
      isFirst = false;
      const answer = checkAnswer(output.Body, query, expected);
      return { answered: true, answer, ms: performance.now() - start };
    } catch (error) {
      if (signal.aborted) return failed('timeout', `no answer within ${Math.round(deadline)} ms`);
      return failed(reasonOf(error), nameOf(error));
    }
  };
}

/** The time an answer may take: longer for the first call of an environment, and for batches. */
function deadlineFor(rows: number, isFirst: boolean, settings: Settings): number {
  const base = isFirst ? Math.max(settings.firstDeadlineMs, settings.deadlineMs) : settings.deadlineMs;
  return base + Math.min(rows * BATCH.msPerRow, BATCH.mostMs);
}

async function openClient(): Promise<SageMakerRuntimeClient> {
  const { SageMakerRuntimeClient } = await import('@aws-sdk/client-sagemaker-runtime');
  // One attempt: the fallback is the retry. Time is bounded by the call's own signal, connecting and name look-up included.
  return new SageMakerRuntimeClient({ maxAttempts: 1 });
}

/** The reason behind an error of the SDK (the runtime's API reference, InvokeEndpoint: Errors). */
function reasonOf(error: unknown): Reason {
  if (error instanceof BadAnswer) return 'bad-answer';
  const { name, OriginalStatusCode: original } = error as { name?: string; OriginalStatusCode?: number };
  switch (name) {
    case 'ValidationError':
      return 'no-endpoint';
    case 'ThrottlingException':
    case 'ModelNotReadyException':
      return 'throttled';
    case 'ModelError':
      return original !== undefined && original >= 400 && original < 500 ? 'contract-mismatch' : 'endpoint-error';
    case 'TimeoutError':
      return 'timeout';
    case 'AccessDeniedException':
    case 'ExpiredTokenException':
    case 'UnrecognizedClientException':
    case 'InvalidSignatureException':
    case 'CredentialsProviderError':
      return 'access-denied';
    default:
      return 'endpoint-error';
  }
}

/** An error's name for the log. Its message may quote the body, and so a feature's value. */
function nameOf(error: unknown): string {
  if (error instanceof BadAnswer) return error.message;
  const { name, code, OriginalStatusCode: original } = error as { name?: string; code?: string; OriginalStatusCode?: number };
  return [name, code, original].filter((part) => part !== undefined).join(' ');
}
