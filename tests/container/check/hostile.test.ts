import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { CHECKS } from '../../../container/check/checks.ts';
import { findRow } from '../../../container/check/example-row.ts';

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Starts a small container. */
async function start(answer: http.RequestListener): Promise<string> {
  const server = http.createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('an answer without end is read to 64 MB and no more', async () => {
  const part = Buffer.alloc(2 ** 20, 'a');
  let sent = 0;
  const url = await start((_, response) => {
    const send = () => {
      // The test ends also where nobody stops it.
      while (sent < 2 ** 28 && response.write(part)) sent += part.length;
      if (sent >= 2 ** 28) response.end();
    };
    response.on('drain', send);
    send();
  });
  const csv = CHECKS.find(({ line }) => line === 'text/csv without a header gives a line');
  await expect(csv?.look({ url, row: '1', values: [1] })).rejects.toThrow('an answer of more than 67108864 bytes');
  expect(sent).toBeLessThan(2 ** 28);
});

test('metadata that claim millions of values make no row', async () => {
  const inputs = Array.from({ length: 1_000 }, () => ({ datatype: 'FP64', shape: [-1, 100_000] }));
  const url = await start(({ url: path }, response) => {
    if (path === '/models') response.end('{"models":["a"]}');
    else if (path === '/v2/models/a') response.end(JSON.stringify({ inputs }));
    else response.writeHead(404).end();
  });
  await expect(findRow(url)).rejects.toThrow('--row: found /v2/models/a with 100000000 values, expected at most 100000, or --row CSV');
});
