import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { Query } from '../../shared/wire/wire.ts';
import { type Believed, checkAnswer, type Expected } from './check-answer.ts';

/** A body to send on, as it came in: the container reads it with the same codec. `attributes` go on as CustomAttributes. */
export type Question = { body: Uint8Array; contentType: string; query: Query; attributes?: string | undefined };

/** Asks the endpoint once. Rejects with the SDK's errors, and with a BadAnswer. */
export type Client = (question: Question, signal: AbortSignal) => Promise<Believed>;

/** Opens a client of one endpoint, by its name; a connection may take `connectMs`, and answers are checked against `expected`. */
export function openClient(name: string, connectMs: number, expected: Expected): Client {
  // One attempt: the fallback is the retry.
  const client = new SageMakerRuntimeClient({ maxAttempts: 1, requestHandler: { connectionTimeout: connectMs } });
  return async ({ body, contentType, query, attributes }, abortSignal) => {
    const custom = attributes === undefined ? {} : { CustomAttributes: attributes };
    const input = { EndpointName: name, Body: body, ContentType: contentType, Accept: 'application/json', ...custom };
    const { Body } = await client.send(new InvokeEndpointCommand(input), { abortSignal });
    return checkAnswer(Body, query, expected);
  };
}
