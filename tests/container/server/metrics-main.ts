import type { AddressInfo } from 'node:net';
import { createContainer, MODEL_KEY } from '../../../container/server/server.ts';
import { loadShared } from '../../../container/server/shared-model.ts';
import { startWorkers } from '../../../container/server/threads/workers.ts';
import { golden } from '../../support/golden.ts';

// node tests/container/server/metrics-main.ts   what a container tells at /metrics after some requests, for promtool check metrics
const { model, bytes } = await loadShared(golden('heart-age').file);
const workers = startWorkers({ file: new URL('../../../container/worker-main.ts', import.meta.url), count: 1 });
workers.open(MODEL_KEY, bytes);
const server = createContainer(model, { mode: 'alone', log: () => {}, workers });
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const batch = JSON.stringify(Array.from({ length: 2_000 }, (_, row) => [row % 100]));
for (const body of ['[[54]]', 'x', batch]) await (await fetch(`${url}/invocations`, { method: 'POST', body })).arrayBuffer();
for (const path of ['/ping', '/nothing', '/model']) await (await fetch(url + path)).arrayBuffer();
process.stdout.write(await (await fetch(`${url}/metrics`)).text());
server.closeAllConnections();
server.close();
await workers.end();
