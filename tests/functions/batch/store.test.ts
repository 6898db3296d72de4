import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openStore } from '../../../functions/batch/store.ts';
import { bytesOf } from '../../../shared/batch/chunks.ts';

const OBJECT = Buffer.from('41\n52\n63\n74\n');
/** What of the object is sent, whatever is asked for. */
let sent = OBJECT;
const server = http.createServer((_, response) => response.writeHead(206, { 'content-length': sent.length }).end(sent));

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' });
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('the bytes of a range are all of it and nothing else: an answer cut off at a line end would lose rows, a whole one double them', async () => {
  const read = async (start: number, end: number) =>
    bytesOf(await openStore().read('data', { key: 'ages.csv', etag: '"one"' }, start, end));
  expect(await read(0, 12)).toEqual(OBJECT);
  sent = OBJECT.subarray(0, 9);
  await expect(read(0, 12)).rejects.toThrow('S3 gave 9 bytes, expected 12');
  sent = OBJECT;
  await expect(read(3, 12)).rejects.toThrow('S3 gave more than 9 bytes, expected 9');
});
