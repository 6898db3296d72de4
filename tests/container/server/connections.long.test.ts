import { EventEmitter } from 'node:events';
import { createServer, type Server } from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { limitConnections } from '../../../container/server/connections.ts';
import { createContainer, MODEL_KEY } from '../../../container/server/server.ts';
import { loadShared } from '../../../container/server/shared-model.ts';
import { startWorkers, type Workers } from '../../../container/server/threads/workers.ts';
import { golden } from '../../support/golden.ts';

/** More than the container takes. */
const MANY = 1_100;
const HEAD = 'POST /invocations HTTP/1.1\r\nhost: x\r\n';
let server: Server;
let workers: Workers;
let port: number;
let opened: Socket[] = [];
let logged = 0;
const { model, bytes } = await loadShared(golden('heart-age').file);

beforeAll(async () => {
  workers = startWorkers({ file: new URL('../../../container/worker-main.ts', import.meta.url), count: 1 });
  workers.open(MODEL_KEY, bytes);
  const log = () => {
    logged += 1;
  };
  server = createContainer(model, { mode: 'sagemaker', log, workers });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  for (const socket of opened) socket.destroy();
  opened = [];
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await workers.end();
});

type Client = { socket: Socket; heard: string; isClosed: boolean };

/** A connection that has sent something, if anything. */
function connect(sent = ''): Promise<Client> {
  const client: Client = { socket: net.connect(port, '127.0.0.1'), heard: '', isClosed: false };
  opened.push(client.socket);
  client.socket.setEncoding('latin1');
  client.socket.on('data', (chunk) => {
    client.heard += chunk;
  });
  client.socket.on('error', () => {});
  client.socket.on('close', () => {
    client.isClosed = true;
  });
  return new Promise((resolve) => {
    client.socket.on('connect', () => client.socket.write(sent, () => resolve(client)));
    client.socket.on('close', () => resolve(client));
  });
}

/** So many such connections, fifty at a time. */
async function crowd(count: number, sent = ''): Promise<Client[]> {
  const clients: Client[] = [];
  while (clients.length < count) clients.push(...(await Promise.all(Array.from({ length: 50 }, () => connect(sent)))));
  return clients;
}

/** The status of a /ping over a connection of its own; 0 where none comes within 3 s. */
async function ping(): Promise<number> {
  const client = await connect('GET /ping HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  for (let turn = 0; turn < 300 && !client.isClosed; turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  return Number(client.heard.slice(9, 12));
}

test.each([
  ['are kept alive after a request each', 'GET /ping HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['have sent nothing', ''],
  ['have sent half of a head', HEAD],
  ['have sent half of a body', `${HEAD}content-length: 1000\r\n\r\n[[54`],
])('more connections than there is room for keep nobody out where they %s', async (_, sent) => {
  await crowd(MANY, sent);
  for (let call = 0; call < 5; call += 1) expect(await ping()).toBe(200);
});

test('the connection that is idle longest is closed first, and one that is used stays', async () => {
  const [used, unused] = [await connect(), await connect()];
  for (let round = 0; round < MANY / 100; round += 1) {
    const others = await crowd(100, 'GET /ping HTTP/1.1\r\nhost: x\r\n\r\n');
    while (others.some(({ heard, isClosed }) => heard === '' && !isClosed)) await new Promise((resolve) => setTimeout(resolve, 5));
    used.socket.write('GET /ping HTTP/1.1\r\nhost: x\r\n\r\n');
    const answers = round + 1;
    for (let turn = 0; turn < 300 && used.heard.split('200 OK').length - 1 < answers; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  expect([used.isClosed, unused.isClosed]).toEqual([false, true]);
});

test('a request that came in whole is answered, however many connect meanwhile', async () => {
  const body = `[${'[54],'.repeat(199_999)}[54]]`;
  const batch = await connect(`${HEAD}connection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  while (workers.jobs() === 0 && !batch.isClosed) await new Promise((resolve) => setTimeout(resolve, 1));
  await crowd(MANY);
  for (let turn = 0; turn < 2_000 && !batch.isClosed; turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(batch.heard.slice(0, 12)).toBe('HTTP/1.1 200');
  expect(batch.heard.length).toBeGreaterThan(200_000 * 3);
});

test('a connection that sends nothing is closed after 5 s', async () => {
  const started = performance.now();
  const silent = await connect();
  for (let turn = 0; turn < 3_000 && !silent.isClosed; turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(silent.isClosed).toBe(true);
  expect(performance.now() - started).toBeGreaterThan(4_000);
}, 40_000);

test('who asks for large answers and reads none of them is cut off before they take the memory', async () => {
  const body = `[${'[54],'.repeat(199_999)}[54]]`;
  const clients: Client[] = [];
  // Each answer has 3.9 MB: the system takes the first of a connection, and 64 MB of the others are held.
  for (let one = 0; one < 25; one += 1) {
    const client = await connect();
    client.socket.pause();
    clients.push(client);
    for (let request = 0; request < 2; request += 1) {
      client.socket.write(`${HEAD}content-length: ${body.length}\r\n\r\n${body}`);
      for (let turn = 0; turn < 500 && workers.jobs() === 0; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
      for (let turn = 0; turn < 2_000 && workers.jobs() > 0; turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const count = await new Promise<number>((resolve, reject) => {
    server.getConnections((error, found) => (error ? reject(error) : resolve(found)));
  });
  expect(count).toBeLessThan(25);
  expect(await ping()).toBe(200);
}, 60_000);

describe('requests that are sent without waiting for the answers', () => {
  const PING = 'GET /ping HTTP/1.1\r\nhost: x\r\n\r\n';
  const answersTo = async (requests: number) => {
    const client = await connect(`${PING.repeat(requests - 1)}GET /ping HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    for (let turn = 0; turn < 1_000 && !client.isClosed; turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(client.isClosed).toBe(true);
    return client.heard.split('HTTP/1.1 200 OK').length - 1;
  };

  test('are all answered where they are a few', async () => {
    for (const requests of [1, 2, 25, 32]) expect(await answersTo(requests)).toBe(requests);
  });

  test('are answered one after the other where each comes before the last was read', async () => {
    const client = await connect();
    for (let sent = 0; sent < 100; sent += 2) {
      client.socket.write(PING + PING);
      for (let turn = 0; turn < 1_000 && client.heard.split('200 OK').length - 1 < sent + 1; turn += 1)
        await new Promise((resolve) => setTimeout(resolve, 1));
    }
    for (let turn = 0; turn < 1_000 && client.heard.split('200 OK').length - 1 < 100; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 1));
    expect([client.heard.split('200 OK').length - 1, client.isClosed]).toEqual([100, false]);
  });

  test('are answered in part where they are thousands, and the connection is closed', async () => {
    const before = logged;
    expect(await answersTo(2_000)).toBe(33);
    expect(logged - before).toBe(33);
    expect(await ping()).toBe(200);
  });

  test('behind one that takes long are held by the thousand alone: then the connection is cut off', async () => {
    const slow = createServer();
    const connections = limitConnections(slow);
    let begun = 0;
    slow.on('request', (request, response) => {
      begun += 1;
      connections.begin(request, response);
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const client = net.connect((slow.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => undefined);
    let isClosed = false;
    client.on('close', () => {
      isClosed = true;
    });
    for (let piece = 0; piece < 50 && !isClosed; piece += 1) {
      client.write(PING.repeat(500));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    slow.closeAllConnections();
    expect(isClosed).toBe(true);
    expect(begun).toBeGreaterThan(4_000);
    expect(begun).toBeLessThan(10_000);
    await new Promise((resolve) => slow.close(resolve));
  });
});

test('who asks for many small answers at once and reads none is cut off, too', () => {
  const events = new EventEmitter() as Server;
  const connections = limitConnections(events);
  const clients = Array.from({ length: 60 }, () => {
    const socket = Object.assign(new EventEmitter(), { isGone: false, destroy: () => Object.assign(socket, { isGone: true }) });
    events.emit('connection', socket);
    const requests = Array.from({ length: 30 }, () => {
      const req = Object.assign(new EventEmitter(), { socket });
      // As Node has it of an answer behind another.
      const response = Object.assign(new EventEmitter(), { req, socket: null, destroyed: false, writableFinished: false });
      connections.begin(req as never, response as never);
      connections.end(req as never, response as never, 60_000);
      return req;
    });
    return { socket, requests };
  });
  const gone = clients.filter(({ socket }) => socket.isGone);
  // 108 MB were asked for, 64 are held.
  expect(gone.length).toBeGreaterThan(20);
  expect(gone).toEqual(clients.slice(0, gone.length));
  // Those who leave are held no longer.
  for (const { requests } of clients) for (const req of requests) req.emit('close');
  expect(clients.at(-1)?.socket.isGone).toBe(false);
});
