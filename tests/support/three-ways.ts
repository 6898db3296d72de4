import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSageMakerRuntime } from '../../container/local/sagemaker-runtime.ts';
import { createContainer } from '../../container/server/server.ts';
import { openEndpoint } from '../../functions/endpoint/endpoint.ts';
import { guardEndpoint } from '../../functions/endpoint/guard.ts';
import { createFailover } from '../../functions/failover.ts';
import { lambda } from '../../functions/http.ts';
import { openLocal } from '../../functions/local.ts';
import { readSettings } from '../../functions/settings.ts';
import { decodeArtifact } from '../../shared/artifact.ts';

/** An answer as it came, with what says who gave it. */
export type Answered = { status: number; type: string; text: string; servedBy: string };
/** Asks with a body of JSON for an answer in the form that `accept` names. */
export type Ask = (path: string, body: string, accept?: string, query?: string) => Promise<Answered>;
/** Who is asked: the container alone, the function with the container as its endpoint, or the function without one. */
export type Way = 'container' | 'endpoint' | 'fallback';
export const WAYS: readonly Way[] = ['container', 'endpoint', 'fallback'];

/** The three ways to ask for one model, and what the function counted: a Mismatch, say. */
export type ThreeWays = { ask: Record<Way, Ask>; events: string[]; close(): void };

const SETTINGS = readSettings({
  ...{ MODEL_FILE: 'x', ENDPOINT_NAME: 'canopy-test', DUAL_SHARE: '1', ENDPOINT_CONNECT_MS: '2000' },
  ...{ ENDPOINT_DEADLINE_MS: '3000', ENDPOINT_FIRST_DEADLINE_MS: '3000', ENDPOINT_LEAST_DEADLINE_MS: '3000' },
});

/** Serves an artifact in all three ways, on ports that are free. Each answer of the endpoint is compared with the fallback's. */
export async function openThreeWays(artifact: Uint8Array): Promise<ThreeWays> {
  Object.assign(process.env, { AWS_REGION: 'sa-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  const model = decodeArtifact(artifact, 'test.canopy');
  const open: Server[] = [];
  const events: string[] = [];
  const listen = async (server: Server): Promise<string> => {
    open.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const containerUrl = await listen(createContainer(model, { mode: 'sagemaker', log: () => {} }));
  const ask = {
    container: byHttp(await listen(createContainer(model, { mode: 'alone', log: () => {} }))),
    endpoint: byFunction(artifact, events, await listen(createSageMakerRuntime({ endpointName: 'canopy-test', containerUrl }))),
    fallback: byFunction(artifact, events),
  };
  const close = () => {
    for (const server of open) {
      server.closeAllConnections();
      server.close();
    }
  };
  return { ask, events, close };
}

/** The function; without an address the fallback in it answers. */
function byFunction(artifact: Uint8Array, events: string[], url?: string): Ask {
  if (url) process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME = url;
  const local = openLocal(artifact, 'test.canopy');
  const telemetry = {
    ...{ log: () => {}, count: (names: string[]) => void events.push(...names), remoteLatency: () => {}, localServed: () => {} },
    flush: () => {},
  };
  const guard = url ? guardEndpoint(openEndpoint('canopy-test', SETTINGS, local.model), SETTINGS) : undefined;
  const handler = lambda(createFailover(local, guard, telemetry, SETTINGS), telemetry);
  return async (path, body, accept = 'application/json', query = '') => {
    const event = {
      ...{ version: '2.0', rawPath: path, rawQueryString: query, body, isBase64Encoded: false },
      ...{ headers: { accept, 'content-type': 'application/json' }, queryStringParameters: Object.fromEntries(new URLSearchParams(query)) },
      requestContext: { http: { method: 'POST', path } },
    };
    const answer = await handler(event, { awsRequestId: 'test', getRemainingTimeInMillis: () => 8_000 } as never);
    const reply = answer as { statusCode: number; headers: Record<string, string>; body: string; isBase64Encoded?: boolean };
    const text = reply.isBase64Encoded ? Buffer.from(reply.body, 'base64').toString('latin1') : reply.body;
    const { 'content-type': type = '', 'x-served-by': servedBy = '' } = reply.headers;
    return { status: reply.statusCode, type, text, servedBy };
  };
}

function byHttp(url: string): Ask {
  return async (path, body, accept = 'application/json', query = '') => {
    const headers = { accept, 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}${query ? `?${query}` : ''}`, { method: 'POST', body, headers });
    const text = Buffer.from(await response.arrayBuffer()).toString(accept.includes('npy') ? 'latin1' : 'utf8');
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, text, servedBy: response.headers.get('x-served-by') ?? '' };
  };
}
