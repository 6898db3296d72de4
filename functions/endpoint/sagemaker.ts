import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { Query } from '../../shared/wire/wire.ts';
import { type Believed, checkAnswer, checkWhose, type Expected, isBadAnswer } from './check-answer.ts';

/** A body to send on, as it came in: the container reads it with the same codec. `attributes` go on as CustomAttributes. */
export type Question = { body: Uint8Array; contentType: string; query: Query; attributes?: string | undefined };

/** Asks the endpoint once. Rejects with the SDK's errors, and with a BadAnswer. */
export type Client = (question: Question, signal: AbortSignal) => Promise<Believed>;

/** A client of the SDK with its connections, and how many calls use them. */
type Line = { client: SageMakerRuntimeClient; underWay: number };

/**
 * Opens a client of one endpoint, by its name; a connection may take `connectMs`, and answers are checked against `expected`. Each call has
 * an id, which the container sends back: where a proxy, or a server with a fault, answers once too often, a kept connection would
 * give each call the answer to the one before. After an answer that cannot be right no connection is used again.
 */
export function openClient(name: string, connectMs: number, expected: Expected): Client {
  // One attempt: the fallback is the retry.
  const open = (): Line => ({
    client: new SageMakerRuntimeClient({ maxAttempts: 1, requestHandler: { connectionTimeout: connectMs } }),
    underWay: 0,
  });
  let line = open();
  // No secret: it tells calls apart, of other environments too.
  const environment = Math.random().toString(36).slice(2);
  let calls = 0;
  return async ({ body, contentType, query, attributes }, abortSignal) => {
    calls += 1;
    const invocation = `${environment}-${calls}`;
    const custom = attributes === undefined ? `invocation=${invocation}` : `${attributes};invocation=${invocation}`;
    const input = { EndpointName: name, Body: body, ContentType: contentType, Accept: 'application/json', CustomAttributes: custom };
    const used = line;
    used.underWay += 1;
    try {
      const { Body, CustomAttributes, $metadata } = await used.client.send(new InvokeEndpointCommand(input), { abortSignal });
      checkWhose($metadata.httpStatusCode, CustomAttributes, invocation);
      return checkAnswer(Body, query, expected);
    } catch (error) {
      if (isBadAnswer(error) && line === used) line = open();
      throw error;
    } finally {
      used.underWay -= 1;
      if (line !== used && used.underWay === 0) used.client.destroy();
    }
  };
}
