import { request as openRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createBodyRoom } from '../../../container/local/body-room.ts';
import { createHost, type Handler } from '../../../container/local/host.ts';
import { HTTP_API } from '../../../container/local/http-api.ts';
import { createSageMakerRuntime } from '../../../container/local/sagemaker-runtime.ts';

const KB = 1_024;
const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close().closeAllConnections();
});

async function listen(server: Server): Promise<string> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A host with room for 100 KB of bodies, and how many bytes each event had that its function was asked for. */
async function smallHost(handler: Handler = async () => ({ statusCode: 200 })) {
  const asked: number[] = [];
  const counted: Handler = (event, context) => {
    asked.push(event.body?.length ?? 0);
    return handler(event, context);
  };
  const url = await listen(createHost({ api: HTTP_API, handler: counted, report: () => {}, mostBodyBytes: 100 * KB }));
  return { url, asked };
}

type Answered = { status: number | undefined; retryAfter: string | undefined; body: string };

/** Sends some bytes of a body of 60 KB, and the rest once it is told to. */
function slowly(url: string, first: number) {
  const request = openRequest(url, { method: 'POST', headers: { 'content-length': 60 * KB, 'content-type': 'text/csv' } });
  const answer = new Promise<Answered>((resolve, reject) => {
    request.on('error', reject).on('response', async (response) => {
      resolve({ status: response.statusCode, retryAfter: response.headers['retry-after'], body: await text(response) });
    });
  });
  const sent = new Promise<void>((resolve) => request.write('x'.repeat(first), () => resolve()));
  return { sent, answer, finish: () => request.end('x'.repeat(60 * KB - first)), leave: () => request.destroy() };
}

const post = (url: string, bytes: number) =>
  fetch(url, { method: 'POST', body: 'x'.repeat(bytes), headers: { 'content-type': 'text/csv' } });

describe('the local stack holds the bodies of all requests in a room of one size', () => {
  test('a body beyond it is a 503 with retry-after, smaller ones go on, and it has room again once one is answered', async () => {
    const { url, asked } = await smallHost();
    const one = slowly(`${url}/predict`, 59 * KB);
    await one.sent;
    // The first body's bytes have come in once the small request behind them is answered.
    expect((await post(`${url}/predict`, 10)).status).toBe(200);
    const two = slowly(`${url}/predict`, 59 * KB);
    two.finish();
    expect(await two.answer).toEqual({ status: 503, retryAfter: '1', body: '{"message":"Service Unavailable"}' });
    expect((await post(`${url}/predict`, 10 * KB)).status).toBe(200);
    one.finish();
    expect((await one.answer).status).toBe(200);
    expect((await post(`${url}/predict`, 60 * KB)).status).toBe(200);
    expect(asked).toEqual([10, 10 * KB, 60 * KB, 60 * KB]);
  });

  test('a body that was read takes room until its answer is there', async () => {
    let finish = () => {};
    const waits = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { url } = await smallHost(async ({ rawPath }) => {
      if (rawPath === '/waits') await waits;
      return { statusCode: 200 };
    });
    const first = post(`${url}/waits`, 60 * KB);
    let status = 200;
    while (status === 200) status = (await post(`${url}/predict`, 60 * KB)).status;
    expect(status).toBe(503);
    finish();
    expect((await first).status).toBe(200);
    expect((await post(`${url}/predict`, 60 * KB)).status).toBe(200);
  });

  test('whoever leaves in the middle gives its room back', async () => {
    const { url } = await smallHost();
    for (let round = 0; round < 5; round += 1) {
      const one = slowly(`${url}/predict`, 50 * KB);
      one.answer.catch(() => {});
      await one.sent;
      one.leave();
    }
    let status = 503;
    while (status === 503) status = (await post(`${url}/predict`, 60 * KB)).status;
    expect(status).toBe(200);
  });

  test('the stand-in for the SageMaker runtime answers as AWS does where it has no capacity', async () => {
    const options = { endpointName: 'x', containerUrl: 'http://127.0.0.1:9', mostBodyBytes: 10 * KB };
    const url = await listen(createSageMakerRuntime(options));
    const answer = await post(`${url}/endpoints/x/invocations`, 11 * KB);
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([503, 'ServiceUnavailable']);
    expect((await post(`${url}/endpoints/x/invocations`, 9 * KB)).status).toBe(424);
  });
});

test('a body that is refused takes no room, and one may leave twice', () => {
  const enter = createBodyRoom(100);
  const [one, two, three] = [enter(), enter(), enter()];
  expect(one.hold(60)).toBeUndefined();
  expect(two.hold(60)?.status).toBe(503);
  expect(three.hold(40)).toBeUndefined();
  two.leave();
  one.leave();
  one.leave();
  expect(enter().hold(60)).toBeUndefined();
  expect(enter().hold(1)?.status).toBe(503);
});

test('bodies that come in slowly keep nobody out of the function; only its invocations are counted', async () => {
  let finish = () => {};
  const waits = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const handler: Handler = async ({ rawPath }) => {
    if (rawPath === '/waits') await waits;
    return { statusCode: 200 };
  };
  const url = await listen(createHost({ api: HTTP_API, handler, report: () => {}, mostAtOnce: 2 }));
  const slow = Array.from({ length: 5 }, () => slowly(`${url}/predict`, 1));
  await Promise.all(slow.map(({ sent }) => sent));
  expect((await post(`${url}/predict`, 10)).status).toBe(200);
  const long = [post(`${url}/waits`, 1), post(`${url}/waits`, 1)];
  let status = 200;
  while (status === 200) status = (await post(`${url}/predict`, 10)).status;
  expect(status).toBe(503);
  finish();
  expect((await Promise.all(long)).map((one) => one.status)).toEqual([200, 200]);
  for (const one of slow) one.finish();
  expect((await Promise.all(slow.map(({ answer }) => answer))).every((one) => one.status === 200 || one.status === 503)).toBe(true);
});
