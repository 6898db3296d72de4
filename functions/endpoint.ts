import { performance } from 'node:perf_hooks';
import type { InvokeEndpointCommandOutput, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { Schema } from '../shared/features.ts';
import type { Query } from '../shared/wire.ts';
import { BadAnswer, type Believed, checkAnswer } from './check-answer.ts';

/** Why the endpoint's answer was not taken, and so the fallback's is. */
export type Reason =
  | 'no-endpoint'
  | 'access-denied'
  | 'timeout'
  | 'throttled'
  | 'endpoint-error'
  | 'contract-mismatch'
  | 'bad-answer'
  | 'breaker-open'
  | 'endpoint-share'
  | 'mismatch';

/** What came of asking the endpoint. `stalled`: this process itself was too busy to hear an answer. */
export type Outcome =
  | { answered: true; answer: Believed; ms: number }
  | { answered: false; reason: Reason; detail: string; ms: number; stalled?: boolean };

/** A body to send on, as it came in: the container reads it with the same codec. `attributes` go on as CustomAttributes. */
export type Question = { body: Uint8Array; contentType: string; query: Query; attributes?: string | undefined };

/** Asks one SageMaker endpoint within a deadline in milliseconds. Never throws. */
export type Endpoint = {
  /** Loads the client: tens of milliseconds of this process's own work, which are not the endpoint's to answer for. */
  prepare(): Promise<void>;
  ask(question: Question, deadlineMs: number): Promise<Outcome>;
};

/** A kept connection that was closed while nobody looked fails at once; the call is repeated once, from a bucket of tokens. */
const STALE = { codes: ['ECONNRESET', 'EPIPE'], tokens: 10, refill: 0.1 };
/** A deadline's timer that comes this late, or a loop busy for half of the deadline, is our own stall. */
const STALLED_MS = 50;

/** Opens an endpoint by its name; `expected` is the model held here. The SDK is loaded at the first question, since an environment may never ask one. */
export function openEndpoint(
  name: string,
  { connectMs, staleMs }: { connectMs: number; staleMs: number },
  expected: { schema: Schema; sha256: string },
): Endpoint {
  let sdk: Promise<(question: Question, signal: AbortSignal) => Promise<InvokeEndpointCommandOutput>> | undefined;
  let tokens = STALE.tokens;
  const prepare = () => {
    sdk ??= openClient(name, connectMs);
    return sdk;
  };
  const send = async (question: Question, signal: AbortSignal): Promise<InvokeEndpointCommandOutput> => {
    const invoke = await prepare();
    const start = performance.now();
    try {
      return await invoke(question, signal);
    } catch (error) {
      const isStale = STALE.codes.includes((error as { code?: string }).code ?? '') && performance.now() - start < staleMs;
      if (!isStale || tokens < 1 || signal.aborted) throw error;
      tokens -= 1;
      return invoke(question, signal);
    }
  };
  const ask = async (question: Question, deadlineMs: number): Promise<Outcome> => {
    const start = performance.now();
    const busy = performance.eventLoopUtilization();
    let late = 0;
    // One signal bounds all of it: the SDK's own time-outs do not stop a body that drips. It also ends what still runs
    // before we answer, since that would be frozen with the environment.
    const controller = new AbortController();
    const timer = setTimeout(() => {
      late = performance.now() - start - deadlineMs;
      controller.abort();
    }, deadlineMs);
    try {
      const output = await send(question, controller.signal);
      const answer = checkAnswer(output.Body, question.query, expected);
      tokens = Math.min(tokens + STALE.refill, STALE.tokens);
      return { answered: true, answer, ms: performance.now() - start };
    } catch (error) {
      const ms = performance.now() - start;
      if (controller.signal.aborted) {
        const stalled = late > STALLED_MS || performance.eventLoopUtilization(busy).active > deadlineMs / 2;
        return { answered: false, reason: 'timeout', detail: `no answer within ${deadlineMs} ms`, ms, stalled };
      }
      return { answered: false, reason: reasonOf(error), detail: nameOf(error), ms };
    } finally {
      clearTimeout(timer);
    }
  };
  return { prepare: async () => void (await prepare().catch(() => {})), ask };
}

async function openClient(name: string, connectMs: number) {
  const { InvokeEndpointCommand, SageMakerRuntimeClient } = await import('@aws-sdk/client-sagemaker-runtime');
  // One attempt: the fallback is the retry.
  const client: SageMakerRuntimeClient = new SageMakerRuntimeClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: connectMs },
  });
  return ({ body, contentType, attributes }: Question, abortSignal: AbortSignal) => {
    const custom = attributes === undefined ? {} : { CustomAttributes: attributes };
    const input = { EndpointName: name, Body: body, ContentType: contentType, Accept: 'application/json', ...custom };
    return client.send(new InvokeEndpointCommand(input), { abortSignal });
  };
}

/** The reason behind an error of the SDK (the runtime's API reference, InvokeEndpoint: Errors). */
function reasonOf(error: unknown): Reason {
  if (error instanceof BadAnswer) return 'bad-answer';
  const { name, code = '', OriginalStatusCode: original } = error as { name?: string; code?: string; OriginalStatusCode?: number };
  switch (name) {
    case 'ValidationError':
      return 'no-endpoint';
    case 'ThrottlingException':
      return 'throttled';
    case 'ModelError':
      return original !== undefined && original >= 400 && original < 500 ? 'contract-mismatch' : 'endpoint-error';
    case 'TimeoutError':
      // The SDK calls a reset connection so, too.
      return STALE.codes.includes(code) ? 'endpoint-error' : 'timeout';
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
