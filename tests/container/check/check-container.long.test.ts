import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, test } from '@jest/globals';
import { checkContainer } from '../../../container/check/contract.ts';
import { findRow, readRow } from '../../../container/check/example-row.ts';
import { createContainer, MODEL_KEY } from '../../../container/server/server.ts';
import { loadShared } from '../../../container/server/shared-model.ts';
import { startWorkers } from '../../../container/server/threads/workers.ts';
import { golden } from '../../support/golden.ts';

const { model, bytes } = await loadShared(golden('heart-age').file);
const workers = startWorkers({ file: new URL('../../../container/worker-main.ts', import.meta.url), count: 1 });
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
  const findings = await checkContainer({ url, ...readRow('54') });
  return findings.filter(({ verdict }) => verdict !== 'pass').map(({ line, verdict, seen }) => `${verdict}: ${line} (${seen})`);
};

test('our container passes every line of the contract', async () => {
  workers.open(MODEL_KEY, bytes);
  const models = { root: '/opt/ml/models', mostBytes: 1 };
  const server = createContainer(model, { mode: 'sagemaker', log: () => {}, workers, models });
  expect(await failed(await listen(server))).toEqual([]);
}, 60_000);

test.each<[string, 'sagemaker' | 'alone']>([
  ['iris', 'sagemaker'],
  // Its answer to 10,000 rows is too large.
  ['veteran-survival', 'alone'],
])(
  'a container of %s, which runs %s, passes them with the row that it tells',
  async (name, mode) => {
    const other = await loadShared(golden(name).file);
    workers.open(MODEL_KEY, other.bytes);
    const url = await listen(createContainer(other.model, { mode, log: () => {}, workers }));
    const findings = await checkContainer({ url, ...(await findRow(url)) });
    expect(findings.filter(({ verdict }) => verdict === 'FAIL')).toEqual([]);
  },
  60_000,
);

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

describe('a row of the model', () => {
  /** A container of a golden model, in the mode in which SageMaker starts it or alone. */
  const serve = async (name: string, mode: 'sagemaker' | 'alone') => {
    const { model } = await loadShared(golden(name).file);
    return listen(createContainer(model, { mode, log: () => {}, workers }));
  };

  test.each<[string, 'sagemaker' | 'alone', string]>([
    ['heart-age', 'alone', '/model'],
    ['iris', 'alone', '/model'],
    ['iris', 'sagemaker', 'the metadata of V2'],
    ['warpbreaks-partition', 'alone', '/model, with labels'],
  ])('of %s is found where the container runs %s, by %s, and the container answers it', async (name, mode) => {
    const url = await serve(name, mode);
    const example = await findRow(url);
    for (const [type, body] of [
      ['text/csv', `${example.row}\n`],
      ['application/json', JSON.stringify({ instances: [{ features: example.values }] })],
    ] as const) {
      const response = await fetch(`${url}/invocations`, { method: 'POST', headers: { 'content-type': type }, body });
      expect([response.status, await response.text()]).toEqual([200, expect.any(String)]);
    }
  });

  test('is asked for where no container tells its features, and where V2 has a text without its levels', async () => {
    await expect(findRow(await serve('warpbreaks-partition', 'sagemaker'))).rejects.toThrow(
      /^--row: found none; \/v2\/models\/warpbreaks-partition does not say which texts wool, tension takes, expected --row CSV$/,
    );
    const silent = await listen(createServer((_, response) => response.end('hello')));
    await expect(findRow(silent)).rejects.toThrow(`--row: found none, and /model of ${silent} list no features; expected --row CSV`);
  });

  test('as it is given on the command line has numbers, texts, and texts with commas', () => {
    const row = '54,male,"a, ""b""",,1e3';
    expect(readRow(row)).toEqual({ row, values: [54, 'male', 'a, "b"', '', 1000] });
  });
});
