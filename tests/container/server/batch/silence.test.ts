import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createBatch } from '../../../../container/server/batch/batch.ts';
import { createContainer } from '../../../../container/server/server.ts';
import type { Workers } from '../../../../container/server/threads/workers.ts';
import { loadModel } from '../../../../model/artifact/import.ts';
import { computePiece } from '../../../../shared/batch/piece.ts';
import { golden } from '../../../support/golden.ts';

const model = loadModel(golden('heart-age').file);
const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** A container of transform jobs that closes silent connections soon; a piece is computed once its connection was silent three times so long. */
async function start(): Promise<{ send(text: string): Promise<string>; pieces: () => number }> {
  let [silences, pieces] = [0, 0];
  let heard = () => {};
  const workers = {
    count: 1,
    jobs: () => 0,
    piece: async (_key, asked) => {
      pieces += 1;
      while (silences < 3) {
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      }
      return computePiece(model, asked);
    },
  } as Pick<Workers, 'count' | 'jobs' | 'piece'> as Workers;
  const batch = createBatch({ onError: 'line', isWhole: false, threads: 1, memory: 2 ** 32 });
  const server = createContainer(model, { mode: 'sagemaker', log: () => {}, isStopping: () => false, workers, batch });
  server.setTimeout(100);
  server.on('connection', (socket) => {
    socket.on('timeout', () => {
      silences += 1;
      heard();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const send = async (text: string) => {
    const socket = net.connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (part) => {
      answer += part;
    });
    socket.on('error', () => {});
    socket.write(text);
    await once(socket, 'close');
    return answer;
  };
  open.push({ close: () => server.close() });
  return { send, pieces: () => pieces };
}

const HEAD = 'POST /invocations HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: text/csv\r\n';

test('a payload is answered however long its pieces are computed while nothing moves on its connection', async () => {
  const { send } = await start();
  const answer = await send(`${HEAD}Content-Length: 6\r\n\r\n54\n61\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer.split('\r\n\r\n')[1]?.trimEnd().split('\n')).toHaveLength(2);
});

test('a client that falls silent in the midst of its payload is closed', async () => {
  const { send, pieces } = await start();
  expect(await send(`${HEAD}Content-Length: 6\r\n\r\n54\n`)).not.toContain('200');
  expect(pieces()).toBe(0);
});
