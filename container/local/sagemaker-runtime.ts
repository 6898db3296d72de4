import { Agent, createServer, type IncomingHttpHeaders, type IncomingMessage, request as openRequest, type Server } from 'node:http';
import type { Reply } from '../../shared/api/reply.ts';
import { RequestError } from '../../shared/errors.ts';
import { MAX_BODY_BYTES } from '../../shared/wire/limits.ts';
import { headerOf, pathOf, readBody, sendReply } from '../server/http.ts';
import { createBodyRoom, MOST_BODY_BYTES, type Share } from './body-room.ts';

/** The account and region that stand in the errors. */
const ACCOUNT = '123456789012';
const REGION = 'sa-east-1';
/** How long SageMaker waits for a container, in milliseconds. */
const TIMEOUT = 60_000;
const CUSTOM_ATTRIBUTES = 'x-amzn-sagemaker-custom-attributes';
/** The one variant there is. */
const VARIANT = 'AllTraffic';
/** Paths of the runtime's operations that are not played here. */
const LACKING: Record<string, string> = {
  'async-invocations': 'InvokeEndpointAsync',
  'invocations-response-stream': 'InvokeEndpointWithResponseStream',
  'invocations-bidirectional-stream': 'InvokeEndpointWithBidirectionalStream',
};

export type RuntimeOptions = {
  /** The one endpoint there is. */
  endpointName: string;
  /** Where its container listens, such as http://127.0.0.1:8080. */
  containerUrl: string;
  /** How long the container may take, in milliseconds (60 s, as SageMaker has it). */
  timeout?: number;
  /** Most bytes of all bodies together that are held. */
  mostBodyBytes?: number;
};

/** What a container answered. */
type Outcome = { status: number; headers: IncomingHttpHeaders; body: string };

/**
 * A stand-in for the SageMaker runtime in front of one container, for this machine and for tests: InvokeEndpoint alone,
 * with the statuses, headers and error bodies AWS gives (sagemaker-runtime's service model), and no signature checked.
 * The server is not listening yet.
 */
export function createSageMakerRuntime(options: RuntimeOptions): Server {
  const agent = new Agent({ keepAlive: true });
  const enterRoom = createBodyRoom(options.mostBodyBytes ?? MOST_BODY_BYTES);
  const server = createServer(async (request, response) => {
    const share = enterRoom();
    let reply: Reply;
    try {
      reply = await invoke(options, agent, request, share);
    } catch (error) {
      // AWS's answer to a body over its limit has no document.
      const status = error instanceof RequestError ? error.status : 500;
      const type = status === 503 ? 'ServiceUnavailable' : 'InternalFailure';
      reply = status === 413 ? { status, headers: {}, body: '' } : failure(status, type, { Message: String(error) });
    } finally {
      share.leave();
    }
    sendReply(response, { ...reply, headers: { ...reply.headers, 'x-amzn-requestid': crypto.randomUUID() } });
  });
  return server.on('close', () => agent.destroy());
}

async function invoke(options: RuntimeOptions, agent: Agent, request: IncomingMessage, { hold }: Share): Promise<Reply> {
  const [, name, operation = ''] = /^\/endpoints\/([^/]+)\/([^/]+)$/.exec(pathOf(request)) ?? [];
  if (request.method !== 'POST' || name === undefined || operation !== 'invocations') {
    const lacking = request.method === 'POST' && Object.hasOwn(LACKING, operation) ? LACKING[operation] : undefined;
    const message = lacking === undefined ? 'there is no such operation' : `${lacking} is not played here`;
    return failure(404, 'UnknownOperationException', {
      message: `${message}; this stand-in for the SageMaker runtime has InvokeEndpoint alone`,
    });
  }
  if (name !== options.endpointName) {
    return failure(400, 'ValidationError', { message: `Endpoint ${name} of account ${ACCOUNT} not found.` });
  }
  const refused = refusedTarget(name, request);
  if (refused !== undefined) return failure(400, 'ValidationError', { message: refused });
  const body = await readBody(request, MAX_BODY_BYTES, hold);
  const outcome = await askContainer(options, agent, request, body);
  if (typeof outcome === 'string') return modelError(name, 0, outcome);
  if (outcome.status < 200 || outcome.status > 299) return modelError(name, outcome.status, outcome.body);
  const headers: Record<string, string> = { 'x-amzn-invoked-production-variant': VARIANT };
  for (const header of ['content-type', CUSTOM_ATTRIBUTES]) {
    const value = outcome.headers[header];
    if (value !== undefined) headers[header] = String(value);
  }
  return { status: 200, headers, body: outcome.body };
}

/**
 * Why AWS would refuse what a request aims at within the endpoint: one model in one container, in one variant. The sentence on a target
 * model is AWS's, as callers report it; those of the others are ours.
 */
function refusedTarget(endpoint: string, request: IncomingMessage): string | undefined {
  const target = (name: string) => headerOf(request, `x-amzn-sagemaker-${name}`);
  if (target('target-model') !== undefined)
    return `Endpoint ${endpoint} is not a multi-model endpoint and does not support target model header.`;
  const variant = target('target-variant');
  if (variant !== undefined && variant !== VARIANT) return `Endpoint ${endpoint} has no variant ${variant}; it has ${VARIANT}.`;
  if (target('target-container-hostname') !== undefined)
    return `Endpoint ${endpoint} is not a multi-container endpoint and does not support target container hostname header.`;
  if (target('inference-component') !== undefined) return `Endpoint ${endpoint} has no inference components.`;
  if (target('enable-explanations') !== undefined) return `Endpoint ${endpoint} has no explainer.`;
  return undefined;
}

/** Passes the request on to the container; a sentence where it gives no answer. Other headers are not passed on. */
function askContainer(options: RuntimeOptions, agent: Agent, request: IncomingMessage, body: Uint8Array): Promise<Outcome | string> {
  const headers: Record<string, string> = {};
  for (const name of ['content-type', 'accept', CUSTOM_ATTRIBUTES]) {
    const value = headerOf(request, name);
    if (value !== undefined) headers[name] = value;
  }
  return new Promise((resolve) => {
    const none = () => resolve('The container gave no answer.');
    const asked = openRequest(`${options.containerUrl}/invocations`, { method: 'POST', agent, headers }, (response) => {
      const status = response.statusCode ?? 0;
      readBody(response).then(
        (bytes) => resolve({ status, headers: response.headers, body: Buffer.from(bytes).toString() }),
        () => {
          none();
          asked.destroy();
        },
      );
    });
    // AbortSignal.timeout would be kept for its minute by each call, and the collector busy with them.
    const timer = setTimeout(() => {
      resolve('Your invocation timed out while waiting for a response from container primary.');
      asked.destroy();
    }, options.timeout ?? TIMEOUT);
    asked.on('error', none).on('close', () => clearTimeout(timer));
    asked.end(body);
  });
}

/** ModelError as InvokeEndpoint gives it: the container's status and message, 0 where it gave none. */
function modelError(endpoint: string, status: number, message: string): Reply {
  const group = `/aws/sagemaker/Endpoints/${endpoint}`;
  const side = status >= 400 && status < 500 ? 'client' : 'server';
  return failure(424, 'ModelError', {
    ErrorCode: side === 'client' ? 'CLIENT_ERROR_FROM_MODEL' : 'INTERNAL_FAILURE_FROM_MODEL',
    LogStreamArn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${group}`,
    Message: `Received ${side} error (${status}) from primary with message "${message}". See ${group} in account ${ACCOUNT} for more information.`,
    OriginalMessage: message,
    OriginalStatusCode: status,
  });
}

function failure(status: number, type: string, document: Record<string, string | number>): Reply {
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': type };
  return { status, headers, body: JSON.stringify(document) };
}
