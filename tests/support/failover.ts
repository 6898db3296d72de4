import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { openEndpoint } from '../../functions/endpoint/endpoint.ts';
import { guardEndpoint } from '../../functions/endpoint/guard.ts';
import { createFailover } from '../../functions/failover.ts';
import { lambda } from '../../functions/http.ts';
import { type LocalPredictor, openLocal } from '../../functions/local.ts';
import { readSettings, type Settings } from '../../functions/settings.ts';
import type { Telemetry } from '../../functions/telemetry.ts';
import { buildArtifact } from '../../model/artifact/build.ts';
import { PROJECT } from './project.ts';

/** Deadlines long enough that a slow machine's pauses end no call, and nothing computed twice but the first. */
export const SETTINGS = readSettings({
  MODEL_FILE: 'x',
  ENDPOINT_NAME: 'canopy-test',
  ENDPOINT_DEADLINE_MS: '3000',
  ENDPOINT_FIRST_DEADLINE_MS: '3000',
  ENDPOINT_LEAST_DEADLINE_MS: '3000',
  ENDPOINT_CONNECT_MS: '2000',
  DUAL_SHARE: '0',
});

/** A predict handler of the default model, in this process. */
export type Handler = (event: unknown) => Promise<Record<string, unknown>>;

/**
 * Makes predict handlers in this process, and small servers for them to ask, which close after the last test of the file. `entries` and
 * `metrics` are what was logged and counted since the test began.
 */
export function openFailover() {
  const { file } = buildArtifact(`${PROJECT}model/heart/heart-age.RDS`, PROJECT);
  const bytes = new Uint8Array(readFileSync(file));
  const local = openLocal(bytes, 'the artifact');
  const entries: Record<string, unknown>[] = [];
  const metrics: string[] = [];
  const telemetry: Telemetry = {
    log: (level, message, entry) => void entries.push({ level, message, ...entry }),
    count: (names) => void metrics.push(...names),
    remoteLatency: () => void metrics.push('RemoteLatency'),
    localServed: (reason) => void metrics.push(`LocalServed ${reason}`),
    flush: () => {},
  };
  const servers: Server[] = [];
  beforeAll(() => {
    Object.assign(process.env, { AWS_REGION: 'sa-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  });
  afterEach(() => {
    entries.length = 0;
    metrics.length = 0;
  });
  afterAll(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });
  /** Starts a server on a free port; its URL. */
  const listen = async (server: Server) => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  /** The handler with an endpoint behind `url` (the SDK reads it at the first call), as an environment of Lambda's would have it. */
  const handlerFor = (url: string, changed: Partial<Settings> = {}, predictor: LocalPredictor = local): Handler => {
    process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME = url;
    const settings = { ...SETTINGS, ...changed };
    const guard = guardEndpoint(openEndpoint('canopy-test', settings, predictor.model), settings);
    const handler = lambda(createFailover(predictor, guard, telemetry, settings), telemetry);
    const context = { awsRequestId: 'test', getRemainingTimeInMillis: () => 8_000 };
    return (event) => handler(event, context as never) as Promise<Record<string, unknown>>;
  };
  /** A SageMaker runtime that answers so. */
  const runtime = (listener: RequestListener) => listen(createServer(listener));
  return { local, bytes, entries, metrics, listen, handlerFor, runtime };
}

/** A listener that answers every request so, in JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): RequestListener {
  return (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

/** A listener that answers with an error as AWS writes it. */
export function awsError(status: number, type: string, rest: object = {}): RequestListener {
  return json(status, { message: 'no', ...rest }, { 'x-amzn-errortype': type });
}
