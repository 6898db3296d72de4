import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHost, type Handler } from '../../container/local/host.ts';
import { HTTP_API } from '../../container/local/http-api.ts';
import { createSageMakerRuntime } from '../../container/local/sagemaker-runtime.ts';
import { createContainer } from '../../container/server/server.ts';
import { openEndpoint } from '../../functions/endpoint/endpoint.ts';
import { guardEndpoint } from '../../functions/endpoint/guard.ts';
import { createFailover } from '../../functions/failover.ts';
import { lambda } from '../../functions/http.ts';
import { openLocal } from '../../functions/local.ts';
import { readSettings } from '../../functions/settings.ts';
import { buildArtifact } from '../../model/artifact/build.ts';
import { answerTypes } from '../../shared/schema/parameters.ts';
import { golden } from '../support/golden.ts';
import { PROJECT } from '../support/project.ts';

/** Most rows that a client sends in one request. */
const ROWS = 20;
const ENDPOINT = 'canopy-test';

type Row = Record<string, unknown>;

/** A model that is served, and R's rows and predictions of it; `full` are those rows in which nothing is missing. */
export type Target = {
  name: string;
  version: string;
  type: string;
  features: string[];
  schema: { name: string; type: string }[];
  rows: Row[];
  predictions: unknown[];
  full: Row[];
  fullPredictions: unknown[];
  /** The API by the function, with an endpoint behind it; the one-box container; the container as SageMaker runs it; SageMaker's runtime. */
  api: string;
  alone: string;
  serve: string;
  runtime: string;
};

/** Serves a golden model in every way there is, on ports that are free. */
export async function serveGolden(
  name: string,
  page: Parameters<typeof createContainer>[1]['page'],
): Promise<{ target: Target; close(): void }> {
  const { file, rows, predictions, ties } = golden(name);
  const built = buildArtifact(file, PROJECT);
  const local = openLocal(readFileSync(built.file), name);
  const { model } = local;
  const servers: Server[] = [];
  const listen = async (server: Server) => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const serve = await listen(createContainer(model, { mode: 'sagemaker', log: () => {} }));
  const alone = await listen(createContainer(model, { mode: 'alone', log: () => {}, page }));
  const runtime = await listen(createSageMakerRuntime({ endpointName: ENDPOINT, containerUrl: serve }));
  const api = await listen(createHost({ api: HTTP_API, handler: handlerFor(local, runtime), report: (problem) => console.error(problem) }));
  // R breaks ties between classes at random.
  const kept = rows.flatMap((row, at) => (!ties.has(at) ? [{ row, prediction: predictions[at] }] : []));
  const full = kept.filter(({ row }) => Object.values(row).every((value) => value !== null)).slice(0, ROWS);
  const some = kept.slice(0, ROWS);
  const target: Target = {
    name: model.card.name,
    version: model.sha256.slice(0, 12),
    type: answerTypes(model.schema)[0] as string,
    features: model.schema.features.map((feature) => feature.name),
    schema: model.schema.features.map(({ name: of, type }) => ({ name: of, type })),
    rows: some.map(({ row }) => row),
    predictions: some.map(({ prediction }) => prediction),
    full: full.map(({ row }) => row),
    fullPredictions: full.map(({ prediction }) => prediction),
    ...{ api, alone, serve, runtime },
  };
  const close = () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  };
  return { target, close };
}

function handlerFor(local: ReturnType<typeof openLocal>, runtime: string): Handler {
  const deadline = { ENDPOINT_DEADLINE_MS: '5000', ENDPOINT_FIRST_DEADLINE_MS: '5000', ENDPOINT_LEAST_DEADLINE_MS: '5000' };
  const settings = readSettings({ MODEL_FILE: 'x', ENDPOINT_NAME: ENDPOINT, DUAL_SHARE: '0', ...deadline });
  const telemetry = { log: () => {}, count: () => {}, remoteLatency: () => {}, localServed: () => {}, flush: () => {} };
  // The SDK reads the address as its client is made, so each model's is set before its first call.
  const guard = guardEndpoint(openEndpoint(ENDPOINT, settings, local.model), settings);
  const handler = lambda(createFailover(local, guard, telemetry, settings), telemetry);
  return (event, context) => {
    process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME = runtime;
    return handler(event, context as never) as Promise<unknown>;
  };
}
