import { performance } from 'node:perf_hooks';
import type { Believed, Expected } from './check-answer.ts';
import { now } from './clock.ts';
import type { Client, Question } from './sagemaker.ts';

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
  | 'too-large'
  | 'mismatch';

/** What came of asking the endpoint. `stalled`: this process itself was too busy to hear an answer. */
export type Outcome =
  | { answered: true; answer: Believed; ms: number }
  | { answered: false; reason: Reason; detail: string; ms: number; stalled?: boolean };

/** Asks one SageMaker endpoint within a deadline in milliseconds. Never throws. */
export type Endpoint = {
  /** Loads the client: tens of milliseconds of work in this process, which are not the endpoint's fault. */
  prepare(): Promise<void>;
  ask(question: Question, deadlineMs: number): Promise<Outcome>;
};

/** A kept connection that was closed while nobody looked fails at once; the call is repeated once, from a bucket of tokens. */
const STALE = { codes: ['ECONNRESET', 'EPIPE'], tokens: 10, refill: 0.1 };
/** A deadline's timer that comes this late, or a loop busy for half of the deadline, is a stall of this process. */
const STALLED_MS = 50;

/** Opens an endpoint by its name; `expected` is the model held here. The SDK is loaded by prepare(), and at the first question at the latest. */
export function openEndpoint(name: string, { connectMs, staleMs }: { connectMs: number; staleMs: number }, expected: Expected): Endpoint {
  let client: Promise<Client> | undefined;
  let tokens = STALE.tokens;
  let [started, underWay] = [0, 0];
  const prepare = () => {
    client ??= import('./sagemaker.ts').then(({ openClient }) => openClient(name, connectMs, expected));
    return client;
  };
  const send = async (question: Question, signal: AbortSignal): Promise<Believed> => {
    const invoke = await prepare();
    const start = now();
    try {
      return await invoke(question, signal);
    } catch (error) {
      const isStale = STALE.codes.includes((error as { code?: string }).code ?? '') && now() - start < staleMs;
      if (!isStale || tokens < 1 || signal.aborted) throw error;
      tokens -= 1;
      return invoke(question, signal);
    }
  };
  const ask = async (question: Question, deadlineMs: number): Promise<Outcome> => {
    const start = now();
    const busy = performance.eventLoopUtilization();
    started += 1;
    const [number, others] = [started, underWay];
    underWay += 1;
    let late = 0;
    // One signal bounds all of it: the SDK's time-outs do not stop a body that drips. It also ends what still runs
    // before we answer, since that would be frozen with the environment.
    const controller = new AbortController();
    const timer = setTimeout(() => {
      late = now() - start - deadlineMs;
      controller.abort();
    }, deadlineMs);
    // The SDK's promise may stay open for good, aborted or not (a connection that switches its protocol).
    const over = new Promise<never>((_, reject) => controller.signal.addEventListener('abort', reject));
    try {
      const answer = await Promise.race([send(question, controller.signal), over]);
      tokens = Math.min(tokens + STALE.refill, STALE.tokens);
      return { answered: true, answer, ms: now() - start };
    } catch (error) {
      const ms = now() - start;
      if (controller.signal.aborted) {
        // Where calls overlap, as in a local host, the loop is busy with the others, and that held nobody up.
        const overlaps = others > 0 || started > number;
        const wasBusy = !overlaps && performance.eventLoopUtilization(busy).active > deadlineMs / 2;
        const stalled = late > STALLED_MS || wasBusy;
        return { answered: false, reason: 'timeout', detail: `no answer within ${deadlineMs} ms`, ms, stalled };
      }
      return { answered: false, reason: reasonOf(error), detail: nameOf(error), ms };
    } finally {
      clearTimeout(timer);
      underWay -= 1;
    }
  };
  return { prepare: async () => void (await prepare().catch(() => {})), ask };
}

/** The reason behind an error of the SDK (the runtime's API reference, InvokeEndpoint: Errors). */
function reasonOf(error: unknown): Reason {
  const { name, code = '', OriginalStatusCode: original } = error as { name?: string; code?: string; OriginalStatusCode?: number };
  switch (name) {
    case 'BadAnswer':
      return 'bad-answer';
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
  const { name, message, code, OriginalStatusCode: original } = error as Error & { code?: string; OriginalStatusCode?: number };
  if (name === 'BadAnswer') return message;
  return [name, code, original].filter((part) => part !== undefined).join(' ');
}
