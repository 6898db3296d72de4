import net, { type AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createContainer } from '../../container/server/server.ts';
import { buildArtifact } from '../../model/artifact/build.ts';
import { rawRequest } from '../faults/fuzz.ts';
import { compareVerdicts } from '../faults/verdicts.ts';
import { PROJECT } from '../support/project.ts';

const { file, model } = buildArtifact(`${PROJECT}model/heart/heart-age.RDS`, PROJECT);

test('thousands of bad bodies: each a problem document, no 5xx, no call to the endpoint, one verdict of function and container', async () => {
  const found = await compareVerdicts(file, 4_000, Date.now() % 2 ** 31);
  expect(found).toMatchObject({ bodies: 4_000, calls: 0, differences: [] });
  for (const status of [200, 400, 406, 415, 422]) expect(found.statuses[status]).toBeGreaterThan(0);
}, 60_000);

test('smuggling on the raw socket gives 4xx or one answer a request, and the server goes on', async () => {
  const server = createContainer(model, { mode: 'sagemaker', log: () => {} });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  /** All that is answered to some bytes, after which this side says that it has no more. */
  const say = (bytes: Buffer) =>
    new Promise<string>((resolve) => {
      let heard = '';
      const socket = net.connect({ port, host: '127.0.0.1' }, () => socket.end(bytes));
      socket.on('data', (chunk) => {
        heard += chunk.toString('latin1');
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(heard));
    });
  try {
    await fc.assert(
      fc.asyncProperty(rawRequest, async (bytes) => {
        const heard = await say(bytes);
        const statuses = [...heard.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)).filter((status) => status !== 100);
        const text = bytes.toString('latin1');
        const isAmbiguous = /content-length/i.test(text) && /transfer-encoding/i.test(text);
        // 501: a transfer coding that is not read.
        expect(statuses.every((status) => status < 500 || status === 501)).toBe(true);
        if (isAmbiguous) expect(statuses.every((status) => status >= 400)).toBe(true);
      }),
      { numRuns: 1_500 },
    );
    expect((await fetch(`http://127.0.0.1:${port}/ping`)).status).toBe(200);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}, 60_000);
