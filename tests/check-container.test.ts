import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from '@jest/globals';
import { checkContainer } from '../container/check/contract.ts';
import { createContainer, MODEL_KEY } from '../container/server.ts';
import { loadShared } from '../container/shared-model.ts';
import { startWorkers } from '../container/workers.ts';
import { golden } from './golden.ts';

const { model, bytes } = await loadShared(golden('heart-age').file);
const workers = startWorkers({ file: new URL('../container/main.ts', import.meta.url), count: 1 });
const open: Server[] = [];
afterAll(async () => {
  for (const server of open) {
    server.closeAllConnections();
    server.close();
  }
  await workers.end();
});
async function listen(server: Server): Promise<string> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const failed = async (url: string) => {
  const findings = await checkContainer({ url, row: '54' });
  return findings.filter(({ verdict }) => verdict !== 'pass').map(({ line, verdict, seen }) => `${verdict}: ${line} (${seen})`);
};

test('our container passes every line of the contract', async () => {
  workers.open(MODEL_KEY, bytes);
  const models = { root: '/opt/ml/models', mostBytes: 1 };
  const server = createContainer(model, { mode: 'sagemaker', log: () => {}, workers, models });
  expect(await failed(await listen(server))).toEqual([]);
}, 60_000);

test('a container that says 200 to all passes only what that is enough for, and one that is not there fails throughout', async () => {
  const always: RequestListener = (request, response) => {
    request.resume().on('end', () => response.end());
  };
  const lines = await failed(await listen(createServer(always)));
  expect(lines.filter((line) => line.startsWith('FAIL'))).toHaveLength(15);
  expect(lines.join('\n')).toMatch(/FAIL: a body over 6 MB: 413 \(200 ""\)/);
  expect(lines.join('\n')).not.toMatch(/ping: 200/);
  const gone = createServer();
  const url = await listen(gone);
  await new Promise((resolve) => gone.close(resolve));
  expect((await failed(url)).join('\n')).toMatch(/FAIL: GET \/ping.*ECONNREFUSED/);
}, 60_000);
